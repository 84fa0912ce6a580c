//! The spreadsheet that every team has -> a first catalogue.

use std::collections::{BTreeMap, BTreeSet};

use csv::{ReaderBuilder, StringRecord};
use model::{Catalogue, Fault, IntegrationSpec, Lifecycle, ProbeSpec, Retries, Schedule, Slug, Span, SystemSpec, Tier};
use serde_json::{Map, Value};

use super::{
    document::LANDSCAPE,
    faults::{Faults, quoted},
    fields::At,
    integration::PRODUCTION,
    probe::{DOWN_AFTER, UP_AFTER},
    tree::{Node, Tree},
    values::{NAME, line, name, prose, url},
    yaml::MAX_BYTES,
};

/// What a column means, and the headings it goes by, in lower case.
const COLUMNS: [(&str, &[&str]); 9] = [
    ("name", &["name", "integration", "interface"]),
    ("from", &["from", "source", "source system", "from system"]),
    ("to", &["to", "target", "destination", "target system", "to system"]),
    ("owner", &["owner", "team", "owner team"]),
    ("tier", &["tier", "priority"]),
    ("business_process", &["business process", "process", "business_process"]),
    ("department", &["department"]),
    ("description", &["description", "comment", "notes"]),
    ("url", &["url", "health url", "health_url", "health check"]),
];

/// The columns without which there is nothing to make.
const NEEDED: [&str; 3] = ["name", "from", "to"];

/// Reads a CSV text (from the file `file`) as a catalogue named `landscape`. The first row holds the headings, in any case and order;
/// columns that are not known are passed over, as spreadsheets have many. Cells are parted by comma, semicolon or tab, whichever the
/// headings use most. Slugs are made of the names, equal ones get `-2`, `-3` ...; systems are made of `from` and `to`; an address becomes a
/// probe `http` that asks every minute.
pub fn read_csv(file: &str, text: &str) -> Result<Catalogue, Vec<Fault>> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut faults = Faults::default();
    let mut sheet = Sheet { file: file.into(), columns: BTreeMap::new(), headings: StringRecord::new() };
    if text.len() > MAX_BYTES {
        faults.push(sheet.fault(1, "is too large", "at most 8 MiB"));
        return faults.into_result(None);
    }
    let headings = text.lines().next().unwrap_or_default();
    let parted_by = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|sign| (headings.bytes().filter(|byte| byte == sign).count(), *sign == b','))
        .unwrap_or(b',');
    let mut reader = ReaderBuilder::new().delimiter(parted_by).flexible(true).from_reader(text.as_bytes());
    if let Ok(headings) = reader.headers() {
        sheet.headings = headings.clone();
    }
    if !sheet.find_columns(&mut faults) {
        return faults.into_result(None);
    }
    let mut draft = Draft::default();
    for record in reader.records() {
        match record {
            Err(error) => {
                let line = error.position().map_or(1, csv::Position::line);
                faults.push(sheet.fault(
                    line,
                    &format!("is not CSV: {error}"),
                    "CSV with quotes around cells that need them",
                ));
            }
            Ok(record) if record.iter().all(|cell| cell.trim().is_empty()) => {}
            Ok(record) => draft.row(&sheet.row(&record, &mut faults), &mut faults),
        }
    }
    let Draft { systems, integrations, .. } = draft;
    faults.into_result(Some(Catalogue { catalogue: LANDSCAPE.to_owned(), systems, integrations, windows: Vec::new() }))
}

struct Sheet {
    file: std::sync::Arc<str>,
    headings: StringRecord,
    columns: BTreeMap<&'static str, usize>,
}

/// A row: each known column with its heading, and its cell if that holds something.
struct Row {
    place: Node,
    cells: BTreeMap<&'static str, (String, Option<Node>)>,
}

impl Row {
    fn cell(&self, column: &'static str) -> Option<At<'_>> {
        let (heading, node) = self.cells.get(column)?;
        node.as_ref().map(|node| At { node, path: heading.clone() })
    }

    fn read<'r, T>(
        &'r self,
        column: &'static str,
        faults: &mut Faults,
        reader: impl FnOnce(&At<'r>, &mut Faults) -> Option<T>,
    ) -> Option<T> {
        reader(&self.cell(column)?, faults)
    }

    fn required<'r, T>(
        &'r self,
        column: &'static str,
        faults: &mut Faults,
        reader: impl FnOnce(&At<'r>, &mut Faults) -> Option<T>,
    ) -> Option<T> {
        if self.cell(column).is_none() {
            let heading = self.cells.get(column).map_or(column, |(heading, _)| heading);
            faults.missing(&self.place, heading.to_owned(), NAME);
        }
        self.read(column, faults, reader)
    }
}

impl Sheet {
    fn find_columns(&mut self, faults: &mut Faults) -> bool {
        for (index, heading) in self.headings.iter().enumerate() {
            let heading = heading.trim().to_lowercase();
            if let Some((column, _)) = COLUMNS.iter().find(|(_, names)| names.contains(&heading.as_str())) {
                self.columns.entry(column).or_insert(index);
            }
        }
        for column in NEEDED.iter().filter(|column| !self.columns.contains_key(*column)) {
            let names =
                COLUMNS.iter().find(|(name, _)| name == column).map_or(String::new(), |(_, names)| names.join(", "));
            let node = self.node(1, Tree::Null);
            faults.push(node.fault(*column, "there is no such column").allowed(format!("a heading such as {names}")));
        }
        NEEDED.iter().all(|column| self.columns.contains_key(column))
    }

