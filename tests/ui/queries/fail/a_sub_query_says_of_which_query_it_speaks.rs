//! Without `inside` the buyers are not its own.

#[path = "../../joins/shop.rs"]
mod shop;

use shop::*;
use tenant_db::dsl::exists;

async fn load(db: &TenantDb, context: &TenantContext<Accountant>) {
    let _ = db
        .scoped::<Buyer>(context)
        .filter(exists(db.scoped::<Invoice>(context).filter(invoices::buyer_id.eq(buyers::id))))
        .load()
        .await;
}

fn main() {}
