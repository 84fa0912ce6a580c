//! What middleware tells of itself: an API that answers an instant query as Prometheus does.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json, Router,
    extract::{Query, State},
    http::StatusCode,
    routing::get,
};
use model::Clock;
use serde_json::{Value, json};

use super::think;
use crate::demo::script::figures::waiting_invoices;

/// The only series that is kept here.
const SERIES: &str = "workato_jobs_waiting";
const RECIPE: &str = "supplier-invoices";

/// What is asked where.
pub fn router(clock: Arc<dyn Clock>) -> Router {
    Router::new().route("/api/v1/query", get(query)).with_state(clock)
}

/// Knows one series, with and without a matcher of its recipe, and its sum; of anything else there is no sample.
async fn query(
    State(clock): State<Arc<dyn Clock>>,
    Query(asked): Query<BTreeMap<String, String>>,
) -> (StatusCode, Json<Value>) {
    let now = think("prometheus", clock.as_ref()).await;
    let Some(query) = asked.get("query").map(|query| query.trim()).filter(|query| !query.is_empty()) else {
        let body = json!({"status": "error", "errorType": "bad_data", "error": "invalid parameter \"query\""});
        return (StatusCode::BAD_REQUEST, Json(body));
    };
    let summed = query.strip_prefix("sum(").and_then(|rest| rest.strip_suffix(')'));
    let selector = summed.unwrap_or(query).trim();
    let with_recipe = format!("{SERIES}{{recipe=\"{RECIPE}\"}}");
    let labels = if summed.is_some() { json!({}) } else { json!({"__name__": SERIES, "recipe": RECIPE}) };
    let sample = json!({"metric": labels, "value": [now.0.div_euclid(1_000), waiting_invoices(now).to_string()]});
    let is_known = selector == SERIES || selector == with_recipe;
    let result: Vec<Value> = is_known.then_some(sample).into_iter().collect();
    let data = json!({"resultType": "vector", "result": result});
    (StatusCode::OK, Json(json!({"status": "success", "data": data})))
}
