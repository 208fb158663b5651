//! [`TenantScoped`]: the repository of a model for one tenant.

use std::fmt;
use std::marker::PhantomData;

use diesel::pg::Pg;
use diesel::query_builder::{AsQuery, QueryFragment, QueryId};
use diesel::query_dsl::methods::{
    BoxedDsl, DistinctDsl, FilterDsl, LimitDsl, OffsetDsl, OrderDsl, SelectDsl,
};
use futures_util::future::BoxFuture;

use crate::error::{OptionalExtension, Result};
use crate::model::TenantModel;
use crate::permission::{AnyRole, Grants};
use crate::query::{
    ChangesOf, Columns, CountRows, DeleteTarget, ExistsRows, ForUpdate, InQuery, InScope, InsertInto, Locked,
    Parenthesized, ScopedQuery, Unlocked, WholeRow, checked, delete_one, in_order, insert_batch, insert_one,
    keys_per_statement, single, update_one,
};
use crate::session::{LoadsAs, Operation, Source};

/// The rows of `M` that belong to one tenant, for somebody with role `R`.
///
/// [`TenantDb::scoped`](crate::Repositories::scoped) makes one whose operations are transactions of their own;
/// [`Transaction::scoped`](crate::Transaction::scoped) makes one that works in the transaction. A role that does not
/// grant what an operation needs is a compile error.
///
/// # Isolation
///
/// Every statement carries the tenant predicate (I5), runs with the tenant set for row-level security (I3), and every
/// row that comes back is checked once more (I6). A row of another tenant is not found, exactly as if it did not exist
/// (I8).
#[must_use = "a repository does nothing until one of its operations is awaited"]
pub struct TenantScoped<'a, M: TenantModel, R = AnyRole> {
    source: Source<'a, M::Key>,
    role: PhantomData<fn() -> (M, R)>,
}

/// The query of a model before anything was added to it.
type Everything<M> = <M as TenantModel>::Query;

impl<'a, M: TenantModel, R> TenantScoped<'a, M, R> {
    pub(crate) fn new(source: Source<'a, M::Key>) -> Self {
        Self { source, role: PhantomData }
    }

    /// The tenant whose rows these are.
    #[must_use]
    pub fn tenant(&self) -> &'a M::Key {
        self.source.tenant()
    }

    /// All rows, as a query to which more can be added.
    pub fn query(&self) -> ScopedQuery<'a, M, R, Everything<M>> {
        ScopedQuery::new(self.source, M::table().as_query())
    }
}

/// Reading by key.
impl<'a, M: TenantModel, R> TenantScoped<'a, M, R> {
    /// The row with this primary key.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`](crate::Error::NotFound) where the tenant has no such row, whoever else may have it (I8), and those of
    /// [`ScopedQuery::load`].
    pub fn find(&self, key: M::PrimaryKey) -> BoxFuture<'a, Result<M>>
    where
        R: Grants<M::Read>,
    {
        let source = self.source;
        let query = M::table().as_query();
        let query = query.filter(M::primary_key_eq(key)).filter(M::tenant_eq(source.tenant()));
        let query = query.select(M::selection());
        let operation = Operation::read("find", M::META.name);
        Box::pin(async move { source.run(operation, checked::<M, _>(source, query)).await.and_then(single) })
    }

    /// The row with this primary key, or `None`.
    ///
    /// # Errors
    ///
    /// Those of [`find`](Self::find) but [`Error::NotFound`](crate::Error::NotFound).
    pub fn find_optional(&self, key: M::PrimaryKey) -> BoxFuture<'a, Result<Option<M>>>
    where
        R: Grants<M::Read>,
    {
        let found = self.find(key);
        Box::pin(async move { found.await.optional() })
    }

    /// The rows with these primary keys, in no particular order. Keys without a row are left out.
    ///
    /// # Errors
    ///
    /// Those of [`ScopedQuery::load`].
    pub fn find_many(&self, keys: impl IntoIterator<Item = M::PrimaryKey>) -> BoxFuture<'a, Result<Vec<M>>>
    where
        R: Grants<M::Read>,
    {
        let source = self.source;
        let mut keys = keys.into_iter().peekable();
        let mut batches = Vec::new();
        while keys.peek().is_some() {
            let batch = keys.by_ref().take(keys_per_statement(M::META)).collect();
            let query = M::table().as_query();
            let query = query.filter(M::primary_key_any(batch)).filter(M::tenant_eq(source.tenant()));
            batches.push(checked::<M, _>(source, query.select(M::selection())));
        }
        if batches.is_empty() {
            return Box::pin(async { Ok(Vec::new()) });
        }
        let operation = Operation::read("find_many", M::META.name).of_statements(batches.len());
        source.run(operation, in_order(batches))
    }
}

