//! Nor an order.

#[path = "../../joins/shop.rs"]
mod shop;

use shop::*;

async fn load(db: &TenantDb, context: &TenantContext<Accountant>) {
    let _ =
        db.scoped::<Buyer>(context).order(products::table.select(products::name).single_value()).load().await;
}

fn main() {}
