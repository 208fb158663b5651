//! What becomes of rows: each one's tenant is compared with the context's before anybody sees it (I6).

use futures_util::future::BoxFuture;

use crate::error::{Error, Result};
use crate::model::TenantModel;
use crate::session::{LoadsAs, LoadsColumnsAs, Source, Wire, load};

/// Loads models and checks them.
pub(crate) fn checked<'a, M, Q>(
    source: Source<'a, M::Key>,
    query: Q,
) -> impl for<'c> Fn(Wire<'c>) -> BoxFuture<'c, Result<Vec<M>>> + Send + use<'a, M, Q>
where
    M: TenantModel,
    Q: LoadsAs<M::Row> + 'a,
{
    let tenant = source.tenant().clone();
    move |wire| {
        let tenant = tenant.clone();
        let rows = load::<_, M::Row>(wire, &query);
        Box::pin(async move {
            rows.await?.into_iter().map(M::from_row).map(|row| own::<M, _>(&tenant, row)).collect()
        })
    }
}

/// As [`checked`], for selected columns, which the tenant column precedes.
pub(crate) fn checked_columns<'a, M, Q, U>(
    source: Source<'a, M::Key>,
    query: Q,
) -> impl for<'c> Fn(Wire<'c>) -> BoxFuture<'c, Result<Vec<U>>> + Send + use<'a, M, Q, U>
where
    M: TenantModel,
    Q: LoadsColumnsAs<M::Key, U> + 'a,
    U: Send + 'static,
{
    let tenant = source.tenant().clone();
    move |wire| {
        let tenant = tenant.clone();
        let rows = load::<_, (M::Key, U)>(wire, &query);
        Box::pin(async move { rows.await?.into_iter().map(|row| own::<M, _>(&tenant, row)).collect() })
    }
}

/// Runs pieces of work one after the other and gathers their rows. Statements are written down at once, and sent as
/// their turn comes.
pub(crate) fn in_order<'a, W, T>(
    work: Vec<W>,
) -> impl for<'c> Fn(Wire<'c>) -> BoxFuture<'c, Result<Vec<T>>> + Send + use<'a, W, T>
where
    W: for<'c> Fn(Wire<'c>) -> BoxFuture<'c, Result<Vec<T>>> + Send + 'a,
    T: Send + 'static,
{
    move |wire| {
        let pieces: Vec<_> = work.iter().map(|piece| piece(wire)).collect();
        Box::pin(async move {
            let mut gathered = Vec::new();
            for piece in pieces {
                gathered.extend(piece.await?);
            }
            Ok(gathered)
        })
    }
}

fn own<M: TenantModel, U>(tenant: &M::Key, (owner, value): (M::Key, U)) -> Result<U> {
    if &owner == tenant {
        return Ok(value);
    }
    tracing::error!(target: "tenant_db::isolation", model = M::META.name, tenant = %tenant, "a foreign row was withheld");
    Err(Error::ForeignRow { model: M::META.name })
}

/// The only row, or "not found": the same answer for a foreign row and for none (I8).
pub(crate) fn single<M: TenantModel>(mut rows: Vec<M>) -> Result<M> {
    rows.pop().ok_or(Error::NotFound { model: M::META.name })
}

/// The one row that an aggregate always returns.
pub(super) fn one<M: TenantModel, U>(mut rows: Vec<U>) -> Result<U> {
    rows.pop().ok_or(Error::NotFound { model: M::META.name })
}
