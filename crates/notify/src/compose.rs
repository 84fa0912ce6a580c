//! What a message says, in words: pure, and the same for every channel.

use model::{Notice, NoticeKind};
use url::Url;

use crate::phrase::{cost, length, moment, plain};

/// Characters of a subject at most.
const SUBJECT: usize = 160;
/// Characters of any other text of others.
const TEXT: usize = 500;
/// Characters of an address; a longer one is left out.
const ADDRESS: usize = 2_000;

/// A message before a channel gives it its form. Every text is one line without signs that steer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composed {
    /// "Problem: Orders to NetSuite: 401 from NetSuite".
    pub subject: String,
    /// The first sentence.
    pub lead: String,
    /// What there is to know: a word and what it is.
    pub facts: Vec<(&'static str, String)>,
    /// Where to go: a word and an http(s) address.
    pub links: Vec<(&'static str, String)>,
}

impl Composed {
    /// The facts as lines, "Cost: nothing waits".
    pub(crate) fn lines(&self) -> String {
        let lines: Vec<String> = self.facts.iter().map(|(what, said)| format!("{what}: {said}")).collect();
        lines.join("\n")
    }
}

/// The words for a notice.
pub fn compose(notice: &Notice) -> Composed {
    let name = plain(&notice.name, TEXT);
    let way = format!("{name} ({} to {})", plain(&notice.from, TEXT), plain(&notice.to, TEXT));
    let sentence = plain(&notice.sentence, TEXT);
    let at = |when| moment(when, &notice.time_zone);
    let until = notice.until.unwrap_or(notice.at);
    let lasted = length(until.since(notice.since));
    let (subject, lead, mut facts) = match notice.kind {
        NoticeKind::Began | NoticeKind::Worse => {
            // What tells its time in the sentence has no since.
            let since =
                if sentence.contains(" since ") { String::new() } else { format!(" since {}", at(notice.since)) };
            let (now, worse) = if notice.kind == NoticeKind::Worse { (" now", "it got worse: ") } else { ("", "") };
            (
                format!("{}{now}: {name}: {sentence}", capital(notice.level.as_str())),
                format!("{way}: {worse}{sentence}{since}."),
                vec![("Level", notice.level.to_string()), ("Since", at(notice.since))],
            )
        }
        NoticeKind::Over => (
            format!("Over after {lasted}: {name}"),
            format!("{way}: it is over after {lasted}. It was: {sentence}."),
            vec![
                ("Level was", notice.level.to_string()),
                ("Since", at(notice.since)),
                ("Until", at(until)),
                ("Lasted", lasted),
            ],
        ),
        NoticeKind::Test => (
            format!("Test: messages about {name} come here"),
            format!("{way}: somebody tries this channel. Nothing happened, and nothing is to be done."),
            Vec::new(),
        ),
    };
    if notice.kind != NoticeKind::Test {
        facts.extend(notice.reason.map(|reason| ("Reason", reason.as_str().replace('_', " "))));
        facts.push(("Cost", plain(&cost(&notice.cost), TEXT)));
    }
    facts.push(("Owner", notice.owner.as_deref().map_or("nobody is named".to_owned(), |owner| plain(owner, TEXT))));
    if notice.kind != NoticeKind::Test {
        facts.push(("Tier", notice.tier.get().to_string()));
    }
    if notice.environment != "production" {
        facts.push(("Environment", plain(&notice.environment, TEXT)));
    }
    let mut links = Vec::new();
    links.extend(address(&notice.link).map(|link| ("Page", link)));
    if let Some(runbook) = &notice.runbook {
        match address(runbook) {
            Some(runbook) => links.push(("Runbook", runbook)),
            None => facts.push(("Runbook", plain(runbook, TEXT))),
        }
    }
    Composed { subject: plain(&subject, SUBJECT), lead, facts, links }
}

/// An http(s) address as a browser would write it; every sign that could end it in a message is escaped.
fn address(text: &str) -> Option<String> {
    let address = Url::parse(text.trim()).ok()?;
    let whole = address.as_str().replace('\'', "%27").replace('|', "%7C");
    (matches!(address.scheme(), "http" | "https") && whole.len() <= ADDRESS).then_some(whole)
}

fn capital(word: &str) -> String {
    let mut signs = word.chars();
    signs.next().map_or_else(String::new, |first| first.to_uppercase().chain(signs).collect())
}

#[cfg(test)]
mod tests {
    use model::{Level, Span, hours::Cost};

    use super::*;
    use crate::testing::notice;

    #[test]
    fn what_began_says_what_since_when_why_what_it_costs_and_where_to_go() {
        let mut notice = notice(NoticeKind::Began);
        notice.cost = Cost::HandWork { units: 312.0, unit: "orders".to_owned(), hours: 26.0 };
        let said = compose(&notice);
        assert_eq!(said.subject, "Problem: Orders to NetSuite: 401 from NetSuite");
        assert_eq!(
            said.lead,
            "Orders to NetSuite (Salesforce to NetSuite): 401 from NetSuite since Mon 23 Nov 2026, 09:41 CET."
        );
        assert_eq!(
            said.lines(),
            "Level: problem\nSince: Mon 23 Nov 2026, 09:41 CET\nReason: auth\n\
             Cost: 312 orders not delivered = 26 h of hand work\nOwner: team-a\nTier: 1"
        );
        assert_eq!(
            said.links,
            [
                ("Page", "https://bridgewatch.example.com/integrations/orders-to-netsuite".to_owned()),
                ("Runbook", "https://wiki.example.com/orders".to_owned()),
            ]
        );
    }

    #[test]
    fn what_got_worse_says_so() {
        let said = compose(&notice(NoticeKind::Worse));
        assert_eq!(said.subject, "Problem now: Orders to NetSuite: 401 from NetSuite");
        let lead = "Orders to NetSuite (Salesforce to NetSuite): it got worse: 401 from NetSuite since ";
        assert!(said.lead.starts_with(lead), "{}", said.lead);
        assert_eq!(said.lines(), compose(&notice(NoticeKind::Began)).lines());
    }

    #[test]
    fn what_is_over_says_how_long_it_lasted() {
        let mut notice = notice(NoticeKind::Over);
        notice.level = Level::Attention;
        notice.until = Some(notice.since + Span::minutes(72));
        notice.cost = Cost::without_baseline();
        let said = compose(&notice);
        assert_eq!(said.subject, "Over after 1 h 12 min: Orders to NetSuite");
        assert_eq!(
            said.lead,
            "Orders to NetSuite (Salesforce to NetSuite): it is over after 1 h 12 min. It was: 401 from NetSuite."
        );
        assert_eq!(
            said.lines(),
            "Level was: attention\nSince: Mon 23 Nov 2026, 09:41 CET\nUntil: Mon 23 Nov 2026, 10:53 CET\n\
             Lasted: 1 h 12 min\nReason: auth\nCost: unknown (no baseline)\nOwner: team-a\nTier: 1"
        );
    }

    #[test]
    fn what_is_not_there_is_said_or_left_out() {
        let mut notice = notice(NoticeKind::Began);
        (notice.owner, notice.reason, notice.cost) = (None, None, Cost::None);
        notice.environment = "staging".to_owned();
        notice.sentence = "no orders since 09:12".to_owned();
        notice.runbook = Some("see the red folder".to_owned());
        notice.link = "javascript:alert(1)".to_owned();
        let said = compose(&notice);
        assert_eq!(said.lead, "Orders to NetSuite (Salesforce to NetSuite): no orders since 09:12.");
        assert_eq!(
            said.lines(),
            "Level: problem\nSince: Mon 23 Nov 2026, 09:41 CET\nCost: nothing waits\nOwner: nobody is named\nTier: 1\n\
             Environment: staging\nRunbook: see the red folder"
        );
        assert_eq!(said.links, []);
    }

    #[test]
    fn a_test_says_that_nothing_happened() {
        let said = compose(&notice(NoticeKind::Test));
        assert_eq!(said.subject, "Test: messages about Orders to NetSuite come here");
        assert!(said.lead.ends_with("Nothing happened, and nothing is to be done."), "{}", said.lead);
        assert_eq!(said.lines(), "Owner: team-a");
    }

    #[test]
    fn no_text_of_others_begins_a_line_or_goes_on_for_ever() {
        let evil = "x\r\nBcc: eve@example.com\u{2028}\n\n<b>\u{0}".repeat(500);
        for &kind in NoticeKind::ALL {
            let mut notice = notice(kind);
            for text in [&mut notice.name, &mut notice.from, &mut notice.to, &mut notice.sentence] {
                evil.clone_into(text);
            }
            (notice.owner, notice.runbook) = (Some(evil.clone()), Some(format!("https://a.example/{evil}")));
            notice.environment.clone_from(&evil);
            notice.cost = Cost::HandWork { units: f64::NAN, unit: evil.clone(), hours: f64::INFINITY };
            let said = compose(&notice);
            let texts = [&said.subject, &said.lead].into_iter().chain(said.facts.iter().map(|(_, said)| said));
            for text in texts.chain(said.links.iter().map(|(_, link)| link)) {
                assert!(!text.chars().any(char::is_control) && text.chars().count() <= 5 * TEXT, "{kind}: {text:?}");
            }
            assert!(said.subject.chars().count() <= SUBJECT);
        }
    }
}
