//! A name is no number.

#[path = "../../joins/shop.rs"]
mod shop;

use shop::*;

async fn load(db: &TenantDb, context: &TenantContext<Accountant>) {
    let _ = db
        .scoped::<Buyer>(context)
        .select(buyers::name)
        .union(db.scoped::<Invoice>(context).select(invoices::number))
        .load::<String>()
        .await;
}

fn main() {}
