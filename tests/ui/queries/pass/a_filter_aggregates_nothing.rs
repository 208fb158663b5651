//! A row is chosen before anything is counted.

#[path = "../../joins/shop.rs"]
mod shop;

use shop::*;

async fn load(db: &TenantDb, context: &TenantContext<Accountant>) {
    let _ = db
        .scoped::<Buyer>(context)
        .group_by(buyers::name)
        .having(diesel::dsl::max(buyers::credit).gt(1))
        .select(buyers::name)
        .load::<String>()
        .await;
}

fn main() {}
