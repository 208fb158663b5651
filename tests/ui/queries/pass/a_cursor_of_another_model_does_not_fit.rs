//! A cursor is one of its model: that of another model is no place in this one.

use diesel::prelude::*;
use tenant_db::prelude::*;
use tenant_db::{Cursor, Result};
use tenant_db_tests::models::*;

async fn load(db: &TenantDb, context: &TenantContext<Viewer>, cursor: &Cursor<Customer>) -> Result<()> {
    let page = db.scoped::<Customer>(context).page_by(customers::name.asc()).page(Some(cursor), 20).await?;
    page.items.first().map_or(Ok(()), |_| Ok(()))
}

fn main() {}
