//! There may be no invoice, and so no number.

#[path = "../shop.rs"]
mod shop;

use shop::*;

async fn load(db: &TenantDb, context: &TenantContext<Accountant>) {
    let _ = db
        .scoped::<Buyer>(context)
        .left_join::<Invoice>()
        .select((buyers::name, invoices::number))
        .load::<(String, i32)>()
        .await;
}

fn main() {}
