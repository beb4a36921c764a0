//! Certificates of the authorities that a collector's certificate may be signed by.

use std::path::Path;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::regular;

/// Certificates in the PEM format, at least one; every one of them can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtlpAuthority(Vec<u8>);

impl OtlpAuthority {
    /// Reads a file.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(path: &Path) -> Result<Self, String> {
        let pem = regular::read(path, true)
            .map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
        Self::parse(pem).map_err(|problem| format!("{}: {problem}", path.display()))
    }

    fn parse(pem: Vec<u8>) -> Result<Self, String> {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            let certificate = certificate.map_err(|error| format!("this is not PEM: {error}"))?;
            roots.add(certificate).map_err(|error| format!("a certificate in it cannot be used: {error}"))?;
        }
        if roots.is_empty() { Err("it contains no certificate".to_owned()) } else { Ok(Self(pem)) }
    }

    pub(super) fn pem(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_certificate_that_can_be_used_is_refused() {
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for (pem, problem) in [
            ("", "it contains no certificate"),
            ("hello", "it contains no certificate"),
            ("-----BEGIN CERTIFICATE-----\n%\n-----END CERTIFICATE-----\n", "this is not PEM"),
            (broken, "a certificate in it cannot be used"),
        ] {
            let told = OtlpAuthority::parse(pem.into()).unwrap_err();
            assert!(told.contains(problem), "{pem}: {told}");
        }
        let missing = OtlpAuthority::read(Path::new("/nowhere/ca.pem")).unwrap_err();
        assert!(missing.contains("/nowhere/ca.pem cannot be read"), "{missing}");
    }
}
