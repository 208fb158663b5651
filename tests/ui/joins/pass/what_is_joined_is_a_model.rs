//! A table that nobody has classified has no predicate to be joined with.

#[path = "../shop.rs"]
mod shop;

use shop::*;

async fn load(db: &TenantDb, context: &TenantContext<Accountant>) {
    let _ = db.scoped::<Buyer>(context).inner_join::<Invoice>().load().await;
}

fn main() {}
