//! Which buyers have invoices is read from the invoices.

#[path = "../../joins/shop.rs"]
mod shop;

use shop::*;

async fn load(db: &TenantDb, context: &TenantContext<Accountant>) {
    let _ = db
        .scoped::<Buyer>(context)
        .filter(buyers::id.eq_any(db.scoped::<Invoice>(context).select(invoices::buyer_id)))
        .load()
        .await;
}

fn main() {}
