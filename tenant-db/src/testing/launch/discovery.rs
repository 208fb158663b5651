//! Where installed servers are looked for, and in which order.
//!
//! The search is a function of a [`Machine`], so that its order can be tested without installing anything.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::error::LaunchError;
use super::version::ServerVersion;

/// What the search may look at.
pub(crate) trait Machine {
    /// An environment variable.
    fn variable(&self, name: &str) -> Option<OsString>;
    /// The entries of a folder; none if there is no such folder.
    fn entries(&self, folder: &Path) -> Vec<PathBuf>;
    /// The path behind all links, if it exists.
    fn resolve(&self, path: &Path) -> Option<PathBuf>;
    /// What a program prints, if it runs and succeeds.
    fn output(&self, program: &Path, argument: &str) -> Option<String>;
    /// A text file.
    fn text(&self, path: &Path) -> Option<String>;
}

/// The machine that this process runs on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ThisMachine;

impl Machine for ThisMachine {
    fn variable(&self, name: &str) -> Option<OsString> {
        env::var_os(name).filter(|value| !value.is_empty())
    }

    fn entries(&self, folder: &Path) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
        entries.flatten().map(|entry| entry.path()).collect()
    }

    fn resolve(&self, path: &Path) -> Option<PathBuf> {
        path.canonicalize().ok()
    }

    fn output(&self, program: &Path, argument: &str) -> Option<String> {
        let output = Command::new(program).arg(argument).stdin(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    fn text(&self, path: &Path) -> Option<String> {
        fs::read_to_string(path).ok()
    }
}

/// A server's programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Installation {
    pub(crate) bin_dir: PathBuf,
    pub(crate) version: ServerVersion,
}

/// Folders of distributions and installers, as `parent / name that starts with … / rest`.
const KNOWN_FOLDERS: &[(&str, &str, &str)] = &[
    ("/usr/lib/postgresql", "", "bin"),         // Debian, Ubuntu
    ("/usr", "pgsql-", "bin"),                  // Red Hat, packages of postgresql.org
    ("/usr/libexec", "postgresql", ""),         // Alpine
    ("/usr/lib", "postgresql", "bin"),          // openSUSE
    ("/opt/homebrew/opt", "postgresql", "bin"), // Homebrew on Apple silicon
    ("/usr/local/opt", "postgresql", "bin"),    // Homebrew on Intel
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
    ("/usr/local", "pgsql", "bin"), // built from source
];

/// The server to use: what the user named, else what the user's shell finds, else the newest one installed.
///
/// # Errors
///
/// [`LaunchError::BinDir`] if `PG_BINDIR` is set to something else.
pub(crate) fn find(machine: &impl Machine) -> Result<Option<Installation>, LaunchError> {
    if let Some(folder) = machine.variable("PG_BINDIR") {
        // A wrong PG_BINDIR is reported, not passed over: whoever set it means that server and no other.
        return at(machine, Path::new(&folder)).map(Some);
    }
    Ok(chosen_by_the_shell(machine)
        .find_map(|folder| inspect(machine, &folder))
        .or_else(|| newest_known(machine)))
}

/// The server in exactly this folder.
///
/// # Errors
///
/// [`LaunchError::BinDir`] if there is none.
pub(crate) fn at(machine: &impl Machine, folder: &Path) -> Result<Installation, LaunchError> {
    inspect(machine, folder).ok_or_else(|| LaunchError::BinDir { folder: folder.to_owned() })
}

/// `PATH` in its own order, then `pg_config`.
fn chosen_by_the_shell<'m>(machine: &'m impl Machine) -> impl Iterator<Item = PathBuf> + 'm {
    let path = machine.variable("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let config = folders
        .clone()
        .into_iter()
        .filter_map(move |folder| machine.output(&folder.join("pg_config"), "--bindir").map(PathBuf::from));
    let programs = folders.into_iter().flat_map(move |folder| {
        // `PATH` often has only links to a few client programs; the server's programs are where they lead.
        ["postgres", "initdb", "psql"]
            .into_iter()
            .filter_map(move |program| machine.resolve(&folder.join(program))?.parent().map(Path::to_owned))
    });
    programs.chain(config)
}

fn newest_known(machine: &impl Machine) -> Option<Installation> {
    KNOWN_FOLDERS
        .iter()
        .flat_map(|(parent, prefix, rest)| {
            machine
                .entries(Path::new(parent))
                .into_iter()
                .filter(move |entry| {
                    entry.file_name().is_some_and(|name| name.to_string_lossy().starts_with(prefix))
                })
                .map(move |entry| if rest.is_empty() { entry } else { entry.join(rest) })
        })
        .filter_map(|folder| inspect(machine, &folder))
        .max_by_key(|installation| installation.version)
}

/// A folder counts only if it has both programs: client packages bring neither, some brings one.
fn inspect(machine: &impl Machine, folder: &Path) -> Option<Installation> {
    let bin_dir = machine.resolve(folder)?;
    machine.resolve(&bin_dir.join("initdb"))?;
    let version = ServerVersion::parse(&machine.output(&bin_dir.join("postgres"), "--version")?)?;
    (version >= ServerVersion::OLDEST).then_some(Installation { bin_dir, version })
}

#[cfg(test)]
mod tests;
