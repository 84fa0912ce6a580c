//! The landscape of the demo: `landscape.yaml` with the present addresses and days put in.

use std::{collections::BTreeMap, path::Path};

use chrono_tz::Tz;
use model::Catalogue;

use super::story::Story;
use crate::ServerError;

const TEXT: &str = include_str!("landscape.yaml");
/// The catalogue that it is.
pub const NAME: &str = "demo";
const FILE: &str = "landscape.yaml";

/// Reads the landscape. `ports` tells where each server and peer listens, `outbox` where the file of the stock lies.
pub fn read(
    story: &Story,
    zone: Tz,
    ports: &BTreeMap<&'static str, u16>,
    outbox: &Path,
) -> Result<Catalogue, ServerError> {
    let slowed = story.slowed_at.utc().with_timezone(&zone);
    let mut text = TEXT
        .replace("{slowed.day}", &slowed.format("%-d %B %Y").to_string())
        .replace("{slowed.clock}", &slowed.format("%H:%M").to_string())
        // In quotes, as JSON and YAML have them alike.
        .replace("{outbox}", &serde_json::Value::from(outbox.display().to_string()).to_string());
    for (system, port) in ports {
        text = text
            .replace(&format!("{{{system}}}"), &format!("127.0.0.1:{port}"))
            .replace(&format!("{{{system}.port}}"), &port.to_string());
    }
    rules::catalogue::read(&[(FILE.to_owned(), text)], probe::kinds())
        .map_err(|faults| ServerError::Catalogue(format!("{faults:#?}")))
}

/// Ports for everything in it, and the path of a file: for tests in which nobody asks.
#[cfg(test)]
pub fn nowhere() -> (BTreeMap<&'static str, u16>, &'static Path) {
    use super::{
        peers::{NAMES, PEERS, SHUT},
        servers::SYSTEMS,
    };
    let systems = SYSTEMS.iter().map(|system| system.slug);
    let names = systems.chain(PEERS.iter().map(|(name, _)| *name)).chain([NAMES, SHUT]);
    (names.zip(40_000..).collect(), Path::new("/srv/demo/outbox.db"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono_tz::Tz;
    use model::{Catalogue, Span, Timestamp};

    use super::{nowhere, read};
    use crate::demo::{script::reports::JOBS, servers::SYSTEMS, story::Story};

    fn landscape() -> Catalogue {
        let story = Story::at(Timestamp::parse("2026-11-23T13:09:30Z").expect("a moment"), "UTC").expect("a story");
        let (ports, outbox) = nowhere();
        read(&story, Tz::UTC, &ports, outbox).expect("no faults")
    }

    #[test]
    fn the_landscape_is_right_and_every_job_and_server_has_its_place_in_it() {
        let landscape = landscape();

        assert_eq!((landscape.catalogue.as_str(), landscape.integrations.len()), (super::NAME, 14));
        let written = rules::catalogue::write(&landscape);
        for name in nowhere().0.keys().chain(&["slowed", "outbox"]) {
            for placeholder in [format!("{{{name}}}"), format!("{{{name}.")] {
                assert!(!written.contains(&placeholder), "{placeholder} is left");
            }
        }
        assert!(written.contains("21 November 2026"), "the day of the change is told");
        for job in &JOBS {
            assert!(
                landscape.integrations.iter().any(|one| one.slug.as_str() == job.integration),
                "{}",
                job.integration
            );
        }
        for system in &SYSTEMS {
            let known = landscape.systems.iter().find(|one| one.slug.as_str() == system.slug);
            assert_eq!(known.map(|one| one.name.as_str()), Some(system.name));
        }
        for integration in &landscape.integrations {
            assert!(integration.owner.is_some() && integration.runbook.is_some(), "{}", integration.slug);
        }
    }

    #[test]
    fn its_window_is_weekly_at_night_and_over_none_of_the_six_stories() {
        let landscape = landscape();
        let [spec] = landscape.windows.as_slice() else { panic!("one window") };
        let window = rules::window::Window::compile(&spec.opens).expect("a window");

        let monday = Timestamp::parse("2026-11-23T00:00:00Z").expect("a moment");
        let week = window.covering(monday, monday + Span::hours(7 * 24)).openings;
        let night = Timestamp::parse("2026-11-29T02:00:00Z").expect("a moment");
        assert_eq!(week.iter().map(|one| (one.from, one.length())).collect::<Vec<_>>(), [(night, Span::hours(2))]);

        let over = landscape.integrations.iter().filter(|one| rules::window::is_over(spec, one));
        assert_eq!(over.map(|one| one.slug.as_str()).collect::<Vec<_>>(), ["tickets-to-jira"]);
    }

    #[test]
    fn it_is_asked_by_many_kinds_and_each_of_its_probes_can_be_built() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let landscape = landscape();
        let probes = || landscape.integrations.iter().flat_map(|integration| &integration.probes);

        let kinds: BTreeSet<&str> = probes().map(|probe| probe.kind.as_str()).collect();
        assert!(kinds.len() >= 12, "{kinds:?}");
        let clients = probe::Clients::new().expect("clients");
        for spec in probes().filter(|probe| probe.kind != "heartbeat") {
            assert_eq!(probe::build(spec, &clients).map(|_| ()), Ok(()), "{}", spec.slug);
        }
    }
}
