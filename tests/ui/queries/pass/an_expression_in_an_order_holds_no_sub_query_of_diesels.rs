//! Nor an order.

#[path = "../../joins/shop.rs"]
mod shop;

use shop::*;

async fn load(db: &TenantDb, context: &TenantContext<Accountant>) {
    let _ = db
        .scoped::<Buyer>(context)
        .order(tenant_db::dsl::scalar(db.scoped::<Product>(context).limit(1).select(products::name)))
        .load()
        .await;
}

fn main() {}
