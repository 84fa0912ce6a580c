//! Servers on loopback that repeat whatever they are told, as servers in trouble do: in bodies, headers, addresses and sentences.

use std::{
    fmt::Write as _,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::{Bytes, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

/// The largest body that is repeated.
const LARGEST: usize = 1024 * 1024;

/// Everything that was said to a server.
type Heard = Arc<Mutex<Vec<u8>>>;

/// A server; gone with the value.
pub struct Parrot {
    /// Where it is.
    pub address: SocketAddr,
    heard: Heard,
    serving: JoinHandle<()>,
}

impl Parrot {
    /// Over HTTP. What it answers depends on the path: `/fine` 200, `/on` a redirect to `/said`, `/away` one to where nobody can go,
    /// `/noise` what is no text, `/token` what a provider says who was shown a wrong password, anything else 500.
    pub async fn http() -> Self {
        let (listener, address) = listen().await;
        let heard = Heard::default();
        let ears = Arc::clone(&heard);
        let router = Router::new().fallback(move |request: Request| repeat(address, Arc::clone(&ears), request));
        let serving = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Self { address, heard, serving }
    }

    /// Over plain TCP: repeats the first thing that is said.
    pub async fn tcp() -> Self {
        let (listener, address) = listen().await;
        let heard = Heard::default();
        let ears = Arc::clone(&heard);
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(repeat_bytes(stream, Arc::clone(&ears)));
            }
        });
        Self { address, heard, serving }
    }

    /// With a certificate that nobody trusts.
    pub async fn tls() -> Self {
        let (listener, address) = listen().await;
        let acceptor = untrusted();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                // Whoever is not trusted is not spoken to.
                tokio::spawn(async move { drop(acceptor.accept(stream).await) });
            }
        });
        Self { address, heard: Heard::default(), serving }
    }

    /// Everything that was said to it.
    pub fn heard(&self) -> Vec<u8> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// An address there, `http://HOST/path`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Parrot {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    (listener, address)
}

fn hear(heard: &Heard, words: &[u8]) {
    heard.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(words);
}

async fn repeat(address: SocketAddr, heard: Heard, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LARGEST).await.unwrap_or_default();
    let path = parts.uri.path().split('/').nth(1).unwrap_or_default().to_owned();
    let line = format!("{} {}", parts.method, parts.uri);
    let said = said(&line, &parts.headers, &body);
    hear(&heard, said.as_bytes());
    let credentials = parts.headers.get(header::AUTHORIZATION).cloned();
    let escaped = |value: &HeaderValue| utf8_percent_encode(text(value), NON_ALPHANUMERIC).to_string();
    let repeated = credentials.as_ref().map(escaped).unwrap_or_default();
    let mut response = match path.as_str() {
        "on" => to(&format!("/said?said={repeated}")),
        "away" => to(&format!("ftp://{repeated}/")),
        "noise" => (StatusCode::OK, [b"\xff\xfe ".as_slice(), said.as_bytes()].concat()).into_response(),
        ".well-known" => axum::Json(provider(address)).into_response(),
        "keys" => axum::Json(json!({ "keys": [] })).into_response(),
        "token" => {
            let refusal = json!({ "error": "invalid_client", "error_description": said });
            (StatusCode::BAD_REQUEST, axum::Json(refusal)).into_response()
        }
        "fine" => (StatusCode::OK, said).into_response(),
        _ => (StatusCode::INTERNAL_SERVER_ERROR, said).into_response(),
    };
    if let Some(credentials) = credentials {
        response.headers_mut().insert("x-echo", credentials.clone());
        response.headers_mut().insert(header::SET_COOKIE, credentials);
    }
    response
}

/// All of it in many ways: as it is, as JSON by several writers of it, in an address and in one within it, in HTML, in base64.
fn said(line: &str, headers: &HeaderMap, body: &Bytes) -> String {
    let mut said = format!("{line}\n");
    for (name, value) in headers {
        // Writing into a String does not fail.
        let _ = writeln!(said, "{name}: {}", text(value));
    }
    said.push_str(&String::from_utf8_lossy(body));
    let html = said.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let address = utf8_percent_encode(&said, NON_ALPHANUMERIC).to_string();
    let signs = BASE64_STANDARD.encode(&said);
    let lower = lower_escapes(&address);
    // The line is escaped already.
    let told = utf8_percent_encode(&said[line.len()..], NON_ALPHANUMERIC).to_string();
    let within = [told.replace('%', "%25"), lower_escapes(&told).replace('%', "%25")].concat();
    let json = json!({ "said": said, "html": html, "address": address, "signs": signs, "plain": "\n" }).to_string();
    let quoted = json!(said).to_string();
    let quoted = [quoted.replace('/', "\\/"), in_numbers(&quoted, false), in_numbers(&quoted, true)].concat();
    [json, said, html, lower, within, quoted].concat()
}

/// The digits of `%2F` as `%2f`; where every sign that is no letter and no digit is escaped.
fn lower_escapes(address: &str) -> String {
    let lower = |part: &str| part[..2].to_ascii_lowercase() + &part[2..];
    let mut parts = address.split('%');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "%" + &lower(part))
}

/// JSON that may stand in HTML, as .NET writes it.
fn in_numbers(json: &str, upper: bool) -> String {
    let number = |sign: char| {
        let code = u32::from(sign);
        if upper { format!("\\u{code:04X}") } else { format!("\\u{code:04x}") }
    };
    let json = json.replace("\\\"", &number('"'));
    json.chars().map(|sign| if "+&'<>".contains(sign) { number(sign) } else { sign.to_string() }).collect()
}

fn text(value: &HeaderValue) -> &str {
    value.to_str().unwrap_or_default()
}

fn to(location: &str) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, location.to_owned())]).into_response()
}

/// What an OpenID provider says of itself.
fn provider(address: SocketAddr) -> serde_json::Value {
    let at = |path: &str| format!("http://{address}{path}");
    json!({
        "issuer": at(""),
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "jwks_uri": at("/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    })
}

async fn repeat_bytes(mut stream: TcpStream, heard: Heard) {
    let mut bytes = vec![0; LARGEST];
    if let Ok(read) = stream.read(&mut bytes).await {
        hear(&heard, &bytes[..read]);
        // Whoever asked may have gone.
        let _ = stream.write_all(&[b"you said: ", &bytes[..read]].concat()).await;
        let _ = stream.shutdown().await;
    }
}

fn untrusted() -> TlsAcceptor {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("a configuration");
    TlsAcceptor::from(Arc::new(config))
}
