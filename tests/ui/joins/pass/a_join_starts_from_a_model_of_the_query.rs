//! Lines belong to invoices, which have to be there first.

#[path = "../shop.rs"]
mod shop;

use shop::*;

async fn load(db: &TenantDb, context: &TenantContext<Accountant>) {
    let _ =
        db.scoped::<Buyer>(context).inner_join::<Invoice>().inner_join_from::<Invoice, Line>().load().await;
}

fn main() {}
