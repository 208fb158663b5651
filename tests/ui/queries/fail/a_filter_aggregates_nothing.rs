//! A row is chosen before anything is counted.

#[path = "../../joins/shop.rs"]
mod shop;

use shop::*;

async fn load(db: &TenantDb, context: &TenantContext<Accountant>) {
    let _ = db.scoped::<Buyer>(context).filter(diesel::dsl::max(buyers::credit).gt(1)).load().await;
}

fn main() {}
