//! Rows of child tables, which name their tenant by a parent.

use futures_util::future::BoxFuture;

use crate::error::{Error, Result};
use crate::meta::Tenancy;
use crate::model::TenantModel;

/// A parent that is somebody else's is not found, like one that does not exist (I8): the policy refuses the row of both,
/// and without policies the row that comes back says whose it is.
pub(crate) fn of_own_parent<'a, M: TenantModel, T: Send + 'a>(
    inserted: BoxFuture<'a, Result<T>>,
) -> BoxFuture<'a, Result<T>> {
    let Tenancy::Through { parent, .. } = M::META.tenancy else { return inserted };
    Box::pin(async move {
        inserted.await.map_err(|error| match error {
            Error::ForeignRow { .. } => Error::NotFound { model: parent().name },
            Error::Forbidden { reason } if reason.starts_with(REFUSED) => {
                Error::NotFound { model: parent().name }
            }
            other => other,
        })
    })
}

/// How PostgreSQL says that no policy lets a row in. Where a restrictive one of the program's own refuses it, its name
/// comes before the table's.
const REFUSED: &str = "new row violates row-level security policy for table";
