//! `cargo xtask bench`.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Installation;
use crate::phase::{Failure, Phases, cargo, workspace};
use crate::server::Server;

/// How to measure.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Options {
    #[command(flatten)]
    installation: Installation,
    /// Measures for a moment only, to see whether everything runs; the results stay out of the repository.
    #[arg(long)]
    quick: bool,
    /// Leaves out the libraries of others, which take minutes to compile.
    #[arg(long)]
    without_contestants: bool,
}

/// Runs the benchmarks on a quiet machine, one after the other, and writes the report.
pub(crate) fn run(options: Options) -> Result<(), Failure> {
    let server = Server::obtain(options.installation.install)?;
    let mut phases = Phases::new();
    let outcome = with(&server, options, &mut phases);
    phases.close(outcome)
}

fn with(server: &Server, options: Options, phases: &mut Phases) -> Result<(), Failure> {
    let Options { quick, without_contestants, .. } = options;
    let features: &[&str] = if without_contestants { &[] } else { &["--features", "contestants"] };
    let target = target_folder().join("tenant-db-bench");
    let output = if quick { target.join("results") } else { Path::new(workspace()).join("bench/results") };
    let criterion = target.join("criterion");
    let [round_trips, fairness, plans] =
        ["roundtrips.json", "fairness.json", "plans.json"].map(|file| target.join(file));
    // Measurements of another day are no contestants.
    let _ = fs::remove_dir_all(&target);
    create(&target)?;

    // This builds the programs too, with the same features of what they depend on; `cargo run` would build all again.
    let both = ["bench", "--package", "bench", "--bench", "compare", "--bench", "query"];
    phases.run("building the benchmarks", cargo(&both).args(features).arg("--no-run"))?;

    let mut program = |name: &str, arguments: &[&str], file: &Path| {
        let mut command = built(name);
        command.args(arguments).stdout(write_to(file)?);
        phases.run(name, server.lend(&mut command))
    };
    program("roundtrips", &["--json"], &round_trips)?;
    let seconds = if quick { "1" } else { "8" };
    program("fairness", &["--json", "--seconds", seconds], &fairness)?;

    for name in ["compare", "query"] {
        let mut bench = cargo(&["bench", "--package", "bench", "--bench", name]);
        bench.args(features).env("CRITERION_HOME", &criterion).env("BENCH_PLANS", &plans).arg("--");
        if quick {
            bench.args(["--warm-up-time", "0.2", "--measurement-time", "0.4", "--sample-size", "10"]);
        }
        phases.run(name, server.lend(&mut bench))?;
    }

    let settings = if quick {
        "quick: 0.4 s and 10 samples for each figure, which says little"
    } else {
        "1 s to warm up, then 3 s and 40 samples for each figure; release profile"
    };
    let mut report = built("report");
    report.args(["--settings", settings]);
    for (option, path) in [
        ("--criterion", &criterion),
        ("--roundtrips", &round_trips),
        ("--fairness", &fairness),
        ("--plans", &plans),
        ("--output", &output),
    ] {
        report.arg(option).arg(path);
    }
    phases.run("report", server.lend(&mut report))?;
    println!("\nwritten: {}", output.join("README.md").display());
    Ok(())
}

/// A program of the package, which the build of its benchmarks leaves in the target folder.
fn built(name: &str) -> Command {
    let program = target_folder().join("release").join(format!("{name}{}", env::consts::EXE_SUFFIX));
    let mut command = Command::new(program);
    command.current_dir(workspace());
    command
}

fn target_folder() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| Path::new(workspace()).join("target"), PathBuf::from)
}

fn create(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|source| Failure::Read { file: folder.display().to_string(), source })
}

fn write_to(file: &Path) -> Result<File, Failure> {
    File::create(file).map_err(|source| Failure::Read { file: file.display().to_string(), source })
}
