//! Commands that are run and timed, and the summary at the end.

use std::io;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use crate::launch::LaunchError;
use crate::tally::{self, Tally};

/// Why xtask stops.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("{name} failed")]
    Phase { name: String, code: u8 },
    /// A copy of xtask with another feature did the work, and has already said what went wrong.
    #[error("")]
    Elsewhere { code: u8 },
    #[error("cannot run {program}: {source}")]
    Spawn { program: String, source: io::Error },
    #[error(transparent)]
    Launch(#[from] LaunchError),
    #[error("cannot read {file}: {source}")]
    Read { file: String, source: io::Error },
}

impl Failure {
    /// What to tell the user, if that has not happened yet.
    pub(crate) fn message(&self) -> Option<String> {
        (!matches!(self, Self::Elsewhere { .. })).then(|| self.to_string())
    }

    /// The failed command's own code.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Phase { code, .. } | Self::Elsewhere { code } => ExitCode::from(*code),
            _ => ExitCode::FAILURE,
        }
    }
}

/// Runs commands one after the other and remembers how long each took, and how many tests there were.
#[derive(Debug)]
pub(crate) struct Phases {
    begin: Instant,
    done: Vec<Done>,
    tests: Tally,
}

#[derive(Debug)]
struct Done {
    name: String,
    duration: Duration,
    well: bool,
}

impl Phases {
    pub(crate) fn new() -> Self {
        Self { begin: Instant::now(), done: Vec::new(), tests: Tally::default() }
    }

    /// Runs `command` with its output visible.
    pub(crate) fn run(&mut self, name: &str, command: &mut Command) -> Result<(), Failure> {
        self.time(name, |_| check(name, run(command)?))
    }

    /// Runs `command` with its output visible, and counts the tests in it.
    pub(crate) fn run_tests(&mut self, name: &str, command: &mut Command) -> Result<(), Failure> {
        self.time(name, |tests| {
            let (code, tally) = tally::run(command)?;
            tests.add(tally);
            check(name, code)
        })
    }

    /// Runs `work`, which prints what it does.
    pub(crate) fn time(
        &mut self,
        name: &str,
        work: impl FnOnce(&mut Tally) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        println!("\n── {name}");
        let begin = Instant::now();
        let outcome = work(&mut self.tests);
        self.done.push(Done { name: name.to_owned(), duration: begin.elapsed(), well: outcome.is_ok() });
        outcome
    }

    /// Prints the summary. Its last line is worded like that of cargo's own test runner.
    pub(crate) fn close(self, outcome: Result<(), Failure>) -> Result<(), Failure> {
        println!("\n── summary");
        for Done { name, duration, well } in &self.done {
            println!(
                "  {:6}  {:>7.1} s  {name}",
                if *well { "ok" } else { "FAILED" },
                duration.as_secs_f64()
            );
        }
        let Tally { passed, failed, ignored } = self.tests;
        let (word, seconds) =
            (if outcome.is_ok() { "ok" } else { "FAILED" }, self.begin.elapsed().as_secs_f64());
        println!(
            "\ntest result: {word}. {passed} passed; {failed} failed; {ignored} ignored; finished in {seconds:.2}s"
        );
        outcome
    }
}

fn check(name: &str, code: u8) -> Result<(), Failure> {
    if code == 0 { Ok(()) } else { Err(Failure::Phase { name: name.to_owned(), code }) }
}

/// Runs a command to its end; its exit code, or 1 if a signal ended it.
pub(crate) fn run(command: &mut Command) -> Result<u8, Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|source| Failure::Spawn { program, source })?;
    Ok(status.code().map_or(1, |code| u8::try_from(code).unwrap_or(1)))
}

/// The cargo that runs xtask, so that a toolchain chosen with `cargo +…` stays chosen.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(workspace());
    command
}

/// The workspace's folder.
pub(crate) fn workspace() -> &'static str {
    concat!(env!("CARGO_MANIFEST_DIR"), "/..")
}
