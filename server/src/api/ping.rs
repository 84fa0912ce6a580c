//! Pings: how a job says that it has begun, is done, or failed, as the public Healthchecks API has them. Any client can send them, so
//! the address says it all: its key is a permission by itself, and nobody has to be signed in.

use axum::{
    body::Body,
    extract::{Query, Request, State},
    http::{HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
    routing::any,
};
use futures::StreamExt;
use model::{
    Api, Caller, Problem, ProblemKind,
    api::{Ping, PingKind},
};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use crate::http::{BODY_LIMIT, Door, edge::Named, limits, problem::Answer, way::Source};

/// Begins every token; no key of a heartbeat begins so.
const TOKEN: &str = "bw_";

/// `/ping/{key}`, or `/ping/{token}/{slug}`; each with `/start`, `/fail`, `/log` or an exit status behind it. By any method.
pub fn router() -> OpenApiRouter<Door> {
    OpenApiRouter::new()
        .route("/ping/{key}", any(by_key))
        .route("/ping/{key}/{what}", any(by_key_or_slug))
        .route("/ping/{key}/{what}/{then}", any(by_slug))
}

/// What stands behind the question mark.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    rid: Option<String>,
    create: Option<String>,
}

async fn by_key(
    State(door): State<Door>,
    Named(key): Named<String>,
    Query(asked): Query<Asked>,
    request: Request,
) -> Answer<Response> {
    take_key(&door, &key, None, &asked, request).await
}

async fn by_key_or_slug(
    State(door): State<Door>,
    Named((key, what)): Named<(String, String)>,
    Query(asked): Query<Asked>,
    request: Request,
) -> Answer<Response> {
    if key.starts_with(TOKEN) {
        return take_slug(&door, &key, &what, None, &asked, request).await;
    }
    take_key(&door, &key, Some(&what), &asked, request).await
}

async fn by_slug(
    State(door): State<Door>,
    Named((key, what, then)): Named<(String, String, String)>,
    Query(asked): Query<Asked>,
    request: Request,
) -> Answer<Response> {
    take_slug(&door, &key, &what, Some(&then), &asked, request).await
}

async fn take_key(door: &Door, key: &str, what: Option<&str>, asked: &Asked, request: Request) -> Answer<Response> {
    // Who pings nobody should hear of that first.
    if !door.engine.is_ping_key(key) {
        return Err(unknown().into());
    }
    let ping = read(what, asked, request).await?;
    door.service.acting_as(Caller::Nobody).ping(key, ping).await?;
    Ok(taken(false))
}

async fn take_slug(
    door: &Door,
    token: &str,
    slug: &str,
    what: Option<&str>,
    asked: &Asked,
    request: Request,
) -> Answer<Response> {
    let from = request.extensions().get::<Source>().map(|source| source.0);
    let caller = match door.service.caller_of_token(token, from).await {
        Ok(caller) => caller,
        Err(problem) if problem.kind == ProblemKind::SignIn => return Err(unknown().into()),
        Err(problem) => return Err(problem.into()),
    };
    if let Err(wait) = door.rates.token(&caller) {
        return Ok(limits::wait_for(wait));
    }
    let ping = read(what, asked, request).await?;
    let create = asked.create.as_deref() == Some("1");
    let created = door.service.acting_as(caller).ping_by_slug(slug, create, ping).await?;
    Ok(taken(created))
}

async fn read(what: Option<&str>, asked: &Asked, request: Request) -> Result<Ping, Problem> {
    let kind = kind_of(what)?;
    let rid = asked.rid.as_deref().map(Uuid::parse_str).transpose();
    let rid = rid.map_err(|_| malformed("The rid is no UUID: leave it out, or make one for each run."))?;
    let method = request.method().as_str().to_owned();
    let (body, bytes) = carried(request.into_body()).await?;
    Ok(Ping { kind, rid, method, body, bytes })
}

fn kind_of(what: Option<&str>) -> Result<PingKind, Problem> {
    match what {
        None => Ok(PingKind::Done),
        Some("start") => Ok(PingKind::Start),
        Some("fail") => Ok(PingKind::Fail),
        Some("log") => Ok(PingKind::Log),
        Some(status) => {
            let digits = status.bytes().all(|byte| byte.is_ascii_digit());
            let status = status.parse().ok().filter(|_| digits).map(PingKind::ExitStatus);
            status.ok_or_else(|| malformed("What stands there is no exit status: use start, fail, log, or 0 to 255."))
        }
    }
}

/// The beginning of a body, and how long all of it was.
async fn carried(body: Body) -> Result<(Vec<u8>, i64), Problem> {
    let mut kept = Vec::new();
    let mut all = 0;
    let mut stream = body.into_data_stream();
    while let Some(part) = stream.next().await {
        let part = part.map_err(|why| malformed(&format!("The body could not be read: {why}.")))?;
        all += part.len();
        if all > BODY_LIMIT {
            return Err(Problem::new(
                ProblemKind::TooLarge,
                "A ping carries at most 2 MiB, and 10,000 bytes are kept.",
            ));
        }
        kept.extend(part.iter().take(Ping::KEPT - kept.len()));
    }
    Ok((kept, i64::try_from(all).unwrap_or(i64::MAX)))
}

fn malformed(why: &str) -> Problem {
    Problem::new(ProblemKind::Malformed, why)
}

fn unknown() -> Problem {
    Problem::new(ProblemKind::NotFound, "There is no heartbeat with this key.")
}

/// In the words and with the headers that clients of the public API look for.
fn taken(created: bool) -> Response {
    let (status, word) = if created { (StatusCode::CREATED, "Created") } else { (StatusCode::OK, "OK") };
    let mut response = (status, word).into_response();
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static("access-control-allow-origin"), HeaderValue::from_static("*"));
    headers.insert(HeaderName::from_static("ping-body-limit"), HeaderValue::from(Ping::KEPT));
    response
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use model::api::{Ping, PingKind};

    use super::{carried, kind_of};
    use crate::http::BODY_LIMIT;

    #[test]
    fn what_stands_behind_the_key_says_what_it_means() {
        for (what, kind) in [
            (None, Some(PingKind::Done)),
            (Some("start"), Some(PingKind::Start)),
            (Some("fail"), Some(PingKind::Fail)),
            (Some("log"), Some(PingKind::Log)),
            (Some("0"), Some(PingKind::ExitStatus(0))),
            (Some("255"), Some(PingKind::ExitStatus(255))),
            (Some("256"), None),
            (Some("-1"), None),
            (Some("+1"), None),
            (Some("1x"), None),
            (Some("Start"), None),
            (Some(""), None),
        ] {
            assert_eq!(kind_of(what).ok(), kind, "{what:?}");
        }
    }

    #[tokio::test]
    async fn of_a_body_the_beginning_is_kept() {
        for (bytes, kept) in [(0, 0), (7, 7), (Ping::KEPT, Ping::KEPT), (BODY_LIMIT, Ping::KEPT)] {
            let (body, all) = carried(Body::from(vec![b'x'; bytes])).await.expect("read");
            assert_eq!((body.len(), usize::try_from(all)), (kept, Ok(bytes)));
        }
        assert!(carried(Body::from(vec![b'x'; BODY_LIMIT + 1])).await.is_err());
    }
}
