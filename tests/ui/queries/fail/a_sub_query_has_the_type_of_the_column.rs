//! A number is no key.

#[path = "../../joins/shop.rs"]
mod shop;

use shop::*;

async fn load(db: &TenantDb, context: &TenantContext<Accountant>) {
    let _ = db
        .scoped::<Buyer>(context)
        .filter(buyers::id.eq_any(db.scoped::<Invoice>(context).select(invoices::number)))
        .load()
        .await;
}

fn main() {}
