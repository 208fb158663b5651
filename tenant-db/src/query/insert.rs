//! Inserting: [`TenantInsert`], and how its rows get their tenant and their key.

use diesel::Insertable;
use diesel::dsl::Returning;
use diesel::query_builder::{InsertStatement, Query};
use futures_util::future::BoxFuture;

use super::rows::{checked, in_order};
use crate::error::Result;
use crate::model::TenantModel;
use crate::session::{LoadsAs, Operation, Source};

/// A struct from which a row of [`Model`](Self::Model) is made. `#[derive(TenantInsert)]` implements it.
///
/// # Isolation
///
/// The struct has no field for the tenant (it would not compile): the tenant of the context is added to every row.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be inserted",
    label = "no `#[derive(TenantInsert)]` on `{Self}`",
    note = "put `#[derive(TenantInsert)] #[tenant(model = …)]` on a struct with the columns that a caller gives; the tenant is added from the context"
)]
pub trait TenantInsert: Sized + Send {
    /// The model whose table it is for.
    type Model: TenantModel;
    /// The row with tenant and key.
    #[doc(hidden)]
    type Record: Send;
    /// How many parameters one row needs at most.
    #[doc(hidden)]
    const PARAMETERS: usize;

    #[doc(hidden)]
    fn into_record(self, tenant: &<Self::Model as TenantModel>::Key) -> Self::Record;
}

/// How a model's row is put together: with a generated primary key, or with the one that the insert struct gives.
#[doc(hidden)]
pub trait InsertRecord<const KEY_IS_GIVEN: bool, Values>: TenantModel {
    /// Tenant, key where it is made here, and the values.
    type Record;
    fn record(tenant: &Self::Key, values: Values) -> Self::Record;
}

/// `INSERT INTO table … RETURNING the model`.
type Statement<M, Values> = Returning<
    InsertStatement<<M as TenantModel>::Table, <Values as Insertable<<M as TenantModel>::Table>>::Values>,
    <M as TenantModel>::Selection,
>;

/// What can be inserted as rows of `M`: every [`TenantInsert`] whose model is `M`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be inserted as a row of `{M}`",
    label = "not a `TenantInsert` for `{M}`",
    note = "put `#[derive(TenantInsert)] #[tenant(model = {M})]` on a struct with the columns that a caller gives; the tenant is added from the context"
)]
pub trait InsertInto<'a, M: TenantModel>: Inserts<'a, M> {}

#[diagnostic::do_not_recommend]
impl<'a, M: TenantModel, I> InsertInto<'a, M> for I where I: Inserts<'a, M> {}

/// The half of [`InsertInto`] that nobody else can implement: it makes the statement.
#[allow(unnameable_types, reason = "sealed: an implementation of one's own could send any statement")]
pub trait Inserts<'a, M: TenantModel>: TenantInsert<Model = M> {
    type One: LoadsAs<M::Row> + 'a;
    type Batch: LoadsAs<M::Row> + 'a;

    fn one(self, tenant: &M::Key) -> Self::One;
    fn batch(rows: Vec<Self>, tenant: &M::Key) -> Self::Batch;
}

impl<'a, M, I> Inserts<'a, M> for I
where
    M: TenantModel,
    I: TenantInsert<Model = M>,
    I::Record: Insertable<M::Table, Values: 'a>,
    Vec<I::Record>: Insertable<M::Table, Values: 'a>,
    Statement<M, I::Record>: Query + LoadsAs<M::Row> + 'a,
    Statement<M, Vec<I::Record>>: Query + LoadsAs<M::Row> + 'a,
{
    type One = Statement<M, I::Record>;
    type Batch = Statement<M, Vec<I::Record>>;

    fn one(self, tenant: &M::Key) -> Self::One {
        let record = self.into_record(tenant);
        diesel::insert_into(M::table()).values(record).returning(M::selection())
    }

    fn batch(rows: Vec<Self>, tenant: &M::Key) -> Self::Batch {
        let records: Vec<_> = rows.into_iter().map(|row| row.into_record(tenant)).collect();
        diesel::insert_into(M::table()).values(records).returning(M::selection())
    }
}

/// PostgreSQL's limit on the parameters of one statement: the protocol counts them in 16 bits.
const MAX_PARAMETERS: usize = 65_535;

/// Inserts one row.
pub(crate) fn insert_one<'a, M, I>(source: Source<'a, M::Key>, new: I) -> BoxFuture<'a, Result<Vec<M>>>
where
    M: TenantModel,
    I: InsertInto<'a, M>,
{
    source.run(Operation::write("insert", M::META.name), checked::<M, _>(source, new.one(source.tenant())))
}

/// Inserts a batch: one statement, or as many as PostgreSQL's limit on parameters asks for, all in one transaction.
pub(crate) fn insert_batch<'a, M, I>(
    source: Source<'a, M::Key>,
    new: impl IntoIterator<Item = I>,
) -> BoxFuture<'a, Result<Vec<M>>>
where
    M: TenantModel,
    I: InsertInto<'a, M>,
{
    let rows_per_statement = (MAX_PARAMETERS / I::PARAMETERS.max(1)).max(1);
    let mut rows = new.into_iter().peekable();
    let mut statements = Vec::new();
    while rows.peek().is_some() {
        let batch = rows.by_ref().take(rows_per_statement).collect();
        statements.push(checked::<M, _>(source, I::batch(batch, source.tenant())));
    }
    if statements.is_empty() {
        return Box::pin(async { Ok(Vec::new()) });
    }
    let operation = Operation::write("insert_many", M::META.name).of_statements(statements.len());
    source.run(operation, in_order(statements))
}
