//! What all probes share of the outside world: trusted roots, names, rules of egress, and what HTTP begins with.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use rules::secret::Reference;
use rustls::pki_types::{CertificateDer, pem::PemObject};

use crate::{
    Egress, Fill, Lookup, SystemLookup,
    filled::Known,
    http::shared::{Shared, Tokens},
    lookup::Names,
    programs::{PROGRAMS_AT_ONCE, Programs},
};

/// How the outside is reached. The default is what the server uses.
#[derive(Clone)]
pub struct Outside {
    /// A PEM file of root certificates that are trusted besides the web's own.
    pub extra_roots: Option<PathBuf>,
    /// Where probes may go.
    pub egress: Egress,
    /// Who turns names into addresses.
    pub lookup: Arc<dyn Lookup>,
    /// The folder whose programs probes may run; without one they run none.
    pub command_folder: Option<PathBuf>,
    /// How many of these may run at once, at least 1.
    pub programs_at_once: usize,
    /// Folders whose files HTTP probes may send as bodies; without any they send none.
    pub body_folders: Arc<[PathBuf]>,
    /// The folder whose SQLite files probes may ask; without one they ask none.
    pub sqlite_folder: Option<PathBuf>,
}

impl Default for Outside {
    fn default() -> Self {
        Self {
            extra_roots: None,
            egress: Egress::default(),
            lookup: Arc::new(SystemLookup::default()),
            command_folder: None,
            programs_at_once: PROGRAMS_AT_ONCE,
            body_folders: Arc::default(),
            sqlite_folder: None,
        }
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
}

/// What all probes share. Cheap to clone; one for the whole process, since the roots alone are 150 certificates.
///
/// There is no HTTP client in it: one keeps connections, and no connection is ever used twice here. A probe whose options change
/// TLS has a setup of its own, all others share these.
#[derive(Clone)]
pub struct Clients {
    http: Shared,
    body_folders: Arc<[PathBuf]>,
    #[cfg(feature = "sql")]
    sqlite_folder: Option<Arc<Path>>,
    roots: Arc<rustls::RootCertStore>,
    names: Names,
    programs: Arc<Programs>,
    fill: Option<Fill>,
    masked: Arc<[String]>,
    known: Known,
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
        let roots = Arc::new(roots);
        let http = Shared::of(&roots)?;
        let body_folders = outside.body_folders;
        let programs = Arc::new(Programs::of(outside.command_folder, outside.programs_at_once));
        Ok(Self {
            http,
            body_folders,
            #[cfg(feature = "sql")]
            sqlite_folder: outside.sqlite_folder.map(Arc::from),
            roots,
            names,
            programs,
            fill: None,
            masked: Arc::default(),
            known: Known::default(),
        })
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

    /// With what references stand for, for a probe that fills them in itself.
    pub(crate) fn knowing(self, known: HashMap<Reference, String>) -> Self {
        Self { known: Arc::new(known), ..self }
    }

    /// What references stand for.
    pub(crate) fn known(&self) -> &Known {
        &self.known
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

    /// The programs that may be run.
    pub(crate) fn programs(&self) -> &Arc<Programs> {
        &self.programs
    }

    /// Who is trusted.
    pub(crate) fn roots(&self) -> &Arc<rustls::RootCertStore> {
        &self.roots
    }

    /// The TLS setups of HTTP probes that ask for none of their own.
    pub(crate) fn http(&self) -> &Shared {
        &self.http
    }

    /// Tokens that were granted and still hold.
    pub(crate) fn tokens(&self) -> &Tokens {
        &self.http.tokens
    }

    /// The folder whose SQLite files may be asked.
    #[cfg(feature = "sql")]
    pub(crate) fn sqlite_folder(&self) -> Option<&Path> {
        self.sqlite_folder.as_deref()
    }

    /// Folders whose files may be sent.
    pub(crate) fn body_folders(&self) -> &Arc<[PathBuf]> {
        &self.body_folders
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
