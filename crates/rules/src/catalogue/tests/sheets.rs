//! Spreadsheets.

use proptest::prelude::*;

use super::KINDS;
use crate::catalogue::{read, read_csv, write};

const SHEET: &str = "\u{FEFF}Name,Source,Destination,Team,Tier,Process,Health URL,Cost centre
Orders,Web Shop,NetSuite,Finance IT,Tier 1,Order-to-cash,https://shop.example.com/health,77

Orders,Web Shop,netsuite,,2,,,
\"Orders\nto the warehouse\",,,,,,,
";

#[test]
fn a_sheet_becomes_systems_integrations_and_probes() {
    let sheet = SHEET.replace("\"Orders\nto the warehouse\",,,,,,,\n", "Pay-roll,HR,Bank,,,,,\n");
    let catalogue = read_csv("landscape.csv", &sheet).expect("a catalogue");
    let systems: Vec<_> = catalogue.systems.iter().map(|system| (system.slug.as_str(), system.name.as_str())).collect();
    assert_eq!(systems, [("web-shop", "Web Shop"), ("netsuite", "NetSuite"), ("hr", "HR"), ("bank", "Bank")]);
    let slugs: Vec<_> = catalogue.integrations.iter().map(|integration| integration.slug.as_str()).collect();
    assert_eq!(slugs, ["orders", "orders-2", "pay-roll"]);
    let orders = &catalogue.integrations[0];
    assert_eq!((orders.from.as_str(), orders.to.as_str(), orders.tier.get()), ("web-shop", "netsuite", 1));
    assert_eq!(
        (orders.owner.as_deref(), orders.business_process.as_deref()),
        (Some("Finance IT"), Some("Order-to-cash"))
    );
    assert_eq!(orders.probes[0].options["url"], "https://shop.example.com/health");

    // Nothing in it is less than what YAML would have to say.
    let yaml = write(&catalogue);
    assert_eq!(read(&[("a.yaml".to_owned(), yaml)], KINDS).as_ref(), Ok(&catalogue));
}

#[test]
fn cells_are_parted_by_what_the_headings_use() {
    for sign in [";", "\t"] {
        let sheet = ["name,from,to", "Orders,Shop,ERP"].join("\n").replace(',', sign);
        assert_eq!(read_csv("a.csv", &sheet).expect("a catalogue").integrations.len(), 1, "{sign:?}");
    }
}

#[test]
fn every_wrong_cell_is_named_with_its_line() {
    let sheet = SHEET.replace("Tier 1", "high").replace("https://shop", "shop") + "Pay,→,Bank,,,,,,,,\n";
    let found = read_csv("landscape.csv", &sheet).expect_err("faults");
    let found: Vec<_> =
        found.iter().map(|fault| (fault.line.unwrap_or(0), fault.field.as_str(), fault.message.as_str())).collect();
    assert_eq!(
        found,
        [
            (2, "Tier", "`high` is no tier"),
            (2, "Health URL", "`shop.example.com/health` is not an http(s) address"),
            (5, "Name", "has a line break or another control character"),
            (5, "Source", "is missing"),
            (5, "Destination", "is missing"),
            (7, "document", "has 11 cells under 8 headings"),
            (7, "Source", "`→` has no letter of a-z and no digit to make a slug of"),
        ]
    );
}

#[test]
fn a_sheet_without_the_columns_that_matter_names_them() {
    let found = read_csv("a.csv", "Name,Where\nOrders,Shop\n").expect_err("faults");
    let fields: Vec<_> = found.iter().map(|fault| (fault.line, fault.field.as_str())).collect();
    assert_eq!(fields, [(Some(1), "from"), (Some(1), "to")]);
    assert_eq!(read_csv("a.csv", "").expect_err("faults").len(), 3);
}

#[test]
fn namesakes_get_numbers_that_nobody_has() {
    let sheet = format!("name,from,to\nA 2,x,y\nA,x,y\nA,x,y\nA,x,y\n{0},x,y\n{0},x,y\n", "b".repeat(63));
    let catalogue = read_csv("a.csv", &sheet).expect("a catalogue");
    let slugs: Vec<_> = catalogue.integrations.iter().map(|integration| integration.slug.as_str()).collect();
    assert_eq!(slugs[..4], ["a-2", "a", "a-3", "a-4"]);
    assert_eq!(slugs[5], format!("{}-2", "b".repeat(61)));
}

proptest! {
    #[test]
    fn no_text_at_all_makes_the_reader_of_sheets_panic(text in "(name,from,to\n)?([a-zA-Z0-9\",;\n\r\t →]|\\PC){0,80}") {
        match read_csv("a.csv", &text) {
            Ok(catalogue) => prop_assert!(read(&[("a.yaml".to_owned(), write(&catalogue))], KINDS).is_ok()),
            Err(faults) => prop_assert!(!faults.is_empty()),
        }
    }
}
