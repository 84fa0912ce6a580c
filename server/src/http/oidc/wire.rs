//! How providers are asked: by the same HTTP client as everything else, in the shape that the protocol's library wants.

use std::{pin::Pin, time::Duration};

use openidconnect::{HttpRequest, HttpResponse};
use reqwest::{Client, redirect};

/// The longest that one question may take.
const TIME_LIMIT: Duration = Duration::from_secs(10);
/// The largest answer that is read; key sets and tokens are a few kB.
const LARGEST: usize = 1024 * 1024;

/// Why a provider gave no answer that can be read.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// It could not be asked.
    #[error("it could not be asked")]
    Asked(#[from] reqwest::Error),
    /// The answer has no end.
    #[error("its answer is larger than 1 MiB")]
    TooLarge,
    /// The answer is not HTTP.
    #[error("its answer could not be read")]
    Read(#[from] http::Error),
}

/// The answer that is on its way.
type Answering = Pin<Box<dyn Future<Output = Result<HttpResponse, WireError>> + Send>>;

/// A client with the machine's own roots, so that a provider inside the company is trusted as the machine trusts it. It follows
/// no redirects: what an issuer says of itself is at its own address.
pub fn client() -> Result<Client, reqwest::Error> {
    Client::builder().redirect(redirect::Policy::none()).timeout(TIME_LIMIT).referer(false).no_proxy().build()
}

/// That client as the library calls it.
pub fn wire(client: Client) -> impl Fn(HttpRequest) -> Answering + Send + Sync {
    move |request| Box::pin(ask(client.clone(), request))
}

async fn ask(client: Client, request: HttpRequest) -> Result<HttpResponse, WireError> {
    let mut answer = client.execute(request.try_into()?).await?;
    let mut response = http::Response::builder().status(answer.status());
    if let Some(headers) = response.headers_mut() {
        *headers = answer.headers().clone();
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len() + chunk.len() > LARGEST {
            return Err(WireError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(response.body(body)?)
}
