//! TLS of every kind: trusted roots, no session ever resumed, no check left out unless that is asked for.

mod blind;
mod never;

use std::sync::Arc;

use model::Timestamp;
use rules::{
    assess::{Fact, Trouble},
    kind::{CelKind, NameSpec, OptionKind, OptionSpec},
};
use rustls::{
    ClientConfig, RootCertStore,
    client::{Resumption, WebPkiServerVerifier, danger::ServerCertVerifier},
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject},
};
use tokio_rustls::TlsConnector;

use crate::{
    Clients, certificate,
    dial::{Stream, Target},
    marks::{self, Mark},
    options::{Options, name, optional, secret},
    said,
};
use blind::Blind;
use never::NeverResumed;

/// Certificates that are trusted besides.
pub(crate) const CA: OptionSpec =
    optional("tls_ca", OptionKind::Text, None, "Certificates in PEM that are trusted besides the usual roots");
/// The name to verify.
pub(crate) const SERVER_NAME: OptionSpec = optional(
    "tls_server_name",
    OptionKind::Text,
    None,
    "The name to ask for and to find in the certificate, if it is not the host",
);
/// Our own certificate.
pub(crate) const CLIENT_CERTIFICATE: OptionSpec = optional(
    "tls_client_certificate",
    OptionKind::Text,
    None,
    "Our own certificate in PEM, with its chain, for servers that ask for one",
);
/// Its key.
pub(crate) const CLIENT_KEY: OptionSpec = secret("tls_client_key", "The key of our own certificate, in PEM");
/// No verification.
pub(crate) const INSECURE: OptionSpec =
    optional("tls_insecure", OptionKind::Bool, Some("false"), "Whether to take any certificate, whoever issued it");

/// The map of the server's own certificate; a kind that lists it with its three fields gets it put.
pub(crate) const CERT: NameSpec = name("cert", CelKind::Map, "The server's certificate; absent without TLS");
/// How long it lasts.
pub(crate) const CERT_EXPIRES_IN: NameSpec =
    name("cert.expires_in", CelKind::Duration, "How long the certificate is still valid");
/// Whose it is.
pub(crate) const CERT_SUBJECT: NameSpec = name("cert.subject", CelKind::Text, "Whom the certificate is for");
/// Who vouches for it.
pub(crate) const CERT_ISSUER: NameSpec = name("cert.issuer", CelKind::Text, "Who issued the certificate");

/// How a probe shakes hands.
#[derive(Clone)]
pub(crate) struct Tls {
    config: Arc<ClientConfig>,
    roots: Arc<RootCertStore>,
    server_name: ServerName<'static>,
}

impl Tls {
    /// Reads `tls_ca`, `tls_server_name`, `tls_client_certificate`, `tls_client_key` and `tls_insecure`, all of which the kind's
    /// table must list. `alpn` are the protocols to offer, such as `b"http/1.1"`.
    pub(crate) fn read(options: &mut Options<'_>, clients: &Clients, target: &Target, alpn: &[&[u8]]) -> Option<Self> {
        let roots = match options.text("tls_ca") {
            None => Arc::clone(clients.roots()),
            Some(pem) => Arc::new(more_roots(options, clients.roots(), &pem)?),
        };
        let server_name = options.text("tls_server_name");
        let field = if server_name.is_some() { "tls_server_name" } else { "host" };
        let name = server_name.unwrap_or_else(|| target.host.clone());
        let Ok(server_name) = ServerName::try_from(name) else {
            options.fault(field, "is no name that a certificate could be for");
            return None;
        };
        let own = (options.text("tls_client_certificate"), options.text("tls_client_key"));
        let own = match own {
            (None, None) => None,
            (Some(certificate), Some(key)) => Some(own_certificate(options, &certificate, &key)?),
            (None, Some(_)) => {
                options.fault("tls_client_certificate", "is missing: there is a key");
                return None;
            }
            (Some(_), None) => {
                options.fault("tls_client_key", "is missing: there is a certificate");
                return None;
            }
        };
        let insecure = options.bool("tls_insecure")?;
        match config(&roots, own, insecure, alpn) {
            Ok(config) => Some(Self { config: Arc::new(config), roots, server_name }),
            Err(error) => {
                options.fault("tls_client_certificate", format!("does not go with its key: {error}"));
                None
            }
        }
    }

    /// The same without a look at the certificate, which is then left to [`Tls::trust`].
    pub(crate) fn blind(self) -> Self {
        let mut config = ClientConfig::clone(&self.config);
        config.dangerous().set_certificate_verifier(Arc::new(Blind::default()));
        Self { config: Arc::new(config), ..self }
    }

    /// The same for a certificate of another name: another broker of a cluster. `None`: none can be for it.
    pub(crate) fn naming(&self, host: &str) -> Option<Self> {
        let server_name = ServerName::try_from(host.to_owned()).ok()?;
        Some(Self { server_name, ..self.clone() })
    }

