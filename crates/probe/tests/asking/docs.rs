//! What stands in the pages of the kinds works, and says all there is.

use std::{fs, path::Path};

use model::{IntegrationSpec, ProbeSpec};
use probe::{Clients, kinds};

/// A page of the kinds.
fn page(kind: &str) -> String {
    text(&format!("docs/probes/{kind}.md"))
}

/// A page of this repository.
fn text(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The integrations of every example of a page.
fn integrations(name: &str, page: &str) -> Vec<IntegrationSpec> {
    let examples = page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().expect("an end"));
    let read = |example: &str| {
        let read = rules::catalogue::read(&[(format!("{name}.md"), example.to_owned())], kinds());
        read.unwrap_or_else(|faults| panic!("{name}: {faults:?}"))
    };
    examples.flat_map(|example| read(example).integrations).collect()
}

/// The probes of every example of a page.
fn probes(name: &str, page: &str) -> Vec<ProbeSpec> {
    integrations(name, page).into_iter().flat_map(|integration| integration.probes).collect()
}

/// That this can be asked and judged.
fn assert_asks(spec: &ProbeSpec, clients: &Clients) {
    let kind = kinds().iter().find(|kind| kind.name == spec.kind).expect("a kind");
    probe::build(spec, clients).map_or_else(|faults| panic!("{}: {faults:?}", kind.name), |_| ());
    let compiled = rules::assess::Compiled::compile(spec, kind);
    assert!(compiled.is_ok(), "{}: {:?}", kind.name, compiled.err());
}

#[test]
fn the_first_integration_that_the_readme_shows_can_be_asked_is_promised_and_has_a_worth() {
    let clients = Clients::new().expect("clients");
    let shown = integrations("README", &text("README.md"));
    let [first] = shown.as_slice() else { panic!("one integration: {shown:?}") };
    assert_eq!(first.probes.len(), 1);
    assert_asks(&first.probes[0], &clients);
    assert!(first.expect.is_some() && first.baseline.is_some());
}

#[test]
fn every_example_of_a_page_can_be_asked() {
    let clients = Clients::new().expect("clients");
    for kind in kinds().iter().filter(|kind| kind.counts_as_ask) {
        let probes = probes(kind.name, &page(kind.name));
        assert!(probes.iter().any(|probe| probe.kind == kind.name), "{} has an example", kind.name);
        for spec in probes {
            assert_asks(&spec, &clients);
        }
    }
}

#[test]
fn a_page_names_every_option_and_every_name() {
    for kind in kinds() {
        let page = page(kind.name);
        for option in kind.options {
            assert!(page.contains(&format!("| `{}` |", option.name)), "{}: option {}", kind.name, option.name);
        }
        for name in kind.names {
            assert!(page.contains(&format!("| `{}` |", name.name)), "{}: name {}", kind.name, name.name);
        }
    }
}
