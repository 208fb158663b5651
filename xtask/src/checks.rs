//! `cargo xtask ci`.

use crate::features;
use crate::launch::{EmbeddedUnavailable, embedded};
use crate::phase::{Failure, Phases, cargo};
use crate::server::Server;
use crate::{demo, suite};

/// Runs every check, the quick ones first, and stops at the first that fails.
pub(crate) fn run(install: bool) -> Result<(), Failure> {
    let server = Server::obtain_with_pooler(install)?;
    let mut phases = Phases::new();
    let outcome = with(&server, &mut phases);
    phases.close(outcome)
}

fn with(server: &Server, phases: &mut Phases) -> Result<(), Failure> {
    let features = features::argument()?;
    phases.run("format", &mut cargo(&["fmt", "--all", "--check"]))?;
    phases.run(
        "lints",
        &mut cargo(&["clippy", "--workspace", "--all-targets", &features, "--", "-D", "warnings"]),
    )?;
    phases.run(
        "documentation",
        cargo(&["doc", "--workspace", "--no-deps", &features]).env("RUSTDOCFLAGS", "-D warnings"),
    )?;
    each_feature_alone(phases)?;
    suite::with(server, &[], phases)?;
    phases.time("demo", |_| demo::with(server))
}

/// A feature that only compiles beside another one would break its first user.
fn each_feature_alone(phases: &mut Phases) -> Result<(), Failure> {
    let check = ["check", "--package", "tenant-db", "--no-default-features"];
    phases.run("no feature", &mut cargo(&check))?;
    for feature in features::all()? {
        // An old C library keeps the embedded server from running; only an unknown target keeps it from compiling.
        if feature == "embedded" && matches!(embedded::check(), Err(EmbeddedUnavailable::Target { .. })) {
            continue;
        }
        phases.run(&format!("feature {feature} alone"), cargo(&check).args(["--features", &feature]))?;
    }
    Ok(())
}
