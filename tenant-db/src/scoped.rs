//! [`TenantScoped`]: the repository of a model for one tenant.

use std::fmt;
use std::marker::PhantomData;

use futures_util::future::BoxFuture;

use crate::error::{Error, OptionalExtension, Result};
use crate::model::{Joinable, Model, TenantModel};
use crate::permission::{AnyRole, Grants};
use crate::query::{
    Arranged, BelongsTo, BulkInsert, ChangesOf, Columns, EachRow, Filter, ForUpdate, Gone, Grouped,
    InnerJoin, InsertInto, Joined, JoinsTo, LeftJoin, OneRow, Orders, ScopedQuery, SelectableFrom, Selects,
    SoftDeletes, Sources, Unversioned, Upsert, Versioned, WholeRow, Writing, delete_one, insert_batch,
    insert_one, keys_per_statement, purge_one, restore_one, update_one, update_version,
};
use crate::session::Source;

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
    pub fn query(&self) -> ScopedQuery<'a, M, R> {
        ScopedQuery::new(self.source)
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
        let rows = self.query().with_key(key);
        Box::pin(async move { rows.await?.pop().ok_or(Error::NotFound { model: M::META.name }) })
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

    /// The rows with these primary keys, in no particular order. Keys without a row are left out; a composite key that is
    /// given more than once may bring its row more than once.
    ///
    /// # Errors
    ///
    /// Those of [`ScopedQuery::load`].
    pub fn find_many(&self, keys: impl IntoIterator<Item = M::PrimaryKey>) -> BoxFuture<'a, Result<Vec<M>>>
    where
        R: Grants<M::Read>,
    {
        self.query().with_keys(keys, keys_per_statement(M::META))
    }
}

/// Queries: each starts from all rows of the tenant. [`ScopedQuery`] has the rest of the verbs.
impl<'a, M: TenantModel, R> TenantScoped<'a, M, R> {
    /// The rows for which `predicate` is true.
    pub fn filter<P: Filter<'a, M>>(&self, predicate: P) -> ScopedQuery<'a, M, R> {
        self.query().filter(predicate)
    }

    /// All rows, ordered by `expression`.
    pub fn order<E: Orders<'a, M>>(&self, expression: E) -> ScopedQuery<'a, M, R, WholeRow, Arranged> {
        self.query().order(expression)
    }

    /// At most `rows` rows.
    pub fn limit(&self, rows: i64) -> ScopedQuery<'a, M, R, WholeRow, Arranged> {
        self.query().limit(rows)
    }

    /// All rows but the first `rows`.
    pub fn offset(&self, rows: i64) -> ScopedQuery<'a, M, R, WholeRow, Arranged> {
        self.query().offset(rows)
    }

    /// Each distinct row once.
    pub fn distinct(&self) -> ScopedQuery<'a, M, R, WholeRow, Arranged> {
        self.query().distinct()
    }

    /// The first row of those for which `expression` is the same. See [`ScopedQuery::distinct_on`].
    pub fn distinct_on<E: Orders<'a, M>>(&self, expression: E) -> ScopedQuery<'a, M, R, WholeRow, Arranged> {
        self.query().distinct_on(expression)
    }

    /// Columns, or any expression of diesel, instead of the model.
    pub fn select<E>(&self, expression: E) -> ScopedQuery<'a, M, R, Columns<E::SqlType>>
    where
        E: Selects<'a, M> + SelectableFrom<()>,
    {
        self.query().select(expression)
    }

    /// The rows in groups. See [`ScopedQuery::group_by`].
    pub fn group_by<G: Orders<'a, M>>(&self, expression: G) -> ScopedQuery<'a, M, R, Grouped<G>> {
        self.query().group_by(expression)
    }

    /// All rows, as a query. See [`ScopedQuery::into_boxed`].
    pub fn into_boxed(&self) -> ScopedQuery<'a, M, R> {
        self.query()
    }

    /// All rows, locked until the end of the transaction. Needs the permission to update.
    pub fn for_update(&self) -> ScopedQuery<'a, M, R, WholeRow, ForUpdate>
    where
        R: Grants<M::Update>,
    {
        self.query().for_update()
    }

    /// Rows that are marked as deleted as well. See [`ScopedQuery::with_deleted`].
    pub fn with_deleted(&self) -> ScopedQuery<'a, M, R> {
        self.query().with_deleted()
    }

    /// The rows with those of `B` that they refer to, or that refer to them. See [`ScopedQuery::inner_join`].
    pub fn inner_join<B>(&self) -> ScopedQuery<'a, Joined<M, B, InnerJoin>, R>
    where
        B: Joinable<M::Key>,
        M: JoinsTo<B>,
        R: Grants<B::Read>,
        Joined<M, B, InnerJoin>: Sources<Key = M::Key>,
    {
        self.query().inner_join::<B>()
    }

    /// The rows with those of `B`, or with `None`. See [`ScopedQuery::left_join`].
    pub fn left_join<B>(&self) -> ScopedQuery<'a, Joined<M, B, LeftJoin>, R>
    where
        B: Joinable<M::Key>,
        M: JoinsTo<B>,
        R: Grants<B::Read>,
        Joined<M, B, LeftJoin>: Sources<Key = M::Key>,
    {
        self.query().left_join::<B>()
    }

    /// The rows that refer to any of `parents`: their children, in one statement.
    /// [`GroupedBy`](crate::query::GroupedBy) sorts them to their parents.
    pub fn belonging_to<P: Model>(&self, parents: &[P]) -> ScopedQuery<'a, M, R>
    where
        M: BelongsTo<P>,
    {
        self.query().belonging_to(parents)
    }
}

