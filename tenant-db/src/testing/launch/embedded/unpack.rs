//! Getting the programs out of the crates.

use std::env;
use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use oliphaunt::{DatabaseStorage, OliphauntServer, ServerListen};
use oliphaunt_extension_contrib_pg18 as contrib;

use super::super::discovery::{self, Installation, ThisMachine};
use super::super::folder::{self, Purpose};
use super::EmbeddedUnavailable;

/// Unpacks the server, the first time that this process asks.
pub(super) fn unpack() -> Result<Installation, EmbeddedUnavailable> {
    static UNPACKED: Mutex<Option<Installation>> = Mutex::new(None);
    // A panic in the crates leaves it as it was.
    let mut unpacked = UNPACKED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(installation) = &*unpacked {
        return Ok(installation.clone());
    }
    Ok(unpacked.insert(unpack_by_starting()?).clone())
}

/// Unpacks the server by starting it once: the crates have no call that only unpacks.
///
/// Whether that server comes up is of no interest (as root it cannot: initdb refuses), only whether its programs are
/// in the cache afterwards.
fn unpack_by_starting() -> Result<Installation, EmbeddedUnavailable> {
    let failed = |reason: String| EmbeddedUnavailable::Unpack { reason };
    let scratch = folder::unused_path(Purpose::Programs, None).map_err(|error| failed(error.to_string()))?;
    // The crates leave a lock file beside the storage, hence the folder around it.
    DirBuilder::new().mode(0o700).create(&scratch).map_err(|error| failed(error.to_string()))?;
    let opened = OliphauntServer::builder()
        .storage(DatabaseStorage::Directory(scratch.join("root")))
        .listen(ServerListen::tcp())
        // It writes its log to our standard error.
        .startup_guc("log_min_messages", "fatal")
        // What the library's own DDL may ask for, and what applications ask for most.
        .extensions([
            contrib::PGCRYPTO,
            contrib::CITEXT,
            contrib::PG_TRGM,
            contrib::BTREE_GIN,
            contrib::BTREE_GIST,
            contrib::HSTORE,
            contrib::UUID_OSSP,
        ])
        .start();
    let outcome = opened.and_then(|mut server| server.close());
    // The scratch server is down, or never was up: what it left is ours to remove.
    let _ = fs::remove_dir_all(&scratch);
    find(&cache()).ok_or_else(|| {
        failed(
            outcome
                .err()
                .map_or_else(|| "its programs are not in the cache".to_owned(), |error| error.to_string()),
        )
    })
}

/// Where the crates unpack to; they read the same variable.
fn cache() -> PathBuf {
    env::var_os("OLIPHAUNT_RUNTIME_CACHE_DIR")
        .map_or_else(|| env::temp_dir().join("oliphaunt-runtime-cache"), PathBuf::from)
}

/// The newest folder in the cache: an older one belongs to an older version of the crates.
fn find(cache: &Path) -> Option<Installation> {
    let mut complete: Vec<PathBuf> = fs::read_dir(cache)
        .ok()?
        .flatten()
        .map(|entry| entry.path())
        .filter(|folder| folder.join(".complete").is_file())
        .collect();
    complete.sort_by_key(|folder| folder.metadata().and_then(|metadata| metadata.modified()).ok());
    complete.into_iter().rev().find_map(|folder| discovery::at(&ThisMachine, &folder.join("bin")).ok())
}
