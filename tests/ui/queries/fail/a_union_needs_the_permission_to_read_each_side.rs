//! Both sides are read.

#[path = "../../joins/shop.rs"]
mod shop;

use shop::*;

async fn load(db: &TenantDb, context: &TenantContext<Clerk>) {
    let _ = db
        .scoped::<Buyer>(context)
        .select(buyers::id)
        .union(db.scoped::<Invoice>(context).select(invoices::id))
        .load::<uuid::Uuid>()
        .await;
}

fn main() {}
