//! What a request says, read so that a wrong one is answered with a [`Problem`] that names the field.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    http::{Uri, request::Parts, uri::InvalidUri},
};
use model::{Fault, Problem, ProblemKind};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::problem::Refusal;

/// The query string as a typed question.
pub struct Asked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        // An empty field of a form means "not said".
        let is_said = |pair: &&str| pair.split_once('=').is_none_or(|(_, value)| !value.is_empty());
        let said: Vec<&str> = parts.uri.query().unwrap_or_default().split('&').filter(is_said).collect();
        let asked: Uri = format!("/?{}", said.join("&"))
            .parse()
            .map_err(|why: InvalidUri| Refusal(Problem::invalid(vec![Fault::at("query", why.to_string())])))?;
        let Query(question) = Query::<T>::try_from_uri(&asked).map_err(|why| {
            let text = why.body_text();
            let text = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text);
            let (field, message) = text.split_once(": ").unwrap_or(("query", text));
            Refusal(Problem::invalid(vec![Fault::at(field, message)]))
        })?;
        Ok(Self(question))
    }
}

/// The names in the path; one that is no slug or id names nothing that exists.
pub struct Named<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Named<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let Path(names) = Path::<T>::from_request_parts(parts, state).await.map_err(|why| {
            Refusal(Problem::new(ProblemKind::NotFound, format!("There is no such address: {}", why.body_text())))
        })?;
        Ok(Self(names))
    }
}

/// The body as a JSON tree, whose fields `rules` checks one by one.
pub struct Told(pub Value);

impl<S: Send + Sync> FromRequest<S> for Told {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let bytes = body(request, state).await?;
        serde_json::from_slice(&bytes).map(Self).map_err(|why| {
            Refusal(Problem::new(ProblemKind::Malformed, format!("The body is no JSON: {why}. Send a JSON object.")))
        })
    }
}

/// The body as text.
pub struct Text(pub String);

impl<S: Send + Sync> FromRequest<S> for Text {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        String::from_utf8(body(request, state).await?.to_vec())
            .map(Self)
            .map_err(|_| Refusal(Problem::new(ProblemKind::Malformed, "The body is no UTF-8 text.")))
    }
}

async fn body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Refusal> {
    Bytes::from_request(request, state).await.map_err(|why| {
        let kind = if why.status() == 413 { ProblemKind::TooLarge } else { ProblemKind::Malformed };
        Refusal(Problem::new(
            kind,
            format!("The body could not be read: {}. At most 2 MiB are taken.", why.body_text()),
        ))
    })
}
