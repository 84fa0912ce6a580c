//! What the document says of who may ask: taken from the table of rules, so that it is said once and holds for every route.

use http::Method;
use model::problem::ProblemDocument;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Components, Content, OpenApi, PathItem, Ref, RefOr, Response, ResponseBuilder,
        path::Operation,
        security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
    },
};

use crate::http::rules::{self, Rule};

const SESSION: &str = "session";
const TOKEN: &str = "token";

/// Adds to every operation that takes a right what it is proved with, and how whoever lacks it is answered; and to all of them that
/// one may ask too fast.
pub fn say(document: &mut OpenApi) {
    let components = document.components.get_or_insert_with(Components::new);
    let names = "Behind https its name begins with `__Host-`; where Bridgewatch lies below a path, with `__Secure-`.";
    let cookie = ApiKeyValue::with_description("bridgewatch_session", names);
    components.add_security_scheme(SESSION, SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    let mut bearer = Http::new(HttpAuthScheme::Bearer);
    bearer.description = Some(
        "A token of a person may what they may, where this is named. A token of an integration sends its runs, and nothing else."
            .to_owned(),
    );
    components.add_security_scheme(TOKEN, SecurityScheme::Http(bearer));
    components.schemas.entry(ProblemDocument::name().into_owned()).or_insert_with(ProblemDocument::schema);
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            let rule = rules::of(&method, path);
            gate(operation, rule);
        }
    }
}

fn gate(operation: &mut Operation, rule: Option<Rule>) {
    let mut answer = |status: &str, says: &str| {
        operation.responses.responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(problem(says)));
    };
    answer("429", "Too many requests; `Retry-After` says when to come again");
    answer("503", "It took too long, or we are ending: look whether it was done before it is sent again");
    let Some(Rule::Needs(right)) = rule else { return };
    let mut proofs = vec![SecurityRequirement::new(SESSION, Vec::<String>::new())];
    if right.is_no_tokens() {
        answer("401", "Nobody is signed in; a token is not enough for this");
        answer("403", "Not with this role, nor with any token");
    } else {
        answer("401", "Nobody is signed in, or the token is no good");
        answer("403", "Not with this role or token");
        proofs.push(SecurityRequirement::new(TOKEN, Vec::<String>::new()));
    }
    operation.security = Some(proofs);
}

fn problem(says: &str) -> Response {
    let content = Content::new(Some(Ref::from_schema_name(ProblemDocument::name())));
    ResponseBuilder::new().description(says).content("application/problem+json", content).build()
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    let all = [
        (Method::GET, &mut item.get),
        (Method::POST, &mut item.post),
        (Method::PUT, &mut item.put),
        (Method::PATCH, &mut item.patch),
        (Method::DELETE, &mut item.delete),
    ];
    all.into_iter().filter_map(|(method, operation)| operation.as_mut().map(|operation| (method, operation)))
}
