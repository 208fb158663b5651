//! [`SslMode`] and [`TlsSettings`]: whether a connection is encrypted, and to whom.

#[cfg(feature = "tls")]
mod handshake;
#[cfg(feature = "tls")]
mod roots;
#[cfg(feature = "tls")]
mod verification;

use std::path::PathBuf;

#[cfg(feature = "tls")]
pub(super) use handshake::{Encryption, TlsStream};

use crate::error::{Error, Result};

/// Whether a connection over TCP is encrypted, and how the server is recognised: libpq's `sslmode`, which the URL may
/// name as well. Local sockets are never encrypted.
///
/// Only [`VerifyFull`](Self::VerifyFull) keeps out somebody who can answer in the server's place.
///
/// ```no_run
/// # async fn example() -> tenant_db::Result<()> {
/// use tenant_db::{SslMode, TenantDb};
///
/// let db = TenantDb::builder("postgresql://tenant_db_runtime@db.example/shop")
///     .ssl_mode(SslMode::VerifyFull)
///     .root_certificate("/etc/shop/ca.pem")
///     .connect()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SslMode {
    /// `disable`: never encrypted.
    Disable,
    /// `prefer`: encrypted if the server offers it. The server's certificate is not checked. The default, unless a root
    /// certificate is given.
    Prefer,
    /// `require`: encrypted, or no connection. The server's certificate is not checked, unless a root certificate is given.
    Require,
    /// `verify-ca`: encrypted, and the server's certificate comes from the given root. Its name does not matter.
    VerifyCa,
    /// `verify-full`: encrypted, the server's certificate comes from the given root, or else from one that the system
    /// trusts, and it is for the host of the URL.
    VerifyFull,
}

impl SslMode {
    /// # Errors
    ///
    /// [`Error::InvalidConfiguration`].
    pub(crate) fn parse(name: &str) -> Result<Self> {
        match name {
            "disable" => Ok(Self::Disable),
            "prefer" => Ok(Self::Prefer),
            "require" => Ok(Self::Require),
            "verify-ca" => Ok(Self::VerifyCa),
            "verify-full" => Ok(Self::VerifyFull),
            _ => Err(Error::invalid_configuration(
                "`sslmode` is none of `disable`, `prefer`, `require`, `verify-ca` and `verify-full`",
            )),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        }
    }
}

/// Which authorities are believed.
#[derive(Debug, Clone)]
#[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "certificates come with TLS"))]
pub(crate) enum RootCertificate {
    /// Those in a file, in PEM.
    File(PathBuf),
    /// These, in PEM.
    Pem(Vec<u8>),
    /// Those that the operating system trusts.
    System,
}

impl RootCertificate {
    /// libpq's `sslrootcert`.
    pub(crate) fn named(value: &str) -> Self {
        if value == "system" { Self::System } else { Self::File(value.into()) }
    }
}

/// What was chosen, without contradictions.
#[derive(Debug, Clone)]
#[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "only what needs no TLS is left"))]
pub(super) struct TlsSettings {
    mode: SslMode,
    roots: Option<RootCertificate>,
    /// `sslnegotiation=direct`: PostgreSQL 17 and later need not be asked first.
    is_direct: bool,
}

