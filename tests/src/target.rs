//! A real server on loopback that answers as it is told, and keeps a log of what it answered.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, Uri},
    response::IntoResponse,
};
use model::{Clock as _, SystemClock, Timestamp};
use tokio::{net::TcpListener, task::JoinHandle};

/// How a target answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answering {
    /// With this status.
    pub status: u16,
    /// With this body.
    pub body: String,
}

impl Answering {
    /// With this status and body.
    pub fn new(status: u16, body: &str) -> Self {
        Self { status, body: body.to_owned() }
    }
}

/// A line of a target's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// What was asked for.
    pub path: String,
    /// When the answer was ready.
    pub at: Timestamp,
}

#[derive(Clone)]
struct Told {
    answering: Arc<Mutex<Answering>>,
    asked: Arc<AtomicU64>,
    log: Arc<Mutex<Vec<Answered>>>,
}

/// A server that can be stopped and started again at the same address.
pub struct Target {
    address: SocketAddr,
    told: Told,
    serving: Option<JoinHandle<()>>,
}

impl Target {
    /// Answers 200 `{"ok": true}` on a free port.
    pub async fn start() -> Self {
        let answering = Arc::new(Mutex::new(Answering::new(200, r#"{"ok": true}"#)));
        let told = Told { answering, asked: Arc::default(), log: Arc::default() };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let mut target = Self { address, told, serving: None };
        target.serve(listener);
        target
    }

    fn serve(&mut self, listener: TcpListener) {
        let router = Router::new().fallback(answer).with_state(self.told.clone());
        self.serving = Some(tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        }));
    }

    /// Where it is, with this path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// From now on it answers so.
    pub fn answers(&self, status: u16, body: &str) {
        *self.told.answering.lock().unwrap_or_else(PoisonError::into_inner) = Answering::new(status, body);
    }

    /// How often it was asked.
    pub fn asked(&self) -> u64 {
        self.told.asked.load(Ordering::SeqCst)
    }

    /// Every answer so far, in order.
    pub fn log(&self) -> Vec<Answered> {
        self.told.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Closes the port: connections are refused from now on.
    pub async fn stop(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.abort();
            let _ = serving.await;
        }
    }

    /// Opens the same port again.
    pub async fn start_again(&mut self) {
        let address = self.address;
        let listener =
            crate::wait::until("the target's port to be free", async || TcpListener::bind(address).await.ok()).await;
        self.serve(listener);
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.abort();
        }
    }
}

async fn answer(State(told): State<Told>, uri: Uri) -> impl IntoResponse {
    told.asked.fetch_add(1, Ordering::SeqCst);
    let answering = told.answering.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let answered = Answered { path: uri.path().to_owned(), at: SystemClock.now() };
    told.log.lock().unwrap_or_else(PoisonError::into_inner).push(answered);
    (StatusCode::from_u16(answering.status).unwrap_or(StatusCode::OK), answering.body)
}