    /// Shakes hands over a connection that stands, and stamps when that began and ended.
    pub(crate) async fn over(&self, target: &Target, stream: Stream) -> Result<(Stream, Handshake), Trouble> {
        shake(&self.config, &self.server_name, &target.peer, stream).await
    }

    /// Whether a chain, the server's own certificate first, is to be trusted at this moment.
    pub(crate) fn trust(&self, chain: &[CertificateDer<'static>], at: Timestamp) -> Result<(), rustls::Error> {
        let verifier =
            WebPkiServerVerifier::builder_with_provider(Arc::clone(&self.roots), Arc::new(ring::default_provider()))
                .build()
                .map_err(|error| rustls::Error::General(error.to_string()))?;
        let (own, issuers) = chain.split_first().ok_or(rustls::Error::NoCertificatesPresented)?;
        let seconds = u64::try_from(at.0 / 1_000).unwrap_or(0);
        let now = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
        verifier.verify_server_cert(own, issuers, &self.server_name, &[], now).map(|_verified| ())
    }

    /// The name that the certificate has to be for.
    pub(crate) fn name(&self) -> String {
        self.server_name.to_str().into_owned()
    }

    /// For a client that shakes hands by itself over a stream of ours.
    pub(crate) fn config(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.config)
    }
}

/// What a handshake came to.
#[derive(Debug, Clone)]
pub(crate) struct Handshake {
    /// What the server showed, its own certificate first.
    pub(crate) certificates: Vec<CertificateDer<'static>>,
    /// `TLSv1_3`, as the standard's registry writes it.
    pub(crate) protocol: &'static str,
    /// `TLS13_AES_256_GCM_SHA384`.
    pub(crate) cipher: &'static str,
    /// The protocol that was agreed on, if one was offered.
    pub(crate) alpn: Option<String>,
}

impl Handshake {
    /// The fact `cert`.
    pub(crate) fn cert(&self, at: Timestamp) -> Option<Fact> {
        self.certificates.first().and_then(|own| certificate::facts(own, at)).map(Fact::Map)
    }
}

/// Shakes hands with `peer` over a connection that stands, and stamps when that began and ended.
pub(crate) async fn shake(
    config: &Arc<ClientConfig>,
    server_name: &ServerName<'static>,
    peer: &str,
    stream: Stream,
) -> Result<(Stream, Handshake), Trouble> {
    let connecting = TlsConnector::from(Arc::clone(config)).connect(server_name.clone(), stream);
    let secured = match connecting.await {
        Ok(secured) => secured,
        Err(error) => return Err(said::handshake(peer, &server_name.to_str(), &error)),
    };
    marks::stamp(Mark::Connected);
    let connection = secured.get_ref().1;
    let handshake = Handshake {
        certificates: connection.peer_certificates().unwrap_or_default().to_vec(),
        protocol: connection.protocol_version().and_then(|version| version.as_str()).unwrap_or("unknown"),
        cipher: connection.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str()).unwrap_or("unknown"),
        alpn: connection.alpn_protocol().map(|name| String::from_utf8_lossy(name).into_owned()),
    };
    Ok((Box::new(secured), handshake))
}

/// What all TLS of ours begins with.
pub(crate) fn config(
    roots: &Arc<RootCertStore>,
    own: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
    insecure: bool,
    alpn: &[&[u8]],
) -> Result<ClientConfig, rustls::Error> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(Arc::clone(roots));
    let mut config = match own {
        Some((certificates, key)) => builder.with_client_auth_cert(certificates, key)?,
        None => builder.with_no_client_auth(),
    };
    if insecure {
        config.dangerous().set_certificate_verifier(Arc::new(Blind::default()));
    }
    config.resumption = Resumption::store(Arc::new(NeverResumed));
    config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
    Ok(config)
}

fn more_roots(options: &mut Options<'_>, roots: &RootCertStore, pem: &str) -> Option<RootCertStore> {
    let mut more = roots.clone();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let added = certificate.map_err(|error| error.to_string());
        if let Err(why) = added.and_then(|certificate| more.add(certificate).map_err(|error| error.to_string())) {
            options.fault("tls_ca", format!("is no certificate in PEM: {why}"));
            return None;
        }
    }
    if more.len() == roots.len() {
        options.fault("tls_ca", "holds no certificate in PEM");
        return None;
    }
    Some(more)
}

fn own_certificate(
    options: &mut Options<'_>,
    certificate: &str,
    key: &str,
) -> Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificate.as_bytes()).collect();
    let chain = chain.ok().filter(|chain| !chain.is_empty());
    if chain.is_none() {
        options.fault("tls_client_certificate", "holds no certificate in PEM");
    }
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).ok();
    if key.is_none() {
        options.fault("tls_client_key", "holds no key in PEM");
    }
    chain.zip(key)
}
