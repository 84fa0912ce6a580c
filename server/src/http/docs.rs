//! The API's document and a page to browse it, both embedded: nothing is fetched from elsewhere.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::Path,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use utoipa::openapi::{OpenApi, Server};
use utoipa_swagger_ui::{Config, serve};

use super::Door;

/// What the page may load. Swagger UI sets styles from script and draws its icons from data.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/// The document's and the page's routes. Fails if the document cannot be written as JSON.
pub fn router(mut document: OpenApi, base: &str) -> serde_json::Result<Router<Door>> {
    if !base.is_empty() {
        document.servers = Some(vec![Server::new(base)]);
    }
    // As text: a router copies what its handlers hold, and the structures of a document are large.
    let document = Bytes::from(serde_json::to_vec(&document)?);
    let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    let config = Arc::new(Config::new([format!("{base}/api/openapi.json")]).try_it_out_enabled(true));
    let index = format!("{base}/api/docs/");
    let routes = Router::new()
        .route("/api/openapi.json", get(move || std::future::ready((json.clone(), document.clone()))))
        .route("/api/docs", get(move || std::future::ready(Redirect::permanent(&index))))
        .route(
            "/api/docs/",
            get({
                let config = config.clone();
                move || std::future::ready(file("index.html", config.clone()))
            }),
        )
        .route(
            "/api/docs/{*path}",
            get(move |Path(path): Path<String>| std::future::ready(file(&path, config.clone()))),
        );
    Ok(routes)
}

fn file(path: &str, config: Arc<Config<'static>>) -> Response {
    match serve(path, config) {
        Ok(Some(file)) => {
            let mut response = file.bytes.into_owned().into_response();
            let headers = response.headers_mut();
            if let Ok(kind) = HeaderValue::from_str(&file.content_type) {
                headers.insert(header::CONTENT_TYPE, kind);
            }
            headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
            response
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(why) => {
            tracing::error!(%why, "the API's page could not be served");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
