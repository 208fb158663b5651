//! A condition on a third table joins nothing.

#[path = "../shop.rs"]
mod shop;

use shop::*;

async fn load(db: &TenantDb, context: &TenantContext<Accountant>) {
    let _ = db
        .scoped::<Buyer>(context)
        .query()
        .inner_join_on::<Invoice>(invoices::buyer_id.eq(buyers::id))
        .load()
        .await;
}

fn main() {}
