//! `cargo xtask test`.

use std::process::{Command, Stdio};

use crate::features;
use crate::phase::{Failure, Phases, cargo};
use crate::server::Server;

/// Gets a server and runs the tests on it.
pub(crate) fn run(install: bool, arguments: &[String]) -> Result<(), Failure> {
    let server = Server::obtain_with_pooler(install)?;
    let mut phases = Phases::new();
    let outcome = with(&server, arguments, &mut phases);
    phases.close(outcome)
}

/// The tests on a server that is there.
pub(crate) fn with(server: &Server, arguments: &[String], phases: &mut Phases) -> Result<(), Failure> {
    let features = features::argument()?;
    let runner: &[&str] = if has_nextest() { &["nextest", "run"] } else { &["test", "--tests"] };
    // Apart, because cargo shows its progress only to a terminal, and counting needs a pipe.
    phases.run("building the tests", cargo(runner).args(["--workspace", &features, "--no-run"]))?;
    let mut tests = cargo(runner);
    tests.args(["--workspace", "--no-fail-fast", &features]).args(arguments);
    phases.run_tests("tests", server.lend(&mut tests))?;
    if arguments.is_empty() {
        let mut documentation = cargo(&["test", "--doc", "--workspace", &features]);
        phases.run_tests("tests in the documentation", server.lend(&mut documentation))?;
    }
    Ok(())
}

/// It runs tests in parallel across crates; cargo's own runner does one crate at a time, and is always there.
fn has_nextest() -> bool {
    let mut version: Command = cargo(&["nextest", "--version"]);
    version.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}
