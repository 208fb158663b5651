//! Getting `PgBouncer`, which the tests of connection poolers need.

use std::path::PathBuf;

use crate::launch::account::running_as_root;
use crate::launch::discovery::ThisMachine;
use crate::launch::package_manager::{self, PackageManager};
use crate::server;

/// Whether it is there, or was installed: as for the server, by root or with `--install`. The tests can do without, and
/// say so.
pub(crate) fn obtain(install: bool) -> bool {
    let manager = package_manager::detect(&ThisMachine);
    let command = installing_command(manager);
    if !is_installed()
        && (install || (running_as_root() && manager.needs_root()))
        && let Some(command) = command
    {
        // Without a network the other tests are worth as much as before.
        if let Err(failure) = server::install(manager, command) {
            println!("{failure}");
        }
    }
    if is_installed() {
        println!("PgBouncer: installed");
        return true;
    }
    let advice = command.map_or_else(String::new, |command| format!(" (`{command}`, or `--install`)"));
    println!("PgBouncer: not installed{advice}, so the tests of connection poolers will NOT RUN");
    false
}

/// Where the tests look for it.
fn is_installed() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin", "/usr/bin"].map(PathBuf::from));
    folders.into_iter().any(|folder| folder.join("pgbouncer").is_file())
}

fn installing_command(manager: PackageManager) -> Option<&'static str> {
    match manager {
        PackageManager::Apt => Some("apt-get install -y pgbouncer"),
        PackageManager::Dnf => Some("dnf install -y pgbouncer"),
        PackageManager::Apk => Some("apk add pgbouncer"),
        PackageManager::Zypper => Some("zypper install -y pgbouncer"),
        PackageManager::Brew => Some("brew install pgbouncer"),
        PackageManager::Pacman | PackageManager::Unknown => None,
    }
}
