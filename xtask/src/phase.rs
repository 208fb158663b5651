//! Commands that are run and timed, and the summary at the end.

use std::io;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use crate::launch::LaunchError;

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

/// Runs commands one after the other and remembers how long each took.
#[derive(Debug)]
pub(crate) struct Phases {
    title: &'static str,
    begin: Instant,
    done: Vec<(String, Duration)>,
}

impl Phases {
    pub(crate) fn new(title: &'static str) -> Self {
        Self { title, begin: Instant::now(), done: Vec::new() }
    }

    /// Runs `command` with its output visible.
    pub(crate) fn run(&mut self, name: &str, command: &mut Command) -> Result<(), Failure> {
        self.time(name, || match run(command)? {
            0 => Ok(()),
            code => Err(Failure::Phase { name: name.to_owned(), code }),
        })
    }

    /// Runs `work`, which prints what it does.
    pub(crate) fn time<T>(
        &mut self,
        name: &str,
        work: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        println!("\n── {name}");
        let begin = Instant::now();
        let outcome = work();
        match &outcome {
            Ok(_) => self.done.push((name.to_owned(), begin.elapsed())),
            Err(_) => self.summary(Some((name, begin.elapsed()))),
        }
        outcome
    }

    /// Prints the summary of a run in which nothing failed.
    pub(crate) fn finish(self) {
        self.summary(None);
    }

    fn summary(&self, failed: Option<(&str, Duration)>) {
        println!("\n── summary");
        for (name, duration) in &self.done {
            println!("  ok      {:>7.1} s  {name}", duration.as_secs_f64());
        }
        if let Some((name, duration)) = failed {
            println!("  FAILED  {:>7.1} s  {name}", duration.as_secs_f64());
        }
        // Worded like the closing line of cargo's own test runner.
        println!(
            "\n{} result: {}. {} passed; {} failed; finished in {:.2}s",
            self.title,
            if failed.is_none() { "ok" } else { "FAILED" },
            self.done.len(),
            usize::from(failed.is_some()),
            self.begin.elapsed().as_secs_f64(),
        );
    }
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
