//! The stock service: it says by gRPC's standard health service (grpc.health.v1) that it serves.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    io,
    sync::Arc,
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Full, Limited, combinators::WithTrailers};
use hyper::{body::Incoming, server::conn::http2, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use model::Clock;
use tokio::net::TcpStream;

use super::think;

const CHECK: &str = "/grpc.health.v1.Health/Check";
/// The services that it knows; the first is the server as a whole.
const SERVICES: [&str; 2] = ["", "stock.v1.Stock"];
/// Bytes of a request at most.
const LONGEST: usize = 1_024;
/// `HealthCheckResponse { status: SERVING }`, its length before it.
const SERVING: &[u8] = &[0, 0, 0, 0, 2, 0x08, 1];

/// Codes of gRPC.
const OK: &str = "0";
const INVALID_ARGUMENT: &str = "3";
const NOT_FOUND: &str = "5";
const UNIMPLEMENTED: &str = "12";

/// A message, if there is one, and the code after it.
type Answer = WithTrailers<Full<Bytes>, Ready<Option<Result<HeaderMap, Infallible>>>>;

/// Answers calls over HTTP/2, until the other side closes.
pub async fn talk(stream: TcpStream, clock: Arc<dyn Clock>) -> io::Result<()> {
    let service = service_fn(move |request| check(request, Arc::clone(&clock)));
    let talking = http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service);
    talking.await.map_err(io::Error::other)
}

async fn check(request: Request<Incoming>, clock: Arc<dyn Clock>) -> Result<Response<Answer>, Infallible> {
    think("grpc", clock.as_ref()).await;
    if request.uri().path() != CHECK {
        return Ok(answer(&[], UNIMPLEMENTED));
    }
    let Ok(body) = Limited::new(request.into_body(), LONGEST).collect().await else {
        return Ok(answer(&[], INVALID_ARGUMENT));
    };
    Ok(match service(&body.to_bytes()) {
        None => answer(&[], INVALID_ARGUMENT),
        Some(name) if SERVICES.contains(&name) => answer(SERVING, OK),
        Some(_) => answer(&[], NOT_FOUND),
    })
}

/// The service that is asked about: field 1 of `HealthCheckRequest`, the length of the message before it.
fn service(framed: &[u8]) -> Option<&str> {
    let ([compressed, _, _, _, length], message) = framed.split_first_chunk::<5>()?;
    if *compressed != 0 || usize::from(*length) != message.len() {
        return None;
    }
    match message {
        [] => Some(""),
        [0x0a, length, name @ ..] if usize::from(*length) == name.len() => std::str::from_utf8(name).ok(),
        _ => None,
    }
}

fn answer(message: &'static [u8], code: &'static str) -> Response<Answer> {
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static(code));
    let body = Full::new(Bytes::from_static(message)).with_trailers(ready(Some(Ok(trailers))));
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    response
}

#[cfg(test)]
mod tests {
    use super::service;

    #[test]
    fn a_request_names_a_service_or_none() {
        assert_eq!(service(b"\0\0\0\0\0"), Some(""));
        assert_eq!(service(b"\0\0\0\0\x05\x0a\x03erp"), Some("erp"));
        for wrong in [b"\0\0\0\0".as_slice(), b"\x01\0\0\0\0", b"\0\0\0\0\x05\x0a\x04erp", b"\0\0\0\0\x02\x08\x01"] {
            assert_eq!(service(wrong), None, "{wrong:?}");
        }
    }
}
