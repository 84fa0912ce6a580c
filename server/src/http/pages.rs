//! Pages: `app` rendered on the server, with what it needs around it.

use std::sync::Arc;

use app::surroundings::{Assets, StatusSink, Surroundings};
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
};
use leptos::nonce::use_nonce;
use leptos_axum::{
    LeptosRoutes, ResponseOptions, generate_route_list_with_exclusions_and_ssg_and_context,
    render_app_async_with_context,
};
use model::{Problem, ProblemKind};

use super::{
    Door, assets,
    cache::{PageCache, cached},
    headers,
    problem::Refusal,
};

/// Every page that `app` has.
pub fn router(door: &Door, cache: PageCache) -> Router<Door> {
    let surround = surround(door);
    let options = door.leptos.clone();
    let (routes, _) = generate_route_list_with_exclusions_and_ssg_and_context(app::routes::App, None, surround.clone());
    Router::new()
        .leptos_routes_with_context(door, routes, surround, move || app::shell::shell(options.clone()))
        .layer(middleware::from_fn_with_state(cache, cached))
}

/// What is at no address: a page for people, a problem for programs.
pub async fn not_found(State(door): State<Door>, request: Request) -> Response {
    let wants_page = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    if !wants_page || request.method() != Method::GET {
        let detail =
            format!("There is nothing at {}. The API's document is at /api/openapi.json.", request.uri().path());
        return Refusal(Problem::new(ProblemKind::NotFound, detail)).into_response();
    }
    let options = door.leptos.clone();
    let render = render_app_async_with_context(surround(&door), move || app::shell::shell(options.clone()));
    let mut response: Response<Body> = render(request).await;
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// Puts the house around a page: its Api, the time, where files lie; and the policy that goes with the page's nonce.
fn surround(door: &Door) -> impl Fn() + Clone + Send + Sync + 'static + use<> {
    let zone = door.zone;
    let api: Arc<dyn model::Api + Send + Sync> = Arc::new(door.api());
    let clock = door.clock.clone();
    let origin: Arc<str> = door.origin.clone();
    let found = Arc::new(Assets {
        stylesheets: assets::stylesheets(),
        icon: assets::icon(),
        scripts: assets::browser_half().is_some(),
    });
    move || {
        // While routes are listed there is no request, so nothing to answer it with.
        let response = leptos::prelude::use_context::<ResponseOptions>();
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
        app::surroundings::provide(Surroundings {
            api: api.clone(),
            clock: clock.clone(),
            zone,
            assets: found.clone(),
            base: "".into(),
            origin: origin.clone(),
            status,
        });
    }
}
