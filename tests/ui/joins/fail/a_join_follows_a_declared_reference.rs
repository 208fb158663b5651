//! How two models belong together is declared by one of them, or said here.

#[path = "../shop.rs"]
mod shop;

use shop::*;

async fn load(db: &TenantDb, context: &TenantContext<Accountant>) {
    let _ = db.scoped::<Buyer>(context).inner_join::<Product>().load().await;
}

fn main() {}
