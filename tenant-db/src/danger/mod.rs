//! Every way around a check, in one place, so that a search for `danger::` finds them all.
//!
//! Each door takes a reason in words and leaves a `tracing` event with target `tenant_db::danger`. None of them hands
//! out a connection, and none of them turns row-level security off.

mod global;

use std::fmt;

use diesel::pg::Pg;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::serialize::ToSql;
use diesel::sql_types::HasSqlType;
use futures_util::future::BoxFuture;

pub use self::global::{GlobalWriter, global_writer};
use crate::context::{Identity, TenantContext};
use crate::error::{Error, Result};
use crate::permission::AnyRole;
pub use crate::session::LoadsAs;
use crate::session::{Operation, Source, Transaction, execute, load};
use crate::tenant::TenantKey;

/// A context without an [`Authenticator`](crate::Authenticator): for a job that acts on its own, a seed, a test.
///
/// ```
/// use tenant_db::{Identity, danger};
/// use uuid::Uuid;
///
/// # fn main() -> tenant_db::Result<()> {
/// let tenant = Uuid::now_v7();
/// let identity = Identity::new(tenant, "job:nightly-invoices").with_role("billing");
/// let context = danger::context("the nightly invoice run has no user", identity)?;
/// assert_eq!(context.tenant(), &tenant);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`Error::ReasonRequired`], [`Error::InvalidTenant`].
///
/// # Isolation
///
/// The caller alone decides for which tenant the context acts. From there on it is held to that tenant as any other.
pub fn context<K: TenantKey>(reason: &str, identity: Identity<K>) -> Result<TenantContext<AnyRole, K>> {
    require(reason, "danger::context")?;
    let context = TenantContext::from_identity(identity)?;
    tracing::warn!(
        target: "tenant_db::danger",
        door = "context",
        reason,
        tenant = %context.tenant(),
        principal = context.principal(),
        "a tenant context was made without an authenticator"
    );
    Ok(context)
}

/// Connects without comparing the database with the models: for a tool that repairs exactly that.
///
/// ```no_run
/// use tenant_db::{TenantDb, danger};
///
/// # async fn connect(url: String) -> tenant_db::Result<()> {
/// let db = TenantDb::builder(url)
///     .verification(danger::skip_verification("this tool applies the missing migrations"))
///     .connect()
///     .await?;
/// # Ok(())
/// # }
/// ```
///
/// # Isolation
///
/// The database's layer may be missing. The query builder's predicate is still on every statement.
pub fn skip_verification(reason: impl Into<String>) -> SkipVerification {
    SkipVerification { reason: reason.into() }
}

/// The decision to connect without verification, made by [`skip_verification`].
#[derive(Debug, Clone)]
#[must_use = "hand it to `TenantDbBuilder::verification`"]
pub struct SkipVerification {
    reason: String,
}

impl SkipVerification {
    pub(crate) fn audit(&self) -> Result<()> {
        require(&self.reason, "danger::skip_verification")?;
        tracing::warn!(
            target: "tenant_db::danger",
            door = "skip_verification",
            reason = self.reason,
            "connected without comparing the database with the models"
        );
        Ok(())
    }
}

/// A statement of your own in a transaction's context. Parameters are `$1`, `$2`, … and bound in that order.
///
/// ```no_run
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/doctest_models.rs"));
/// use diesel::sql_types::BigInt;
/// use tenant_db::{Result, TenantContext, TenantDb, danger};
///
/// #[derive(diesel::QueryableByName)]
/// struct Total {
///     #[diesel(sql_type = BigInt)]
///     total: i64,
/// }
///
/// # async fn example(db: TenantDb, context: TenantContext<Manager>) -> Result<i64> {
/// let tx = db.begin(&context).await?;
/// let query = "SELECT coalesce(sum(credit_limit), 0)::bigint AS total FROM customers WHERE credit_limit > $1";
/// let totals: Vec<Total> =
///     danger::sql(&tx, "the builder has no sum yet", query).bind::<BigInt, _>(100_i64).load().await?;
/// tx.commit().await?;
/// # Ok(totals[0].total)
/// # }
/// # fn main() {}
/// ```
///
/// # Isolation
///
/// The query builder's predicate is *not* added, and rows are not checked (I5 and I6 do not hold); row-level security
/// does hold. Statements that control the session or the transaction (`SET`, `COMMIT`, `DO`, …) are refused. The
/// first statement waits until its transaction is open, the tenant is named again after each (one more round trip each),
/// and the session is reset before anybody else gets it. Where `set_config` could not be revoked, which the verification at connect warns of, SQL that was injected into
/// the text can still switch the tenant for its own statement: bind values, never paste them. The audit event says that
/// a statement was sent, and why; its text is left out, because it may hold data.
pub fn sql<'t, R, K>(
    transaction: &'t Transaction<R, K>,
    reason: &str,
    text: impl Into<String>,
) -> RawSql<'t, K>
where
    R: 'static,
    K: TenantKey,
{
    let (source, text) = (transaction.source(), text.into());
    let checked = check(source, reason, &text);
    #[allow(clippy::disallowed_methods, reason = "this is the door for it")]
    let query = diesel::sql_query(text).into_boxed();
    RawSql { source, checked, query }
}

