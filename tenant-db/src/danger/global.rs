//! Writing reference data.

use std::fmt;

use diesel::Insertable;
use diesel::pg::Pg;
use diesel::query_builder::{AsChangeset, AstPass, InsertStatement, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel_async::{AsyncConnectionCore, AsyncPgConnection};
use futures_util::future::BoxFuture;

use super::require;
use crate::database::connect;
use crate::error::{Error, Result};
use crate::model::GlobalModel;

/// Writes to global tables, by a connection of its own with a role that may: the migrator, or the tables' owner. The role
/// that serves tenants may not.
///
/// ```no_run
/// use diesel::prelude::*;
/// use tenant_db::{GlobalTable, danger};
///
/// diesel::table! {
///     countries (code) { code -> Text, name -> Text, }
/// }
///
/// #[derive(Debug, GlobalTable)]
/// #[tenant(table = countries, primary_key = code)]
/// struct Country { code: String, name: String }
///
/// #[derive(Insertable)]
/// #[diesel(table_name = countries)]
/// struct NewCountry { code: &'static str, name: &'static str }
///
/// # async fn example(migrator_url: &str) -> tenant_db::Result<()> {
/// let mut writer = danger::global_writer("the yearly update of ISO 3166", migrator_url).await?;
/// writer.insert::<Country, _>(NewCountry { code: "SS", name: "South Sudan" }).await?;
/// writer.update::<Country, _>("SZ".to_owned(), countries::name.eq("Eswatini")).await?;
/// # Ok(())
/// # }
/// # fn main() {}
/// ```
///
/// # Errors
///
/// [`Error::ReasonRequired`], [`Error::Connect`], [`Error::InvalidConfiguration`] for a URL that cannot be read.
///
/// # Isolation
///
/// What is written is read by every tenant: never take it from a tenant's row. Rows of tenants are not written by it, and are
/// not visible to it where policies ask for a tenant.
pub async fn global_writer(reason: impl Into<String>, url: &str) -> Result<GlobalWriter> {
    let reason = reason.into();
    require(&reason, "danger::global_writer")?;
    Ok(GlobalWriter { connection: connect(url).await?, reason, busy: false })
}

/// Writes to global tables. See [`global_writer`].
pub struct GlobalWriter {
    connection: AsyncPgConnection,
    reason: String,
    /// A statement was started and not finished: nobody knows what became of it.
    busy: bool,
}

impl GlobalWriter {
    /// Inserts a row, or several: what `#[derive(Insertable)]` makes, or a `Vec` of it. All of them or none.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`]; [`Error::Forbidden`] where the role may not write; [`Error::Database`].
    pub fn insert<'w, G, I>(&'w mut self, rows: I) -> BoxFuture<'w, Result<usize>>
    where
        G: GlobalModel,
        I: Insertable<G::Table>,
        InsertStatement<G::Table, I::Values>: QueryFragment<Pg> + Send + 'w,
    {
        self.write::<G>("insert", diesel::insert_into(G::table()).values(rows))
    }

    /// Changes the row with a primary key.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], and those of [`insert`](Self::insert).
    pub fn update<'w, G, U>(&'w mut self, key: G::PrimaryKey, changes: U) -> BoxFuture<'w, Result<()>>
    where
        G: GlobalModel,
        U: AsChangeset<Target = G::Table, Changeset: QueryFragment<Pg> + Send + 'w>,
    {
        let changed = ByKey {
            verb: Verb::Update(changes.as_changeset()),
            table: (G::META.table_sql)(),
            key: G::primary_key_eq(key),
        };
        let written = self.write::<G>("update", changed);
        Box::pin(async move { found::<G>(written.await?) })
    }

    /// Deletes the row with a primary key.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], and those of [`insert`](Self::insert).
    pub fn delete<'w, G>(&'w mut self, key: G::PrimaryKey) -> BoxFuture<'w, Result<()>>
    where
        G: GlobalModel,
    {
        let deleted: ByKey<(), _> =
            ByKey { verb: Verb::Delete, table: (G::META.table_sql)(), key: G::primary_key_eq(key) };
        let written = self.write::<G>("delete", deleted);
        Box::pin(async move { found::<G>(written.await?) })
    }

    fn write<'w, G: GlobalModel>(
        &'w mut self,
        verb: &'static str,
        statement: impl QueryFragment<Pg> + Send + 'w,
    ) -> BoxFuture<'w, Result<usize>> {
        Box::pin(async move {
            if std::mem::replace(&mut self.busy, true) {
                return Err(Error::TransactionAborted {
                    cause: "an earlier statement of this writer was cancelled; connect again".to_owned(),
                });
            }
            let written =
                AsyncConnectionCore::execute_returning_count(&mut self.connection, ByText(statement)).await;
            self.busy = false;
            let rows = written.map_err(Error::from)?;
            tracing::warn!(
                target: "tenant_db::danger",
                door = "global_writer",
                reason = self.reason,
                model = G::META.name,
                verb,
                rows,
                "a global table was written"
            );
            Ok(rows)
        })
    }
}

fn found<G: GlobalModel>(rows: usize) -> Result<()> {
    if rows == 0 { Err(Error::NotFound { model: G::META.name }) } else { Ok(()) }
}

impl fmt::Debug for GlobalWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GlobalWriter").field("reason", &self.reason).finish_non_exhaustive()
    }
}

/// What is done to one row.
enum Verb<C> {
    Update(C),
    Delete,
}

/// `UPDATE table SET … WHERE key`, `DELETE FROM table WHERE key`.
struct ByKey<C, K> {
    verb: Verb<C>,
    table: String,
    key: K,
}

impl<C: QueryFragment<Pg>, K: QueryFragment<Pg>> QueryFragment<Pg> for ByKey<C, K> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match &self.verb {
            Verb::Update(changes) => {
                out.push_sql("UPDATE ");
                out.push_sql(&self.table);
                out.push_sql(" SET ");
                changes.walk_ast(out.reborrow())?;
            }
            Verb::Delete => {
                out.push_sql("DELETE FROM ");
                out.push_sql(&self.table);
            }
        }
        out.push_sql(" WHERE ");
        self.key.walk_ast(out)
    }
}

/// A statement that is remembered by its text.
struct ByText<S>(S);

impl<S> QueryId for ByText<S> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<S: QueryFragment<Pg>> QueryFragment<Pg> for ByText<S> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}
