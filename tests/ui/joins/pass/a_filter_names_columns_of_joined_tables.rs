//! A table has to be joined before its columns are spoken of.

#[path = "../shop.rs"]
mod shop;

use shop::*;

async fn load(db: &TenantDb, context: &TenantContext<Accountant>) {
    let _ = db.scoped::<Buyer>(context).inner_join::<Invoice>().filter(invoices::number.gt(1)).load().await;
}

fn main() {}
