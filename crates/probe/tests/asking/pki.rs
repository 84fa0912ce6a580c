//! A certificate authority of our own, and what it issues.

use std::{io::Write, sync::Arc};

use probe::{Clients, Outside};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use tempfile::NamedTempFile;
use tokio_rustls::rustls::{
    RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer},
    server::WebPkiClientVerifier,
};

/// The authority.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("params");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "Test Authority");
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority"))
    }

    /// A server's certificate for these names, valid from one year's first day to another's.
    pub fn issue(&self, names: &[&str], from: i32, to: i32) -> Arc<ServerConfig> {
        let mut params = params(names);
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(to, 1, 1);
        let key = KeyPair::generate().expect("a key");
        serving(&params.signed_by(&key, &self.0).expect("signed"), &key)
    }

    /// The same, good for all of our time.
    pub fn good(&self, names: &[&str]) -> Arc<ServerConfig> {
        self.issue(names, 2020, 2100)
    }

    /// The same, vouched for by another authority for which this one vouches; both years are the first day of which no more.
    pub fn through_another(&self, names: &[&str], to: i32, another_to: i32) -> Arc<ServerConfig> {
        let mut another = CertificateParams::new(Vec::new()).expect("params");
        another.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        another.distinguished_name.push(DnType::CommonName, "Another Authority");
        another.not_before = date_time_ymd(2020, 1, 1);
        another.not_after = date_time_ymd(another_to, 1, 1);
        let another_key = KeyPair::generate().expect("a key");
        let another = CertifiedIssuer::signed_by(another, another_key, &self.0).expect("signed");
        let mut params = params(names);
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(to, 1, 1);
        let key = KeyPair::generate().expect("a key");
        let own = params.signed_by(&key, &another).expect("signed");
        serving_chain(vec![own.der().clone(), another.der().clone()], &key)
    }

    /// A server's certificate for these names; it wants one of ours in turn, by this authority.
    pub fn wanting_ours(&self, names: &[&str]) -> Arc<ServerConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).expect("a root");
        let provider = Arc::new(ring::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), Arc::clone(&provider)).build();
        let mut params = params(names);
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2100, 1, 1);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.0).expect("signed");
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_client_cert_verifier(verifier.expect("a verifier"))
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::try_from(key.serialize_der()).expect("a key"),
            )
            .expect("a config");
        Arc::new(config)
    }

    /// A certificate for these names and its key, in PEM.
    pub fn pem(&self, names: &[&str]) -> (String, String) {
        let key = KeyPair::generate().expect("a key");
        let mut params = params(names);
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2100, 1, 1);
        (params.signed_by(&key, &self.0).expect("signed").pem(), key.serialize_pem())
    }

    /// Its own certificate, in PEM.
    pub fn root(&self) -> String {
        self.0.pem()
    }

    /// Clients that trust it, with the rest of the outside as given.
    pub fn trusted(&self, outside: Outside) -> Clients {
        let mut file = NamedTempFile::new().expect("a file");
        file.write_all(self.0.pem().as_bytes()).expect("written");
        Clients::of(Outside { extra_roots: Some(file.path().to_owned()), ..outside }).expect("clients")
    }
}

/// A certificate that nobody vouches for.
pub fn self_signed(names: &[&str]) -> Arc<ServerConfig> {
    let key = KeyPair::generate().expect("a key");
    serving(&params(names).self_signed(&key).expect("signed"), &key)
}

fn params(names: &[&str]) -> CertificateParams {
    let mut params =
        CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).expect("params");
    params.distinguished_name.push(DnType::CommonName, "Test Server");
    params
}

fn serving(certificate: &rcgen::Certificate, key: &KeyPair) -> Arc<ServerConfig> {
    serving_chain(vec![certificate.der().clone()], key)
}

fn serving_chain(chain: Vec<CertificateDer<'static>>, key: &KeyPair) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("a config");
    Arc::new(config)
}
