//! Nor a condition on groups.

#[path = "../../joins/shop.rs"]
mod shop;

use shop::*;

async fn load(db: &TenantDb, context: &TenantContext<Accountant>) {
    let _ = db
        .scoped::<Buyer>(context)
        .group_by(buyers::name)
        .having(
            buyers::name
                .nullable()
                .eq(tenant_db::dsl::scalar(db.scoped::<Product>(context).limit(1).select(products::name))),
        )
        .select(buyers::name)
        .load::<String>()
        .await;
}

fn main() {}
