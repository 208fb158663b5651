//! Inserting: [`TenantInsert`], and how its rows get their tenant and their key.

use diesel::Insertable;
use diesel::dsl::Returning;
use diesel::query_builder::{InsertStatement, Query};
use futures_util::future::BoxFuture;

use super::rows::{checked, in_order};
use crate::error::Result;
use crate::model::TenantModel;
use crate::session::{LoadsAs, Source};

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

/// PostgreSQL's limit on the parameters of one statement: the protocol counts them in 16 bits.
const MAX_PARAMETERS: usize = 65_535;

/// `INSERT INTO table … RETURNING the model`, for a batch of records.
pub(crate) type InsertReturning<M, Record> = Returning<
    InsertStatement<<M as TenantModel>::Table, <Vec<Record> as Insertable<<M as TenantModel>::Table>>::Values>,
    <M as TenantModel>::Selection,
>;

/// `INSERT INTO table … RETURNING the model`, for one record.
pub(crate) type InsertOneReturning<M, Record> = Returning<
    InsertStatement<<M as TenantModel>::Table, <Record as Insertable<<M as TenantModel>::Table>>::Values>,
    <M as TenantModel>::Selection,
>;

/// Inserts one row.
pub(crate) fn insert_one<'a, M, I>(source: Source<'a, M::Key>, new: I) -> BoxFuture<'a, Result<Vec<M>>>
where
    M: TenantModel,
    I: TenantInsert<Model = M>,
    I::Record: Insertable<M::Table, Values: 'a>,
    InsertOneReturning<M, I::Record>: Query + LoadsAs<M::Row> + 'a,
{
    let record = new.into_record(source.tenant());
    let statement = diesel::insert_into(M::table()).values(record).returning(M::selection());
    source.run(checked::<M, _>(source, statement))
}

/// Inserts a batch: one statement, or as many as PostgreSQL's limit on parameters asks for, all in one transaction.
pub(crate) fn insert_batch<'a, M, I>(source: Source<'a, M::Key>, new: Vec<I>) -> BoxFuture<'a, Result<Vec<M>>>
where
    M: TenantModel,
    I: TenantInsert<Model = M>,
    Vec<I::Record>: Insertable<M::Table, Values: 'a>,
    InsertReturning<M, I::Record>: Query + LoadsAs<M::Row> + 'a,
{
    let rows_per_statement = (MAX_PARAMETERS / I::PARAMETERS.max(1)).max(1);
    let mut statements = Vec::new();
    let mut records = new.into_iter().map(|row| row.into_record(source.tenant())).peekable();
    while records.peek().is_some() {
        let batch: Vec<_> = records.by_ref().take(rows_per_statement).collect();
        let statement = diesel::insert_into(M::table()).values(batch).returning(M::selection());
        statements.push(checked::<M, _>(source, statement));
    }
    source.run(in_order(statements))
}
