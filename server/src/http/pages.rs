//! Pages: `app` rendered on the server, with what it needs around it and whoever asks for it.

mod kinds;

use std::sync::Arc;

use ::rules::rights::{self, Right};
use app::{
    surroundings::{Assets, StatusSink, Surroundings},
    visitor::{May, Posted, Visitor},
};
use axum::{
    Router,
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use leptos::{nonce::use_nonce, prelude::use_context};
use leptos_axum::{
    LeptosRoutes, ResponseOptions, generate_route_list_with_exclusions_and_ssg_and_context,
    render_app_async_with_context,
};
use model::{Caller, Problem, ProblemKind};

/// Where pages are, and where their forms are sent.
pub use app::routes::{FORMS, PATHS};

use super::{
    Door, assets,
    cache::{PageCache, cached},
    forms, headers,
    problem::Refusal,
    rules::wants_page,
};

/// Every page that `app` has.
pub fn router(door: &Door, cache: PageCache) -> Router<Door> {
    let surround = surround(door);
    let options = door.leptos.clone();
    let (routes, _) = generate_route_list_with_exclusions_and_ssg_and_context(app::routes::App, None, surround.clone());
    Router::new()
        .leptos_routes_with_context(door, routes, surround, move || app::shell::shell(options.clone()))
        .layer(middleware::from_fn_with_state(door.clone(), meet))
        .layer(middleware::from_fn_with_state(cache, cached))
}

/// What pages load, as Trunk made it.
pub fn found() -> Assets {
    Assets { stylesheets: assets::stylesheets(), icon: assets::icon(), scripts: assets::browser_half().is_some() }
}

/// What is at no address: a page for people, a problem for programs.
pub async fn not_found(State(door): State<Door>, request: Request) -> Response {
    if !wants_page(&request) || request.method() != Method::GET {
        let detail =
            format!("There is nothing at {}. The API's document is at /api/openapi.json.", request.uri().path());
        return Refusal(Problem::new(ProblemKind::NotFound, detail)).into_response();
    }
    let mut response = render(&door, request, Visitor::nobody()).await;
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// A page that says why whoever asked may not see the one that they asked for.
pub async fn refused(door: &Door, request: Request, caller: Caller, problem: Problem) -> Response {
    let status = StatusCode::from_u16(problem.kind.status()).unwrap_or(StatusCode::FORBIDDEN);
    let visitor = Visitor { refused: Some(problem), ..visitor(door, caller) };
    let mut response = render(door, request, visitor).await;
    *response.status_mut() = status;
    response
}

/// The page at `path` (below the base), asked for by a form that it has: it shows what became of that.
pub async fn answer(door: &Door, path: &str, caller: Caller, posted: Posted) -> Response {
    let Ok(request) = Request::get(path).body(Body::empty()) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let link = forms::ways_in::link_at(door, path).await;
    let visitor = Visitor { link, posted: Some(posted), ..visitor(door, caller) };
    render(door, request, visitor).await
}

/// Puts whoever asks beside a request for a page.
async fn meet(State(door): State<Door>, mut request: Request, next: Next) -> Response {
    let caller = request.extensions().get().cloned().unwrap_or(Caller::Nobody);
    let has_link = request.extensions().get::<MatchedPath>().is_some_and(|path| path.as_str().ends_with("/{link}"));
    let link = if has_link { forms::ways_in::link_at(&door, request.uri().path()).await } else { None };
    request.extensions_mut().insert(Arc::new(Visitor { link, ..visitor(&door, caller) }));
    next.run(door.way.outward(request)).await
}

fn visitor(door: &Door, caller: Caller) -> Visitor {
    let offered = [
        (May::SeePayload, Right::SeePayload),
        (May::Send, Right::Send),
        (May::Operate, Right::Operate),
        (May::Claim, Right::Claim),
        (May::Handle, Right::Handle),
        (May::Change, Right::Change),
        (May::Administer, Right::Administer),
        (May::Own, Right::Own),
    ];
    let may =
        offered.into_iter().filter(|(_, right)| rights::may(&caller, *right).is_ok()).map(|(may, _)| may).collect();
    let demo = door.demo && matches!(caller, Caller::Person { session: None, .. });
    Visitor { demo, ..Visitor::new(caller, may) }
}

async fn render(door: &Door, mut request: Request, visitor: Visitor) -> Response {
    request.extensions_mut().insert(Arc::new(visitor));
    let options = door.leptos.clone();
    let render = render_app_async_with_context(surround(door), move || app::shell::shell(options.clone()));
    render(door.way.outward(request)).await
}

/// Puts the house around a page: its Api as whoever asks may use it, the time, where files lie; and the policy that goes with the
/// page's nonce.
fn surround(door: &Door) -> impl Fn() + Clone + Send + Sync + 'static + use<> {
    let door = door.clone();
    move || {
        let request = use_context::<Parts>();
        let response = use_context::<ResponseOptions>();
        if let (Some(response), Some(nonce)) = (&response, use_nonce()) {
            if let Ok(policy) = HeaderValue::from_str(&headers::page_policy(&nonce)) {
                response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
            }
            response.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
        let status = StatusSink::new(move |status| {
            if let (Some(response), Ok(status)) = (&response, StatusCode::from_u16(status)) {
                response.set_status(status);
            }
        });
        let met = request.and_then(|request| request.extensions.get::<Arc<Visitor>>().cloned());
        // While routes are listed nobody was met: there is a request, but a made-up one. Routes are listed without the base.
        let base = if met.is_some() { door.way.base.clone() } else { "".into() };
        let visitor = met.unwrap_or_else(|| Arc::new(Visitor::nobody()));
        app::surroundings::provide(Surroundings {
            api: Arc::new(door.service.acting_as(visitor.caller.clone())),
            kinds: kinds::kinds(),
            clock: door.clock.clone(),
            zone: door.zone,
            assets: door.assets.clone(),
            base,
            origin: door.way.origin.clone(),
            visitor,
            providers: door.providers.clone(),
            status,
        });
    }
}