    fn row(&self, record: &StringRecord, faults: &mut Faults) -> Row {
        let line = record.position().map_or(1, csv::Position::line);
        if record.len() > self.headings.len() {
            let message = format!("has {} cells under {} headings", record.len(), self.headings.len());
            faults.push(self.fault(line, &message, "quotes around a cell with a comma"));
        }
        let cell = |(column, index): (&&'static str, &usize)| {
            let heading = self.headings.get(*index).unwrap_or_default().trim().to_owned();
            let text = record.get(*index).unwrap_or_default().trim();
            let node = (!text.is_empty()).then(|| self.node(line, Tree::Text(text.to_owned())));
            (*column, (heading, node))
        };
        Row { place: self.node(line, Tree::Null), cells: self.columns.iter().map(cell).collect() }
    }

    fn node(&self, line: u64, tree: Tree) -> Node {
        Node { file: Some(self.file.clone()), line: u32::try_from(line).ok(), tree }
    }

    fn fault(&self, line: u64, message: &str, allowed: &str) -> Fault {
        self.node(line, Tree::Null).fault("document", message).allowed(allowed)
    }
}

#[derive(Default)]
struct Draft {
    systems: Vec<SystemSpec>,
    integrations: Vec<IntegrationSpec>,
    /// The slugs of integrations, each with the number that its next namesake gets.
    taken: BTreeMap<Slug, u32>,
    known: BTreeSet<Slug>,
}

impl Draft {
    fn row(&mut self, row: &Row, faults: &mut Faults) {
        let called = row.required("name", faults, named);
        let from = row.required("from", faults, named);
        let to = row.required("to", faults, named);
        let owner = row.read("owner", faults, line);
        let tier = row.read("tier", faults, tier).unwrap_or_default();
        let business_process = row.read("business_process", faults, line);
        let department = row.read("department", faults, line);
        let description = row.read("description", faults, prose);
        let probes = row.read("url", faults, url).map(asking).into_iter().collect();
        let (Some((name, slug)), Some(from), Some(to)) = (called, from, to) else { return };
        let spec = IntegrationSpec {
            slug: self.free(&slug),
            name,
            from: self.system(from),
            to: self.system(to),
            via: Vec::new(),
            description,
            owner,
            business_owner: None,
            analyst: None,
            department,
            business_process,
            tier,
            lifecycle: Lifecycle::Live,
            live_since: None,
            classification: None,
            environment: PRODUCTION.to_owned(),
            runbook: None,
            documents: Vec::new(),
            building_blocks: Vec::new(),
            tags: Vec::new(),
            unit: None,
            expect: None,
            baseline: None,
            probes,
            formerly: None,
        };
        self.integrations.push(spec);
    }

    /// The slug, or with the first number behind it that nobody has.
    fn free(&mut self, slug: &Slug) -> Slug {
        let mut free = slug.clone();
        while self.taken.contains_key(&free) {
            let number = self.taken.entry(slug.clone()).or_insert(2);
            let tail = format!("-{number}");
            *number += 1;
            let head: String = slug.as_str().chars().take(63 - tail.len()).collect();
            free = Slug::parse(&format!("{head}{tail}")).unwrap_or(free);
        }
        self.taken.insert(free.clone(), 2);
        free
    }

    /// The system of this slug, made if it is new.
    fn system(&mut self, (name, slug): (String, Slug)) -> Slug {
        if self.known.insert(slug.clone()) {
            let slug = slug.clone();
            self.systems.push(SystemSpec {
                slug,
                name,
                kind: None,
                owner: None,
                description: None,
                depends_on: Vec::new(),
                formerly: None,
            });
        }
        slug
    }
}

/// A name and the slug made of it.
fn named(at: &At<'_>, faults: &mut Faults) -> Option<(String, Slug)> {
    let name = name(at, faults)?;
    let slug = Slug::from_words(&name);
    if slug.is_none() {
        faults.add(at, format!("{} has no letter of a-z and no digit to make a slug of", quoted(&name)), NAME);
    }
    Some((name, slug?))
}

/// `1`, `T1` or `Tier 1`.
fn tier(at: &At<'_>, faults: &mut Faults) -> Option<Tier> {
    let text = at.node.as_text().unwrap_or_default();
    let number = text.to_lowercase().replace("tier", "").replace('t', "").trim().parse::<u8>();
    let tier = number.ok().and_then(|number| Tier::try_from(number).ok());
    if tier.is_none() {
        faults.add(at, format!("{} is no tier", quoted(text)), "1, 2 or 3");
    }
    tier
}

/// The probe of an address.
fn asking(url: String) -> ProbeSpec {
    ProbeSpec {
        slug: http(),
        name: None,
        kind: "http".to_owned(),
        options: Map::from_iter([("url".to_owned(), Value::String(url))]),
        schedule: Schedule::Every { every: Span::minutes(1) },
        timeout: Span::seconds(10),
        retries: Retries::default(),
        down_after: DOWN_AFTER,
        up_after: UP_AFTER,
        retry_interval: None,
        assert: Vec::new(),
        warn: Vec::new(),
        measures: BTreeMap::new(),
        counts: true,
        enabled: true,
        upside_down: false,
        environment: None,
    }
}

fn http() -> Slug {
    Slug::parse("http").expect("four letters are a slug")
}
