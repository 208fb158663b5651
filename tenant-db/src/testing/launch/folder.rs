//! The private folder that holds a server's data, its log and its socket.

use std::env;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

use super::account::Account;
use super::error::LaunchError;

/// A socket's path has room for 103 bytes on macOS and 107 on Linux.
const LONGEST_SOCKET_PATH: usize = 103;

/// What the folder is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Data alone.
    Data,
    /// Data and programs, which memory file systems often refuse to run.
    Programs,
}

/// The path of a folder that does not exist yet, in the first suitable temporary folder.
///
/// `TMPDIR` goes first. Without it, data goes into memory if there is plenty: a database is two thousand small files,
/// and copying it in memory takes a tenth of the time on some disks.
///
/// # Errors
///
/// [`LaunchError::NoFolder`] if none is suitable.
pub(crate) fn unused_path(purpose: Purpose, account: Option<Account>) -> Result<PathBuf, LaunchError> {
    let memory = Path::new("/dev/shm");
    let chosen = env::var_os("TMPDIR").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let in_memory =
        chosen.is_none() && purpose == Purpose::Data && is_roomy(memory) && is_open_to_others(Some(memory));
    let candidates: Vec<PathBuf> = chosen
        .into_iter()
        .chain(in_memory.then(|| memory.to_owned()))
        .chain([PathBuf::from("/tmp")])
        .collect();
    candidates
        .iter()
        .map(|base| base.join(unused_name()))
        .find(|folder| is_short(folder) && account.is_none_or(|_| is_open_to_others(folder.parent())))
        .ok_or_else(|| LaunchError::NoFolder {
            tried: candidates.iter().map(|base| base.display().to_string()).collect::<Vec<_>>().join(", "),
        })
}

/// Two gigabytes free: containers come with a few megabytes of memory file system, which one database would fill.
fn is_roomy(folder: &Path) -> bool {
    let Ok(output) = Command::new("df").arg("-Pk").arg(folder).output() else { return false };
    let table = String::from_utf8_lossy(&output.stdout);
    let row: Option<Vec<&str>> = table.lines().nth(1).map(|row| row.split_whitespace().collect());
    row.is_some_and(|row| {
        let free = row.get(3).and_then(|kilobytes| kilobytes.parse::<u64>().ok());
        row.first() == Some(&"tmpfs") && free.is_some_and(|kilobytes| kilobytes >= 2 * 1024 * 1024)
    })
}

/// Unique among processes by the process id, in a process by the counter, and over time by the clock.
fn unused_name() -> String {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    format!("tdb-{:x}-{count:x}-{:x}", process::id(), now.as_micros() & 0xffff_ffff)
}

/// The path goes into a URL as well, so it has to be text.
fn is_short(folder: &Path) -> bool {
    folder.to_str().is_some_and(|path| path.len() + "/.s.PGSQL.65535".len() <= LONGEST_SOCKET_PATH)
}

/// Root may point TMPDIR to a place that the server's account cannot reach.
fn is_open_to_others(base: Option<&Path>) -> bool {
    let Some(base) = base.and_then(|base| base.canonicalize().ok()) else { return false };
    let mode = |path: &Path| path.metadata().map_or(0, |metadata| metadata.permissions().mode());
    mode(&base) & 0o003 == 0o003 && base.ancestors().all(|folder| mode(folder) & 0o001 != 0)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{is_open_to_others, is_short, unused_name};

    #[test]
    fn a_path_too_long_for_a_socket_is_refused() {
        assert!(is_short(Path::new("/run/tdb-1-2-3")));
        assert!(!is_short(&Path::new("/tmp").join("x".repeat(90))));
    }

    #[test]
    fn a_folder_that_others_cannot_write_is_refused() {
        assert!(is_open_to_others(Some(Path::new("/tmp"))));
        assert!(!is_open_to_others(Some(Path::new("/"))));
        assert!(!is_open_to_others(Some(Path::new("/no/such/folder"))));
    }

    #[test]
    fn names_do_not_repeat() {
        assert_ne!(unused_name(), unused_name());
    }
}
