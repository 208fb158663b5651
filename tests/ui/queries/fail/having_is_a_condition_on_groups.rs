//! Of the rows of a group, which number?

#[path = "../../joins/shop.rs"]
mod shop;

use shop::*;

async fn load(db: &TenantDb, context: &TenantContext<Accountant>) {
    let _ = db
        .scoped::<Invoice>(context)
        .group_by(invoices::buyer_id)
        .having(invoices::number.gt(1))
        .select(diesel::dsl::count_star())
        .load::<i64>()
        .await;
}

fn main() {}
