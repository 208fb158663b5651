//! Whether there is an invoice is read from the invoices.

#[path = "../../joins/shop.rs"]
mod shop;

use shop::*;
use tenant_db::dsl::exists;

async fn load(db: &TenantDb, context: &TenantContext<Accountant>) {
    let _ = db.scoped::<Buyer>(context).filter(exists(db.scoped::<Invoice>(context).query())).load().await;
}

fn main() {}
