//! A table that is there already needs another name.

#[path = "../shop.rs"]
mod shop;

use shop::*;

async fn load(db: &TenantDb, context: &TenantContext<Accountant>) {
    let _ = {
        let others = diesel::alias!(buyers as others);
        db.scoped::<Buyer>(context)
            .query()
            .inner_join_as::<Buyer, _>(others, others.field(buyers::credit).gt(1))
            .load()
    }
    .await;
}

fn main() {}
