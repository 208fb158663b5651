//! Diesel asks for a declaration of tables that appear together.

#[path = "../shop.rs"]
mod shop;

use shop::*;

async fn load(db: &TenantDb, context: &TenantContext<Accountant>) {
    let _ = db
        .scoped::<Buyer>(context)
        .query()
        .inner_join_on::<Product>(products::name.eq(buyers::name))
        .load()
        .await;
}

fn main() {}
