//! What is joined is read.

#[path = "../shop.rs"]
mod shop;

use shop::*;

async fn load(db: &TenantDb, context: &TenantContext<Accountant>) {
    let _ = db.scoped::<Buyer>(context).inner_join::<Invoice>().load().await;
}

fn main() {}
