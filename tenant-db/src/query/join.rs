//! Joining models.

use diesel::internal::operators_macro::FieldAliasMapper;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::query_source::{Alias, AliasSource};
use diesel::result::QueryResult;

use super::fragments::{Piece, Stage};
use super::from::{Aliased, InnerJoin, Joined, Joins, LeftJoin, Sources, Table};
use super::parts::{Join, Part};
use super::predicate::{Named, push_pairs};
use super::raw::Place;
use super::scope::{Filter, OnlyTables};
use super::select::ScopedQuery;
use super::shape::WholeRow;
use crate::meta::{ModelMeta, Tenancy};
use crate::model::{Joinable, Model};
use crate::permission::Grants;

/// How rows of two models belong together. `#[tenant(references(…))]` and `#[tenant(through(…))]` declare it, for both
/// directions.
#[diagnostic::on_unimplemented(
    message = "`{Self}` and `{B}` have no declared reference, so how to join them is not known",
    label = "no reference between the two",
    note = "declare it on the model with the foreign key, `#[tenant(references({B}, foreign_key))]`",
    note = "or say it here: `.inner_join_on::<{B}>(condition)`, `.left_join_on::<{B}>(condition)`",
    note = "what is joined to another model than the first: `.inner_join_from::<That, {B}>()`",
    note = "a model is joined to itself under an alias: `.inner_join_as::<{B}, _>(alias, condition)`"
)]
pub trait JoinsTo<B: Model>: Model {
    /// The columns that are equal.
    #[doc(hidden)]
    fn link() -> Link;
}

/// Columns of a child, which are equal to the primary key of its parent.
#[derive(Debug, Clone, Copy)]
pub struct Link {
    child: &'static ModelMeta,
    foreign_key: &'static [&'static str],
    parent: &'static ModelMeta,
    tenants: bool,
}

impl Link {
    /// For generated code.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(
        child: &'static ModelMeta,
        foreign_key: &'static [&'static str],
        parent: &'static ModelMeta,
    ) -> Self {
        Self { child, foreign_key, parent, tenants: false }
    }

    /// The same, and the tenants are equal. The predicates on both tables say as much, but each has a parameter of its
    /// own, and a plan for any parameters knows nothing of their values: it takes the tenants for independent, and
    /// expects hardly any row. A left join needs no such help, and gets none by it.
    const fn of_one_tenant(self) -> Self {
        Self { tenants: true, ..self }
    }
}

impl QueryFragment<Pg> for Link {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let (child, parent) = (Named::new(self.child), Named::new(self.parent));
        push_pairs(child, self.foreign_key, parent, self.parent.primary_key, &mut out)?;
        if let (true, Tenancy::Column(of_child), Tenancy::Column(of_parent)) =
            (self.tenants, self.child.tenancy, self.parent.tenancy)
        {
            out.push_sql(" AND ");
            push_pairs(child, &[of_child], parent, &[of_parent], &mut out)?;
        }
        Ok(())
    }
}

/// A table under the name of an alias.
struct AliasTable(&'static ModelMeta, &'static str);

impl QueryFragment<Pg> for AliasTable {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        super::predicate::push_table(self.0, &mut out);
        out.push_sql(" AS ");
        out.push_identifier(self.1)
    }
}

/// Models can be joined while whole rows are asked for; what is selected of them comes last.
///
/// The tables have to be made known to each other by `diesel::allow_tables_to_appear_in_same_query!`, which `diesel
/// print-schema` writes.
///
/// # Isolation
///
/// Each joined table carries its own tenant predicate, in its `ON` (I5); joining needs the permission to read the model;
/// the tenant of each table's row is checked when it arrives (I6). What has no model cannot be joined.
impl<'a, F: Sources, R, L: Stage> ScopedQuery<'a, F, R, WholeRow, L> {
    /// Joins `B` to the first model by their declared reference; rows without a partner are left out.
    ///
    /// ```no_run
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/doctest_models.rs"));
    /// # use diesel::prelude::*;
    /// # use tenant_db::prelude::*;
    /// # async fn example(db: tenant_db::TenantDb, context: tenant_db::TenantContext<Manager>) -> tenant_db::Result<()> {
    /// let invoices: Vec<(Invoice, Customer)> = db
    ///     .scoped::<Invoice>(&context)
    ///     .inner_join::<Customer>()
    ///     .filter(customers::credit_limit.gt(100))
    ///     .load()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// # fn main() {}
    /// ```
    pub fn inner_join<B>(self) -> ScopedQuery<'a, Joined<F, B, InnerJoin>, R, WholeRow, L>
    where
        B: Joinable<F::Key>,
        F::Root: JoinsTo<B>,
        R: Grants<B::Read>,
        Joined<F, B, InnerJoin>: Sources<Key = F::Key>,
    {
        self.joining(part::<B>(false, Box::new(<F::Root as JoinsTo<B>>::link().of_one_tenant())))
    }

