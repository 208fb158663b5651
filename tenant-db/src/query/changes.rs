//! What an update sets: structs of changes, and assignments of expressions.

use diesel::expression::{AppearsOnTable, Expression, NonAggregate};
use diesel::insertable::ColumnInsertValue;
use diesel::pg::Pg;
use diesel::query_builder::{AsChangeset, AstPass, QueryFragment, ValuesClause};
use diesel::result::QueryResult;
use diesel::sql_types::BoolOrNullableBool;
use diesel::{Column, Insertable};

use super::fragments::Piece;
use super::predicate::{Named, Tenant};
use super::raw::{Place, RawSql};
use super::scope::OnlyTables;
use super::update::TenantUpdate;
use crate::error::{Error, Result};
use crate::meta::ModelMeta;
use crate::model::{Model, TenantModel};

/// What can change rows of `M`: a [`TenantUpdate`] whose model is `M`, assignments such as
/// `accounts::balance.eq(accounts::balance + 10)`, and tuples of both. `Kind` is found by the compiler.
#[diagnostic::on_unimplemented(
    message = "this is not a change of rows of `{M}`",
    label = "neither changes of `{M}` nor assignments to its columns",
    note = "changes are a struct with `#[derive(TenantUpdate)] #[tenant(model = {M})]`, assignments of expressions such as \
            `accounts::balance.eq(accounts::balance + 10)`, and tuples of these",
    note = "columns that are fields of `{M}` can be assigned; not the tenant, the primary key, the reference to a parent, the \
            version, or the mark of deletion",
    note = "an expression speaks of columns of `{M}`'s table only, and aggregates nothing"
)]
pub trait ChangesOf<'a, M: TenantModel, Kind = ByStruct>: Changes<'a, M, Kind, InUpdate<M>> {}

#[diagnostic::do_not_recommend]
impl<'a, M: TenantModel, U, Kind> ChangesOf<'a, M, Kind> for U where U: Changes<'a, M, Kind, InUpdate<M>> {}

/// Where the expressions of an update stand.
pub(super) type InUpdate<M> = OnlyTables<<M as Model>::Table>;

/// A column that expressions can be assigned to. `#[derive(TenantScoped)]` says it of the fields of a model, but for the tenant,
/// the primary key, the reference to a parent, the version, and the mark of deletion.
#[diagnostic::on_unimplemented(
    message = "the column `{Self}` of `{M}` cannot be assigned",
    label = "kept by this library, or no field of `{M}`",
    note = "a row keeps its tenant, its primary key and its parent; versions are counted and deletion is marked by `delete` and \
            `restore`"
)]
pub trait Assignable<M: Model> {}

/// The half of [`ChangesOf`] that nobody else can implement: it makes a part of the statement. `Place` says of which tables
/// expressions may speak.
#[allow(unnameable_types, reason = "sealed: an implementation of one's own could send any statement")]
pub trait Changes<'a, M: TenantModel, Kind, Place> {
    fn add_to(self, assignments: &mut Assignments<'a>);
}

/// A struct.
#[derive(Debug)]
#[non_exhaustive]
pub enum ByStruct {}

/// `column.eq(expression)`.
#[derive(Debug)]
#[non_exhaustive]
pub enum ByExpression {}

/// What stands behind SET, while it is put together.
#[allow(unnameable_types, reason = "for this crate")]
pub struct Assignments<'a> {
    tenant: Tenant,
    pieces: Vec<Piece<'a>>,
    raw: RawSql,
}

