//! `/api/v1/stream`: events after their commit, as server-sent events, and to each listener only those within their scope.

use std::{convert::Infallible, net::IpAddr, time::Duration};

use axum::{
    Router,
    extract::{Extension, State},
    http::HeaderMap,
    response::sse::{Event as Sent, KeepAlive, Sse},
    routing::get,
};
use futures::{Stream, StreamExt};
use model::{Caller, Event, Problem, ProblemKind};
use tokio_stream::wrappers::{BroadcastStream, errors::BroadcastStreamRecvError};

use super::{
    Door,
    identity::{ActingAs, Sight},
    places::Places,
    problem::Refusal,
    way::Source,
};

/// How often it is asked whether a listener still may. What was taken from somebody is then heard no longer than this.
const STILL: Duration = Duration::from_secs(20);

/// Streams that one person, or one token, listens to at once: as many tabs as anybody has open.
const MOST: usize = 50;

/// Who listens: a person and their token, or an integration's token.
pub type Listener = (i64, Option<i64>);

/// Places for listeners.
pub fn places() -> Places<Listener> {
    Places::new(MOST)
}

fn listener(caller: &Caller) -> Listener {
    match caller {
        Caller::Person { id, .. } => (id.0, None),
        Caller::Token { id, .. } => (0, Some(id.0)),
        Caller::Local | Caller::Nobody => (0, None),
    }
}

/// The stream's route.
pub const STREAM: &str = "/api/v1/stream";

/// The stream.
pub fn router() -> Router<Door> {
    Router::new().route(STREAM, get(stream))
}

/// Everything that happens from now on within the caller's scope. A listener that is too slow hears `resync` and should ask again for
/// what it shows. The stream ends when who listens is signed out, or may see other things than before.
async fn stream(
    State(door): State<Door>,
    ActingAs(api): ActingAs,
    source: Option<Extension<Source>>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Sent, Infallible>>>, Refusal> {
    let place = door.listening.take(listener(api.caller())).ok_or_else(|| {
        let why = format!("You listen to {MOST} streams already; close some of them.");
        Refusal(Problem::new(ProblemKind::TooMany, why))
    })?;
    let gone = gone(door.clone(), headers, source.map(|source| source.0.0), Sight::of(api.caller()));
    let events = BroadcastStream::new(door.engine.subscribe()).filter_map(move |event| {
        let _held = &place;
        let event = match event {
            Ok(event) => api.hears(&event),
            Err(BroadcastStreamRecvError::Lagged(_)) => Some(Event::Resync),
        };
        let sent = event.and_then(|event| Sent::default().event(name(&event)).json_data(&event).ok());
        std::future::ready(sent.map(Ok))
    });
    // The first word comes at once, so that a page knows that it is live.
    let hello = futures::stream::once(async { Ok(Sent::default().event("hello").data("{}")) });
    let until_the_end = hello.chain(events).take_until(door.ending.cancelled_owned()).take_until(gone);
    Ok(Sse::new(until_the_end).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}

/// Waits until whoever listens is somebody else, or sees something else. A store that does not answer sends nobody away.
async fn gone(door: Door, headers: HeaderMap, from: Option<IpAddr>, sight: Option<Sight>) {
    loop {
        tokio::time::sleep(STILL).await;
        match door.who(&headers, from, false).await {
            Ok(caller) if Sight::of(&caller) == sight => {}
            Err(problem) if problem.kind == ProblemKind::Unavailable => {}
            Ok(_) | Err(_) => return,
        }
    }
}

fn name(event: &Event) -> &'static str {
    match event {
        Event::Run { .. } => "run",
        Event::Level { .. } => "level",
        Event::Catalogue { .. } => "catalogue",
        Event::Resync => "resync",
    }
}