    /// Joins `B` to the first model by their declared reference; rows without a partner stay, with `None`.
    ///
    /// ```no_run
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/doctest_models.rs"));
    /// # use diesel::prelude::*;
    /// # use tenant_db::prelude::*;
    /// # async fn example(db: tenant_db::TenantDb, context: tenant_db::TenantContext<Manager>) -> tenant_db::Result<()> {
    /// let customers: Vec<(Customer, Option<Invoice>)> =
    ///     db.scoped::<Customer>(&context).left_join::<Invoice>().order(customers::name.asc()).load().await?;
    /// # Ok(())
    /// # }
    /// # fn main() {}
    /// ```
    pub fn left_join<B>(self) -> ScopedQuery<'a, Joined<F, B, LeftJoin>, R, WholeRow, L>
    where
        B: Joinable<F::Key>,
        F::Root: JoinsTo<B>,
        R: Grants<B::Read>,
        Joined<F, B, LeftJoin>: Sources<Key = F::Key>,
    {
        self.joining(part::<B>(true, Box::new(<F::Root as JoinsTo<B>>::link())))
    }

    /// Joins `B` to `A`, a model of the query that need not be the first, by their declared reference.
    pub fn inner_join_from<A, B>(self) -> ScopedQuery<'a, Joined<F, B, InnerJoin>, R, WholeRow, L>
    where
        A: JoinsTo<B>,
        OnlyTables<F::Scope>: Contains<A::Table>,
        B: Joinable<F::Key>,
        R: Grants<B::Read>,
        Joined<F, B, InnerJoin>: Sources<Key = F::Key>,
    {
        self.joining(part::<B>(false, Box::new(A::link().of_one_tenant())))
    }

    /// Joins `B` to `A`, a model of the query that need not be the first, by their declared reference; rows without a
    /// partner stay, with `None`.
    pub fn left_join_from<A, B>(self) -> ScopedQuery<'a, Joined<F, B, LeftJoin>, R, WholeRow, L>
    where
        A: JoinsTo<B>,
        OnlyTables<F::Scope>: Contains<A::Table>,
        B: Joinable<F::Key>,
        R: Grants<B::Read>,
        Joined<F, B, LeftJoin>: Sources<Key = F::Key>,
    {
        self.joining(part::<B>(true, Box::new(A::link())))
    }

    /// Joins `B` where `on` is true.
    pub fn inner_join_on<B>(
        mut self,
        on: impl Filter<'a, Joined<F, B, InnerJoin>>,
    ) -> ScopedQuery<'a, Joined<F, B, InnerJoin>, R, WholeRow, L>
    where
        B: Joinable<F::Key>,
        R: Grants<B::Read>,
        Joined<F, B, InnerJoin>: Sources<Key = F::Key>,
    {
        self.look_at(&on, Place::Parentheses);
        self.joining(part::<B>(false, Box::new(on)))
    }

    /// Joins `B` where `on` is true; rows without a partner stay, with `None`.
    pub fn left_join_on<B>(
        mut self,
        on: impl Filter<'a, Joined<F, B, LeftJoin>>,
    ) -> ScopedQuery<'a, Joined<F, B, LeftJoin>, R, WholeRow, L>
    where
        B: Joinable<F::Key>,
        R: Grants<B::Read>,
        Joined<F, B, LeftJoin>: Sources<Key = F::Key>,
    {
        self.look_at(&on, Place::Parentheses);
        self.joining(part::<B>(true, Box::new(on)))
    }

