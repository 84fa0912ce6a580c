//! One call over HTTP/2, of which everything that comes is bounded.

use std::{pin::pin, time::Duration};

use h2::{RecvStream, client};
use hyper::{HeaderMap, Request, StatusCode, body::Bytes, header::HeaderValue};
use model::Reason;
use rules::assess::Trouble;

use super::health;
use crate::{
    attempt::Attempt,
    dial::Stream,
    marks::{self, Mark},
    said,
};

/// Bytes of headers and trailers at most.
const LARGEST_HEADERS: u32 = 16_384;

/// What came back.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// The message with its length in front.
    pub(super) body: Vec<u8>,
    /// Of an answer without a message these are its headers.
    pub(super) trailers: HeaderMap,
}

/// Sends a request with this body and reads the whole answer. The connection is driven here and ends with the call.
pub(super) async fn call(
    attempt: &mut Attempt,
    stream: Stream,
    peer: &str,
    request: Request<()>,
    body: Vec<u8>,
) -> Result<Answer, Trouble> {
    let mut builder = client::Builder::new();
    builder.enable_push(false).max_concurrent_streams(0).max_header_list_size(LARGEST_HEADERS);
    let shaken = builder.handshake::<_, Bytes>(stream).await;
    let (requests, connection) = shaken.map_err(|error| broken(peer, &error))?;
    let talk = async {
        let mut requests = requests.ready().await.map_err(|error| broken(peer, &error))?;
        let sent = requests.send_request(request, false);
        let (answer, mut sending) = sent.map_err(|error| broken(peer, &error))?;
        sending.send_data(Bytes::from(body), true).map_err(|error| broken(peer, &error))?;
        attempt.waiting_for("the answer to Check");
        let (head, mut coming) = answer.await.map_err(|error| broken(peer, &error))?.into_parts();
        marks::stamp(Mark::FirstByte);
        let body = read(peer, &mut coming).await?;
        let trailers = coming.trailers().await.map_err(|error| broken(peer, &error))?;
        let trailers = trailers.unwrap_or_else(|| head.headers.clone());
        Ok(Answer { status: head.status, headers: head.headers, body, trailers })
    };
    let (mut talk, mut connection) = (pin!(talk), pin!(connection));
    tokio::select! {
        // What was answered counts, even if the connection ended with it.
        biased;
        talked = &mut talk => talked,
        ended = &mut connection => match ended {
            Err(error) => Err(broken(peer, &error)),
            // All that came was read; the call knows by itself what is missing.
            Ok(()) => talk.await,
        },
    }
}

async fn read(peer: &str, coming: &mut RecvStream) -> Result<Vec<u8>, Trouble> {
    let mut body = Vec::new();
    while let Some(piece) = coming.data().await {
        let piece = piece.map_err(|error| broken(peer, &error))?;
        if body.len() + piece.len() > health::LARGEST {
            let message = format!("{peer} answered more than {} bytes", health::LARGEST);
            return Err(Trouble::new(Reason::TooLarge, message));
        }
        body.extend_from_slice(&piece);
        // Fails only on a stream that has ended.
        let _ended = coming.flow_control().release_capacity(piece.len());
    }
    Ok(body)
}

/// What a request of gRPC says besides its method.
pub(super) fn headers(left: Duration) -> [(&'static str, HeaderValue); 4] {
    let left = u32::try_from(left.as_millis()).unwrap_or(u32::MAX).min(99_999_999);
    let timeout = HeaderValue::from_str(&format!("{left}m")).unwrap_or(HeaderValue::from_static("60S"));
    [
        ("content-type", HeaderValue::from_static("application/grpc")),
        ("te", HeaderValue::from_static("trailers")),
        ("user-agent", HeaderValue::from_static(concat!("bridgewatch/", env!("CARGO_PKG_VERSION")))),
        ("grpc-timeout", timeout),
    ]
}

fn broken(peer: &str, error: &h2::Error) -> Trouble {
    if let Some(io) = error.get_io() {
        return said::broke_off(peer, io);
    }
    let refused = error.reason() == Some(h2::Reason::HTTP_1_1_REQUIRED);
    let message = if refused {
        format!("{peer} speaks no HTTP/2, only HTTP/1.1")
    } else {
        format!("{peer} does not speak HTTP/2 as gRPC needs it: {error}")
    };
    Trouble::new(Reason::Protocol, message)
}
