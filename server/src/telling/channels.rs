//! Channels, made of the configuration.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use model::{ChannelKind, Clock, Slug, Span, SystemClock};
use notify::{
    Channel, Fill, Mail, MailSettings, NotifyError, Post, PostAnswer, PostRequest, Slack, SlackSettings, Webhook,
    WebhookSettings, as_written,
};

use crate::{
    Config, ServerError,
    config::{ChannelSettings, MailRelay},
};

/// The longest that one attempt may take: less than a request may, so that whoever tries a channel hears how it went.
const ATTEMPT: Span = Span::seconds(20);

/// The channels by name.
pub type ByName = BTreeMap<Slug, Arc<dyn Channel>>;

/// What channels need besides their settings.
#[derive(Clone)]
pub struct With {
    /// Who fills in what they refer to.
    pub fill: Fill,
    /// Who makes their HTTP requests.
    pub post: Arc<dyn Post>,
    /// Who tells the time.
    pub clock: Arc<dyn Clock>,
    /// Certificates in PEM that a relay's may be signed by, besides the web's own.
    pub roots: Option<String>,
}

/// Those of this configuration. The error names channel and field, and what would be right.
pub fn build(config: &Config, with: &With) -> Result<ByName, ServerError> {
    let named = |settings: &ChannelSettings| -> Result<(Slug, Arc<dyn Channel>), ServerError> {
        let made = channel(settings, config.mail.as_ref(), with.clone())?;
        Ok((settings.name.clone(), made))
    };
    config.channels.iter().map(named).collect()
}

/// Whether they can be made. Nothing is read or sent.
pub fn check(config: &Config) -> Result<(), ServerError> {
    let with = With { fill: as_written(), post: Arc::new(Nowhere), clock: Arc::new(SystemClock), roots: None };
    build(config, &with).map(drop)
}

fn channel(settings: &ChannelSettings, mail: Option<&MailRelay>, with: With) -> Result<Arc<dyn Channel>, ServerError> {
    let With { fill, post, clock, roots } = with;
    let url = settings.url.clone().unwrap_or_default();
    let made = match settings.kind {
        ChannelKind::Mail => {
            let relay = mail.and_then(|mail| Some((mail.relay(roots, ATTEMPT)?, mail.from.clone())));
            let Some((relay, from)) = relay else {
                return Err(settings.wrong("kind", "mail leaves by a relay: say which under [mail]"));
            };
            shared(Mail::new(MailSettings { relay, from, to: settings.to.clone() }, fill))
        }
        ChannelKind::Webhook => {
            let secret = settings.secret.clone().unwrap_or_default();
            let headers = settings.headers.clone();
            shared(Webhook::new(WebhookSettings { url, secret, headers, timeout: ATTEMPT }, fill, post, clock))
        }
        ChannelKind::Slack => shared(Slack::new(&SlackSettings { url, timeout: ATTEMPT }, fill, post, clock)),
    };
    made.map_err(|why| match why {
        NotifyError::Settings { field: "roots", why } => ServerError::Config(format!("extra_roots: {why}")),
        NotifyError::Settings { field: field @ ("from" | "security" | "hello"), why } => {
            ServerError::Config(format!("mail.{field}: {why}"))
        }
        NotifyError::Settings { field, why } => settings.wrong(field, why),
        why => settings.wrong("kind", why),
    })
}

fn shared(made: notify::Result<impl Channel + 'static>) -> notify::Result<Arc<dyn Channel>> {
    made.map(|channel| Arc::new(channel) as Arc<dyn Channel>)
}

/// For channels that are only looked at, and where none sends by HTTP.
pub(super) struct Nowhere;

#[async_trait]
impl Post for Nowhere {
    async fn post(&self, _request: PostRequest) -> Result<PostAnswer, String> {
        Err("nothing is sent by HTTP here".to_owned())
    }
}
