//! One connection for all pages; another only where the server closed it.

use http_body_util::{BodyExt, Empty};
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    client::conn::http1::{self, SendRequest},
    header::{HOST, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use model::Reason;
use rules::assess::Trouble;
use tokio_util::task::AbortOnDropHandle;

use crate::{
    attempt::Attempt,
    dial::Dial,
    marks::{self, Mark},
    said,
    secure::Tls,
};

/// Bytes of a page at most: a thousand names of a thousand bytes, escaped, and what is around them.
const LONGEST: usize = 8 * 1_048_576;

/// The way to a bucket.
pub(super) struct Link<'d> {
    dial: &'d Dial,
    tls: Option<&'d Tls>,
    open: Option<Open>,
}

struct Open {
    sender: SendRequest<Empty<Bytes>>,
    _driven: AbortOnDropHandle<()>,
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

impl<'d> Link<'d> {
    /// Nothing is connected yet.
    pub(super) fn new(dial: &'d Dial, tls: Option<&'d Tls>) -> Self {
        Self { dial, tls, open: None }
    }

    /// Asks for a page.
    pub(super) async fn get(
        &mut self,
        attempt: &mut Attempt,
        authority: &str,
        address: &str,
        signed: &[(&'static str, String)],
    ) -> Result<Answer, Trouble> {
        let peer = &self.dial.target.peer;
        let mut request = Request::get(address)
            .header(HOST, authority)
            .header(USER_AGENT, concat!("bridgewatch/", env!("CARGO_PKG_VERSION")));
        for (name, value) in signed {
            request = request.header(*name, value);
        }
        let request = request.body(Empty::new());
        let request = request
            .map_err(|error| Trouble::new(Reason::Config, format!("no request to {peer} could be made: {error}")))?;
        let mut open = match self.open.take() {
            Some(open) => open,
            None => self.connect(attempt).await?,
        };
        if open.sender.ready().await.is_err() {
            open = self.connect(attempt).await?;
        }
        attempt.waiting_for("the list of objects");
        let response = open.sender.send_request(request).await.map_err(|error| self.unanswered(&error))?;
        marks::stamp(Mark::FirstByte);
        let answer = self.read(response).await?;
        self.open = Some(open);
        Ok(answer)
    }

    async fn connect(&self, attempt: &mut Attempt) -> Result<Open, Trouble> {
        let stream = self.dial.stream(attempt, self.tls).await?;
        let shaken = http1::handshake(TokioIo::new(stream)).await;
        let (sender, connection) = shaken.map_err(|error| self.unanswered(&error))?;
        // Its end is told by the sender.
        let driven = tokio::spawn(async move { drop(connection.await) });
        Ok(Open { sender, _driven: AbortOnDropHandle::new(driven) })
    }

    async fn read(&self, response: Response<Incoming>) -> Result<Answer, Trouble> {
        let status = response.status().as_u16();
        let (mut incoming, mut body) = (response.into_body(), Vec::new());
        while let Some(frame) = incoming.frame().await {
            let frame = frame.map_err(|error| self.unanswered(&error))?;
            let Ok(data) = frame.into_data() else { continue };
            if body.len() + data.len() > LONGEST {
                let message = format!("{} answered more than {LONGEST} bytes", self.dial.target.peer);
                return Err(Trouble::new(Reason::TooLarge, message));
            }
            body.extend_from_slice(&data);
        }
        Ok(Answer { status, body })
    }

    fn unanswered(&self, error: &hyper::Error) -> Trouble {
        let peer = &self.dial.target.peer;
        if let Some(error) = said::find::<std::io::Error>(error) {
            return said::broke_off(peer, error);
        }
        if error.is_parse() {
            return Trouble::new(Reason::Protocol, format!("the answer of {peer} is not HTTP: {error}"));
        }
        Trouble::new(Reason::Connect, format!("{peer} closed the connection before it had answered"))
    }
}
