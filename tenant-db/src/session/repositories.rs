//! [`Repositories`]: from a database and a context to a model's rows.

use super::db::TenantDb;
use super::engine::Source;
use crate::context::TenantContext;
use crate::model::{Joinable, TenantModel};
use crate::query::{Global, ScopedQuery, Sources};
use crate::scoped::TenantScoped;
use crate::tenant::TenantKey;

/// `db.scoped::<Model>(&context)`. In the [prelude](crate::prelude).
///
/// A trait rather than a method of [`TenantDb`], so that the role and the key are inferred from the context and only
/// the model has to be named.
///
/// ```no_run
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/doctest_models.rs"));
/// use tenant_db::prelude::*;
///
/// # async fn example(db: TenantDb, context: TenantContext<Manager>) -> tenant_db::Result<()> {
/// let customers = db.scoped::<Customer>(&context);
/// let everyone = customers.load().await?;
/// # Ok(())
/// # }
/// # fn main() {}
/// ```
pub trait Repositories<R, K: TenantKey> {
    /// The repository of `M` for the tenant of `context`. Each of its operations is a transaction of its own.
    fn scoped<'a, M>(&'a self, context: &'a TenantContext<R, K>) -> TenantScoped<'a, M, R>
    where
        M: TenantModel<Key = K>;

    /// The rows of the global table of `G`, to be read with any context: `#[derive(GlobalTable)]`.
    fn global<'a, G>(&'a self, context: &'a TenantContext<R, K>) -> ScopedQuery<'a, Global<G, K>, R>
    where
        G: Joinable<K>,
        Global<G, K>: Sources<Key = K>;
}

impl<R, K: TenantKey> Repositories<R, K> for TenantDb {
    fn scoped<'a, M>(&'a self, context: &'a TenantContext<R, K>) -> TenantScoped<'a, M, R>
    where
        M: TenantModel<Key = K>,
    {
        TenantScoped::new(Source::Pool { db: self, context: &context.inner })
    }

    fn global<'a, G>(&'a self, context: &'a TenantContext<R, K>) -> ScopedQuery<'a, Global<G, K>, R>
    where
        G: Joinable<K>,
        Global<G, K>: Sources<Key = K>,
    {
        ScopedQuery::of_global(Source::Pool { db: self, context: &context.inner })
    }
}
