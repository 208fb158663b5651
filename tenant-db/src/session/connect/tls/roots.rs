//! Reading root certificates.

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::RootCertificate;
use crate::error::{Error, Result};

/// # Errors
///
/// [`Error::InvalidConfiguration`] where there is no certificate, or one that cannot be read.
pub(super) fn store(roots: &RootCertificate) -> Result<RootCertStore> {
    match roots {
        RootCertificate::System => system(),
        RootCertificate::Pem(pem) => of_pem(pem, "the root certificate"),
        RootCertificate::File(path) => {
            let name = format!("the root certificate {}", path.display());
            let pem = std::fs::read(path)
                .map_err(|error| Error::invalid_configuration(format!("{name} cannot be read: {error}")))?;
            of_pem(&pem, &name)
        }
    }
}

fn of_pem(pem: &[u8], name: &str) -> Result<RootCertStore> {
    let unusable = |reason: &dyn std::fmt::Display| {
        Error::invalid_configuration(format!("{name} is not a certificate in PEM: {reason}"))
    };
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        store.add(certificate.map_err(|error| unusable(&error))?).map_err(|error| unusable(&error))?;
    }
    if store.is_empty() { Err(unusable(&"there is none in it")) } else { Ok(store) }
}

/// Systems keep certificates that no longer parse; one of those is no reason to trust none.
fn system() -> Result<RootCertStore> {
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if store.is_empty() {
        return Err(Error::invalid_configuration(
            "this system has no root certificates; install them (`ca-certificates`), or give the server's own with \
             `sslrootcert=<file>`",
        ));
    }
    Ok(store)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_missing_or_holds_no_certificate_is_refused_by_its_name() {
        let missing = store(&RootCertificate::File("/no/such/ca.pem".into())).unwrap_err().to_string();
        assert!(missing.contains("/no/such/ca.pem cannot be read"), "{missing}");
        let pem = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for (pem, reason) in [(&b"hunter2"[..], "there is none"), (pem, "not a certificate in PEM")] {
            let message = store(&RootCertificate::Pem(pem.to_vec())).unwrap_err().to_string();
            assert!(message.contains(reason) && !message.contains("hunter2"), "{message}");
        }
    }
}
