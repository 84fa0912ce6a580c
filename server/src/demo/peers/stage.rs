//! The stage of the warehouse: a bucket whose objects are listed as S3 lists them. It knows one key by name and checks no signature.

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use axum::{
    Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use model::Clock;

use super::think;
use crate::demo::script::figures::{Staged, stage};

/// The only bucket.
const BUCKET: &str = "alder-finch-stage";
/// How a request begins that the key of the warehouse signed.
const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=DEMOSTAGEREADER/";

/// What is asked where.
pub fn router(clock: Arc<dyn Clock>) -> Router {
    Router::new().route("/{bucket}", get(list)).with_state(clock)
}

/// `ListObjectsV2`: there are so few objects that one page holds them.
async fn list(
    State(clock): State<Arc<dyn Clock>>,
    Path(bucket): Path<String>,
    Query(asked): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let now = think("s3", clock.as_ref()).await;
    let signed = headers.get(header::AUTHORIZATION).and_then(|signed| signed.to_str().ok());
    if !signed.is_some_and(|signed| signed.starts_with(SIGNED)) {
        return refused(StatusCode::FORBIDDEN, "AccessDenied", "Access Denied.");
    }
    if bucket != BUCKET {
        return refused(StatusCode::NOT_FOUND, "NoSuchBucket", "The specified bucket does not exist.");
    }
    let prefix = asked.get("prefix").map_or("", String::as_str);
    let objects: Vec<Staged> = stage(now).into_iter().filter(|object| object.key.starts_with(prefix)).collect();
    let mut body = format!(
        "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>{BUCKET}</Name>\
         <KeyCount>{}</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>",
        objects.len()
    );
    for Staged { key, size, changed } in objects {
        // Cannot fail: writing into a String.
        let _ = write!(
            body,
            "<Contents><Key>{key}</Key><LastModified>{changed}</LastModified><Size>{size}</Size>\
             <StorageClass>STANDARD</StorageClass></Contents>"
        );
    }
    body.push_str("</ListBucketResult>");
    xml(StatusCode::OK, &body)
}

fn refused(status: StatusCode, code: &str, message: &str) -> Response {
    xml(status, &format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>"))
}

fn xml(status: StatusCode, body: &str) -> Response {
    let body = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}");
    (status, [(header::CONTENT_TYPE, "application/xml")], body).into_response()
}
