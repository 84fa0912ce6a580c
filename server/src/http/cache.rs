//! Rendered pages, kept for a second: a hundred open dashboards that refetch on the same event cost one rendering.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::sync::{Mutex, OnceCell, Semaphore};

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

/// One URL's rendering, made by whoever asks first; the others wait for it.
struct Slot {
    since: Instant,
    rendered: OnceCell<Rendered>,
}

/// The renderings of the last second, and how many may be made at once.
#[derive(Clone)]
pub struct PageCache {
    slots: Arc<Mutex<HashMap<String, Arc<Slot>>>>,
    renderers: Arc<Semaphore>,
}

impl Default for PageCache {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { slots: Arc::default(), renderers: Arc::new(Semaphore::new(cores)) }
    }
}

impl PageCache {
    async fn slot(&self, key: String) -> Arc<Slot> {
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
    if changes && response.status().is_success() {
        cache.slots.lock().await.clear();
    }
    response
}

/// Answers a page from the rendering of the last second, or has it rendered.
pub async fn cached(State(cache): State<PageCache>, request: Request, next: Next) -> Response {
    if request.method() != Method::GET {
        return next.run(request).await;
    }
    // Until there is sign-in everybody sees the same; then the caller's scope belongs into this key.
    let slot = cache.slot(request.uri().to_string()).await;
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
