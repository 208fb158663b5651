//! The process between a test and its server, which cleans up even when the test is killed.
//!
//! A `Drop` does not run after `kill -9`, a panic that aborts or an out-of-memory kill. The operating system closes
//! pipes in each of these cases. So a shell (see `guard.sh`) reads from a pipe that only this process can write,
//! and takes the end of the file as the order to stop the server and remove its folder. The standard library opens
//! its pipes close-on-exec, so that no other child of this process keeps the writing end open.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::account::Account;
use super::error::LaunchError;
use super::programs::Programs;

const SCRIPT: &str = include_str!("guard.sh");

/// What the guard reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Report {
    Guarding,
    Initialised,
    Failed,
    Started { pid: u32 },
    Ended,
    Stopped,
}

impl Report {
    fn parse(line: &str) -> Option<Self> {
        Some(match line.split_once(' ').unwrap_or((line, "")) {
            ("guarding", _) => Self::Guarding,
            ("initialised", _) => Self::Initialised,
            ("failed", _) => Self::Failed,
            ("started", pid) => Self::Started { pid: pid.parse().ok()? },
            ("ended", _) => Self::Ended,
            ("stopped", _) => Self::Stopped,
            _ => return None,
        })
    }
}

/// A running guard. Dropped, it stops the server and removes the folder before `drop` returns.
#[derive(Debug)]
pub(super) struct Guard {
    process: Child,
    orders: Option<ChildStdin>,
    reports: Receiver<Report>,
    reader: Option<JoinHandle<()>>,
}

impl Guard {
    /// Starts a guard, which makes `folder`; `settings` are the arguments of the server's program.
    pub(super) fn start(
        folder: &Path,
        programs: &Programs,
        settings: &[OsString],
        account: Option<Account>,
    ) -> Result<Self, LaunchError> {
        let shell = Path::new("/bin/sh");
        let mut command = Command::new(shell);
        command.args(["-c", SCRIPT, "tenant-db-guard"]).arg(folder).arg(&programs.bin_dir).args(settings);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // Settings meant for the user's own server must not change this one.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
            command.env_remove(name);
        }
        command.env("LC_ALL", "C");
        if programs.embedded {
            // Its programs look for their libraries where they were built.
            let variable = if cfg!(target_os = "macos") { "DYLD_LIBRARY_PATH" } else { "LD_LIBRARY_PATH" };
            command.env(variable, programs.root().join("lib"));
            // It comes without the data of ICU, and its initdb has to be told, as the crates tell it too.
            command.env("OLIPHAUNT_INTERNAL_SKIP_ICU_DISCOVERY", "1");
        }
        // A group of its own: Ctrl-C in a terminal goes to the group of the test.
        command.process_group(0);
        if let Some(account) = account {
            command.uid(account.user).gid(account.group);
        }
        let mut process =
            command.spawn().map_err(|source| LaunchError::Spawn { program: shell.to_owned(), source })?;
        let orders = process.stdin.take();
        let (sender, reports) = mpsc::channel();
        let reader = process.stdout.take().map(|output| thread::spawn(move || pass_on(output, &sender)));
        Ok(Self { process, orders, reports, reader })
    }

    /// Sends an order.
    pub(super) fn order(&mut self, order: &str) -> Result<(), LaunchError> {
        let orders = self.orders.as_mut().ok_or(LaunchError::Gone)?;
        writeln!(orders, "{order}").map_err(|_| LaunchError::Gone)
    }

    /// The next report, or none within `patience`.
    pub(super) fn report_within(&self, patience: Duration) -> Result<Option<Report>, LaunchError> {
        match self.reports.recv_timeout(patience) {
            Ok(report) => Ok(Some(report)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(LaunchError::Gone),
        }
    }

    /// Waits for one of `expected`, passing over other reports.
    pub(super) fn wait_for(&self, expected: &[Report]) -> Result<Report, LaunchError> {
        loop {
            let report = self.reports.recv().map_err(|_| LaunchError::Gone)?;
            if expected.contains(&report) {
                return Ok(report);
            }
        }
    }
}

fn pass_on(output: ChildStdout, reports: &mpsc::Sender<Report>) {
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        let Some(report) = Report::parse(&line) else { continue };
        if reports.send(report).is_err() {
            return;
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.orders.take());
        // Waiting also collects the process, so that none stays behind as a zombie.
        let _ = self.process.wait();
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}
