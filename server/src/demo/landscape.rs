//! The landscape of the demo: `landscape.yaml` with the present addresses and days put in.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use model::Catalogue;

use super::story::Story;
use crate::ServerError;

const TEXT: &str = include_str!("landscape.yaml");
/// The catalogue that it is.
pub const NAME: &str = "demo";
const FILE: &str = "landscape.yaml";

/// Reads the landscape. `ports` tells where the server of each system listens.
pub fn read(story: &Story, zone: Tz, ports: &BTreeMap<&'static str, u16>) -> Result<Catalogue, ServerError> {
    let slowed = story.slowed_at.utc().with_timezone(&zone);
    let mut text = TEXT
        .replace("{slowed.day}", &slowed.format("%-d %B %Y").to_string())
        .replace("{slowed.clock}", &slowed.format("%H:%M").to_string());
    for (system, port) in ports {
        text = text
            .replace(&format!("{{{system}}}"), &format!("127.0.0.1:{port}"))
            .replace(&format!("{{{system}.port}}"), &port.to_string());
    }
    rules::catalogue::read(&[(FILE.to_owned(), text)], probe::kinds())
        .map_err(|faults| ServerError::Catalogue(format!("{faults:#?}")))
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;
    use model::Timestamp;

    use super::read;
    use crate::demo::{script::reports::JOBS, servers::SYSTEMS, story::Story};

    #[test]
    fn the_landscape_is_right_and_every_job_and_server_has_its_place_in_it() {
        let story = Story::at(Timestamp::parse("2026-11-23T13:09:30Z").expect("a moment"), "UTC").expect("a story");
        let ports = SYSTEMS.iter().zip(40_000..).map(|(system, port)| (system.slug, port)).collect();
        let landscape = read(&story, Tz::UTC, &ports).expect("no faults");

        assert_eq!((landscape.catalogue.as_str(), landscape.integrations.len()), (super::NAME, 12));
        let written = rules::catalogue::write(&landscape);
        assert!(!written.contains('{') || !written.contains("{netsuite"), "a placeholder is left");
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
}
