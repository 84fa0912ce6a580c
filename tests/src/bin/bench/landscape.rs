//! The catalogue that is measured: so many probes, spread over integrations, hosts and ways to answer.

use std::fmt::Write as _;

use model::Span;

use crate::protocol::Protocol;

/// Probes of one hanging host: few, so that the limit per host is not what is measured.
const HANGING_ON_A_HOST: usize = 10;
const DEPARTMENTS: usize = 12;
const OWNERS: usize = 20;
const SYSTEMS: usize = 50;

/// What to write. Probes have the numbers `0..probes`; the first `hanging` of them hang, the next `failing` are answered 500.
#[derive(Debug, Clone, Copy)]
pub struct Landscape {
    /// What probes speak.
    pub protocol: Protocol,
    /// How many probes.
    pub probes: usize,
    /// How many of them an integration has.
    pub per_integration: usize,
    /// How often each asks.
    pub period: Span,
    /// Hosts that answer.
    pub hosts: usize,
    /// Probes whose target takes the request and never answers.
    pub hanging: usize,
    /// Probes whose target answers 500.
    pub failing: usize,
}

impl Landscape {
    /// `probes` over HTTP, one an integration, all answered.
    pub fn of(probes: usize, period: Span, hosts: usize) -> Self {
        Self { protocol: Protocol::Http, probes, per_integration: 1, period, hosts, hanging: 0, failing: 0 }
    }

    /// Ports that the target has to listen on.
    pub fn ports(&self) -> usize {
        self.hosts + self.hanging.div_ceil(HANGING_ON_A_HOST)
    }

    /// The catalogue in YAML, over these ports.
    pub fn yaml(&self, ports: &[u16]) -> String {
        let mut text = String::from("systems:\n");
        for system in 0..SYSTEMS {
            line(&mut text, &format!("  - {{slug: system-{system}, name: System {system}}}"));
        }
        line(&mut text, "integrations:");
        let numbers: Vec<usize> = (0..self.probes).collect();
        for (integration, probes) in numbers.chunks(self.per_integration.max(1)).enumerate() {
            self.integration(&mut text, integration);
            line(&mut text, "    probes:");
            for probe in probes {
                let (every, asked) = (self.period, self.asked(*probe, ports));
                line(&mut text, &format!("      - {{slug: p{probe}, every: {every}, {asked}}}"));
            }
        }
        text
    }

    /// Every second one has promised runs and a baseline, so that all four answers have something to say.
    fn integration(&self, text: &mut String, number: usize) {
        let (from, to) = (number % SYSTEMS, (number * 7 + 1) % SYSTEMS);
        let (tier, owner, department) = (number % 3 + 1, number % OWNERS, number % DEPARTMENTS);
        line(text, &format!("  - slug: bridge-{number}\n    name: Bridge number {number}"));
        line(text, &format!("    from: system-{from}\n    to: system-{to}\n    tier: {tier}"));
        line(text, &format!("    owner: Team {owner}\n    department: Department {department}\n    unit: order"));
        if number.is_multiple_of(2) && self.per_integration == 1 {
            let rest = "method: interview, source: the order desk, valid_from: 2020-01-01";
            line(text, &format!("    baseline: {{per: unit, minutes: [3, 5, 9], {rest}}}"));
            line(text, "    expect: {every: 1day, grace: 1h}");
        }
    }

    /// The kind of a probe and what it needs to know. To connect is all that is asked over TCP.
    fn asked(&self, probe: usize, ports: &[u16]) -> String {
        let (word, host) = if probe < self.hanging {
            ("hang", self.hosts + probe / HANGING_ON_A_HOST)
        } else if probe < self.hanging + self.failing {
            ("fail", probe % self.hosts)
        } else {
            ("ok", probe % self.hosts)
        };
        let port = ports.get(host).copied().unwrap_or_default();
        match self.protocol {
            Protocol::Tcp => format!("kind: tcp, host: \"127.0.0.1\", port: {port}"),
            Protocol::Http | Protocol::Https => {
                let url = format!("{}://127.0.0.1:{port}/{word}/{probe}", self.protocol.scheme());
                format!("kind: http, url: \"{url}\", assert: [\"status == 200\"]")
            }
        }
    }
}

fn line(text: &mut String, line: &str) {
    // Writing into a String does not fail.
    let _ = writeln!(text, "{line}");
}

#[cfg(test)]
mod tests {
    use model::Span;

    use super::{Landscape, Protocol};

    #[test]
    fn what_is_written_is_a_right_catalogue() {
        for (protocol, kind) in [(Protocol::Http, "http"), (Protocol::Https, "http"), (Protocol::Tcp, "tcp")] {
            let landscape = Landscape { protocol, hanging: 1, failing: 1, ..Landscape::of(4, Span::seconds(1), 2) };
            let ports = [9001, 9002, 9003];
            assert_eq!(landscape.ports(), ports.len());

            let text = landscape.yaml(&ports);

            let catalogue = rules::catalogue::read(&[("bench.yaml".to_owned(), text)], probe::kinds());
            let catalogue = catalogue.unwrap_or_else(|faults| panic!("{protocol}: {faults:?}"));
            let probes = catalogue.integrations.iter().flat_map(|integration| &integration.probes);
            let kinds: Vec<&str> = probes.map(|probe| probe.kind.as_str()).collect();
            assert_eq!(kinds, [kind; 4], "{protocol}");
        }
    }
}
