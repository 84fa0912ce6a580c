//! What the tests of this crate begin with.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use model::{ChangeId, Clock, Level, Notice, NoticeKind, Reason, Slug, Span, Timestamp, hours::Cost};
use tokio::time::Instant;

use crate::{Fill, Filled, Post, PostAnswer, PostRequest};

/// When every test plays: 2026-11-23, 09:41 in Berlin.
pub(crate) const NOW: Timestamp = Timestamp(1_795_423_260_000);

/// Tokio's time, from [`NOW`].
pub(crate) struct Ticking(Instant);

impl Ticking {
    pub(crate) fn new() -> Self {
        Self(Instant::now())
    }
}

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        NOW + Span::ms(i64::try_from(self.0.elapsed().as_millis()).expect("a short test"))
    }
}

pub(crate) fn slug(text: &str) -> Slug {
    Slug::parse(text).expect("a slug")
}

/// Orders to NetSuite broke, or is well again after an hour.
pub(crate) fn notice(kind: NoticeKind) -> Notice {
    Notice {
        change: "018bcfe5-6800-7000-8000-000000000002".parse::<ChangeId>().expect("an id"),
        kind,
        channel: slug("orders"),
        at: NOW + Span::minutes(1),
        integration: slug("orders-to-netsuite"),
        name: "Orders to NetSuite".to_owned(),
        from: "Salesforce".to_owned(),
        to: "NetSuite".to_owned(),
        environment: "production".to_owned(),
        tier: 1.try_into().expect("a tier"),
        owner: Some("team-a".to_owned()),
        level: Level::Problem,
        sentence: "401 from NetSuite".to_owned(),
        reason: Some(Reason::Auth),
        since: NOW,
        until: (kind == NoticeKind::Over).then_some(NOW + Span::hours(1)),
        cost: Cost::None,
        runbook: Some("https://wiki.example.com/orders".to_owned()),
        link: "https://bridgewatch.example.com/integrations/orders-to-netsuite".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
    }
}

/// A vault with one secret, `TOKEN`, that goes to `hooks.example.com` only.
pub(crate) fn vault() -> Fill {
    const TOKEN: &str = "T0/B0/sesame-open-0123456789";
    Arc::new(|text, host| {
        Box::pin(async move {
            if !text.contains("${secret:TOKEN}") {
                return Ok(Filled { text, values: Vec::new() });
            }
            if host.as_deref() != Some("hooks.example.com") {
                return Err("${secret:TOKEN}: it may be sent to hooks.example.com only".to_owned());
            }
            Ok(Filled { text: text.replace("${secret:TOKEN}", TOKEN), values: vec![TOKEN.to_owned()] })
        })
    })
}

/// An HTTP client by script: it keeps what it was asked to send and answers what comes next.
#[derive(Default)]
pub(crate) struct Scripted {
    pub(crate) asked: Mutex<Vec<PostRequest>>,
    pub(crate) answers: Mutex<VecDeque<Result<PostAnswer, String>>>,
}

impl Scripted {
    pub(crate) fn answering(answers: impl IntoIterator<Item = Result<PostAnswer, String>>) -> Arc<Self> {
        Arc::new(Self { asked: Mutex::default(), answers: Mutex::new(answers.into_iter().collect()) })
    }
}

/// An answer with this status and body.
pub(crate) fn answer(status: u16, body: &str) -> PostAnswer {
    PostAnswer { status, retry_after: None, body: body.to_owned() }
}

/// A header of a request by its name, or nothing.
pub(crate) fn header<'a>(request: &'a PostRequest, name: &str) -> &'a str {
    request.headers.iter().find(|(header, _)| header == name).map_or("", |(_, value)| value.as_str())
}

/// The body of a request.
pub(crate) fn read(request: &PostRequest) -> serde_json::Value {
    serde_json::from_slice(&request.body).expect("JSON")
}

#[async_trait]
impl Post for Scripted {
    async fn post(&self, request: PostRequest) -> Result<PostAnswer, String> {
        self.asked.lock().expect("the log").push(request);
        self.answers.lock().expect("the script").pop_front().expect("the script goes on")
    }
}
