use model::{AuditEntry, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Broken, Verified, hash, verify};
use crate::canonical;

/// An entry with the hash that fits behind `previous`.
fn sealed(mut entry: AuditEntry, previous: &str) -> AuditEntry {
    previous.clone_into(&mut entry.previous);
    entry.hash = hash(previous, &entry.to_hash());
    entry
}

fn change() -> AuditEntry {
    AuditEntry {
        seq: 1,
        at: Timestamp::parse("2026-11-23T09:41:00Z").expect("a time"),
        who: "ada@example.com".to_owned(),
        by: "person".to_owned(),
        from: Some("192.0.2.7".to_owned()),
        action: "integration.change".to_owned(),
        subject: "integration orders-to-erp".to_owned(),
        before: Some(json!({"tier": 2})),
        after: Some(json!({"tier": 1, "name": "Orders \"EU\" ü", "measures": [1, 2.5, null]})),
        hash: String::new(),
        previous: String::new(),
    }
}

fn failed_sign_in() -> AuditEntry {
    AuditEntry {
        seq: 2,
        at: Timestamp::parse("2026-11-23T09:42:00.5Z").expect("a time"),
        by: "nobody".to_owned(),
        action: "sign_in.failed".to_owned(),
        who: String::new(),
        subject: String::new(),
        from: None,
        before: None,
        after: None,
        ..change()
    }
}

/// Entries 1 to `number`, each different.
fn chain(number: i64) -> Vec<AuditEntry> {
    let mut head = AuditEntry::BEGINNING.to_owned();
    (1..=number)
        .map(|seq| {
            let after = Some(json!({"tier": seq}));
            let entry = sealed(AuditEntry { seq, after, ..change() }, &head);
            head.clone_from(&entry.hash);
            entry
        })
        .collect()
}

