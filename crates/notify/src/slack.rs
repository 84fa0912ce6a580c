//! An incoming webhook as Slack has it: text for those that show nothing else, blocks for Slack. Others (Mattermost, Rocket.Chat,
//! Google Chat behind a bridge) take the same text.

use std::sync::Arc;

use async_trait::async_trait;
use model::{Clock, Notice, Span};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::{
    Channel, Composed, Fill, NotifyError, Post, PostRequest, Receipt, Result, address::Address, compose, mask::Masks,
    phrase::plain, post::judged,
};

/// Characters of a header block at most, as Slack says.
const HEADER: usize = 150;
/// Characters of a section's text at most, as Slack says. Escaped, a sign is five.
const SECTION: usize = 3_000;

/// What one writes of a Slack-compatible channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlackSettings {
    /// The webhook's address: `https://hooks.slack.com/services/${secret:SLACK}`.
    pub url: String,
    /// How long one attempt may take.
    pub timeout: Span,
}

/// The channel.
pub struct Slack {
    address: Address,
    timeout: Span,
    fill: Fill,
    post: Arc<dyn Post>,
    clock: Arc<dyn Clock>,
}

impl Slack {
    /// Of these settings.
    pub fn new(settings: &SlackSettings, fill: Fill, post: Arc<dyn Post>, clock: Arc<dyn Clock>) -> Result<Self> {
        Ok(Self { address: Address::parse(&settings.url)?, timeout: settings.timeout, fill, post, clock })
    }
}

#[async_trait]
impl Channel for Slack {
    async fn send(&self, notice: &Notice) -> Result<Receipt> {
        let mut masks = Masks::default();
        let sending = async {
            let url = self.address.filled(&self.fill, &mut masks).await?;
            let headers = vec![
                ("content-type".to_owned(), "application/json; charset=utf-8".to_owned()),
                // Slack does not look at it; what stands between us and a receiver of our own may.
                ("idempotency-key".to_owned(), format!("\"{}\"", notice.key())),
            ];
            let request = PostRequest { url, headers, body: body(&compose(notice)).to_string().into_bytes() };
            self.post.post(request).await.map_err(|why| NotifyError::later(masks.answer(&why)))
        };
        let answered = timeout(self.timeout.as_duration(), sending).await;
        let late = || NotifyError::later(format!("no answer within {}", self.timeout));
        let answer = answered.unwrap_or_else(|_| Err(late()))?;
        judged(&answer, self.clock.now(), &masks)
    }
}

fn body(said: &Composed) -> Value {
    let bold = |(what, said): &(&str, String)| format!("*{what}:* {}", escaped(said));
    let facts: Vec<String> = said.facts.iter().map(bold).collect();
    let links: Vec<String> = said.links.iter().map(|(what, link)| format!("<{}|{what}>", escaped(link))).collect();
    let links = links.join("  ");
    let lead = escaped(&said.lead);
    let text = [format!("*{}*", escaped(&said.subject)), lead.clone(), facts.join("\n"), links.clone()];
    let mut blocks = vec![
        json!({ "type": "header", "text": { "type": "plain_text", "text": plain(&said.subject, HEADER), "emoji": false } }),
        section(&lead),
        section(&facts.join("\n")),
    ];
    if !links.is_empty() {
        blocks.push(section(&links));
    }
    json!({
        "text": text.iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join("\n"),
        "blocks": blocks,
        "unfurl_links": false,
        "unfurl_media": false,
    })
}

/// A block of text; what is too long for one is cut between signs, and never within an escaped one.
fn section(text: &str) -> Value {
    let mut cut = text;
    if let Some((end, _)) = text.char_indices().nth(SECTION) {
        let head = &text[..end];
        cut = &head[..head.rfind(['\n', ' ']).unwrap_or(0)];
    }
    json!({ "type": "section", "text": { "type": "mrkdwn", "text": cut } })
}

/// The three signs by which Slack knows links, people and `<!channel>`.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
#[path = "slack_tests.rs"]
mod tests;