impl TlsSettings {
    /// # Errors
    ///
    /// [`Error::InvalidConfiguration`] for what contradicts itself, and for TLS in a program that was built without it.
    pub(super) fn new(
        mode: Option<SslMode>,
        roots: Option<RootCertificate>,
        is_direct: bool,
    ) -> Result<Self> {
        let system = matches!(roots, Some(RootCertificate::System));
        // As in libpq: anybody gets a certificate from some authority, so without its name it says nothing.
        // Whoever names an authority wants to know who answers; to prefer encryption would be to do without it.
        let mode = mode.unwrap_or(if roots.is_some() { SslMode::VerifyFull } else { SslMode::Prefer });
        if system && mode != SslMode::VerifyFull {
            return Err(Error::invalid_configuration(format!(
                "`sslrootcert=system` needs `sslmode=verify-full`, not `{}`",
                mode.name()
            )));
        }
        if roots.is_some() && matches!(mode, SslMode::Disable | SslMode::Prefer) {
            return Err(Error::invalid_configuration(format!(
                "a root certificate asks for `sslmode=verify-full` (or `verify-ca`, or `require`), not `{}`, with which \
                 anybody could answer",
                mode.name()
            )));
        }
        if mode == SslMode::VerifyCa && roots.is_none() {
            return Err(Error::invalid_configuration(
                "`sslmode=verify-ca` needs a root certificate: `sslrootcert=<file>` or `root_certificate(…)`",
            ));
        }
        if is_direct && matches!(mode, SslMode::Disable | SslMode::Prefer) {
            return Err(Error::invalid_configuration(format!(
                "`sslnegotiation=direct` needs `sslmode=require` or stricter, not `{}`",
                mode.name()
            )));
        }
        let needs_tls = !matches!(mode, SslMode::Disable | SslMode::Prefer) || roots.is_some();
        if needs_tls && mode != SslMode::Disable && !cfg!(feature = "tls") {
            return Err(Error::invalid_configuration(format!(
                "`sslmode={}` with what goes with it needs the feature `tls` of the crate tenant-db; turn it on",
                mode.name()
            )));
        }
        Ok(Self { mode, roots, is_direct })
    }
}

/// What to do on a new socket.
#[derive(Debug, Clone)]
pub(super) enum Policy {
    Plain,
    #[cfg(feature = "tls")]
    IfOffered(Encryption),
    #[cfg(feature = "tls")]
    Always(Encryption),
}

impl Policy {
    /// # Errors
    ///
    /// [`Error::InvalidConfiguration`] where root certificates cannot be read.
    #[cfg(feature = "tls")]
    pub(super) fn new(settings: &TlsSettings) -> Result<Self> {
        match settings.mode {
            SslMode::Disable => Ok(Self::Plain),
            SslMode::Prefer => Ok(Self::IfOffered(Encryption::new(settings)?)),
            _ => Ok(Self::Always(Encryption::new(settings)?)),
        }
    }

    /// # Errors
    ///
    /// None: [`TlsSettings::new`] has refused what needs TLS.
    #[cfg(not(feature = "tls"))]
    pub(super) fn new(_: &TlsSettings) -> Result<Self> {
        Ok(Self::Plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(mode: Option<SslMode>, roots: Option<RootCertificate>, is_direct: bool) -> String {
        TlsSettings::new(mode, roots, is_direct).unwrap_err().to_string()
    }

    #[test]
    fn every_mode_is_read_by_its_name() {
        for mode in
            [SslMode::Disable, SslMode::Prefer, SslMode::Require, SslMode::VerifyCa, SslMode::VerifyFull]
        {
            assert_eq!(SslMode::parse(mode.name()).unwrap(), mode);
        }
        assert!(SslMode::parse("allow").is_err() && SslMode::parse("Require").is_err());
    }

    #[cfg(feature = "tls")]
    #[test]
    fn the_systems_roots_are_for_names_alone() {
        let system = || Some(RootCertificate::named("system"));
        assert_eq!(TlsSettings::new(None, system(), false).unwrap().mode, SslMode::VerifyFull);
        assert!(refused(Some(SslMode::Require), system(), false).contains("needs `sslmode=verify-full`"));
        assert_eq!(TlsSettings::new(None, None, false).unwrap().mode, SslMode::Prefer);
    }

    #[test]
    fn what_contradicts_itself_is_refused_with_what_to_do() {
        assert!(refused(Some(SslMode::VerifyCa), None, false).contains("`sslrootcert=<file>`"));
        assert!(refused(Some(SslMode::Prefer), None, true).contains("`sslmode=require` or stricter"));
    }

    #[cfg(not(feature = "tls"))]
    #[test]
    fn without_the_feature_only_weak_modes_are_there() {
        assert!(refused(Some(SslMode::Require), None, false).contains("feature `tls`"));
        assert!(refused(None, Some(RootCertificate::named("/ca.pem")), false).contains("feature `tls`"));
        assert!(TlsSettings::new(Some(SslMode::Prefer), None, false).is_ok());
        assert!(TlsSettings::new(Some(SslMode::Disable), None, false).is_ok());
    }
}
