//! Rendered pages, kept for a second: a hundred open dashboards that refetch on the same event cost one rendering.
//!
//! A rendering is kept for whoever sees the same, and for nobody else: its key is the address and the [`Sight`] of who asked. Pages
//! that show what is somebody's own (sessions, what was just made) are not kept at all.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use ::rules::rights::Right;
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, Method, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use model::Caller;
use tokio::sync::{Mutex, OnceCell, Semaphore};

use super::{
    identity::Sight,
    rules::{self, Rule},
};

/// How long a rendering is good. A page is then at most 2 s old, the second of coalescing in the browser included.
const GOOD_FOR: Duration = Duration::from_secs(1);
/// Renderings that are kept at once.
const KEPT: usize = 512;
/// The largest page that is kept.
const LARGEST: usize = 4 * 1024 * 1024;

/// A rendering as it was sent.
#[derive(Clone)]
struct Rendered {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// What a rendering is of: who sees, and the address.
type Key = (Sight, String);

/// One rendering, made by whoever asks first; the others wait for it.
struct Slot {
    since: Instant,
    rendered: OnceCell<Rendered>,
}

/// The renderings of the last second, and how many may be made at once.
#[derive(Clone)]
pub struct PageCache {
    slots: Arc<Mutex<HashMap<Key, Arc<Slot>>>>,
    renderers: Arc<Semaphore>,
}

impl Default for PageCache {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { slots: Arc::default(), renderers: Arc::new(Semaphore::new(cores)) }
    }
}

impl PageCache {
    async fn slot(&self, key: Key) -> Arc<Slot> {
        let mut slots = self.slots.lock().await;
        if let Some(slot) = slots.get(&key).filter(|slot| slot.since.elapsed() < GOOD_FOR) {
            return slot.clone();
        }
        if slots.len() >= KEPT {
            slots.retain(|_, slot| slot.since.elapsed() < GOOD_FOR);
        }
        if slots.len() >= KEPT {
            slots.clear();
        }
        let slot = Arc::new(Slot { since: Instant::now(), rendered: OnceCell::new() });
        slots.insert(key, slot.clone());
        slot
    }
}

/// Forgets every rendering when something was changed, so that whoever changed it sees it on the next page.
pub async fn forgets(State(cache): State<PageCache>, request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let response = next.run(request).await;
    // A form that went well leads on to a page.
    if changes && (response.status().is_success() || response.status().is_redirection()) {
        cache.slots.lock().await.clear();
    }
    response
}

/// Answers a page from the rendering of the last second, or has it rendered.
pub async fn cached(State(cache): State<PageCache>, request: Request, next: Next) -> Response {
    let Some(key) = key(&request) else { return next.run(request).await };
    let slot = cache.slot(key).await;
    let rendered = slot
        .rendered
        .get_or_init(|| async {
            let _turn = cache.renderers.acquire().await;
            let (parts, body) = next.run(request).await.into_parts();
            match to_bytes(body, LARGEST).await {
                Ok(body) => Rendered { status: parts.status, headers: parts.headers, body },
                Err(why) => {
                    tracing::error!(%why, "a page could not be rendered");
                    let status = StatusCode::INTERNAL_SERVER_ERROR;
                    Rendered { status, headers: HeaderMap::new(), body: Bytes::new() }
                }
            }
        })
        .await
        .clone();
    let mut response = (rendered.status, Body::from(rendered.body)).into_response();
    *response.headers_mut() = rendered.headers;
    response
}

/// What a page is kept under; `None`: it is not kept. Only pages that take nothing but seeing are the same for the same sight.
fn key(request: &Request) -> Option<Key> {
    let path = request.extensions().get::<MatchedPath>()?;
    if request.method() != Method::GET || rules::of(request.method(), path.as_str()) != Some(Rule::Needs(Right::See)) {
        return None;
    }
    let caller = request.extensions().get::<Caller>()?;
    Some((Sight::of(caller)?, request.uri().to_string()))
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    };

    use axum::{Router, body::Body, extract::Request, middleware, routing::get};
    use model::{Caller, Identity, PersonId, Role, Scope, SessionId};
    use tower::ServiceExt;

    use super::{PageCache, cached};

    fn person(id: i64, role: Role, department: &str) -> Caller {
        let scope = Scope { departments: vec![department.to_owned()], ..Scope::default() };
        let identity = Arc::new(Identity { name: format!("Person {id}"), email: None, role, scope });
        Caller::Person { id: PersonId(id), identity, session: Some(SessionId(id)), from: None }
    }

    /// How often a page was rendered for these callers, one after another.
    async fn rendered(path: &str, callers: &[Caller]) -> u32 {
        let count = Arc::new(AtomicU32::new(0));
        let counting = Arc::clone(&count);
        let page = get(move || {
            let count = Arc::clone(&counting);
            async move { count.fetch_add(1, Ordering::SeqCst).to_string() }
        });
        let app = Router::new().route("/runs", page.clone()).route("/account", page);
        let app = app.layer(middleware::from_fn_with_state(PageCache::default(), cached));
        for caller in callers {
            let mut request = Request::get(path).body(Body::empty()).expect("a request");
            request.extensions_mut().insert(caller.clone());
            app.clone().oneshot(request).await.expect("an answer");
        }
        count.load(Ordering::SeqCst)
    }

    #[tokio::test]
    async fn a_page_is_rendered_once_for_the_same_sight() {
        let ada = person(1, Role::Viewer, "Finance");
        assert_eq!(rendered("/runs?q=a", &[ada.clone(), ada.clone(), ada]).await, 1);
    }

    #[tokio::test]
    async fn nobody_gets_what_was_rendered_for_another_role_scope_or_person() {
        let callers = [
            person(1, Role::Viewer, "Finance"),
            person(1, Role::Engineer, "Finance"),
            person(1, Role::Viewer, "Sales"),
            person(2, Role::Viewer, "Finance"),
            Caller::Nobody,
            Caller::Nobody,
        ];
        assert_eq!(rendered("/runs", &callers).await, 6);
    }

    #[tokio::test]
    async fn what_is_somebodys_own_is_not_kept() {
        let ada = person(1, Role::Viewer, "Finance");
        assert_eq!(rendered("/account", &[ada.clone(), ada]).await, 2);
    }
}
