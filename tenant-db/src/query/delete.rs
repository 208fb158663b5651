//! Deleting.

use diesel::pg::Pg;
use diesel::query_builder::{DeleteStatement, IntoUpdateTarget, QueryFragment, QueryId};
use diesel::query_dsl::methods::FilterDsl;
use futures_util::future::BoxFuture;

use super::scope::Target;
use super::select::{Scoped, ScopedQuery};
use super::update::found;
use crate::error::{Error, Result};
use crate::model::TenantModel;
use crate::permission::Grants;
use crate::session::{Source, execute};

/// Deletes the row with a primary key.
pub(crate) fn delete_one<'a, M: TenantModel>(
    source: Source<'a, M::Key>,
    key: M::PrimaryKey,
) -> BoxFuture<'a, Result<()>>
where
    DeleteStatement<M::Table, M::FoundWhere>: QueryFragment<Pg> + QueryId + Send + 'a,
{
    let statement = diesel::delete(found::<M>(source, key));
    Box::pin(async move {
        match source.run(move |wire| execute(wire, statement)).await? {
            0 => Err(Error::NotFound { model: M::META.name }),
            _ => Ok(()),
        }
    })
}

impl<'a, M, R, Q> ScopedQuery<'a, M, R, Q>
where
    M: TenantModel,
    Q: FilterDsl<M::TenantEq>,
{
    /// Deletes every row that the filters leave, and says how many.
    ///
    /// Needs the permission for reading as well: the count tells what the rows hold.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] where a foreign key forbids it, and those of `load`.
    pub fn delete(self) -> BoxFuture<'a, Result<usize>>
    where
        R: Grants<M::Delete> + Grants<M::Read>,
        Scoped<M, Q>: Target<M>,
        DeleteStatement<M::Table, <Scoped<M, Q> as IntoUpdateTarget>::WhereClause>:
            QueryFragment<Pg> + QueryId + Send + 'a,
    {
        let source = self.source;
        let statement = diesel::delete(self.query.filter(M::tenant_eq(source.tenant())));
        source.run(move |wire| execute(wire, statement))
    }
}
