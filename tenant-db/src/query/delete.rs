//! Deleting.

use diesel::pg::Pg;
use diesel::query_builder::{DeleteStatement, IntoUpdateTarget, QueryFragment};
use diesel::query_dsl::methods::FilterDsl;
use futures_util::future::BoxFuture;

use super::fragments::{Locked, Unlocked};
use super::select::{Scoped, ScopedQuery};
use super::update::found;
use crate::error::{Error, Result};
use crate::model::TenantModel;
use crate::permission::Grants;
use crate::session::{Operation, Source, execute};

/// A query that says which rows of `M` to delete, and nothing else.
#[diagnostic::on_unimplemented(
    message = "only filters may come before `delete`",
    label = "more than filters, or a boxed query",
    note = "SQL has no DELETE with an order, a limit or a selection: filter by the primary keys of the rows instead"
)]
pub trait DeleteTarget<'a, M: TenantModel>: Deletes<'a, M> {}

#[diagnostic::do_not_recommend]
impl<'a, M: TenantModel, Q> DeleteTarget<'a, M> for Q where Q: Deletes<'a, M> {}

/// The half of [`DeleteTarget`] that nobody else can implement: it makes the statement.
#[allow(unnameable_types, reason = "sealed: an implementation of one's own could send any statement")]
pub trait Deletes<'a, M: TenantModel> {
    type Statement: QueryFragment<Pg> + Send + 'a;

    fn deleted(self) -> Self::Statement;
}

impl<'a, M, Q> Deletes<'a, M> for Q
where
    M: TenantModel,
    Q: IntoUpdateTarget<Table = M::Table>,
    DeleteStatement<M::Table, Q::WhereClause>: QueryFragment<Pg> + Send + 'a,
{
    type Statement = DeleteStatement<M::Table, Q::WhereClause>;

    fn deleted(self) -> Self::Statement {
        diesel::delete(self)
    }
}

/// Deletes the row with a primary key.
pub(crate) fn delete_one<'a, M>(source: Source<'a, M::Key>, key: M::PrimaryKey) -> BoxFuture<'a, Result<()>>
where
    M: TenantModel,
    M::Found: DeleteTarget<'a, M>,
{
    let statement = Locked::<_, Unlocked>::new(found::<M>(source, key).deleted());
    Box::pin(async move {
        let operation = Operation::write("delete", M::META.name);
        match source.run(operation, move |wire| execute(wire, &statement)).await? {
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
        Scoped<M, Q>: DeleteTarget<'a, M>,
    {
        let (source, raw) = (self.source, self.raw);
        let statement = self.query.filter(M::tenant_eq(source.tenant())).deleted();
        let statement = Locked::<_, Unlocked>::new(statement);
        Box::pin(async move {
            let operation = Operation::write("delete", M::META.name).with_foreign_sql(raw.verdict()?);
            source.run(operation, move |wire| execute(wire, &statement)).await
        })
    }
}
