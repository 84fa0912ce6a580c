use proptest::prelude::*;

use super::{KEPT, MOST, Output, Range, Value};

#[test]
fn an_output_is_a_line_further_lines_and_values() {
    // Given what check_disk prints in the guidelines,
    let printed = "DISK OK - free space: / 3326 MB (56%); | /=2643MB;5948;5958;0;5968\n\
        / 15272 MB (77%);\n\
        /boot 68 MB (69%); | /boot=68MB;88;93;0;98\n\
        /home=69357MB;253404;253409;0;253414 \n\
        '/var/log'=818MB;970;975;0;980\n";
    let output = Output::read(printed.as_bytes());

    // then its text and its values are told apart.
    assert_eq!(output.line, "DISK OK - free space: / 3326 MB (56%);");
    assert_eq!(output.long, "/ 15272 MB (77%);\n/boot 68 MB (69%);");
    let names: Vec<_> = output.values.iter().map(|value| (value.label.as_str(), value.name.as_str())).collect();
    assert_eq!(names, [("/", "value"), ("/boot", "boot"), ("/home", "home"), ("/var/log", "var_log")]);
    let root = &output.values[0];
    assert_eq!((root.value, root.unit.as_str(), root.min, root.max), (Some(2643.0), "MB", Some(0.0), Some(5968.0)));
    assert!(root.warn.is_some_and(|warn| warn.alerts(5949.0) && !warn.alerts(5948.0)));
    assert_eq!(output.measures()["var_log"].to_string(), "818000000");
    assert_eq!(output.unread, 0);
}

#[test]
fn outputs_of_all_sorts_are_read() {
    for (printed, line, long, values, unread) in [
        ("", "", "", 0, 0),
        ("OK", "OK", "", 0, 0),
        ("\n\nOK\n", "OK", "", 0, 0),
        ("OK |", "OK", "", 0, 0),
        ("|a=1", "", "", 1, 0),
        ("OK | a=1 b=2", "OK", "", 2, 0),
        ("OK\nmore | a=1\nb=2", "OK", "more", 2, 0),
        ("OK | a=1 junk b=2;;; =3 c=x d=", "OK", "", 2, 4),
        ("OK | 'a b'=1 'it''s'=2 'a=b'=3", "OK", "", 3, 0),
        ("OK | 'open=1 b=2", "OK", "", 1, 1),
        ("OK \u{1b}[31mred\u{7} | a=1", "OK [31mred", "", 1, 0),
        ("PING ok | rta=0.80ms;;;0 pl=0%;5;10;;\r\n", "PING ok", "", 2, 0),
    ] {
        let output = Output::read(printed.as_bytes());
        assert_eq!((output.line.as_str(), output.long.as_str()), (line, long), "{printed:?}");
        assert_eq!((output.values.len(), output.unread), (values, unread), "{printed:?}: {output:?}");
    }
    let broken = Output::read(b"ni\xFFce | a=1\xFE b=2");
    assert_eq!((broken.line.as_str(), broken.values.len(), broken.unread), ("ni\u{FFFD}ce", 1, 1));
}

#[test]
fn values_have_units_and_a_number_in_a_base_unit() {
    for (word, value, unit) in [
        ("a=12", Some(12.0), "count"),
        ("a=-0.5s", Some(-0.5), "s"),
        ("a=1500ms", Some(1.5), "s"),
        ("a=250us", Some(0.00025), "s"),
        ("a=42%", Some(42.0), "percent"),
        ("a=3B", Some(3.0), "bytes"),
        ("a=3KB", Some(3_000.0), "bytes"),
        ("a=3KiB", Some(3_072.0), "bytes"),
        ("a=7c", Some(7.0), "count"),
        ("a=21.5°C", Some(21.5), "°C"),
        ("a=1e3", Some(1_000.0), "count"),
        ("a=1.5E-1s", Some(0.15), "s"),
        ("a=2e", Some(2.0), "e"),
        ("a=U", None, ""),
    ] {
        let read = Value::read(word).expect(word);
        match (read.canonical(), value) {
            (Some((got, got_unit)), Some(value)) => {
                assert!((got - value).abs() < 1e-12 && got_unit == unit, "{word}: {got} {got_unit}");
            }
            (got, value) => assert_eq!(got.map(|(got, _)| got), value, "{word}"),
        }
    }
    for none in
        ["a", "a=", "a=x", "a=nan", "a=inf", "a=1,5", "a=0x10", "a=1e999", "a=--1", "a=1 s", "'a=1", "''=1", "=1"]
    {
        assert_eq!(Value::read(none), None, "{none}");
    }
}

