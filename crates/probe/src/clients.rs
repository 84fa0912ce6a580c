//! What all probes share of the outside world: trusted roots, names, rules of egress, and the HTTP client.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::pki_types::{CertificateDer, pem::PemObject};

use crate::{Egress, Fill, Lookup, SystemLookup, http::client, lookup::Names};

/// How the outside is reached. The default is what the server uses.
#[derive(Clone)]
pub struct Outside {
    /// A PEM file of root certificates that are trusted besides the web's own.
    pub extra_roots: Option<PathBuf>,
    /// Where probes may go.
    pub egress: Egress,
    /// Who turns names into addresses.
    pub lookup: Arc<dyn Lookup>,
}

impl Default for Outside {
    fn default() -> Self {
        Self { extra_roots: None, egress: Egress::default(), lookup: Arc::new(SystemLookup) }
    }
}

/// Why [`Clients`] could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// The file of further roots could not be read, holds no certificate, or one that is none.
    #[error("cannot take root certificates from {path}: {why}")]
    Roots {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The TLS settings do not go together.
    #[error("cannot set up TLS")]
    Tls(#[from] rustls::Error),
    /// The HTTP client could not be built.
    #[error("cannot set up the HTTP client")]
    Http(#[from] reqwest::Error),
}

/// What all probes share. Cheap to clone; one for the whole process, since the roots alone are 150 certificates.
///
/// There is one HTTP client because no option of a probe changes the transport yet. The first that does (a client
/// certificate, a proxy) makes this a table of clients by those options.
#[derive(Clone)]
pub struct Clients {
    http: reqwest::Client,
    names: Names,
    fill: Option<Fill>,
    masked: Arc<[String]>,
}

impl Clients {
    /// With the web's root certificates.
    pub fn new() -> Result<Self, ProbeError> {
        Self::of(Outside::default())
    }

    /// With the certificates of a PEM file trusted besides.
    pub fn with_roots(path: &Path) -> Result<Self, ProbeError> {
        Self::of(Outside { extra_roots: Some(path.to_owned()), ..Outside::default() })
    }

    /// With the outside as told.
    pub fn of(outside: Outside) -> Result<Self, ProbeError> {
        let mut roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        if let Some(path) = &outside.extra_roots {
            add_roots(&mut roots, path)?;
        }
        let names = Names { lookup: outside.lookup, egress: outside.egress };
        Ok(Self { http: client::build(roots, names.clone())?, names, fill: None, masked: Arc::default() })
    }

    /// With somebody who fills in what options refer to; without, a reference is a text like any other.
    #[must_use]
    pub fn filling(self, fill: Fill) -> Self {
        Self { fill: Some(fill), ..self }
    }

    /// With values that must not be kept, whoever says them.
    pub(crate) fn masking(&self, values: Vec<String>) -> Self {
        Self { masked: values.into(), ..self.clone() }
    }

    /// Who fills in what options refer to.
    pub(crate) fn fill(&self) -> Option<&Fill> {
        self.fill.as_ref()
    }

    /// What must not be kept.
    pub(crate) fn masked(&self) -> &[String] {
        &self.masked
    }

    /// Where probes may go.
    pub(crate) fn egress(&self) -> &Egress {
        &self.names.egress
    }

    /// The names, checked.
    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    /// The HTTP client.
    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.http
    }
}

fn add_roots(roots: &mut rustls::RootCertStore, path: &Path) -> Result<(), ProbeError> {
    let wrong = |why: String| ProbeError::Roots { path: path.to_owned(), why };
    let before = roots.len();
    for certificate in CertificateDer::pem_file_iter(path).map_err(|error| wrong(error.to_string()))? {
        let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
        roots.add(certificate).map_err(|error| wrong(error.to_string()))?;
    }
    if roots.len() == before { Err(wrong("it holds no certificate".to_owned())) } else { Ok(()) }
}