impl<'a> Assignments<'a> {
    /// Those of `changes`. A row's version is counted by every change.
    pub(super) fn of<M, Kind, P>(
        changes: impl Changes<'a, M, Kind, P>,
        tenant: &Tenant,
    ) -> (Result<Vec<Piece<'a>>>, RawSql)
    where
        M: TenantModel,
    {
        let mut all = Self { tenant: tenant.clone(), pieces: Vec::new(), raw: RawSql::default() };
        changes.add_to(&mut all);
        let Self { mut pieces, raw, .. } = all;
        if pieces.is_empty() {
            return (Err(Error::NoChanges), raw);
        }
        count_version(M::META, &mut pieces);
        (Ok(pieces), raw)
    }
}

/// Adds `version = table.version + 1`, where there is a version.
pub(super) fn count_version(meta: &'static ModelMeta, pieces: &mut Vec<Piece<'_>>) {
    if let Some(column) = meta.version {
        pieces.push(Box::new(CountUp { table: Named::new(meta), column }));
    }
}

impl<'a, M, U, P> Changes<'a, M, ByStruct, P> for U
where
    M: TenantModel,
    U: TenantUpdate<Model = M>,
    U::Changes: AsChangeset<Target = M::Table, Changeset: QueryFragment<Pg> + Send + 'a>,
{
    fn add_to(self, assignments: &mut Assignments<'a>) {
        if !self.is_empty() {
            assignments.pieces.push(Box::new(self.into_changes().as_changeset()));
        }
    }
}

/// Diesel's `Eq` has no name that could be written here; as a row to be inserted it says what its sides are.
impl<'a, M, E, C, V, P> Changes<'a, M, ByExpression, P> for E
where
    M: TenantModel,
    E: Expression<SqlType: BoolOrNullableBool>
        + Insertable<M::Table, Values = ValuesClause<ColumnInsertValue<C, V>, M::Table>>,
    C: Column<Table = M::Table> + Assignable<M> + Send + 'a,
    V: AppearsOnTable<P> + NonAggregate + QueryFragment<Pg> + Send + 'a,
{
    fn add_to(self, assignments: &mut Assignments<'a>) {
        let value = self.values().values;
        assignments.raw.look_at(&value, Place::Parentheses, &assignments.tenant);
        assignments.pieces.push(Box::new(Assignment { column: C::NAME, value: Box::new(value) }));
    }
}

/// Changes where there are any.
impl<'a, M, T, Kind, P> Changes<'a, M, Option<Kind>, P> for Option<T>
where
    M: TenantModel,
    T: Changes<'a, M, Kind, P>,
{
    fn add_to(self, assignments: &mut Assignments<'a>) {
        if let Some(changes) = self {
            changes.add_to(assignments);
        }
    }
}

macro_rules! changes_of_tuples {
    ($(($($part:ident $kind:ident)+))+) => {
        $(
            #[allow(non_snake_case, reason = "the parts of a tuple have the names of their types")]
            impl<'a, M, P, $($part, $kind),+> Changes<'a, M, ($($kind,)+), P> for ($($part,)+)
            where
                M: TenantModel,
                $($part: Changes<'a, M, $kind, P>,)+
            {
                fn add_to(self, assignments: &mut Assignments<'a>) {
                    let ($($part,)+) = self;
                    $($part.add_to(assignments);)+
                }
            }
        )+
    };
}

changes_of_tuples! {
    (A K1)
    (A K1 B K2)
    (A K1 B K2 C K3)
    (A K1 B K2 C K3 D K4)
    (A K1 B K2 C K3 D K4 E K5)
    (A K1 B K2 C K3 D K4 E K5 F K6)
    (A K1 B K2 C K3 D K4 E K5 F K6 G K7)
    (A K1 B K2 C K3 D K4 E K5 F K6 G K7 H K8)
}

/// `column = (value)`. The parentheses keep text that is written by hand in its place.
pub(super) struct Assignment<'a> {
    pub(super) column: &'static str,
    pub(super) value: Piece<'a>,
}

impl QueryFragment<Pg> for Assignment<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_identifier(self.column)?;
        out.push_sql(" = (");
        self.value.walk_ast(out.reborrow())?;
        out.push_sql(")");
        Ok(())
    }
}

/// `version = table.version + 1`.
struct CountUp {
    table: Named,
    column: &'static str,
}

impl QueryFragment<Pg> for CountUp {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_identifier(self.column)?;
        out.push_sql(" = ");
        self.table.push_column(self.column, &mut out)?;
        out.push_sql(" + 1");
        Ok(())
    }
}
