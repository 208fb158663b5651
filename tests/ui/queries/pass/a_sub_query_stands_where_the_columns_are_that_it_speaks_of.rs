//! Its buyer is nowhere in a query on products.

#[path = "../../joins/shop.rs"]
mod shop;

use shop::*;
use tenant_db::dsl::exists;

async fn load(db: &TenantDb, context: &TenantContext<Accountant>) {
    let _ = db
        .scoped::<Buyer>(context)
        .filter(exists(
            db.scoped::<Invoice>(context).query().inside::<Buyer>().filter(invoices::buyer_id.eq(buyers::id)),
        ))
        .load()
        .await;
}

fn main() {}
