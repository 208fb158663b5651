//! A server on a private folder, behind a guard.

use std::collections::hash_map::RandomState;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::hash::{BuildHasher, Hasher};
use std::io;
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::super::account::Account;
use super::super::error::LaunchError;
use super::super::folder::{self, Purpose};
use super::super::guard::{Guard, Report};
use super::super::programs::Programs;
use super::super::url::ServerUrl;
use super::{ClusterOptions, Listen};

/// Speed before safety, since nobody wants the data back after a crash; and no background work that makes two runs
/// differ. Shared memory lives in the folder, so that it goes with it.
const SETTINGS: &[(&str, &str)] = &[
    ("fsync", "off"),
    ("full_page_writes", "off"),
    ("synchronous_commit", "off"),
    ("wal_level", "minimal"),
    ("max_wal_senders", "0"),
    ("max_wal_size", "256MB"),
    ("checkpoint_timeout", "1h"),
    ("shared_buffers", "64MB"),
    ("max_connections", "200"),
    ("autovacuum", "off"),
    ("dynamic_shared_memory_type", "mmap"),
    ("log_checkpoints", "off"),
];

/// The launcher's readiness poll. Cheap: it reads one small file.
const POLL: Duration = Duration::from_millis(5);
const PATIENCE: Duration = Duration::from_secs(60);
const SOCKET_PORT: u16 = 5432;

/// A running server; dropped, it is stopped and its folder removed before `drop` returns.
#[derive(Debug)]
pub(crate) struct Cluster {
    guard: Mutex<Guard>,
    folder: PathBuf,
    bin_dir: PathBuf,
    port: u16,
    listen: Listen,
    password: String,
    pid: AtomicU32,
}

impl Cluster {
    /// Makes and starts a server; blocks until it accepts connections.
    ///
    /// # Errors
    ///
    /// Any [`LaunchError`] that says why there is no server.
    pub(crate) fn start(options: &ClusterOptions) -> Result<Self, LaunchError> {
        let mut attempts = if options.listen == Listen::SocketAndPort { 5 } else { 1 };
        loop {
            attempts -= 1;
            match Self::attempt(options) {
                // Somebody may take a free port between our finding it and the server's binding it.
                Err(LaunchError::Start { .. }) if attempts > 0 => {}
                outcome => return outcome,
            }
        }
    }

    fn attempt(options: &ClusterOptions) -> Result<Self, LaunchError> {
        let account = Account::to_change_to()?;
        // Root's cache of the embedded server is closed to the account that the server runs under.
        let copies = account.filter(|_| options.programs.embedded);
        let purpose = if copies.is_some() { Purpose::Programs } else { Purpose::Data };
        let folder = folder::unused_path(purpose, account)?;
        let port = match options.listen {
            Listen::Socket => SOCKET_PORT,
            Listen::SocketAndPort => free_port()?,
        };
        let arguments = arguments(options, &folder, port);
        let copy = folder.join("programs");
        let programs = match copies {
            Some(_) => Programs { bin_dir: copy.join("bin"), ..options.programs.clone() },
            None => options.programs.clone(),
        };
        let mut guard = Guard::start(&folder, &programs, &arguments, account)?;
        guard
            .wait_for(&[Report::Guarding])
            .map_err(|_| LaunchError::NoFolder { tried: folder.display().to_string() })?;
        if let Some(account) = copies {
            copy_for(account, options.programs.root(), &copy)
                .map_err(|source| LaunchError::Spawn { program: copy, source })?;
        }
        let password = random_password();
        guard.order(&format!("initialise {password}"))?;
        if guard.wait_for(&[Report::Initialised, Report::Failed])? == Report::Failed {
            return Err(LaunchError::Initialise { log: end_of_log(&folder) });
        }
        let cluster = Self {
            guard: Mutex::new(guard),
            folder,
            bin_dir: programs.bin_dir,
            port,
            listen: options.listen,
            password,
            pid: AtomicU32::new(0),
        };
        cluster.resume()?;
        Ok(cluster)
    }

    /// Stops the server; the data stays.
    ///
    /// # Errors
    ///
    /// [`LaunchError::Gone`] if the guard was killed.
    pub(crate) fn stop(&self) -> Result<(), LaunchError> {
        let mut guard = self.guard();
        guard.order("stop")?;
        guard.wait_for(&[Report::Stopped])?;
        self.pid.store(0, Ordering::Release);
        Ok(())
    }

