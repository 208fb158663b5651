//! diesel-async implements its traits for whatever derefs to a connection.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn read(db: &mut TenantDb) {
    let _ = customers::table.count().get_result::<i64>(db).await;
}

fn main() {}
