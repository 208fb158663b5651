//! Getting a PostgreSQL server, whatever the machine has.
//!
//! In this order: the server of `TENANT_DB_TEST_URL`; an installed one; the one inside crates, for which xtask builds
//! itself again with the feature `embedded`, so that nobody else pays for that build; one that the system's package
//! manager installs, for root or with `--install`; an error that names the command to type.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::launch::account::running_as_root;
use crate::launch::discovery::ThisMachine;
use crate::launch::package_manager::{self, PackageManager};
use crate::launch::{Cluster, ClusterOptions, LaunchError, Listen, Programs, embedded};
use crate::phase::{self, Failure};
use crate::pooler;

/// A server for the commands that xtask runs. Dropped, it is stopped.
#[derive(Debug)]
pub(crate) struct Server {
    /// None if `TENANT_DB_TEST_URL` names it.
    cluster: Option<Cluster>,
    /// Whether there is a pooler, so that a test must not do without.
    pooler: bool,
}

impl Server {
    /// Finds or makes one.
    pub(crate) fn obtain(install: bool) -> Result<Self, Failure> {
        if env::var_os("TENANT_DB_TEST_URL").is_some_and(|url| !url.is_empty()) {
            println!("PostgreSQL: the server of TENANT_DB_TEST_URL");
            return Ok(Self { cluster: None, pooler: false });
        }
        let programs = match Programs::locate() {
            Err(LaunchError::NotFound { .. }) => instead_of_an_installed_one(install)?,
            outcome => outcome?,
        };
        println!("PostgreSQL {}: a throw-away server from {}", programs.version, programs.bin_dir.display());
        let options = ClusterOptions {
            programs,
            listen: Listen::Socket,
            // Every test has its own pool, and many run at once.
            settings: vec![("max_connections".to_owned(), "500".to_owned())],
        };
        Ok(Self { cluster: Some(Cluster::start(&options)?), pooler: false })
    }

    /// As [`obtain`](Self::obtain), for the tests, some of which put a connection pooler in front.
    pub(crate) fn obtain_with_pooler(install: bool) -> Result<Self, Failure> {
        let server = Self::obtain(install)?;
        Ok(Self { pooler: pooler::obtain(install), ..server })
    }

    /// Lets `command` use the server.
    pub(crate) fn lend<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        if self.pooler {
            command.env("TENANT_DB_TEST_PGBOUNCER", "required");
        }
        let Some(cluster) = &self.cluster else { return command };
        command.env("TENANT_DB_TEST_URL", cluster.url().admin());
        // It goes away with xtask: tests may leave templates behind, and need no roles of their own.
        command.env("TENANT_DB_TEST_THROWAWAY", "1");
        // Some tests start servers themselves, and shall find what we found.
        command.env("PG_BINDIR", cluster.bin_dir())
    }
}

/// Comes back with programs, or does not come back with success: a copy of xtask may have done all the work.
fn instead_of_an_installed_one(install: bool) -> Result<Programs, Failure> {
    if !cfg!(feature = "embedded") && embedded::check().is_ok() {
        println!("No installed PostgreSQL server: using the one from crates (built once).");
        return match run_again_with_embedded_server()? {
            0 => std::process::exit(0),
            code => Err(Failure::Elsewhere { code }),
        };
    }
    let manager = package_manager::detect(&ThisMachine);
    if install || (running_as_root() && manager.needs_root()) {
        install_with(manager)?;
    }
    // Without an installation, this repeats the error, which names the command.
    Ok(Programs::locate()?)
}

fn run_again_with_embedded_server() -> Result<u8, Failure> {
    let mut command = phase::cargo(&["run", "--package", "xtask", "--features", "embedded", "--"]);
    command
        .args(env::args_os().skip(1))
        .env("OLIPHAUNT_RUNTIME_CACHE_DIR", target_folder().join("embedded-postgresql"));
    phase::run(&mut command)
}

fn target_folder() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(phase::workspace()).join("target"), PathBuf::from)
}

fn install_with(manager: PackageManager) -> Result<(), Failure> {
    manager.install().map_or(Ok(()), |words| install(manager, &words.join(" ")))
}

/// Runs the package manager.
pub(crate) fn install(manager: PackageManager, command: &str) -> Result<(), Failure> {
    let mut commands = vec![command.split(' ').collect::<Vec<_>>()];
    if manager == PackageManager::Apt {
        // Containers come without a list of packages.
        commands.insert(0, vec!["apt-get", "update"]);
    }
    for mut words in commands {
        if manager.needs_root() && !running_as_root() {
            words.insert(0, "sudo");
        }
        println!("\n$ {}", words.join(" "));
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).env("DEBIAN_FRONTEND", "noninteractive");
        match phase::run(&mut command)? {
            0 => {}
            code => return Err(Failure::Phase { name: words.join(" "), code }),
        }
    }
    Ok(())
}