    /// Starts the server on the data that is there; blocks until it accepts connections.
    ///
    /// # Errors
    ///
    /// [`LaunchError::Start`] with the end of the log, [`LaunchError::Gone`] if the guard was killed.
    pub(crate) fn resume(&self) -> Result<(), LaunchError> {
        let mut guard = self.guard();
        guard.order("start")?;
        let deadline = Instant::now() + PATIENCE;
        let mut started = None;
        while Instant::now() < deadline {
            match guard.report_within(POLL)? {
                Some(Report::Started { pid }) => started = Some(pid),
                // An end before the start is that of the server before.
                Some(Report::Ended) if started.is_some() => break,
                _ => {}
            }
            if let Some(pid) = started.filter(|pid| self.is_ready(*pid)) {
                self.pid.store(pid, Ordering::Release);
                return Ok(());
            }
        }
        Err(LaunchError::Start { log: end_of_log(&self.folder) })
    }

    /// The server's process, or none while it is stopped.
    pub(crate) fn pid(&self) -> Option<u32> {
        Some(self.pid.load(Ordering::Acquire)).filter(|pid| *pid != 0)
    }

    /// The private folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of the server's programs.
    pub(crate) fn bin_dir(&self) -> &Path {
        &self.bin_dir
    }

    /// The address of the socket.
    pub(crate) fn url(&self) -> ServerUrl {
        ServerUrl::of_socket(&self.folder, self.port, "postgres")
    }

    /// The address of the port, if there is one.
    pub(crate) fn port_url(&self) -> Option<ServerUrl> {
        (self.listen == Listen::SocketAndPort)
            .then(|| ServerUrl::of_port(self.port, "postgres", &self.password))
    }

    /// The port, if the server listens on one.
    pub(crate) fn port(&self) -> Option<u16> {
        (self.listen == Listen::SocketAndPort).then_some(self.port)
    }

    /// What `pg_ctl` asks too: the eighth line of the server's lock file says when it accepts connections.
    fn is_ready(&self, pid: u32) -> bool {
        let lock = fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap_or_default();
        let mut lines = lock.lines();
        // The lock of a server that was killed says `ready` too, under another number.
        lines.next().and_then(|line| line.trim().parse().ok()) == Some(pid)
            && lines.nth(6).is_some_and(|status| status.trim() == "ready")
    }

    fn guard(&self) -> MutexGuard<'_, Guard> {
        // Orders are whole lines: a panic between two of them breaks nothing.
        self.guard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn arguments(options: &ClusterOptions, folder: &Path, port: u16) -> Vec<OsString> {
    let address = match options.listen {
        Listen::Socket => "",
        Listen::SocketAndPort => "127.0.0.1",
    };
    let port = port.to_string();
    let folder = folder.to_string_lossy();
    let place = [("listen_addresses", address), ("port", &port), ("unix_socket_directories", &folder)];
    let chosen = options.settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    place
        .into_iter()
        .chain(SETTINGS.iter().copied())
        .chain(chosen)
        .flat_map(|(name, value)| [OsStr::new("-c").to_owned(), format!("{name}={value}").into()])
        .collect()
}

fn free_port() -> Result<u16, LaunchError> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|source| LaunchError::Connect { source: source.into() })
}

/// The standard library's hash keys are random; they guard a port that exists for one test.
fn random_password() -> String {
    (0..2).map(|_| format!("{:016x}", RandomState::new().build_hasher().finish())).collect()
}

fn copy_for(account: Account, from: &Path, to: &Path) -> io::Result<()> {
    if from.is_dir() {
        fs::create_dir(to)?;
        for entry in fs::read_dir(from)? {
            let name = entry?.file_name();
            copy_for(account, &from.join(&name), &to.join(&name))?;
        }
    } else {
        fs::copy(from, to)?;
    }
    chown(to, Some(account.user), Some(account.group))
}

fn end_of_log(folder: &Path) -> String {
    let log = fs::read(folder.join("log")).unwrap_or_default();
    let log = String::from_utf8_lossy(&log);
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}
