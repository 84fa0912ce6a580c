//! The browser half and its styles, embedded. Names carry a hash, so browsers keep them for ever.

use std::{
    borrow::Cow,
    collections::HashMap,
    io::Write,
    sync::{Arc, LazyLock, Mutex},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use rust_embed::RustEmbed;

use super::Door;

/// What Trunk made. A binary built without it starts all the same and serves plain pages.
#[derive(RustEmbed)]
#[folder = "../dist/"]
#[allow_missing = true]
struct Dist;

/// Brotli of each asset, made when it is first asked for: a second of work, once.
static BROTLI: LazyLock<Mutex<HashMap<String, Arc<[u8]>>>> = LazyLock::new(Mutex::default);

/// The assets' route.
pub fn router() -> Router<Door> {
    Router::new().route("/pkg/{*path}", get(asset))
}

/// The name of the WebAssembly half without `_bg.wasm`, as Leptos asks for it; `None` where Trunk made none.
pub fn browser_half() -> Option<String> {
    Dist::iter().find_map(|path| {
        let name = path.strip_suffix("_bg.wasm")?;
        name.starts_with("browser").then(|| name.to_owned())
    })
}

/// Where the style sheets are, in the order in which they build on each other.
pub fn stylesheets() -> Vec<String> {
    let Some(index) = Dist::get("index.html") else { return Vec::new() };
    let html = String::from_utf8_lossy(&index.data).into_owned();
    let links = html.split("<link").skip(1).filter_map(|tag| tag.split('>').next());
    links.filter(|tag| tag.contains("stylesheet")).filter_map(|tag| attribute(tag, "href")).collect()
}

/// The page's icon.
pub fn icon() -> Option<String> {
    let name = Dist::iter().find(|path| path.ends_with(".svg") && path.starts_with("icon"))?;
    Some(format!("/pkg/{name}"))
}

/// The value of an attribute, quoted or, as minified HTML has it, bare.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let rest = tag.split_once(&format!("{name}="))?.1;
    let end = |sign: char| sign == '"' || sign.is_whitespace();
    Some(rest.trim_start_matches('"').split(end).next()?.to_owned())
}

async fn asset(Path(path): Path<String>, headers: HeaderMap) -> Response {
    let Some(file) = Dist::get(&path).filter(|_| path != "index.html") else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kind = mime_guess::from_path(&path).first_or_octet_stream();
    let squeezable = matches!(kind.subtype().as_str(), "wasm" | "css" | "javascript" | "svg+xml");
    let takes_brotli = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.split(',').any(|coding| coding.trim().starts_with("br")));
    let mut response = if squeezable && takes_brotli {
        let mut response = Response::new(Body::from(Bytes::from_owner(brotli(&path, &file.data))));
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
        response
    } else {
        Response::new(Body::from(match file.data {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => Bytes::from(bytes),
        }))
    };
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(kind.as_ref()) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    response
}

fn brotli(path: &str, data: &[u8]) -> Arc<[u8]> {
    let mut made = BROTLI.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(bytes) = made.get(path) {
        return bytes.clone();
    }
    let mut squeezed = Vec::new();
    let written = brotli::CompressorWriter::new(&mut squeezed, 64 * 1024, 9, 22).write_all(data);
    let bytes: Arc<[u8]> = if written.is_ok() { squeezed.into() } else { Arc::from(data) };
    made.insert(path.to_owned(), bytes.clone());
    bytes
}

#[cfg(test)]
mod tests {
    use super::attribute;

    #[test]
    fn attributes_are_read_quoted_and_bare() {
        for tag in [r#" rel="stylesheet" href="/pkg/a.css" /"#, " href=/pkg/a.css rel=stylesheet"] {
            assert_eq!(attribute(tag, "href").as_deref(), Some("/pkg/a.css"), "{tag}");
        }
    }
}
