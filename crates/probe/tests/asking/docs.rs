//! What stands in the pages of the kinds works, and says all there is.

use std::{fs, path::Path};

use model::ProbeSpec;
use probe::{Clients, kinds};

/// A page of the kinds.
fn page(kind: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/probes").join(format!("{kind}.md"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The probes of every example of a page.
fn probes(kind: &str, page: &str) -> Vec<ProbeSpec> {
    let examples = page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().expect("an end"));
    let read = |example: &str| {
        let read = rules::catalogue::read(&[(format!("{kind}.md"), example.to_owned())], kinds());
        read.unwrap_or_else(|faults| panic!("{kind}: {faults:?}"))
    };
    examples.flat_map(|example| read(example).integrations).flat_map(|integration| integration.probes).collect()
}

#[test]
fn every_example_of_a_page_can_be_asked() {
    let clients = Clients::new().expect("clients");
    for kind in kinds().iter().filter(|kind| kind.counts_as_ask) {
        let probes = probes(kind.name, &page(kind.name));
        assert!(probes.iter().any(|probe| probe.kind == kind.name), "{} has an example", kind.name);
        for spec in probes {
            probe::build(&spec, &clients).map_or_else(|faults| panic!("{}: {faults:?}", kind.name), |_| ());
            let compiled = rules::assess::Compiled::compile(&spec, kind);
            assert!(compiled.is_ok(), "{}: {:?}", kind.name, compiled.err());
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
