//! The fields of a probe, made of the table of kinds: a group for each kind, of which the island shows the chosen one.

use leptos::prelude::*;
use model::{ProbeSpec, Schedule};
use serde_json::{Map, Value};

use super::field::Field;
use crate::kinds::{Choice, Holds, Kind, label};

/// The kind whose first assertion everybody writes.
const USUAL: (&str, &str) = ("http", "status == 200");
/// Texts of several lines: their breaks count.
const LONG: [&str; 9] = [
    "body",
    "body_xml",
    "query",
    "send",
    "private_key",
    "tls_ca",
    "tls_client_certificate",
    "tls_client_key",
    "session_token",
];

/// Kind, options, assertions and schedule, with what is `given` of them; `says` is what is to be known of it.
pub fn fieldset(kinds: &[Kind], given: Option<&ProbeSpec>, says: &'static str) -> AnyView {
    let options = kinds.iter().map(|kind| (kind.name.to_owned(), kind.name.replace('_', " "))).collect();
    let groups = kinds.iter().enumerate().map(|(index, kind)| group(kind, given, index == 0)).collect_view();
    let slug = Field::text("probe.slug", "Its name in addresses", "api");
    let slug = match given {
        Some(probe) => slug.given(probe.slug.as_str()).fixed(),
        None => slug.help("api if left empty; of a heartbeat, heartbeat."),
    };
    let (mut every, mut cron, mut zone) = (String::new(), String::new(), String::new());
    match given.map(|probe| &probe.schedule) {
        Some(Schedule::Every { every: period }) => every = period.to_string(),
        Some(Schedule::Cron { cron: expression, time_zone }) => {
            expression.clone_into(&mut cron);
            time_zone.clone_into(&mut zone);
        }
        None => {}
    }
    let timeout = given.map(|probe| probe.timeout.to_string()).unwrap_or_default();
    view! {
        <fieldset class="group">
            <legend>"Its probe"</legend>
            <p class="group-says">{says}</p>
            <div class="fields">{Field::found("probe.kind", "Kind", options).show()} {slug.show()}</div>
            {groups}
            <div class="fields">
                {Field::text("probe.every", "Asked every", "30s")
                    .given(every)
                    .help("30s if left empty; of a heartbeat, 1day. 5m, 1h 30m ...")
                    .show()}
                {Field::text("probe.cron", "Or by a cron expression", "0 2 * * *")
                    .given(cron)
                    .help("Instead of a period.")
                    .show()}
                {Field::text("probe.time_zone", "On the clocks of", "Europe/Berlin")
                    .given(zone)
                    .help("Of the cron expression; UTC if left empty.")
                    .show()}
                {Field::text("probe.timeout", "Given up after", "10s").given(timeout).help("10s if left empty.").show()}
            </div>
        </fieldset>
    }
    .into_any()
}

fn group(kind: &Kind, given: Option<&ProbeSpec>, is_chosen: bool) -> AnyView {
    let is_hidden = !is_chosen;
    let (first, rest) = kind.parted();
    let of = format!("-{}", kind.name);
    let options = given.map(|probe| &probe.options);
    let first = fields(&first, options, "probe.options", &of);
    let more = (!rest.is_empty()).then(|| {
        view! {
            <details class="kind-more">
                <summary>{format!("More options of {}", kind.name.replace('_', " "))}</summary>
                {fields(&rest, options, "probe.options", &of)}
            </details>
        }
    });
    view! {
        <div class="kind" data-kind=kind.name data-asks=kind.asks.to_string() hidden=is_hidden>
            <p class="group-says">{format!("{}.", kind.summary)}</p>
            {first}
            {assertions(kind, given, &of)}
            {more}
        </div>
    }
    .into_any()
}

/// Fields side by side, then those that have fields of their own.
fn fields(all: &[&Choice], given: Option<&Map<String, Value>>, path: &str, of: &str) -> AnyView {
    let (mut plain, mut maps) = (Vec::new(), Vec::new());
    for choice in all {
        let name = format!("{path}.{}", choice.name);
        let value = given.and_then(|given| given.get(choice.name));
        if let Holds::Group(inner) = &choice.holds {
            let inner: Vec<&Choice> = inner.iter().collect();
            let value = value.and_then(Value::as_object);
            maps.push(view! {
                <fieldset class="group">
                    <legend>{label(choice.name)}</legend>
                    <p class="group-says">{help(choice)}</p>
                    {fields(&inner, value, &name, of)}
                </fieldset>
            });
        } else {
            let written = value.map(|value| written(value, &choice.holds)).unwrap_or_default();
            plain.push(field(choice, name).given(written).of_form(of).show());
        }
    }
    let plain = (!plain.is_empty()).then(|| view! { <div class="fields">{plain}</div> });
    view! { {plain} {maps} }.into_any()
}

/// A value as its field holds it.
fn written(value: &Value, holds: &Holds) -> String {
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match (value, holds) {
        (_, Holds::Json | Holds::Groups(_)) => format!("{value:#}"),
        (Value::Array(items), _) => items.iter().map(plain).collect::<Vec<_>>().join("\n"),
        (Value::Object(entries), _) => {
            let lines: Vec<String> = entries.iter().map(|(name, value)| format!("{name}: {}", plain(value))).collect();
            lines.join("\n")
        }
        (value, _) => plain(value),
    }
}