/// Queries: each starts from all rows of the tenant. [`ScopedQuery`] has the rest of the verbs.
impl<'a, M: TenantModel, R> TenantScoped<'a, M, R> {
    /// The rows for which `predicate` is true.
    pub fn filter<P>(
        &self,
        predicate: P,
    ) -> ScopedQuery<'a, M, R, <Everything<M> as FilterDsl<Parenthesized<P>>>::Output>
    where
        P: InScope<M> + QueryFragment<Pg> + QueryId,
        Everything<M>: FilterDsl<Parenthesized<P>>,
    {
        self.query().filter(predicate)
    }

    /// All rows, ordered by `expression`.
    pub fn order<E>(
        &self,
        expression: E,
    ) -> ScopedQuery<'a, M, R, <Everything<M> as OrderDsl<InQuery<E>>>::Output>
    where
        E: InScope<M> + QueryFragment<Pg> + QueryId,
        Everything<M>: OrderDsl<InQuery<E>>,
    {
        self.query().order(expression)
    }

    /// At most `rows` rows.
    pub fn limit(&self, rows: i64) -> ScopedQuery<'a, M, R, <Everything<M> as LimitDsl>::Output>
    where
        Everything<M>: LimitDsl,
    {
        self.query().limit(rows)
    }

    /// All rows but the first `rows`.
    pub fn offset(&self, rows: i64) -> ScopedQuery<'a, M, R, <Everything<M> as OffsetDsl>::Output>
    where
        Everything<M>: OffsetDsl,
    {
        self.query().offset(rows)
    }

    /// Each distinct row once.
    pub fn distinct(&self) -> ScopedQuery<'a, M, R, <Everything<M> as DistinctDsl>::Output>
    where
        Everything<M>: DistinctDsl,
    {
        self.query().distinct()
    }

    /// Columns, or any expression of diesel, instead of the model.
    pub fn select<E>(&self, expression: E) -> ScopedQuery<'a, M, R, Everything<M>, Columns<E>>
    where
        E: InScope<M> + QueryFragment<Pg> + QueryId,
    {
        self.query().select(expression)
    }

    /// All rows, as a query to which filters can be added under conditions.
    pub fn into_boxed<'q>(&self) -> ScopedQuery<'a, M, R, <Everything<M> as BoxedDsl<'q, Pg>>::Output>
    where
        Everything<M>: BoxedDsl<'q, Pg>,
    {
        self.query().into_boxed()
    }

    /// All rows, locked until the end of the transaction. Needs the permission to update.
    pub fn for_update(&self) -> ScopedQuery<'a, M, R, Everything<M>, WholeRow, ForUpdate>
    where
        R: Grants<M::Update>,
    {
        self.query().for_update()
    }
}

/// The rows of a model for one tenant, with nothing else asked for.
type AllRows<M> = <<Everything<M> as FilterDsl<<M as TenantModel>::TenantEq>>::Output as SelectDsl<
    <M as TenantModel>::Selection,
>>::Output;

/// The first row of a model for one tenant.
type FirstRow<M> =
    <<<Everything<M> as LimitDsl>::Output as FilterDsl<<M as TenantModel>::TenantEq>>::Output as SelectDsl<
        <M as TenantModel>::Selection,
    >>::Output;

