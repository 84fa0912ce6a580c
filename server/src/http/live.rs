//! `/api/v1/stream`: events after their commit, as server-sent events.

use std::{convert::Infallible, time::Duration};

use axum::{
    Router,
    extract::State,
    response::sse::{Event as Sent, KeepAlive, Sse},
    routing::get,
};
use futures::{Stream, StreamExt};
use model::Event;
use tokio_stream::wrappers::{BroadcastStream, errors::BroadcastStreamRecvError};

use super::Door;

/// The stream's route.
pub fn router() -> Router<Door> {
    Router::new().route("/api/v1/stream", get(stream))
}

/// Everything that happens from now on. A listener that is too slow hears `resync` and should ask again for what it shows.
async fn stream(State(door): State<Door>) -> Sse<impl Stream<Item = Result<Sent, Infallible>>> {
    let events = BroadcastStream::new(door.engine.subscribe()).filter_map(|event| async move {
        let event = match event {
            Ok(event) => event,
            Err(BroadcastStreamRecvError::Lagged(_)) => Event::Resync,
        };
        Sent::default().event(name(&event)).json_data(&event).ok().map(Ok)
    });
    // The first word comes at once, so that a page knows that it is live.
    let hello = futures::stream::once(async { Ok(Sent::default().event("hello").data("{}")) });
    let until_the_end = hello.chain(events).take_until(door.ending.cancelled_owned());
    Sse::new(until_the_end).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}

fn name(event: &Event) -> &'static str {
    match event {
        Event::Run { .. } => "run",
        Event::Level { .. } => "level",
        Event::Catalogue { .. } => "catalogue",
        Event::Resync => "resync",
    }
}