fn field(choice: &Choice, name: String) -> Field {
    let title = label(choice.name);
    let usual = choice.usual.unwrap_or_default();
    let hint = if choice.secret { "${secret:NAME}" } else { usual };
    let field = match &choice.holds {
        Holds::Text if LONG.contains(&choice.name) => Field::lines(name, title, "text", hint),
        // A map has fields of its own, see `fields`.
        Holds::Json | Holds::Group(_) => Field::lines(name, title, "json", "{\"key\": \"value\"}"),
        Holds::Groups(keys) => Field::lines(name, title, "json", example(keys)),
        Holds::Text => Field::text(name, title, hint),
        Holds::Address(begins) => Field::text(name, title, format!("{begins}://host.example.com")),
        Holds::Number => Field::number(name, title, hint),
        Holds::Span => Field::text(name, title, if hint.is_empty() { "30s" } else { hint }),
        Holds::Pairs => Field::lines(name, title, "pairs", "name: value"),
        Holds::Lines => Field::lines(name, title, "lines", ""),
        Holds::YesNo => Field::found(name, title, choices(choice.usual, &["true", "false"])).meant("bool"),
        Holds::OneOf(words) => Field::found(name, title, choices(choice.usual, words)),
    };
    let field = field.help(help(choice));
    if choice.required { field.required() } else { field }
}

/// The words, and before them none of them.
fn choices(usual: Option<&str>, words: &[&str]) -> Vec<(String, String)> {
    let none = usual.map_or_else(|| "not said".to_owned(), |usual| format!("{usual}, as usual"));
    let words = words.iter().map(|&word| (word.to_owned(), word.to_owned()));
    std::iter::once((String::new(), none)).chain(words).collect()
}

/// `[{"name": "...", "url": "..."}]`.
fn example(keys: &[&str]) -> String {
    let first: Vec<String> = keys.iter().take(2).map(|key| format!("\"{key}\": \"...\"")).collect();
    format!("[{{{}}}]", first.join(", "))
}

/// What it does, how it is written, and what holds without it.
fn help(choice: &Choice) -> String {
    let written = match &choice.holds {
        Holds::Pairs => " One a line, name and value parted by a colon.".to_owned(),
        Holds::Lines => " One a line.".to_owned(),
        Holds::Json => " Written as JSON.".to_owned(),
        Holds::Groups(keys) => format!(" Written as JSON, a list of maps of {}.", keys.join(", ")),
        _ if choice.secret => " Keep the value among the secrets and write ${secret:NAME} here.".to_owned(),
        _ => String::new(),
    };
    let usual = match (&choice.holds, choice.usual) {
        (Holds::YesNo | Holds::OneOf(_), _) | (_, None) => String::new(),
        (_, Some(usual)) => format!(" {usual} if left empty."),
    };
    format!("{}.{written}{usual}", choice.help)
}

fn assertions(kind: &Kind, given: Option<&ProbeSpec>, of: &str) -> Option<AnyView> {
    if kind.names.is_empty() {
        return None;
    }
    let given = match given {
        Some(probe) => probe.assert.join("\n"),
        None if kind.name == USUAL.0 => USUAL.1.to_owned(),
        None => String::new(),
    };
    let hint = if kind.names.contains(&"latency") { "latency < duration('2s')" } else { "" };
    let field = Field::lines("probe.assert", "Assertions", "lines", hint)
        .given(given)
        .help(format!("CEL, one a line, all of which must hold. Names: {}.", kind.names.join(", ")))
        .of_form(of);
    Some(view! { <div class="fields">{field.show()}</div> }.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(holds: Holds, usual: Option<&'static str>) -> Choice {
        Choice { name: "name", help: "What it is", holds, required: false, usual, secret: false }
    }

    #[test]
    fn help_says_how_it_is_written_and_what_holds_without_it() {
        assert_eq!(help(&choice(Holds::Number, Some("443"))), "What it is. 443 if left empty.");
        assert_eq!(help(&choice(Holds::YesNo, Some("true"))), "What it is.");
        assert_eq!(
            help(&choice(Holds::Groups(vec!["name", "url"]), None)),
            "What it is. Written as JSON, a list of maps of name, url."
        );
        let secret = Choice { secret: true, ..choice(Holds::Text, None) };
        assert!(help(&secret).contains("${secret:NAME}"));
    }

    #[test]
    fn a_choice_begins_with_what_holds_without_it() {
        let said = |usual| choices(usual, &["true", "false"])[0].clone();
        assert_eq!(said(Some("true")), (String::new(), "true, as usual".to_owned()));
        assert_eq!(said(None), (String::new(), "not said".to_owned()));
    }

    #[test]
    fn what_is_given_is_written_as_its_field_reads_it() {
        use serde_json::json;

        for (value, holds, said) in [
            (json!("https://a"), Holds::Address("https"), "https://a"),
            (json!(true), Holds::YesNo, "true"),
            (json!(443), Holds::Number, "443"),
            (json!(["h2", "http/1.1"]), Holds::Lines, "h2\nhttp/1.1"),
            (json!({"accept": "text/plain"}), Holds::Pairs, "accept: text/plain"),
            (json!([]), Holds::Json, "[]"),
        ] {
            assert_eq!(written(&value, &holds), said);
        }
    }

    #[test]
    fn an_example_has_the_first_keys() {
        assert_eq!(example(&["name", "url", "method"]), r#"[{"name": "...", "url": "..."}]"#);
    }
}
