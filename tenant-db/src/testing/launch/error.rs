//! What can go wrong between a test and its server.

use std::io;
use std::path::PathBuf;

use super::embedded::EmbeddedUnavailable;

/// Why a test got no server or no database. Each message says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LaunchError {
    /// No server's programs are installed.
    #[error(
        "no PostgreSQL server found; install one with `{command}`, or set PG_BINDIR to the folder of `initdb` \
         and `postgres`, or TENANT_DB_TEST_URL to a running server's URL ({embedded})"
    )]
    NotFound {
        /// The command that installs one on this system.
        command: String,
        /// Why the embedded server did not step in.
        embedded: EmbeddedUnavailable,
    },

    /// `PG_BINDIR` (or the folder given to the builder) is no server's program folder.
    #[error(
        "{} is not a usable server folder; it must hold `initdb` and `postgres` of PostgreSQL 13 or later",
        folder.display()
    )]
    BinDir {
        /// The folder as it was given.
        folder: PathBuf,
    },

    /// `TENANT_DB_TEST_URL` cannot be read.
    #[error("TENANT_DB_TEST_URL must look like postgresql://user:password@host:port/database: {reason}")]
    InvalidUrl {
        /// What is missing.
        reason: &'static str,
    },

    /// PostgreSQL refuses to run as root, and there is no other account to run it under.
    #[error("running as root, and /etc/passwd has neither `postgres` nor `nobody`; run as an ordinary user")]
    NoAccount,

    /// No folder is short, private and writable enough.
    #[error(
        "no usable temporary folder: tried {tried}; set TMPDIR to a short path that the server's user may write"
    )]
    NoFolder {
        /// The folders that were tried.
        tried: String,
    },

    /// A program could not be started.
    #[error("cannot run {}: {source}", program.display())]
    Spawn {
        /// The program.
        program: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },

    /// `initdb` failed.
    #[error("initdb failed; its log ends:\n{log}")]
    Initialise {
        /// The last lines of its output.
        log: String,
    },

    /// The server did not come up.
    #[error("the server did not start; its log ends:\n{log}")]
    Start {
        /// The last lines of the server's log.
        log: String,
    },

    /// The server's guard has gone, so nobody can start or stop the server any more.
    #[error("the throw-away server is gone; start another one")]
    Gone,

    /// Only a server that the launcher started itself can be stopped or restarted.
    #[error("the server of TENANT_DB_TEST_URL is not ours to stop; use Postgres::start for this test")]
    NotOurs,

    /// The launcher needs Unix sockets and process groups.
    #[error("throw-away servers need a Unix system; set TENANT_DB_TEST_URL, or run under WSL")]
    NotUnix,

    /// The server could not be reached.
    #[error("cannot connect to the test server: {source}")]
    Connect {
        /// What the driver said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },

    /// A statement failed.
    #[error("{source}, in the statement: {statement}")]
    Statement {
        /// The statement, shortened.
        statement: String,
        /// What the server said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },

    /// On a server that is not ours, a role that exists already might be somebody's.
    #[error("role {role} exists on the server of TENANT_DB_TEST_URL; name it with testing::unique_name")]
    RoleExists {
        /// The role.
        role: String,
    },
}