/// Reading everything.
impl<'a, M: TenantModel, R> TenantScoped<'a, M, R> {
    /// All rows of the tenant.
    ///
    /// # Errors
    ///
    /// Those of [`ScopedQuery::load`].
    pub fn load(&self) -> BoxFuture<'a, Result<Vec<M>>>
    where
        R: Grants<M::Read>,
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
    {
        self.query().exists()
    }
}

/// Writing. What is given back is sent when it is awaited; [`returning`](Writing::returning) asks for an expression instead of the
/// row.
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
    pub fn insert<I>(&self, new: I) -> Writing<'a, M, R, OneRow>
    where
        R: Grants<M::Insert>,
        I: InsertInto<'a, M>,
    {
        Writing::new(insert_one(self.source, new))
    }

    /// Inserts rows and returns them in their order. All of them or none: more than fit into one statement go into
    /// several, in one transaction.
    ///
    /// # Errors
    ///
    /// Those of [`insert`](Self::insert).
    pub fn insert_many<I>(&self, new: impl IntoIterator<Item = I>) -> Writing<'a, M, R, EachRow>
    where
        R: Grants<M::Insert>,
        I: InsertInto<'a, M>,
    {
        Writing::new(insert_batch(self.source, new))
    }

    /// Inserts any number of rows, all of them or none, and says how many: for imports, where what the database fills in is
    /// not wanted back. `rows` is asked for rows as they are sent, some thousand at a time, so it need not fit into memory.
    ///
    /// ```no_run
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/doctest_models.rs"));
    /// # use tenant_db::prelude::*;
    /// # async fn example(db: tenant_db::TenantDb, context: tenant_db::TenantContext<Manager>) -> tenant_db::Result<()> {
    /// let rows = (0..1_000_000).map(|number| NewCustomer { name: format!("Customer {number}"), credit_limit: 1 });
    /// let inserted = db
    ///     .scoped::<Customer>(&context)
    ///     .bulk_insert(rows)
    ///     .progress(|sent| println!("{sent} rows are sent"))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// # fn main() {}
    /// ```
    ///
    /// Chunks are columns of arrays, in `INSERT … SELECT … FROM unnest(…)`; `COPY` is refused by PostgreSQL where there is
    /// row-level security. Rows with columns whose types are a program's own (enums, domains), or are arrays, go as in
    /// [`insert_many`](Self::insert_many). Rows that leave other columns out than their neighbours may be inserted before
    /// or after them.
    ///
    /// # Errors
    ///
    /// Those of [`insert`](Self::insert).
    ///
    /// # Isolation
    ///
    /// The tenant of the context is bound once for each chunk. Policies check each row.
    pub fn bulk_insert<I, Rows>(&self, rows: Rows) -> BulkInsert<'a, M, R>
    where
        R: Grants<M::Insert>,
        I: InsertInto<'a, M> + 'a,
        Rows: IntoIterator<Item = I, IntoIter: Send + 'a>,
    {
        BulkInsert::new(self.source, rows)
    }

    /// Inserts a row, unless there is one with the same key: [`on_conflict`](Upsert::on_conflict) says which key, and then
    /// [`do_nothing`](crate::query::OnConflict::do_nothing) or [`do_update`](crate::query::OnConflict::do_update) what becomes
    /// of the row that is there.
    ///
    /// ```no_run
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/doctest_models.rs"));
    /// # use tenant_db::prelude::*;
    /// # async fn example(db: tenant_db::TenantDb, context: tenant_db::TenantContext<Manager>) -> tenant_db::Result<()> {
    /// let stock = db.scoped::<Stock>(&context);
    /// let chairs = || NewStock { article: "chair".into(), pieces: 5 };
    /// let new: Option<Stock> = stock.upsert(chairs()).on_conflict(stocks::article).do_nothing().await?;
    /// let now: Stock = stock.upsert(chairs()).on_conflict(stocks::article).do_update_excluded(stocks::pieces).await?;
    /// # Ok(())
    /// # }
    /// # fn main() {}
    /// ```
    pub fn upsert<I>(&self, new: I) -> Upsert<'a, M, R, OneRow>
    where
        I: InsertInto<'a, M>,
    {
        Upsert::<M, R, OneRow>::one(self.source, new)
    }

    /// As [`upsert`](Self::upsert) for several rows, all of them or none: more than fit into one statement go into several, in
    /// one transaction.
    pub fn upsert_many<I>(&self, new: impl IntoIterator<Item = I>) -> Upsert<'a, M, R, EachRow>
    where
        I: InsertInto<'a, M>,
    {
        Upsert::<M, R, EachRow>::many(self.source, new)
    }

    /// Changes the row with this primary key and returns it as it is now, which needs the permission for reading too.
    ///
    /// Changes are a struct ([`TenantUpdate`](crate::TenantUpdate)), assignments of expressions
    /// (`customers::credit_limit.eq(customers::credit_limit + 10)`), or a tuple of such. Rows that have versions are changed by
    /// [`update_row`](Self::update_row) and [`update_if`](Self::update_if).
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`](crate::Error::NotFound) where the tenant has no such row, [`Error::NoChanges`](crate::Error::NoChanges) where no column is set,
    /// [`Error::Conflict`](crate::Error::Conflict), and those of [`ScopedQuery::load`].
    pub fn update<U, Kind>(&self, key: M::PrimaryKey, changes: U) -> Writing<'a, M, R, OneRow>
    where
        M: Unversioned,
        R: Grants<M::Update> + Grants<M::Read>,
        U: ChangesOf<'a, M, Kind>,
    {
        Writing::new(update_one(self.source, key, changes))
    }

    /// Changes a row if it is still as it was read, and returns it as it is now, with the next version.
    ///
    /// ```no_run
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/doctest_models.rs"));
    /// # use diesel::prelude::*;
    /// # use tenant_db::prelude::*;
    /// # async fn example(db: tenant_db::TenantDb, context: tenant_db::TenantContext<Manager>, id: uuid::Uuid) -> tenant_db::Result<()> {
    /// let documents = db.scoped::<Document>(&context);
    /// let read = documents.find(id).await?;
    /// match documents.update_row(&read, documents::title.eq("New")).await {
    ///     Err(tenant_db::Error::Stale { .. }) => println!("somebody else was quicker"),
    ///     changed => println!("version {}", changed?.version),
    /// }
    /// # Ok(())
    /// # }
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Stale`](crate::Error::Stale) where the row has another version by now, and those of an update.
    pub fn update_row<U, Kind>(&self, row: &M, changes: U) -> Writing<'a, M, R, OneRow>
    where
        M: Versioned,
        R: Grants<M::Update> + Grants<M::Read> + 'a,
        U: ChangesOf<'a, M, Kind>,
    {
        self.update_if(row.primary_key(), row.version(), changes)
    }

    /// Changes the row with this primary key if it has this version, and returns it as it is now, with the next one.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`](crate::Error::Stale) where the row has another version, and those of an update. Whether it is this or
    /// [`Error::NotFound`](crate::Error::NotFound) takes a second look at the database, in a statement of its own.
    pub fn update_if<U, Kind>(
        &self,
        key: M::PrimaryKey,
        version: M::Version,
        changes: U,
    ) -> Writing<'a, M, R, OneRow>
    where
        M: Versioned,
        R: Grants<M::Update> + Grants<M::Read> + 'a,
        U: ChangesOf<'a, M, Kind>,
    {
        Writing::new(update_version::<M, U, Kind, R>(self.source, key, version, changes))
    }

    /// Deletes the row with this primary key; or marks it, where the model has `#[tenant(soft_delete = …)]`.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`](crate::Error::NotFound) where the tenant has no such row, [`Error::Conflict`](crate::Error::Conflict) where a foreign key forbids it, and
    /// those of [`ScopedQuery::load`].
    pub fn delete(&self, key: M::PrimaryKey) -> Writing<'a, M, R, Gone>
    where
        R: Grants<M::Delete>,
    {
        Writing::new(delete_one::<M>(self.source, key))
    }

    /// Takes the mark of deletion from the row with this primary key, and returns it.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`](crate::Error::NotFound) where the tenant has no such row that is marked, [`Error::Conflict`](crate::Error::Conflict)
    /// where another row has taken a unique key in the meantime, and those of [`ScopedQuery::load`].
    pub fn restore(&self, key: M::PrimaryKey) -> Writing<'a, M, R, OneRow>
    where
        M: SoftDeletes,
        R: Grants<M::Delete> + Grants<M::Read>,
    {
        Writing::new(restore_one::<M>(self.source, key))
    }

    /// Deletes the row with this primary key for good, whether it is marked or not.
    ///
    /// # Errors
    ///
    /// Those of [`delete`](Self::delete).
    pub fn purge(&self, key: M::PrimaryKey) -> Writing<'a, M, R, Gone>
    where
        M: SoftDeletes,
        R: Grants<M::Delete>,
    {
        Writing::new(purge_one::<M>(self.source, key))
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
