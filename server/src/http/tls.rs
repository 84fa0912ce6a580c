//! TLS of our own. The certificate is read again when its files change, so that a renewed one needs no restart.

use std::{
    fs,
    path::Path,
    sync::{Arc, PoisonError, RwLock},
    time::SystemTime,
};

use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use tokio_rustls::TlsAcceptor;

use crate::{ServerError, config::Tls};

/// The certificate that is shown, and the files that it comes from.
#[derive(Debug)]
pub struct Certificate {
    files: Tls,
    held: RwLock<Held>,
}

#[derive(Debug)]
struct Held {
    certificate: Arc<CertifiedKey>,
    /// When the files were changed that it was read from.
    of: Changed,
}

/// When the certificate and its key were changed; `None` where the system does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Changed(Option<SystemTime>, Option<SystemTime>);

impl Certificate {
    /// Reads it. Fails with the file's name if it cannot be used.
    pub fn read(files: &Tls) -> Result<Arc<Self>, ServerError> {
        // Asked before the files are read: what changes meanwhile is read once more.
        let of = changed(files);
        let held = RwLock::new(Held { certificate: Arc::new(load(files)?), of });
        Ok(Arc::new(Self { files: files.clone(), held }))
    }

    /// Reads it again if its files have changed. One that cannot be used (half written, of another key) changes nothing: the one
    /// before is shown on, and the next look tries again.
    pub fn look_again(&self) {
        let of = changed(&self.files);
        if self.held.read().unwrap_or_else(PoisonError::into_inner).of == of {
            return;
        }
        match load(&self.files) {
            Ok(certificate) => {
                let certificate = Arc::new(certificate);
                *self.held.write().unwrap_or_else(PoisonError::into_inner) = Held { certificate, of };
                tracing::info!(file = %self.files.certificate.display(), "the certificate is read again");
            }
            Err(why) => tracing::warn!(%why, "the changed certificate cannot be used; the one before is shown on"),
        }
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.held.read().unwrap_or_else(PoisonError::into_inner).certificate))
    }
}

/// Takes connections with this certificate: TLS 1.2 and 1.3, HTTP/2 and 1.1.
pub fn acceptor(certificate: Arc<Certificate>) -> Result<TlsAcceptor, ServerError> {
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|why| ServerError::Config(format!("tls: {why}")))?;
    let mut config = builder.with_no_client_auth().with_cert_resolver(certificate);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn load(files: &Tls) -> Result<CertifiedKey, ServerError> {
    let wrong = |path: &Path, why: String| ServerError::Tls { path: path.to_owned(), why };
    let read = |path: &Path| fs::read(path).map_err(|source| ServerError::Read { path: path.to_owned(), source });
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&read(&files.certificate)?)
        .collect::<Result<_, _>>()
        .map_err(|why| wrong(&files.certificate, format!("is no certificate in PEM: {why}")))?;
    if chain.is_empty() {
        return Err(wrong(&files.certificate, "holds no certificate in PEM".to_owned()));
    }
    let key = PrivateKeyDer::from_pem_slice(&read(&files.key)?)
        .map_err(|why| wrong(&files.key, format!("holds no private key in PEM: {why}")))?;
    CertifiedKey::from_der(chain, key, &ring::default_provider())
        .map_err(|why| wrong(&files.key, format!("does not fit {}: {why}", files.certificate.display())))
}

fn changed(files: &Tls) -> Changed {
    let of = |path: &Path| fs::metadata(path).and_then(|about| about.modified()).ok();
    Changed(of(&files.certificate), of(&files.key))
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path, time::Duration};

    use rcgen::generate_simple_self_signed;

    use super::Certificate;
    use crate::{ServerError, config::Tls};

    /// Writes a new certificate and its key, later than whatever was there.
    fn write(folder: &Path, minutes: u64) -> Tls {
        let made = generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
        let files = Tls { certificate: folder.join("cert.pem"), key: folder.join("key.pem") };
        let later = std::time::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + minutes * 60);
        for (path, pem) in [(&files.certificate, made.cert.pem()), (&files.key, made.signing_key.serialize_pem())] {
            fs::write(path, pem).expect("a file");
            fs::File::options().write(true).open(path).and_then(|file| file.set_modified(later)).expect("a time");
        }
        files
    }

    fn shown(certificate: &Certificate) -> Vec<u8> {
        let held = certificate.held.read().expect("nobody panicked");
        held.certificate.cert.first().expect("a certificate").to_vec()
    }

    #[test]
    fn a_renewed_certificate_is_shown_and_a_broken_one_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = write(folder.path(), 0);
        let certificate = Certificate::read(&files).expect("a certificate");
        let first = shown(&certificate);
        certificate.look_again();
        assert_eq!(shown(&certificate), first, "nothing has changed");

        write(folder.path(), 1);
        certificate.look_again();
        let second = shown(&certificate);
        assert_ne!(second, first);

        fs::write(&files.certificate, "half of a").expect("a file");
        certificate.look_again();
        assert_eq!(shown(&certificate), second, "the one before is shown on");

        write(folder.path(), 2);
        certificate.look_again();
        assert_ne!(shown(&certificate), second, "the next look tries again");
    }

    #[test]
    fn a_key_of_another_certificate_is_refused_with_its_name() {
        let (one, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let (one, other) = (write(one.path(), 0), write(other.path(), 0));
        let mixed = Tls { certificate: one.certificate, key: other.key };
        let why = Certificate::read(&mixed).expect_err("refused");
        assert!(matches!(&why, ServerError::Tls { path, .. } if path.ends_with("key.pem")), "{why}");
    }
}