/// A statement made by [`sql`], not sent yet.
#[must_use = "it is not sent before `load` or `execute`"]
pub struct RawSql<'t, K: TenantKey> {
    source: Source<'t, K>,
    checked: Result<()>,
    query: BoxedSqlQuery<'t, Pg, SqlQuery>,
}

/// What may do anything that row-level security allows.
const HANDWRITTEN: Operation = Operation::write("sql", "(handwritten)").with_foreign_sql(true);

impl<'t, K: TenantKey> RawSql<'t, K> {
    /// Binds the next parameter.
    pub fn bind<SqlType, Value>(mut self, value: Value) -> Self
    where
        Pg: HasSqlType<SqlType>,
        Value: ToSql<SqlType, Pg> + Send + 't,
        SqlType: Send + 't,
    {
        self.query = self.query.bind::<SqlType, Value>(value);
        self
    }

    /// Sends the statement and reads its rows: structs with `#[derive(QueryableByName)]`.
    ///
    /// # Errors
    ///
    /// [`Error::ReasonRequired`]; [`Error::Forbidden`] for a statement that controls the session or the transaction,
    /// or that the database refuses.
    pub fn load<U>(self) -> BoxFuture<'t, Result<Vec<U>>>
    where
        BoxedSqlQuery<'t, Pg, SqlQuery>: LoadsAs<U>,
        U: Send + 'static,
    {
        Box::pin(async move {
            self.checked?;
            self.source.ensure_open().await?;
            let query = self.query;
            self.source.run(HANDWRITTEN, move |wire| load(wire, &query)).await
        })
    }

    /// Sends the statement and counts the rows that it touched.
    ///
    /// # Errors
    ///
    /// Those of [`load`](Self::load).
    pub fn execute(self) -> BoxFuture<'t, Result<usize>> {
        Box::pin(async move {
            self.checked?;
            self.source.ensure_open().await?;
            let query = self.query;
            self.source.run(HANDWRITTEN, move |wire| execute(wire, &query)).await
        })
    }
}

impl<K: TenantKey> fmt::Debug for RawSql<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawSql").finish_non_exhaustive()
    }
}

/// The statements that read and write rows. Everything else (transaction control, `SET`, `RESET`, `DO`, `CALL`,
/// `PREPARE`, …) could leave the context behind.
const ROW_STATEMENTS: [&str; 8] =
    ["SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "MERGE", "VALUES", "TABLE"];

fn check<K: TenantKey>(source: Source<'_, K>, reason: &str, text: &str) -> Result<()> {
    require(reason, "danger::sql")?;
    let verb = first_word(text);
    if !ROW_STATEMENTS.contains(&verb.as_str()) {
        return Err(Error::forbidden(
            "danger::sql sends statements on rows only, which begin with SELECT, WITH, INSERT, UPDATE, DELETE, MERGE, \
             VALUES or TABLE",
        ));
    }
    let context = source.context();
    tracing::warn!(
        target: "tenant_db::danger",
        door = "sql",
        reason,
        verb,
        tenant = %context.tenant(),
        principal = context.principal(),
        "a statement was written by hand"
    );
    Ok(())
}

/// The first keyword of a statement, in capitals, after white space and parentheses; nothing where something else comes
/// first. A comment is something else: where it ends is for PostgreSQL to say, and must not be guessed here.
fn first_word(statement: &str) -> String {
    let start = statement.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c', '(']);
    start.chars().take_while(char::is_ascii_alphabetic).collect::<String>().to_ascii_uppercase()
}

fn require(reason: &str, door: &'static str) -> Result<()> {
    if reason.trim().is_empty() { Err(Error::ReasonRequired { door }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verb_of_a_statement_comes_first() {
        assert_eq!(first_word(" \r\n select 1"), "SELECT");
        assert_eq!(first_word("((select 1) union (select 2))"), "SELECT");
        assert_eq!(first_word("do $$ begin end $$"), "DO");
        for hidden in ["-- \rCOMMIT /*\nSELECT */", "/* SELECT */ COMMIT", "\u{a0}SELECT 1", "\"SELECT\"", ""]
        {
            assert_eq!(first_word(hidden), "", "{hidden}");
        }
    }
}