#[test]
fn ranges_alert_as_the_guidelines_say() {
    // The table of the guidelines, and what lies at its edges.
    for (text, calm, alerts) in [
        ("10", &[0.0, 10.0][..], &[-0.1, 10.1][..]),
        ("10:", &[10.0, 1e9], &[9.9, -1.0]),
        ("~:10", &[10.0, -1e9], &[10.1]),
        ("10:20", &[10.0, 15.0, 20.0], &[9.9, 20.1]),
        ("@10:20", &[9.9, 20.1], &[10.0, 15.0, 20.0]),
        (":5", &[0.0, 5.0], &[-1.0, 6.0]),
        ("-5:-1", &[-3.0], &[0.0, -6.0]),
        ("~:", &[-1e300, 0.0, 1e300], &[]),
        ("@~:", &[], &[-1e300, 0.0]),
        ("-1e300:1e-300", &[0.0], &[1.0]),
    ] {
        let range = Range::parse(text).expect(text);
        assert!(calm.iter().all(|value| !range.alerts(*value)), "{text}");
        assert!(alerts.iter().all(|value| range.alerts(*value)), "{text}");
        assert_eq!(Range::parse(&range.to_string()), Some(range), "{text} as {range}");
    }
    for wrong in ["", "@", "~", "20:10", "a", "1:2:3", "nan", "inf:", "1,5", "10:~", " 1"] {
        assert_eq!(Range::parse(wrong), None, "{wrong:?}");
    }
}

#[test]
fn names_are_distinct_and_there_are_not_too_many() {
    let many: String = (0..500).map(|_| "/dev/sda=1 ").collect();
    let output = Output::read(format!("OK | {many}").as_bytes());
    assert_eq!((output.values.len(), output.unread, output.measures().len()), (MOST, 500 - MOST, MOST));
    assert_eq!((output.values[0].name.as_str(), output.values[1].name.as_str()), ("dev_sda", "dev_sda_2"));
    assert_eq!(Value::read("5min=1").expect("a value").name, "_5min");
    let long = format!("{}=1", "x".repeat(200));
    let twice = Output::read(format!("OK | {long} {long}").as_bytes());
    assert!(twice.values.iter().all(|value| value.name.len() == 64), "{:?}", twice.values[1].name);
}

/// Bits that outputs are made of, in any order.
fn rubble() -> impl Strategy<Value = Vec<u8>> {
    let bits = [
        "OK", "|", "\n", "'", "''", "=", ";", ":", "@", "~", " ", "1", "-", ".5", "e9", "U", "ms", "%", "/", "é", "\0",
        "\u{FF}", "NaN",
    ];
    let words =
        prop::collection::vec(prop::sample::select(bits.to_vec()), 0..60).prop_map(|bits| bits.concat().into_bytes());
    prop_oneof![words, prop::collection::vec(any::<u8>(), 0..400)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_bytes_are_too_odd_and_what_is_read_is_bounded(printed in rubble()) {
        let output = Output::read(&printed);
        prop_assert!(output.line.chars().count() <= KEPT.0 && output.long.chars().count() <= KEPT.1);
        prop_assert!(output.values.len() <= MOST);
        let names: std::collections::BTreeSet<_> = output.values.iter().map(|value| value.name.as_str()).collect();
        prop_assert_eq!(names.len(), output.values.len());
        for value in &output.values {
            prop_assert!((1..=64).contains(&value.name.len()) && !value.name.starts_with(|sign: char| sign.is_ascii_digit()));
            prop_assert!(value.name.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '_'));
            prop_assert!(value.value.is_none_or(f64::is_finite));
        }
        prop_assert!(output.measures().values().all(|value| value.is_finite()));
    }

    #[test]
    fn a_range_reads_back_as_it_is_written(start in prop::option::of(-1e12..1e12_f64), length in prop::option::of(0.0..1e12_f64), inside in any::<bool>(), value in -2e12..2e12_f64) {
        let written = format!(
            "{}{}{}",
            if inside { "@" } else { "" },
            start.map_or("~:".to_owned(), |start| format!("{start}:")),
            length.map_or(String::new(), |length| (start.unwrap_or(0.0) + length).to_string()),
        );
        let range = Range::parse(&written).expect("a range");
        let again = Range::parse(&range.to_string());
        prop_assert_eq!(again, Some(range), "{}", written);
        let lies_in = start.is_none_or(|start| start <= value) && length.is_none_or(|length| value <= start.unwrap_or(0.0) + length);
        prop_assert_eq!(range.alerts(value), lies_in == inside);
    }

    #[test]
    fn a_quoted_label_reads_back(label in "[^\\p{C}]{1,40}", number in -1e9..1e9_f64) {
        prop_assume!(!label.trim().is_empty() && label.len() <= 256 && !label.contains('|'));
        let printed = format!("OK | '{}'={number}s;1;2", label.replace('\'', "''"));
        let output = Output::read(printed.as_bytes());
        prop_assert_eq!(output.values.len(), 1, "{}", printed);
        prop_assert_eq!((output.values[0].label.as_str(), output.values[0].value), (label.as_str(), Some(number)));
    }
}
