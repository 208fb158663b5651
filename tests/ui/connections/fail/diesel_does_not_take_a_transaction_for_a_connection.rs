//! Nor does a transaction deref to one.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn read(tx: &mut Transaction<Viewer>) {
    let _ = customers::table.count().get_result::<i64>(tx).await;
}

fn main() {}
