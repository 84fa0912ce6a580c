//! What applying would do.

use model::{Catalogue, ChangeKind};

use super::read;
use crate::catalogue::plan;

const BEFORE: &str = "
systems:
  - {slug: shop, name: Shop}
  - {slug: erp, name: ERP}
  - {slug: crm, name: CRM}
integrations:
  - slug: orders
    name: Orders
    from: shop
    to: erp
    baseline: {per: run, minutes: 5, method: guess, source: Ann, valid_from: 2026-01-01}
    probes:
      - {slug: api, kind: http, every: 1m, url: https://erp.example.com/}
      - {slug: nightly, kind: heartbeat, every: 1day, grace: 1h}
  - {slug: refunds, name: Refunds, from: erp, to: shop}
  - {slug: leads, name: Leads, from: crm, to: shop}
";

fn catalogue(text: &str) -> Catalogue {
    read(text).expect(text)
}

/// `create system shop`, `change probe orders/api: every options`.
fn changes(have: &Catalogue, want: &Catalogue) -> Vec<String> {
    let plan = plan(have, want);
    assert!(!plan.applied);
    assert_eq!(plan.catalogue, want.catalogue);
    let said = |change: model::Change| {
        assert_eq!(change.kind == ChangeKind::Change, !change.fields.is_empty(), "only a change names fields");
        [&[change.kind.to_string(), change.noun, change.slug], change.fields.as_slice()].concat().join(" ")
    };
    plan.changes.into_iter().map(said).collect()
}

#[test]
fn from_nothing_everything_is_created_systems_first() {
    let nothing = catalogue("systems: []");
    assert_eq!(
        changes(&nothing, &catalogue(BEFORE)),
        [
            "create system shop",
            "create system erp",
            "create system crm",
            "create integration orders",
            "create baseline orders/baseline",
            "create probe orders/api",
            "create probe orders/nightly",
            "create integration refunds",
            "create integration leads",
        ]
    );
}

#[test]
fn to_nothing_everything_is_removed_systems_last() {
    let nothing = catalogue("systems: []");
    assert_eq!(
        changes(&catalogue(BEFORE), &nothing),
        [
            "remove integration orders",
            "remove integration refunds",
            "remove integration leads",
            "remove system shop",
            "remove system erp",
            "remove system crm",
        ]
    );
}

#[test]
fn changes_name_the_fields_that_differ() {
    let after = BEFORE
        .replace("name: ERP", "name: ERP, owner: Finance")
        .replace("from: erp, to: shop", "from: erp, to: crm, tier: 1")
        .replace("every: 1m, url: https://erp.example.com/", "every: 2m, url: https://erp.example.com/v2")
        .replace("minutes: 5", "minutes: [4, 5, 6]")
        .replace("slug: nightly", "slug: hourly")
        .replace("  - {slug: leads, name: Leads, from: crm, to: shop}\n", "");
    assert_eq!(
        changes(&catalogue(BEFORE), &catalogue(&after)),
        [
            "change system erp owner",
            "change baseline orders/baseline high_minutes low_minutes",
            "change probe orders/api every options",
            "create probe orders/hourly",
            "change integration refunds tier to",
            "remove probe orders/nightly",
            "remove integration leads",
        ]
    );
}

#[test]
fn a_baseline_comes_and_goes() {
    let with = catalogue(BEFORE);
    let mut without = with.clone();
    without.integrations[0].baseline = None;
    assert_eq!(changes(&without, &with), ["create baseline orders/baseline"]);
    assert_eq!(changes(&with, &without), ["remove baseline orders/baseline"]);
}

#[test]
fn a_former_slug_makes_one_change_and_leaves_what_refers_to_it_alone() {
    let after = BEFORE
        .replace("{slug: erp, name: ERP}", "{slug: netsuite, name: ERP, formerly: erp}")
        .replace("to: erp", "to: netsuite")
        .replace("from: erp", "from: netsuite")
        .replace("slug: refunds, ", "slug: returns, formerly: refunds, ");
    let (before, after) = (catalogue(BEFORE), catalogue(&after));
    assert_eq!(changes(&before, &after), ["change system netsuite slug", "change integration returns slug"]);
    // When it is done, the same words change nothing more.
    assert_eq!(changes(&after, &after), Vec::<String>::new());
    let mut done = after.clone();
    done.systems[1].formerly = None;
    done.integrations[1].formerly = None;
    assert_eq!(changes(&done, &after), Vec::<String>::new());
}
