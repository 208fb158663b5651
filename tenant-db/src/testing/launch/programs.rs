//! The server's programs that the launcher settles on.

use std::path::{Path, PathBuf};

use super::discovery::{self, Installation, Machine, ThisMachine};
use super::embedded::{self, EmbeddedUnavailable};
use super::error::LaunchError;
use super::package_manager;
use super::version::ServerVersion;

/// A folder of programs, and whether we unpacked it ourselves.
#[derive(Debug, Clone)]
pub(crate) struct Programs {
    pub(crate) bin_dir: PathBuf,
    pub(crate) version: ServerVersion,
    pub(crate) embedded: bool,
}

impl Programs {
    /// Those of an installed server, else the embedded one.
    ///
    /// # Errors
    ///
    /// [`LaunchError::BinDir`] or [`LaunchError::NotFound`].
    pub(crate) fn locate() -> Result<Self, LaunchError> {
        if let Some(installed) = discovery::find(&ThisMachine)? {
            return Ok(Self::from(installed));
        }
        embedded::unpack().map(Self::from).map_err(|reason| not_found(&ThisMachine, reason))
    }

    /// Those in `folder`.
    ///
    /// # Errors
    ///
    /// [`LaunchError::BinDir`].
    pub(crate) fn at(folder: &Path) -> Result<Self, LaunchError> {
        discovery::at(&ThisMachine, folder).map(Self::from)
    }

    /// The folder above, which has the libraries too.
    pub(crate) fn root(&self) -> &Path {
        self.bin_dir.parent().unwrap_or(&self.bin_dir)
    }
}

impl From<Installation> for Programs {
    /// Unpacked programs are recognised wherever they are, because `PG_BINDIR` may lead there: xtask sets it for the
    /// tests that start servers themselves.
    fn from(Installation { bin_dir, version }: Installation) -> Self {
        let embedded = bin_dir.parent().is_some_and(embedded::is_unpacked);
        Self { bin_dir, version, embedded }
    }
}

/// The error that tells the user of `machine` what to do.
pub(super) fn not_found(machine: &impl Machine, embedded: EmbeddedUnavailable) -> LaunchError {
    LaunchError::NotFound { command: package_manager::detect(machine).command_line(), embedded }
}
