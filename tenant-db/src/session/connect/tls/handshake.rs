//! [`Encryption`]: asking a server for TLS, and beginning it.

use std::sync::Arc;

use rustls::ClientConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect as _};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::verification::WhateverName;
use super::{RootCertificate, SslMode, TlsSettings, roots};
use crate::error::{Error, Result};
use crate::session::connect::failure::Failure;
use crate::session::connect::socket::Socket;

/// tokio-postgres-rustls keeps the type's name to itself. It adds the channel binding, which ties the password's exchange
/// to this very connection.
pub(in crate::session::connect) type TlsStream = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;

/// `SSLRequest`: its length, and a number that is no protocol's version.
const REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

#[derive(Clone)]
pub(in crate::session::connect) struct Encryption {
    tls: MakeRustlsConnect,
    checks_name: bool,
    is_direct: bool,
}

impl Encryption {
    /// # Errors
    ///
    /// [`Error::InvalidConfiguration`] where root certificates cannot be read.
    pub(super) fn new(settings: &TlsSettings) -> Result<Self> {
        // Not the process's default, which may not have been chosen, and is somebody else's choice if it has.
        let provider = Arc::new(ring::default_provider());
        let checks_name = settings.mode == SslMode::VerifyFull;
        let roots = match &settings.roots {
            None if checks_name => Some(roots::store(&RootCertificate::System)?),
            given => given.as_ref().map(roots::store).transpose()?,
        };
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::invalid_configuration(format!("TLS cannot be used: {error}")))?;
        let builder = match roots {
            Some(roots) if checks_name => builder.with_root_certificates(roots),
            roots => builder.dangerous().with_custom_certificate_verifier(weaker(roots, provider)),
        };
        let mut config = builder.with_no_client_auth();
        // What libpq says, so that a server of another protocol cannot be taken for this one.
        config.alpn_protocols = vec![b"postgresql".to_vec()];
        Ok(Self { tls: MakeRustlsConnect::new(config), checks_name, is_direct: settings.is_direct })
    }

    /// None where the server does not offer TLS.
    pub(in crate::session::connect) async fn negotiate(
        &self,
        mut socket: Socket,
        host: &str,
        address: &str,
    ) -> Result<Result<TlsStream, Socket>, Failure> {
        if !self.is_direct {
            socket.write_all(&REQUEST).await.map_err(Failure::Unreachable)?;
            // This byte and no more is read outside of TLS, so nobody can slip words in before it begins.
            match socket.read_u8().await.map_err(Failure::Unreachable)? {
                b'S' => {}
                b'N' => return Ok(Err(socket)),
                _ => return Err(Failure::NotPostgres),
            }
        }
        // Names that no certificate could hold (of a container, say) are only a question where names are checked.
        let name = if self.checks_name || ServerName::try_from(host).is_ok() { host } else { address };
        let handshake = MakeTlsConnect::<Socket>::make_tls_connect(&mut self.tls.clone(), name);
        let Ok(handshake) = handshake;
        handshake.connect(socket).await.map(Ok).map_err(Failure::Tls)
    }
}

fn weaker(roots: Option<rustls::RootCertStore>, provider: Arc<CryptoProvider>) -> Arc<WhateverName> {
    Arc::new(WhateverName { roots, provider })
}

impl std::fmt::Debug for Encryption {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Encryption").field("checks_name", &self.checks_name).finish_non_exhaustive()
    }
}
