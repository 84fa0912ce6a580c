//! What the demo keeps in the store's settings, so that a restart goes on where it was.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use model::Timestamp;
use serde::{Deserialize, Serialize};
use store::Store;

use super::story::Story;
use crate::ServerError;

const NAME: &str = "demo";

/// The demo's own memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The story.
    pub story: Story,
    /// Where each server and peer listened.
    pub ports: BTreeMap<String, u16>,
    /// Whether the newest runs of the past and the states they led to are stored.
    pub recorded: bool,
    /// Whether all of the past is rolled up.
    pub folded: bool,
}

impl Kept {
    /// What was kept, or a story that begins now.
    pub async fn read(store: &Store, now: Timestamp, zone: Tz) -> Result<Self, ServerError> {
        match store.setting(NAME).await?.map(|text| serde_json::from_str(&text)) {
            Some(Ok(kept)) => return Ok(kept),
            Some(Err(why)) => tracing::warn!(%why, "what the demo kept cannot be read; its story begins anew"),
            None => {}
        }
        Ok(Self { story: Story::at(now, zone.name())?, ports: BTreeMap::new(), recorded: false, folded: false })
    }

    /// Keeps it.
    pub async fn write(&self, store: &Store) -> Result<(), ServerError> {
        let text =
            serde_json::to_string(self).map_err(|why| ServerError::Config(format!("the demo's story: {why}")))?;
        Ok(store.set_setting(NAME, &text).await?)
    }
}
