//! `[limits]`: how fast people may ask, and how many probes of one kind may be on the network at once.

use std::{collections::BTreeMap, num::NonZeroU32};

use rules::kind::Kind;
use serde::Deserialize;

use super::{Config, people::Limits};
use crate::ServerError;

/// As many as are on the network in all: more of one kind would mean nothing.
const MOST: usize = 2_048;

/// The table as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Table {
    address_per_second: NonZeroU32,
    address_burst: NonZeroU32,
    token_per_second: NonZeroU32,
    token_burst: NonZeroU32,
    pub(super) kinds: BTreeMap<String, usize>,
}

impl Default for Table {
    fn default() -> Self {
        let Limits { address_per_second, address_burst, token_per_second, token_burst } = Limits::default();
        Self { address_per_second, address_burst, token_per_second, token_burst, kinds: BTreeMap::new() }
    }
}

impl Table {
    /// Those of who asks us.
    pub(super) const fn limits(&self) -> Limits {
        Limits {
            address_per_second: self.address_per_second,
            address_burst: self.address_burst,
            token_per_second: self.token_per_second,
            token_burst: self.token_burst,
        }
    }
}

impl Config {
    /// Whether what is said of kinds is of kinds that ask, and leaves each at least one place.
    pub(super) fn check_kind_limits(&self) -> Result<(), ServerError> {
        let known = probe::kinds();
        for (name, most) in &self.kind_limits {
            let wrong = |why: String| Err(ServerError::Config(format!("limits.kinds.{name}: {why}")));
            if !Kind::find(known, name).is_some_and(|kind| kind.counts_as_ask) {
                let asking = known.iter().filter(|kind| kind.counts_as_ask).map(|kind| kind.name);
                let asking = asking.collect::<Vec<_>>().join(", ");
                return wrong(format!("is no kind of probe that asks; write one of {asking}"));
            }
            if !(1..=MOST).contains(most) {
                return wrong(format!("`{most}` probes at once cannot be; write 1 to {MOST}"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        cli::ServeArgs,
        config::{Limits, tests::with_file},
    };

    #[test]
    fn how_many_of_a_kind_ask_at_once_is_what_the_file_says() {
        let usual = with_file("", ServeArgs::default()).expect("a configuration");
        assert!(usual.kind_limits.is_empty());
        assert_eq!(usual.limits, Limits::default());

        let file = "[limits]\ntoken_burst = 7\n[limits.kinds]\ncommand = 8\nsftp = 2048\n";
        let config = with_file(file, ServeArgs::default()).expect("a configuration");
        let said: Vec<(&str, usize)> = config.kind_limits.iter().map(|(kind, most)| (kind.as_str(), *most)).collect();
        assert_eq!(said, [("command", 8), ("sftp", 2_048)]);
        assert_eq!(config.limits.token_burst.get(), 7);
        assert_eq!(config.limits.address_burst, Limits::default().address_burst);
    }

    #[test]
    fn what_cannot_be_a_limit_is_refused_with_its_kind_and_the_remedy() {
        for (line, told) in [
            ("telepathy = 8", "limits.kinds.telepathy: is no kind of probe that asks; write one of http, "),
            ("heartbeat = 8", "limits.kinds.heartbeat: is no kind of probe that asks"),
            ("command = 0", "limits.kinds.command: `0` probes at once cannot be; write 1 to 2048"),
            ("command = 2049", "limits.kinds.command: `2049` probes at once cannot be"),
            ("command = -1", "bridgewatch.toml:2: "),
            ("command = 'many'", "bridgewatch.toml:2: "),
        ] {
            let file = format!("[limits.kinds]\n{line}\n");
            let why = with_file(&file, ServeArgs::default()).expect_err(line).to_string();
            assert!(why.contains(told), "{line}: {why}");
        }
    }
}
