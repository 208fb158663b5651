//! A condition on a third table joins nothing.

#[path = "../shop.rs"]
mod shop;

use shop::*;

async fn load(db: &TenantDb, context: &TenantContext<Accountant>) {
    let _ = db
        .scoped::<Buyer>(context)
        .query()
        .inner_join_on::<Invoice>(products::name.eq(buyers::name))
        .load()
        .await;
}

fn main() {}
