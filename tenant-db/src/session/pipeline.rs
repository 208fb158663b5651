//! One statement in a transaction of its own, in one round trip.
//!
//! What must never happen is that COMMIT is sent before the statement: the statement would then run outside of the
//! transaction, without a tenant. Three things prevent it, and each has a test that fails without it:
//!
//! - *The line.* A statement that is not prepared on its connection is prepared first, which takes a round trip. COMMIT
//!   waits behind it on diesel-async's statement cache, whose lock is fair; see [`Session::commit_in_line`].
//! - *Types to look up.* A parameter of a type without a fixed number (an enum, a domain) makes diesel-async ask for the
//!   number before it gets in line. Where that is so COMMIT is sent after the statement's answer.
//! - *No budget.* tokio makes a lock that is free seem taken when a task has used up its share of time, so the pipeline
//!   runs [`unconstrained`].
//!
//! Should all of that fail, no tenant is set where the statement runs, and the database raises 42501 (I4).

use std::future::poll_fn;
use std::pin::pin;

use futures_util::future::{BoxFuture, Either, join, join3};
use tokio::task::unconstrained;

use super::connection::Session;
use super::db::TenantDb;
use super::engine::{Progress, Wire};
use super::guards::Guard;
use super::observe::{Observed, Operation};
use super::options::TransactionOptions;
use crate::context::ContextInner;
use crate::database_error::DatabaseErrorKind;
use crate::error::{Error, Result};
use crate::tenant::TenantKey;

/// Runs `work` on a connection of the pool, and commits it.
///
/// A read whose connection turns out to be dead is run once more, on another one; a write only where nothing of it was
/// sent. What the server refuses because the schema was changed under the connection is run once more, too.
pub(super) async fn alone<K, T, W>(
    db: &TenantDb,
    context: &ContextInner<K>,
    operation: Operation,
    observed: &Observed,
    work: W,
) -> Result<T>
where
    K: TenantKey,
    W: for<'c> Fn(Wire<'c>) -> BoxFuture<'c, Result<T>> + Send,
    T: Send,
{
    context.ensure_valid()?;
    // What only reads may be run twice, so the database holds it to that.
    let options = TransactionOptions::new();
    let options = if operation.is_read() { options.read_only() } else { options };
    let begin = db.begin_sql(context, &options)?;
    let mut retried = false;
    loop {
        let session = db.acquire(context).await?;
        // It may have waited.
        context.ensure_valid()?;
        let before = session.round_trips();
        let progress = Progress::default();
        if operation.is_foreign() {
            session.expect_foreign_statement();
        }
        let answers = send(&session, &begin, operation, &progress, &work).await;
        let outcome = answers.settle(&session, operation, &progress).await;
        observed.saw(&progress, session.round_trips() - before);
        let repeatable = match &outcome {
            Err(Error::ConnectionLost) => operation.is_read() || progress.was_never_sent(),
            // The server has refused the statement before it ran, and with it the transaction. Only this connection, and
            // those as old as it, had to learn that.
            Err(Error::Database(error)) => {
                error.kind() == DatabaseErrorKind::SchemaChanged && !operation.is_foreign()
            }
            _ => false,
        };
        if repeatable && !retried {
            retried = true;
            observed.retries();
            continue;
        }
        return outcome;
    }
}

/// What the server said, to each of the three messages.
struct Answers<T> {
    begin: Result<()>,
    statement: Result<T>,
    /// None where COMMIT has not been sent.
    commit: Option<Result<()>>,
}

fn send<'s, T, W>(
    session: &'s Session,
    begin: &'s str,
    operation: Operation,
    progress: &'s Progress,
    work: &W,
) -> impl Future<Output = Answers<T>> + use<'s, T, W>
where
    W: for<'c> Fn(Wire<'c>) -> BoxFuture<'c, Result<T>>,
{
    let statement = work(Wire::new(session, progress));
    let answers = together(session, async move {
        // The order in which they are polled for the first time is the order in which they are sent.
        let begun = match session.begin(begin) {
            Ok(begun) => begun,
            Err(error) => {
                progress.never_sent();
                return Answers { begin: Err(error), statement: Err(Error::ConnectionLost), commit: None };
            }
        };
        let looks_up = progress.looks_up() && Guard::LookUps.is_up();
        if operation.is_one_statement() && session.prepares() && !looks_up {
            let commit =
                if Guard::Line.is_up() { session.commit_in_line() } else { session.commit_at_once() };
            let (begin, statement, commit) = join3(begun, statement, commit).await;
            Answers { begin, statement, commit: Some(commit) }
        } else {
            let (begin, statement) = join(begun, statement).await;
            Answers { begin, statement, commit: None }
        }
    });
    if Guard::Unconstrained.is_up() { Either::Left(unconstrained(answers)) } else { Either::Right(answers) }
}

/// What `work` sends each time that it is polled leaves together.
pub(super) async fn together<T>(session: &Session, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    poll_fn(|context| {
        let _hold = session.hold();
        work.as_mut().poll(context)
    })
    .await
}

impl<T> Answers<T> {
    /// What the three answers mean together. The session is clean afterwards, or dirty, or both is being found out.
    async fn settle(self, session: &Session, operation: Operation, progress: &Progress) -> Result<T> {
        let statement = self.begin.and(self.statement);
        let Some(commit) = self.commit else {
            return match statement {
                Ok(value) => session.commit().await.map(|()| value),
                Err(Error::ConnectionLost) => Err(Error::ConnectionLost),
                Err(error) => {
                    session.rollback().await;
                    Err(error)
                }
            };
        };
        match &commit {
            // After a statement that failed, COMMIT was a ROLLBACK. One of the two has ended the transaction.
            Ok(()) => session.ended().await,
            Err(Error::ConnectionLost) => {}
            // Refused, which rolled back; or cancelled before it ran, which did not.
            Err(_) => session.rollback().await,
        }
        match (statement, commit) {
            (Ok(value), Ok(())) => Ok(value),
            // Nothing depends on the end of a transaction that has only read.
            (Ok(value), Err(Error::ConnectionLost)) if !operation.is_write() => Ok(value),
            (Ok(_), Err(Error::ConnectionLost)) => Err(Error::CommitUnknown),
            (Ok(_), Err(refused)) => Err(refused),
            (Err(Error::ConnectionLost), Err(Error::ConnectionLost)) if operation.is_write() => {
                Err(Error::CommitUnknown)
            }
            (Err(error), Ok(())) if operation.is_write() && progress.is_carried_out() => {
                Err(Error::CommittedUnread(Box::new(error)))
            }
            (Err(error), _) => Err(error),
        }
    }
}
