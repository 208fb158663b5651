//! Its fields are private.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

fn take(tx: Transaction<Viewer>) {
    let _ = tx.state.session;
}

fn main() {}
