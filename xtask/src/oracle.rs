//! `cargo xtask oracle`.

use crate::Installation;
use crate::phase::{Failure, Phases, cargo};
use crate::server::Server;

/// What to look for, and how long.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    #[command(flatten)]
    installation: Installation,
    /// How many programs.
    #[arg(long, default_value_t = 1000)]
    programs: u64,
    /// What follows is passed on: `--seed`, `--layer`, `--lanes`, `--first`, `--json`.
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// Runs random programs of a tenant, alone and among others.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let server = Server::obtain(options.installation.install)?;
    let mut phases = Phases::new();
    let outcome = with(&server, options, &mut phases);
    phases.close(outcome)
}

fn with(server: &Server, options: &Options, phases: &mut Phases) -> Result<(), Failure> {
    let program = ["--release", "--package", "tenant-db-oracle", "--bin", "oracle"];
    phases.run("building the oracle", cargo(&["build"]).args(program))?;
    let mut oracle = cargo(&["run", "--quiet"]);
    oracle.args(program).args(["--", "--programs", &options.programs.to_string()]).args(&options.arguments);
    phases.run("programs", server.lend(&mut oracle))
}
