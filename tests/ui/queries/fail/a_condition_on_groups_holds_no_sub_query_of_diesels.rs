//! Nor a condition on groups.

#[path = "../../joins/shop.rs"]
mod shop;

use shop::*;

async fn load(db: &TenantDb, context: &TenantContext<Accountant>) {
    let _ = db
        .scoped::<Buyer>(context)
        .group_by(buyers::name)
        .having(buyers::name.nullable().eq(products::table.select(products::name).single_value()))
        .select(buyers::name)
        .load::<String>()
        .await;
}

fn main() {}
