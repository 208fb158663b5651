//! Without a group there is one count, and many names.

#[path = "../../joins/shop.rs"]
mod shop;

use shop::*;

async fn load(db: &TenantDb, context: &TenantContext<Accountant>) {
    let _ = db
        .scoped::<Buyer>(context)
        .group_by(buyers::name)
        .select((buyers::name, diesel::dsl::count_star()))
        .load::<(String, i64)>()
        .await;
}

fn main() {}
