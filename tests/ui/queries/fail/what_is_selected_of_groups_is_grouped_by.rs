//! Of the rows of a group, which name?

#[path = "../../joins/shop.rs"]
mod shop;

use shop::*;

async fn load(db: &TenantDb, context: &TenantContext<Accountant>) {
    let _ = db
        .scoped::<Invoice>(context)
        .group_by(invoices::buyer_id)
        .select((invoices::number, diesel::dsl::count_star()))
        .load::<(i32, i64)>()
        .await;
}

fn main() {}
