//! The fields of a context are private.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

fn forge(genuine: TenantContext<Viewer>) -> TenantContext<Manager> {
    TenantContext { inner: genuine.inner, role: std::marker::PhantomData }
}

fn main() {}
