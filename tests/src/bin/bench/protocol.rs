//! What is spoken with the targets, and the certificates where that is HTTPS.

use std::{fmt, fs, path::Path, sync::Arc};

use clap::ValueEnum;
use rustls::{
    RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tests::authority::Authority;
use tokio_rustls::TlsAcceptor;

use crate::Tried;

/// In a folder: who is to be trusted, as a house reads it for `extra_roots`.
pub const ROOTS: &str = "roots.pem";
/// There as well: what a target shows, and its key.
const CERTIFICATE: &str = "target.pem";
const KEY: &str = "target.key";

/// What is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Protocol {
    /// HTTP/1.1 in clear.
    Http,
    /// The same over TLS.
    Https,
    /// Nothing: to connect is enough.
    Tcp,
}

impl Protocol {
    /// As an address begins, and as it is handed to a child.
    pub const fn scheme(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::Tcp => "tcp",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.scheme().to_uppercase())
    }
}

/// Puts a new authority and a certificate of its issuing for 127.0.0.1 into a folder.
pub fn issue(folder: &Path) -> Tried<()> {
    let authority = Authority::new("Bench");
    let (certificate, key) = authority.issue("127.0.0.1");
    authority.write(folder, ROOTS);
    fs::write(folder.join(CERTIFICATE), certificate)?;
    Ok(fs::write(folder.join(KEY), key)?)
}

/// The target's side, with the usual settings: who asks is free to resume, and is not asked for HTTP/2.
pub fn acceptor(folder: &Path) -> Tried<TlsAcceptor> {
    let chain = CertificateDer::pem_file_iter(folder.join(CERTIFICATE))?.collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_file(folder.join(KEY))?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Who is to be trusted.
pub fn roots(folder: &Path) -> Tried<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(folder.join(ROOTS))? {
        roots.add(certificate?)?;
    }
    Ok(roots)
}
