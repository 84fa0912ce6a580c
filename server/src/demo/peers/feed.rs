//! The feed of stock that the web shop listens to: a WebSocket that says at once how far it lags, and again and again.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{
        State,
        ws::{Message, WebSocket, WebSocketUpgrade},
    },
    response::Response,
    routing::any,
};
use model::Clock;

use super::{LONGEST, think};
use crate::demo::script::figures;

/// Between two messages.
const EVERY: Duration = Duration::from_secs(5);

/// What is asked where.
pub fn router(clock: Arc<dyn Clock>) -> Router {
    Router::new().route("/v1/stock", any(open)).with_state(clock)
}

async fn open(upgrade: WebSocketUpgrade, State(clock): State<Arc<dyn Clock>>) -> Response {
    upgrade.on_upgrade(move |socket| async move {
        // Nobody listens for longer here.
        let _ended = tokio::time::timeout(LONGEST, tell(socket, clock)).await;
    })
}

/// Until the other side has heard enough.
async fn tell(mut socket: WebSocket, clock: Arc<dyn Clock>) {
    loop {
        let now = think("websocket", clock.as_ref()).await;
        if socket.send(Message::Text(figures::feed(now).into())).await.is_err() {
            return;
        }
        // What is said to the feed changes nothing but its next message.
        if let Ok(None | Some(Err(_) | Ok(Message::Close(_)))) = tokio::time::timeout(EVERY, socket.recv()).await {
            return;
        }
    }
}