/// Reading everything.
impl<'a, M: TenantModel, R> TenantScoped<'a, M, R>
where
    Everything<M>: FilterDsl<M::TenantEq>,
    <Everything<M> as FilterDsl<M::TenantEq>>::Output: SelectDsl<M::Selection>,
{
    /// All rows of the tenant.
    ///
    /// # Errors
    ///
    /// Those of [`ScopedQuery::load`].
    pub fn load(&self) -> BoxFuture<'a, Result<Vec<M>>>
    where
        R: Grants<M::Read>,
        Locked<AllRows<M>, Unlocked>: LoadsAs<M::Row> + 'a,
    {
        self.query().load()
    }

    /// Any one row of the tenant.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`](crate::Error::NotFound) where the tenant has none, and those of [`ScopedQuery::load`].
    pub fn first(&self) -> BoxFuture<'a, Result<M>>
    where
        R: Grants<M::Read>,
        Everything<M>: LimitDsl,
        <Everything<M> as LimitDsl>::Output: FilterDsl<M::TenantEq>,
        <<Everything<M> as LimitDsl>::Output as FilterDsl<M::TenantEq>>::Output: SelectDsl<M::Selection>,
        Locked<FirstRow<M>, Unlocked>: LoadsAs<M::Row> + 'a,
    {
        self.query().first()
    }

    /// How many rows the tenant has.
    ///
    /// # Errors
    ///
    /// Those of [`ScopedQuery::load`].
    pub fn count(&self) -> BoxFuture<'a, Result<i64>>
    where
        R: Grants<M::Read>,
        CountRows<Locked<AllRows<M>, Unlocked>>: LoadsAs<i64> + 'a,
    {
        self.query().count()
    }

    /// Whether the tenant has any row.
    ///
    /// # Errors
    ///
    /// Those of [`ScopedQuery::load`].
    pub fn exists(&self) -> BoxFuture<'a, Result<bool>>
    where
        R: Grants<M::Read>,
        ExistsRows<Locked<AllRows<M>, Unlocked>>: LoadsAs<bool> + 'a,
    {
        self.query().exists()
    }
}

/// Writing.
impl<'a, M: TenantModel, R> TenantScoped<'a, M, R> {
    /// Inserts a row and returns it, with what the database filled in.
    ///
    /// A primary key of type `Uuid` that the struct leaves out is made here (version 7: ordered by time).
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`](crate::Error::Conflict) where a constraint refuses the row, and those of [`ScopedQuery::load`].
    ///
    /// # Isolation
    ///
    /// The tenant column is that of the context.
    pub fn insert<I>(&self, new: I) -> BoxFuture<'a, Result<M>>
    where
        R: Grants<M::Insert>,
        I: InsertInto<'a, M>,
    {
        let inserted = insert_one(self.source, new);
        Box::pin(async move { inserted.await.and_then(single) })
    }

    /// Inserts rows and returns them in their order. All of them or none: more than fit into one statement go into
    /// several, in one transaction.
    ///
    /// # Errors
    ///
    /// Those of [`insert`](Self::insert).
    pub fn insert_many<I>(&self, new: impl IntoIterator<Item = I>) -> BoxFuture<'a, Result<Vec<M>>>
    where
        R: Grants<M::Insert>,
        I: InsertInto<'a, M>,
    {
        insert_batch(self.source, new)
    }

    /// Changes the row with this primary key and returns it as it is now, which needs the permission for reading too.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`](crate::Error::NotFound) where the tenant has no such row, [`Error::NoChanges`](crate::Error::NoChanges) where no column is set,
    /// [`Error::Conflict`](crate::Error::Conflict), and those of [`ScopedQuery::load`].
    pub fn update<U>(&self, key: M::PrimaryKey, changes: U) -> BoxFuture<'a, Result<M>>
    where
        R: Grants<M::Update> + Grants<M::Read>,
        U: ChangesOf<'a, M>,
    {
        update_one(self.source, key, changes)
    }

    /// Deletes the row with this primary key.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`](crate::Error::NotFound) where the tenant has no such row, [`Error::Conflict`](crate::Error::Conflict) where a foreign key forbids it, and
    /// those of [`ScopedQuery::load`].
    pub fn delete(&self, key: M::PrimaryKey) -> BoxFuture<'a, Result<()>>
    where
        R: Grants<M::Delete>,
        M::Found: DeleteTarget<'a, M>,
    {
        delete_one::<M>(self.source, key)
    }
}

impl<M: TenantModel, R> Clone for TenantScoped<'_, M, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: TenantModel, R> Copy for TenantScoped<'_, M, R> {}

impl<M: TenantModel, R> fmt::Debug for TenantScoped<'_, M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TenantScoped").field("model", &M::META.name).field("tenant", self.tenant()).finish()
    }
}
