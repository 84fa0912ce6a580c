//! The one HTTP client: a connection and a full handshake of its own for every request, and marks where the time goes.

use std::{
    future::Future,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use reqwest::{
    dns::{Addrs, Name, Resolve, Resolving},
    redirect,
};
use rustls::{
    NamedGroup, RootCertStore,
    client::{ClientSessionStore, Resumption, Tls12ClientSessionValue, Tls13ClientSessionValue},
    crypto::ring,
    pki_types::ServerName,
};
use tower::{Layer, Service};

use crate::{
    ProbeError,
    lookup::Names,
    marks::{self, Mark},
};

/// Builds it. Redirects are left to the caller: each hop has its own phases and is checked against egress.
pub(crate) fn build(roots: RootCertStore, names: Names) -> Result<reqwest::Client, ProbeError> {
    let mut tls = rustls::ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    tls.resumption = Resumption::store(Arc::new(NeverResumed));
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];

    Ok(reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .tls_info(true)
        .dns_resolver(names)
        .connector_layer(StampConnected)
        .pool_max_idle_per_host(0)
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .build()?)
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let names = self.clone();
        Box::pin(async move {
            let found = Names::resolve(&names, name.as_str()).await?;
            Ok(Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}

/// Remembers no session, so that every check sees and verifies the certificate. Being asked for a hint is the first thing of
/// a handshake, which is where its start is stamped.
#[derive(Debug)]
struct NeverResumed;

impl ClientSessionStore for NeverResumed {
    fn set_kx_hint(&self, _: ServerName<'static>, _: NamedGroup) {}

    fn kx_hint(&self, _: &ServerName<'_>) -> Option<NamedGroup> {
        marks::stamp(Mark::TlsBegan);
        None
    }

    fn set_tls12_session(&self, _: ServerName<'static>, _: Tls12ClientSessionValue) {}

    fn tls12_session(&self, _: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        None
    }

    fn remove_tls12_session(&self, _: &ServerName<'static>) {}

    fn insert_tls13_ticket(&self, _: ServerName<'static>, _: Tls13ClientSessionValue) {}

    fn take_tls13_ticket(&self, _: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        None
    }
}

/// Stamps the moment at which the connector (name, TCP and TLS in one) is done.
#[derive(Clone)]
struct StampConnected;

impl<S> Layer<S> for StampConnected {
    type Service = Stamped<S>;

    fn layer(&self, connector: S) -> Stamped<S> {
        Stamped(connector)
    }
}

#[derive(Clone)]
struct Stamped<S>(S);

impl<S, R> Service<R> for Stamped<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, to: R) -> Self::Future {
        let connecting = self.0.call(to);
        Box::pin(async move {
            let connection = connecting.await?;
            marks::stamp(Mark::Connected);
            Ok(connection)
        })
    }
}
