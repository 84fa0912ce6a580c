use proptest::prelude::*;

use super::{Reference, fill, fill_in_steps, found_by_steps, goes_to, is_host, is_name, is_step_name, references};

fn secret(name: &str) -> Reference {
    Reference::Secret(name.to_owned())
}

fn env(name: &str) -> Reference {
    Reference::Env(name.to_owned())
}

fn file(path: &str) -> Reference {
    Reference::File(path.to_owned())
}

/// The text with each reference in angle brackets.
fn marked(text: &str) -> String {
    fill(text, |reference| Some(format!("<{reference}>"))).expect("all have a value")
}

#[test]
fn references_are_found_wherever_they_stand() {
    let table = [
        ("", vec![], ""),
        ("plain", vec![], "plain"),
        ("${secret:erp-token}", vec![secret("erp-token")], "<${secret:erp-token}>"),
        ("Bearer ${secret:a}", vec![secret("a")], "Bearer <${secret:a}>"),
        ("${env:A_1}:${file:/run/s 1}!", vec![env("A_1"), file("/run/s 1")], "<${env:A_1}>:<${file:/run/s 1}>!"),
        ("${secret:b}${env:b}${secret:b}", vec![secret("b"), env("b")], "<${secret:b}><${env:b}><${secret:b}>"),
        ("5 $, 7$ and $x {a}", vec![], "5 $, 7$ and $x {a}"),
        ("$${secret:a}", vec![], "${secret:a}"),
        ("$$${secret:a}", vec![], "$${secret:a}"),
        ("$${${secret:a}}", vec![secret("a")], "${<${secret:a}>}"),
        ("ü${secret:a}ü$", vec![secret("a")], "ü<${secret:a}>ü$"),
        ("${file:C:\\keys\\erp}", vec![file("C:\\keys\\erp")], "<${file:C:\\keys\\erp}>"),
    ];
    for (text, expected, filled) in table {
        assert_eq!(references(text), Ok(expected), "{text}");
        assert_eq!(marked(text), filled, "{text}");
    }
}

#[test]
fn what_is_no_reference_is_refused_with_what_to_write() {
    let (name, path) = ("use 1 to 64 of", "use 1 to 4096 bytes");
    let (none, open) = ("begins none of `${secret:NAME}`", "has no `}` behind it");
    let long = format!("${{secret:{}}}", "x".repeat(65));
    let far = format!("${{file:{}}}", "x".repeat(4_097));
    let table = [
        ("${HOME}", 1, none),
        ("${}", 1, none),
        ("${secrets:a}", 1, none),
        ("${Secret:a}", 1, none),
        ("${ secret:a}", 1, none),
        ("${secret}", 1, none),
        ("${secret:}", 1, name),
        ("${secret:a b}", 1, name),
        ("${env:ü}", 1, name),
        (long.as_str(), 1, name),
        ("${file:}", 1, path),
        ("${file:a\nb}", 1, path),
        (far.as_str(), 1, path),
        ("über ${secret:a", 6, open),
        ("${secret:a} $${ ${", 17, open),
    ];
    for (text, character, says) in table {
        let message = references(text).expect_err(text);
        assert!(message.contains(says), "{text}: {message}");
        assert!(message.starts_with(&format!("the `${{` at character {character} ")), "{text}: {message}");
        assert!(message.ends_with("write `$${` where `${` itself is meant"), "{message}");
        assert_eq!(fill(text, |_| None).err().unwrap_or_default().len(), usize::from(text.starts_with("${secret:a} ")));
    }
}

#[test]
fn what_steps_found_is_filled_in_with_the_secrets() {
    let found = |step: &str, name: &str| (step == "login" && name == "token").then(|| "${env:A} 7".to_owned());
    let value = |reference: &Reference| (*reference == secret("a")).then(|| "${login.token} $${ $".to_owned());
    for (text, refers, filled) in [
        ("Bearer ${login.token}", vec![("login", "token")], "Bearer ${env:A} 7"),
        ("${login.token}${login.token}", vec![("login", "token"); 2], "${env:A} 7${env:A} 7"),
        ("${login.other} ${", vec![("login", "other")], "${login.other} ${"),
        ("${secret:b} ${login.token}", vec![("login", "token")], "${secret:b} ${env:A} 7"),
        ("plain $ {login.token}", vec![], "plain $ {login.token}"),
        // Doubled, it is a text and stays one.
        ("$${login.token}", vec![], "${login.token}"),
        ("$$${login.token}", vec![], "$${login.token}"),
        ("$${${login.token}}", vec![("login", "token")], "${${env:A} 7}"),
        // No value is looked at again, nor what it makes of its neighbours.
        ("<${secret:a}>", vec![], "<${login.token} $${ $>"),
        ("${secret:a}{login.token}", vec![], "${login.token} $${ ${login.token}"),
        ("${secret:a}${login.token}", vec![("login", "token")], "${login.token} $${ $${env:A} 7"),
    ] {
        assert_eq!(found_by_steps(text), refers, "{text}");
        assert_eq!(fill_in_steps(text, value, found), filled, "{text}");
    }
    let (longest, one_more) = ("a".repeat(64), "a".repeat(65));
    let any = |_: &str, _: &str| Some("found".to_owned());
    assert_eq!(fill_in_steps(&format!("${{{longest}.{longest}}}"), |_| None, any), "found");
    let too_long = format!("${{{longest}.{one_more}}} ${{{one_more}.{longest}}} ${{ü");
    assert_eq!(fill_in_steps(&too_long, |_| None, any), too_long);
    // To those who fill in secrets it is a text like any other; what is written almost so is still refused.
    assert_eq!(references("${login.token} ${secret:a}"), Ok(vec![secret("a")]));
    assert_eq!(fill("<${login.token}>", |_| None).as_deref(), Ok("<${login.token}>"));
    for wrong in ["${secret.a}", "${Login.token}", "${login.}", "${login.a.b}", "${login.to ken}", "${7.a}"] {
        assert!(references(wrong).is_err(), "{wrong}");
    }
    assert!(is_step_name("a-b_7") && !is_step_name("") && !is_step_name(&"a".repeat(65)));
}

