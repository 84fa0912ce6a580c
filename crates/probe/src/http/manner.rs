//! How answers are taken: redirects, cookies, packing, and how much of them.

use crate::options::Options;

/// How answers are taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Manner {
    /// How many redirects are followed; 0: none, and then one is an answer.
    pub(super) redirects: usize,
    /// Whether they may lead to another host.
    pub(super) elsewhere: bool,
    /// Whether cookies are kept from hop to hop.
    pub(super) cookies: bool,
    /// Whether packed answers are accepted.
    pub(super) packed: bool,
    /// Bytes of an answer that are read at most.
    pub(super) most: usize,
}

impl Manner {
    /// Reads `follow_redirects`, `max_redirects`, `redirects_to`, `cookies`, `compression` and `max_body_bytes`.
    pub(crate) fn read(options: &mut Options<'_>) -> Option<Self> {
        let follow = options.bool("follow_redirects");
        let redirects = options.int("max_redirects").and_then(|most| usize::try_from(most).ok());
        let to = options.text("redirects_to");
        let (cookies, packed) = (options.bool("cookies"), options.bool("compression"));
        let most = options.int("max_body_bytes").and_then(|bytes| usize::try_from(bytes).ok());
        Some(Self {
            redirects: if follow? { redirects? } else { 0 },
            elsewhere: to? == "anywhere",
            cookies: cookies?,
            packed: packed?,
            most: most?,
        })
    }

    /// For a question of our own beside the check: nothing is followed, and little is read.
    pub(super) const fn plain(most: usize) -> Self {
        Self { redirects: 0, elsewhere: false, cookies: false, packed: false, most }
    }
}
