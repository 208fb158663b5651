//! There is nothing behind it to reach.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

fn take(tx: &Transaction<Viewer>) -> &diesel_async::AsyncPgConnection {
    &**tx
}

fn main() {}
