//! The project's own commands.
//!
//! ```text
//! cargo xtask demo    two tenants, and every attempt to cross over
//! cargo xtask test    the whole suite on one throw-away server
//! cargo xtask bench   the benchmarks, with a report in bench/results
//! cargo xtask oracle  thousands of random programs, alone and among other tenants
//! cargo xtask ci      what the continuous integration runs
//! ```

mod bench;
mod checks;
mod demo;
mod features;
#[allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    reason = "the launcher's own files, of which xtask needs a part"
)]
#[path = "../../tenant-db/src/testing/launch/mod.rs"]
mod launch;
mod oracle;
mod phase;
mod pooler;
mod server;
mod suite;
mod tally;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

/// The project's own commands.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the quickstart example on a throw-away PostgreSQL server.
    Demo(Installation),
    /// Runs every test, documentation included, on one throw-away PostgreSQL server.
    Test {
        #[command(flatten)]
        installation: Installation,
        /// Passed to the test runner, as in `cargo xtask test -- part_of_a_name`; leaves the documentation out.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Runs the benchmarks, and writes tables and plots to `bench/results`.
    Bench(bench::Options),
    /// Runs random programs of a tenant, alone and among others, and compares what it observes.
    Oracle(oracle::Options),
    /// Runs the checks of the continuous integration: format, lints, documentation, features, tests, demo.
    Ci(Installation),
}

#[derive(Debug, Clone, Copy, Args)]
struct Installation {
    /// If there is no PostgreSQL server, or no PgBouncer for the tests of it, installs one with the system's package
    /// manager (with sudo).
    ///
    /// Root needs no permission for this.
    #[arg(long)]
    install: bool,
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Demo(Installation { install }) => demo::run(install),
        Command::Test { installation, arguments } => suite::run(installation.install, &arguments),
        Command::Bench(options) => bench::run(options),
        Command::Oracle(options) => oracle::run(&options),
        Command::Ci(Installation { install }) => checks::run(install),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if let Some(message) = failure.message() {
                eprintln!("\nerror: {message}");
            }
            failure.exit_code()
        }
    }
}
