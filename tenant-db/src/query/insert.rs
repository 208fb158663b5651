//! Inserting: [`TenantInsert`], and how its rows get their tenant and their key.

use diesel::Insertable;
use diesel::pg::Pg;
use diesel::query_builder::{InsertStatement, QueryFragment};

use super::fragments::Piece;
use super::write::Body;
use super::writing::Draft;
use crate::meta::Tenancy;
use crate::model::TenantModel;
use crate::session::{Operation, Source};

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
    /// `INSERT INTO table (…) VALUES (…)`, with the tenant.
    fn one(self, tenant: &M::Key) -> Piece<'a>;
    /// The same for several rows.
    fn batch(rows: Vec<Self>, tenant: &M::Key) -> Piece<'a>;
}

/// What diesel makes of values.
type Statement<M, Values> = InsertStatement<
    <M as crate::model::Model>::Table,
    <Values as Insertable<<M as crate::model::Model>::Table>>::Values,
>;

impl<'a, M, I> Inserts<'a, M> for I
where
    M: TenantModel,
    I: TenantInsert<Model = M>,
    I::Record: Insertable<M::Table>,
    Vec<I::Record>: Insertable<M::Table>,
    Statement<M, I::Record>: QueryFragment<Pg> + Send + 'a,
    Statement<M, Vec<I::Record>>: QueryFragment<Pg> + Send + 'a,
{
    fn one(self, tenant: &M::Key) -> Piece<'a> {
        Box::new(diesel::insert_into(M::table()).values(self.into_record(tenant)))
    }

    fn batch(rows: Vec<Self>, tenant: &M::Key) -> Piece<'a> {
        let records: Vec<_> = rows.into_iter().map(|row| row.into_record(tenant)).collect();
        Box::new(diesel::insert_into(M::table()).values(records))
    }
}

/// PostgreSQL's limit on the parameters of one statement: the protocol counts them in 16 bits.
pub(crate) const MAX_PARAMETERS: usize = 65_535;

/// Those that are left for what stands behind the rows of a batch: changes on conflict, what is returned.
pub(super) const BESIDE_ROWS: usize = 1_024;

/// What inserting is. A row of a child table names its parent, who may turn out to be somebody else's only when the row
/// comes back (I6): COMMIT waits for that.
pub(super) fn inserting<M: TenantModel>(name: &'static str, statements: usize) -> Operation {
    let waits = matches!(M::META.tenancy, Tenancy::Through { .. });
    Operation::write(name, M::META.name).of_statements(if waits { statements.max(2) } else { statements })
}

/// One row.
pub(crate) fn insert_one<'a, M, I>(source: Source<'a, M::Key>, new: I) -> Draft<'a, M>
where
    M: TenantModel,
    I: InsertInto<'a, M>,
{
    let body = Body::Rows { batches: vec![new.one(source.tenant())], conflict: None };
    Draft::new(source, inserting::<M>("insert", 1), Ok(body))
}

/// A batch: one statement, or as many as PostgreSQL's limit on parameters asks for, all in one transaction.
pub(crate) fn insert_batch<'a, M, I>(
    source: Source<'a, M::Key>,
    new: impl IntoIterator<Item = I>,
) -> Draft<'a, M>
where
    M: TenantModel,
    I: InsertInto<'a, M>,
{
    let batches = batches(source.tenant(), new);
    let operation = inserting::<M>("insert_many", batches.len());
    Draft::new(source, operation, Ok(Body::Rows { batches, conflict: None }))
}

/// `INSERT INTO table (…) VALUES (…), (…), …`, as often as it takes.
pub(super) fn batches<'a, M, I>(tenant: &M::Key, new: impl IntoIterator<Item = I>) -> Vec<Piece<'a>>
where
    M: TenantModel,
    I: InsertInto<'a, M>,
{
    let rows_per_statement = rows_per_statement(I::PARAMETERS);
    let mut rows = new.into_iter().peekable();
    let mut batches = Vec::new();
    while rows.peek().is_some() {
        batches.push(I::batch(rows.by_ref().take(rows_per_statement).collect(), tenant));
    }
    batches
}

/// How many rows of so many parameters fit into one statement.
pub(super) fn rows_per_statement(parameters: usize) -> usize {
    ((MAX_PARAMETERS - BESIDE_ROWS) / parameters.max(1)).max(1)
}
