//! What is selected comes last, when all tables are there.

#[path = "../shop.rs"]
mod shop;

use shop::*;

async fn load(db: &TenantDb, context: &TenantContext<Accountant>) {
    let _ = db.scoped::<Buyer>(context).inner_join::<Invoice>().select(buyers::name).load::<String>().await;
}

fn main() {}