#[test]
fn a_refusal_shows_nothing_of_the_text() {
    let message = references("hunter2 ${c4n4ry} ${secret:also c4n4ry}").expect_err("no reference");
    assert!(!message.contains("c4n4ry") && !message.contains("hunter2"), "{message}");
}

#[test]
fn those_without_a_value_are_named_once_each() {
    let text = "${secret:a} ${env:B} ${secret:c} ${secret:a} ${env:B}";
    let known = |reference: &Reference| (*reference == secret("c")).then(|| "see".to_owned());
    assert_eq!(fill(text, known), Err(vec![secret("a"), env("B")]));
}

#[test]
fn a_value_is_not_looked_at_again() {
    let value = |reference: &Reference| match reference {
        Reference::Secret(_) => Some("${env:HOME} $${ ${".to_owned()),
        Reference::Env(_) | Reference::File(_) => None,
    };
    assert_eq!(fill("<${secret:a}>", value).as_deref(), Ok("<${env:HOME} $${ ${>"));
}

#[test]
fn names_are_short_and_plain() {
    let longest = "x".repeat(64);
    for right in ["a", "ERP_TOKEN", "erp.token-2", ".", longest.as_str()] {
        assert!(is_name(right), "{right}");
    }
    for wrong in ["", "a b", "a/b", "a:b", "a}", "ä", "a\n"] {
        assert!(!is_name(wrong), "{wrong:?}");
    }
}

fn any_reference() -> impl Strategy<Value = Reference> {
    prop_oneof![
        "[A-Za-z0-9_.-]{1,64}".prop_map(Reference::Secret),
        "[A-Za-z0-9_.-]{1,64}".prop_map(Reference::Env),
        "[ -|~ü]{1,40}".prop_map(Reference::File),
    ]
}

proptest! {
    #[test]
    fn any_text_is_itself_once_its_dollars_are_doubled(text in prop_oneof!["[$\\{\\}:secrt ]{0,20}", ".{0,40}"]) {
        let written = text.replace("${", "$${");
        prop_assert_eq!(references(&written), Ok(Vec::new()));
        prop_assert_eq!(fill(&written, |_| None), Ok(text.clone()));
        let again = Some("read twice".to_owned());
        prop_assert_eq!(fill_in_steps(&written, |_| again.clone(), |_, _| again.clone()), text);
    }

    #[test]
    fn a_reference_is_read_as_it_is_shown(reference in any_reference(), before in "[^$]{0,9}", after in "[^$]{0,9}") {
        let text = format!("{before}{reference}{after}");
        prop_assert_eq!(references(&text), Ok(vec![reference.clone()]));
        let filled = fill(&text, |asked| (*asked == reference).then(|| "value".to_owned()));
        prop_assert_eq!(filled, Ok(format!("{before}value{after}")));
    }

    #[test]
    fn steps_send_a_value_unchanged(value in "[$\\{\\}:.secrt ]{0,20}", before in "[^$]{0,9}", after in "[^$]{0,9}") {
        let text = format!("{before}${{secret:a}}{after}${{login.token}}{after}");
        let found = fill_in_steps(&text, |_| Some(value.clone()), |_, _| Some(value.clone()));
        prop_assert_eq!(found, format!("{before}{value}{after}{value}{after}"));
    }

    #[test]
    fn any_text_is_read_or_refused_alike_by_both(text in "[$\\{\\}:secrtnvfil]{0,40}") {
        if let Ok(found) = references(&text) {
            prop_assert_eq!(fill(&text, |_| None).err().unwrap_or_default(), found);
        }
    }
}

#[test]
fn a_host_is_named_whole_or_by_what_it_lies_below() {
    for host in ["erp.example.com", "*.example.com", "*", "localhost", "10.0.0.7", "[::1]"] {
        assert!(is_host(host), "{host}");
    }
    for other in
        ["", "**", "*.", "https://erp.example", "erp.example:443", "a b", "erp.*.example", "a/b", "a\nb", "::1"]
    {
        assert!(!is_host(other), "{other:?}");
    }
    let to = |hosts: &[&str], host| goes_to(&hosts.iter().map(|&host| host.to_owned()).collect::<Vec<_>>(), host);
    assert!(to(&["*"], None) && to(&["*"], Some("anywhere.example")));
    assert!(!to(&[], None) && !to(&[], Some("anywhere.example")));
    assert!(to(&["ERP.example"], Some("erp.EXAMPLE")) && to(&["a", "*.b"], Some("x.y.b")));
    assert!(!to(&["*.b"], Some("b")) && !to(&["*.b"], Some("ab")) && !to(&["*.b"], Some(".b.c")) && !to(&["a"], None));
}
