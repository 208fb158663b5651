//! Rows of two models are no list.

#[path = "../../joins/shop.rs"]
mod shop;

use shop::*;

async fn load(db: &TenantDb, context: &TenantContext<Accountant>) {
    let _ = db.scoped::<Buyer>(context).query().union(db.scoped::<Buyer>(context).query()).load().await;
}

fn main() {}