/// In hex.
fn sha_256(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

fn broken_at(entries: Vec<AuditEntry>) -> Option<i64> {
    verify(entries, AuditEntry::BEGINNING).err().map(|broken| broken.seq)
}

#[test]
fn a_hash_is_sha_256_of_the_sorted_content_and_the_hash_before() {
    let first = sealed(change(), AuditEntry::BEGINNING);
    assert_eq!(
        first.hash,
        sha_256(concat!(
            r#"{"action":"integration.change","after":{"measures":[1,2.5,null],"name":"Orders \"EU\" ü","tier":1},"#,
            r#""at":"2026-11-23T09:41:00.000Z","before":{"tier":2},"by":"person","from":"192.0.2.7","#,
            r#""previous":"0000000000000000000000000000000000000000000000000000000000000000","seq":1,"#,
            r#""subject":"integration orders-to-erp","who":"ada@example.com"}"#,
        ))
    );
    // Kept for as long as audits are, so neither may change.
    assert_eq!(first.hash, "e24845604e65d4f17aefd016c0564f6e9255c31a7b5754428ce61f2e19141b53");
    let second = sealed(failed_sign_in(), &first.hash);
    assert_eq!(
        second.hash,
        sha_256(concat!(
            r#"{"action":"sign_in.failed","after":null,"at":"2026-11-23T09:42:00.500Z","before":null,"by":"nobody","#,
            r#""from":null,"previous":"e24845604e65d4f17aefd016c0564f6e9255c31a7b5754428ce61f2e19141b53","seq":2,"#,
            r#""subject":"","who":""}"#,
        ))
    );
    assert_eq!(second.hash, "7ffffc838c392428a801f57aec75d1f4d7ba06ef56cdb51961c50c97dd03974f");
}

#[test]
fn an_exported_entry_is_what_was_hashed() {
    // Given an entry as the export has it, without its hash,
    let entry = sealed(failed_sign_in(), &"a1".repeat(32));
    let mut exported = serde_json::to_value(&entry).expect("json");
    exported.as_object_mut().expect("an object").remove("hash");
    // when somebody else makes canonical JSON of it, then it hashes alike.
    assert_eq!(entry.hash, canonical::hash(&exported));
}

#[test]
fn what_is_as_it_was_written_is_followed_to_its_head() {
    let entries = chain(7);
    let head = entries[6].hash.clone();
    assert_eq!(verify(entries.clone(), AuditEntry::BEGINNING), Ok(Verified { entries: 7, head: head.clone() }));
    // The same in two stretches.
    let (first, rest) = entries.split_at(3);
    let first = verify(first.to_vec(), AuditEntry::BEGINNING).expect("the first stretch");
    assert_eq!(verify(rest.to_vec(), &first.head), Ok(Verified { entries: 4, head }));
    // Nothing is a stretch too.
    assert_eq!(verify([], "here"), Ok(Verified { entries: 0, head: "here".to_owned() }));
}

#[test]
fn a_change_to_any_field_is_found_where_it_is() {
    type Tamper = fn(&mut AuditEntry);
    let table: [(&str, Tamper); 11] = [
        ("at", |entry| entry.at = Timestamp(entry.at.0 + 1)),
        ("who", |entry| entry.who.push('x')),
        ("by", |entry| entry.by = "local".to_owned()),
        ("from", |entry| entry.from = None),
        ("action", |entry| entry.action = "integration.delete".to_owned()),
        ("subject", |entry| entry.subject.clear()),
        ("before", |entry| entry.before = None),
        ("after", |entry| entry.after = Some(json!({"tier": 3}))),
        ("hash", |entry| entry.hash = "0".repeat(64)),
        ("previous", |entry| entry.previous = AuditEntry::BEGINNING.to_owned()),
        ("seq", |entry| entry.seq = 9),
    ];
    for (field, change) in table {
        let mut entries = chain(7);
        change(&mut entries[3]);
        let wanted = if field == "seq" { 9 } else { 4 };
        assert_eq!(broken_at(entries), Some(wanted), "{field}");
    }
}

#[test]
fn entries_that_are_gone_moved_or_made_anew_are_found() {
    let mut gone = chain(7);
    gone.remove(3);
    assert_eq!(broken_at(gone), Some(5));
    let first_gone = chain(7).split_off(1);
    assert_eq!(broken_at(first_gone), Some(2));
    let mut moved = chain(7);
    moved.swap(3, 4);
    assert_eq!(broken_at(moved), Some(5));
    // One made anew with a hash that fits: the entry after it tells.
    let mut anew = chain(7);
    anew[3] = sealed(AuditEntry { who: "mallory".to_owned(), ..anew[3].clone() }, &anew[2].hash);
    assert_eq!(broken_at(anew), Some(5));
    // One gone and the numbers closed up, hashes and all, but not to the end.
    let mut closed = chain(7);
    closed.remove(3);
    closed[3] = sealed(AuditEntry { seq: 4, ..closed[3].clone() }, &closed[2].hash);
    assert_eq!(broken_at(closed), Some(6));
}

#[test]
fn what_breaks_is_said_in_a_sentence() {
    let mut entries = chain(3);
    entries[1].who.push('x');
    let broken = verify(entries, AuditEntry::BEGINNING).expect_err("a break");
    assert_eq!(broken, Broken { seq: 2, why: "its content is not what was written".to_owned() });
    assert_eq!(broken.to_string(), "entry 2: its content is not what was written");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(".{0,8}", inner, 0..6).prop_map(|fields| fields.into_iter().collect::<Value>()),
        ]
    })
}

proptest! {
    /// The store keeps `before` and `after` as text: what comes back must hash alike, fractions to the last digit.
    #[test]
    fn what_was_kept_as_text_hashes_alike(before in any_json(), after in any_json(), who in ".{0,20}") {
        let entry = sealed(AuditEntry { before: Some(before), after: Some(after), who, ..change() }, AuditEntry::BEGINNING);
        let text = serde_json::to_string(&entry).expect("json");
        let read: AuditEntry = serde_json::from_str(&text).expect("an entry");
        prop_assert!(verify([read], AuditEntry::BEGINNING).is_ok(), "{text}");
    }

    #[test]
    fn other_content_has_another_hash(one in any_json(), other in any_json()) {
        let hashed = |after: &Value| sealed(AuditEntry { after: Some(after.clone()), ..change() }, AuditEntry::BEGINNING).hash;
        prop_assert_eq!(hashed(&one) == hashed(&other), canonical::text(&one) == canonical::text(&other));
    }

    #[test]
    fn whichever_entries_are_left_out_before_the_last_it_shows(
        number in 2_i64..12,
        out in prop::collection::btree_set(1_i64..12, 1..5),
    ) {
        let whole = chain(number);
        let left: Vec<_> = whole.into_iter().filter(|entry| entry.seq == number || !out.contains(&entry.seq)).collect();
        let complete = i64::try_from(left.len()).expect("few") == number;
        prop_assert_eq!(broken_at(left).is_none(), complete);
    }
}
