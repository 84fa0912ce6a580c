//! One request over one connection. Whatever the connection has to do beside it is done while somebody waits for the answer, in the
//! same task: when the attempt ends, all of it ends.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use futures::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use http_body_util::Full;
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    client::conn::{http1, http2},
    rt::Executor,
};
use hyper_util::rt::TokioIo;

use crate::dial::Stream;

/// Bytes of the head of an answer at most.
const LONGEST_HEAD: usize = 65_536;

/// A connection that HTTP is spoken over.
pub(super) struct Line {
    sender: Sender,
    work: Work,
}

enum Sender {
    One(http1::SendRequest<Full<Bytes>>),
    Two(http2::SendRequest<Full<Bytes>>),
}

impl Line {
    /// Begins to speak.
    pub(super) async fn over(stream: Stream, two: bool) -> hyper::Result<Self> {
        let io = TokioIo::new(stream);
        if two {
            // Few speak it, and what it begins with is large.
            return Box::pin(Self::over_two(io)).await;
        }
        let mut builder = http1::Builder::new();
        builder.max_buf_size(LONGEST_HEAD);
        let (sender, connection) = builder.handshake(io).await?;
        Ok(Self { sender: Sender::One(sender), work: Work::One(Some(Box::pin(connection))) })
    }

    async fn over_two(io: TokioIo<Stream>) -> hyper::Result<Self> {
        let beside = Beside::default();
        let mut builder = http2::Builder::new(beside.clone());
        builder.max_header_list_size(65_536);
        let (sender, connection) = builder.handshake(io).await?;
        let connection = async { drop(connection.await) };
        Ok(Self { sender: Sender::Two(sender), work: Work::Two(Many::of(connection, beside)) })
    }

    /// Sends the request and waits for the head of its answer.
    pub(super) async fn send(&mut self, request: Request<Full<Bytes>>) -> hyper::Result<Response<Incoming>> {
        match &mut self.sender {
            Sender::One(sender) => self.work.beside(sender.send_request(request)).await,
            Sender::Two(sender) => self.work.beside(sender.send_request(request)).await,
        }
    }

    /// Waits for something of this connection.
    pub(super) async fn beside<T>(&mut self, wait: impl Future<Output = T>) -> T {
        self.work.beside(wait).await
    }
}

type Alone = http1::Connection<TokioIo<Stream>, Full<Bytes>>;

/// What a connection has to do.
enum Work {
    /// With HTTP/1.1 there is the connection alone; `None`: it is over.
    One(Option<Pin<Box<Alone>>>),
    Two(Many),
}

impl Work {
    async fn beside<T>(&mut self, wait: impl Future<Output = T>) -> T {
        let mut wait = pin!(wait);
        poll_fn(|context| {
            // What is waited for begins first, so that there is something to do.
            if let Poll::Ready(done) = wait.as_mut().poll(context) {
                return Poll::Ready(done);
            }
            self.go_on(context);
            wait.as_mut().poll(context)
        })
        .await
    }

    fn go_on(&mut self, context: &mut Context<'_>) {
        match self {
            Self::One(connection) => {
                let goes_on = connection.as_mut().is_some_and(|alone| alone.as_mut().poll(context).is_pending());
                if !goes_on {
                    *connection = None;
                }
            }
            Self::Two(many) => many.go_on(context),
        }
    }
}

/// The tasks of an HTTP/2 connection.
struct Many {
    running: FuturesUnordered<BoxFuture<'static, ()>>,
    begun: Beside,
}

impl Many {
    fn of(connection: impl Future<Output = ()> + Send + 'static, begun: Beside) -> Self {
        let running = FuturesUnordered::new();
        running.push(Box::pin(connection) as BoxFuture<'static, ()>);
        Self { running, begun }
    }

    fn go_on(&mut self, context: &mut Context<'_>) {
        loop {
            self.running.extend(self.begun.taken());
            let goes_on = matches!(self.running.poll_next_unpin(context), Poll::Ready(Some(())));
            if !goes_on && self.begun.is_empty() {
                return;
            }
        }
    }
}

/// What HTTP/2 begins beside the connection itself.
#[derive(Clone, Default)]
struct Beside(Arc<Mutex<Vec<BoxFuture<'static, ()>>>>);

impl Beside {
    fn taken(&self) -> Vec<BoxFuture<'static, ()>> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn is_empty(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}

impl<F> Executor<F> for Beside
where
    F: Future + Send + 'static,
{
    fn execute(&self, work: F) {
        let work = Box::pin(async { drop(work.await) });
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(work);
    }
}
