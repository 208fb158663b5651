//! Throw-away PostgreSQL servers and databases, for the tests of applications that use this library.
//!
//! There are no mocks here: isolation is a property of the database as much as of the code, so a test needs a real
//! one. It gets a server that starts in about a second and a database of its own in some forty milliseconds, and
//! both are gone afterwards, also when the test is killed.
//!
//! ```
//! use tenant_db::testing::{DatabaseSetup, Postgres};
//!
//! # async fn example() -> Result<(), tenant_db::testing::LaunchError> {
//! let setup = DatabaseSetup::new().statement("CREATE TABLE notes (body text)");
//! let database = Postgres::shared().await?.create_database(&setup).await?;
//!
//! database.execute("INSERT INTO notes VALUES ('hello')").await?;
//! assert_eq!(database.query_text("SELECT body FROM notes").await?, [[Some("hello".to_owned())]]);
//! # Ok(())
//! # }
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(example()).unwrap();
//! ```
//!
//! # Which server
//!
//! [`Postgres::shared`] takes the first of these:
//!
//! 1. the server that `TENANT_DB_TEST_URL` names: a superuser, or a user with `CREATEROLE` and `CREATEDB`. Whatever a
//!    test makes there, databases and roles, is dropped with its [`TestDatabase`];
//! 2. an installed server's programs, run on a private folder: those in `PG_BINDIR`, on `PATH`, known to `pg_config`, or
//!    the newest ones in the folders of the usual distributions;
//! 3. PostgreSQL 18 from crates, with the feature `embedded` (Linux with glibc 2.38 or later, macOS on Apple silicon);
//! 4. none: the error names the command that installs one on this system.
//!
//! [`Postgres::start`] and [`Postgres::builder`] always start a server of their own.
//!
//! A test runner with one process per test, such as nextest, starts a server for each that asks for the shared one.
//! Give all of them the same one with `TENANT_DB_TEST_URL`; with `TENANT_DB_TEST_THROWAWAY=1` beside it, they share
//! templates on it too and leave dropping them to you.
//!
//! # What lies between
//!
//! [`Proxy`] is a network between a program and its server that a test has in its hand: it takes its time, goes silent,
//! breaks after so many bytes, and counts how often the program waits for an answer.
//!
//! # What it leaves behind
//!
//! Nothing. A small shell process watches the test's end of a pipe and stops the server when that closes, for
//! whatever reason. The server runs under the account `postgres` or `nobody` if the test runs as root.

mod database;
mod isolation;
mod launch;
mod postgres;
mod proxy;
mod setup;
mod sql;
mod template;

pub use database::TestDatabase;
pub use launch::{EmbeddedUnavailable, LaunchError, ServerVersion};
pub use postgres::{Postgres, PostgresBuilder, ServerSource};
pub use proxy::{Proxy, ProxyError};
pub use setup::{DatabaseSetup, unique_name};