    /// Joins `B` under the name of an alias (`diesel::alias!`) where `on` is true: a table that is in the query already.
    ///
    /// ```no_run
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/doctest_models.rs"));
    /// # use diesel::prelude::*;
    /// # use tenant_db::prelude::*;
    /// # async fn example(db: tenant_db::TenantDb, context: tenant_db::TenantContext<Manager>) -> tenant_db::Result<()> {
    /// let others = diesel::alias!(customers as others);
    /// let pairs: Vec<(Customer, Customer)> = db
    ///     .scoped::<Customer>(&context)
    ///     .query()
    ///     .inner_join_as::<Customer, _>(
    ///         others,
    ///         others.field(customers::credit_limit).eq(customers::credit_limit),
    ///     )
    ///     .filter(others.field(customers::id).gt(customers::id))
    ///     .load()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// # fn main() {}
    /// ```
    #[allow(
        clippy::type_complexity,
        clippy::needless_pass_by_value,
        reason = "the type says what is joined, and diesel takes aliases by value"
    )]
    pub fn inner_join_as<B, S>(
        mut self,
        alias: Alias<S>,
        on: impl Filter<'a, Joined<F, Aliased<B, S>, InnerJoin>>,
    ) -> ScopedQuery<'a, Joined<F, Aliased<B, S>, InnerJoin>, R, WholeRow, L>
    where
        B: Joinable<F::Key>,
        B::Selection: SelectionUnder<S>,
        S: AliasSource<Target = B::Table>,
        R: Grants<B::Read>,
        Aliased<B, S>: Joins<F::Key>,
        Joined<F, Aliased<B, S>, InnerJoin>: Sources<Key = F::Key>,
    {
        self.look_at(&on, Place::Parentheses);
        self.refuse_reserved(S::NAME);
        self.joining(part_as::<B, S>(&alias, false, Box::new(on)))
    }

    /// Joins `B` under the name of an alias where `on` is true; rows without a partner stay, with `None`.
    #[allow(
        clippy::type_complexity,
        clippy::needless_pass_by_value,
        reason = "the type says what is joined, and diesel takes aliases by value"
    )]
    pub fn left_join_as<B, S>(
        mut self,
        alias: Alias<S>,
        on: impl Filter<'a, Joined<F, Aliased<B, S>, LeftJoin>>,
    ) -> ScopedQuery<'a, Joined<F, Aliased<B, S>, LeftJoin>, R, WholeRow, L>
    where
        B: Joinable<F::Key>,
        B::Selection: SelectionUnder<S>,
        S: AliasSource<Target = B::Table>,
        R: Grants<B::Read>,
        Aliased<B, S>: Joins<F::Key>,
        Joined<F, Aliased<B, S>, LeftJoin>: Sources<Key = F::Key>,
    {
        self.look_at(&on, Place::Parentheses);
        self.refuse_reserved(S::NAME);
        self.joining(part_as::<B, S>(&alias, true, Box::new(on)))
    }

    /// Names of ancestors (`query/predicate.rs`) would take the alias for themselves.
    fn refuse_reserved(&mut self, alias: &str) {
        if alias.starts_with(super::predicate::RESERVED) {
            self.raw.refuse("an alias begins with `tenant_parent_`, which is reserved");
        }
    }

    fn joining<F2>(mut self, part: Part<'a>) -> ScopedQuery<'a, F2, R, WholeRow, L>
    where
        F2: Sources<Key = F::Key>,
    {
        self.parts.tables.push(part);
        self.typed()
    }
}

/// Whether a table is in a query.
#[diagnostic::on_unimplemented(
    message = "the query does not read from `{T}` yet",
    label = "join the model of that table first"
)]
pub trait Contains<T> {}

#[diagnostic::do_not_recommend]
impl<Tables, T> Contains<T> for OnlyTables<Tables> where
    Tables: diesel::query_source::AppearsInFromClause<T, Count = diesel::query_source::Once>
{
}

/// The columns of a model under the name of an alias.
pub trait SelectionUnder<S>: Sized {
    #[doc(hidden)]
    fn under(self, alias: &Alias<S>) -> Piece<'static>;
}

impl<T, S> SelectionUnder<S> for T
where
    S: AliasSource,
    T: FieldAliasMapper<S>,
    T::Out: QueryFragment<Pg> + Send + 'static,
{
    fn under(self, alias: &Alias<S>) -> Piece<'static> {
        Box::new(alias.fields(self))
    }
}

fn part<'a, B: Model>(is_left: bool, on: Piece<'a>) -> Part<'a> {
    Part {
        table: Named::new(B::META),
        source: Box::new(Table(B::META)),
        selection: Box::new(B::selection()),
        join: Some(Join { is_left, on }),
    }
}

fn part_as<'a, B, S>(alias: &Alias<S>, is_left: bool, on: Piece<'a>) -> Part<'a>
where
    B: Model,
    B::Selection: SelectionUnder<S>,
    S: AliasSource,
{
    Part {
        table: Named { meta: B::META, alias: Some(S::NAME) },
        source: Box::new(AliasTable(B::META, S::NAME)),
        selection: B::selection().under(alias),
        join: Some(Join { is_left, on }),
    }
}
