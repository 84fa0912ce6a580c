//! How a value may come back from whom it was sent to.

use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;

use super::{IN_A_PATH, IN_AN_ADDRESS};

/// As it is, as JSON, HTML, addresses and forms write it, and within base64.
pub(crate) fn of(value: &str) -> Vec<String> {
    let mut forms = vec![value.to_owned()];
    // What a header holds has no blanks around it.
    forms.push(value.trim().to_owned());
    for slash in ["/", "\\/"] {
        for escaped in IN_JSON {
            let forms_of_json = [(false, false), (false, true), (true, false), (true, true)];
            forms.extend(forms_of_json.map(|(ascii, upper)| in_json(value, slash, escaped, ascii, upper)));
        }
    }
    let html = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    for (double, single) in
        [("&quot;", "&#39;"), ("&quot;", "&#x27;"), ("&#34;", "&#39;"), ("&quot;", "'"), ("\"", "'")]
    {
        forms.push(html.replace('"', double).replace('\'', single));
    }
    let escapes = [NON_ALPHANUMERIC, IN_AN_ADDRESS, IN_A_COMPONENT, IN_A_PATH];
    let mut in_addresses = escapes.map(|escaped| utf8_percent_encode(value, escaped).to_string()).to_vec();
    if let Ok(mut url) = Url::parse("http://x/") {
        url.set_query(Some(value));
        in_addresses.extend(url.query().map(str::to_owned));
        url.query_pairs_mut().clear().append_key_only(value);
        in_addresses.extend(url.query().map(str::to_owned));
        url.set_path(value);
        in_addresses.push(url.path().trim_start_matches('/').to_owned());
    }
    for once in in_addresses {
        for once in [with_lower_escapes(&once), once] {
            // An address that is handed on within another.
            forms.push(once.replace('%', "%25"));
            forms.push(once);
        }
    }
    let in_an_address = utf8_percent_encode(value, IN_AN_ADDRESS).to_string();
    for before in 0..3 {
        for inner in [within_base64(value, before), within_base64(&in_an_address, before)] {
            // The alphabet of addresses differs in two signs, which others escape.
            forms.push(inner.replace('+', "-").replace('/', "_"));
            forms.push(inner.replace('/', "\\/"));
            forms.extend(["\\u002B", "\\u002b"].map(|plus| inner.replace('+', plus)));
            let in_an_address = inner.replace('+', "%2B").replace('/', "%2F");
            forms.extend([with_lower_escapes(&in_an_address), in_an_address, inner]);
        }
    }
    forms
}

/// What `encodeURIComponent` escapes.
const IN_A_COMPONENT: &AsciiSet = &IN_AN_ADDRESS.remove(b'!').remove(b'\'').remove(b'(').remove(b')').remove(b'*');

/// What writers of JSON escape as `\u00XX` besides what they must, so that it may stand in HTML: none of it, or as Go, Gson, PHP and
/// .NET do.
const IN_JSON: [&str; 5] = ["", "&<>", "&'<=>", "\"&'<>", "\"&'+<>`"];

/// Inside the quotes of JSON: with this for a slash, these as numbers, and all that is not ASCII if so; digits in either case.
fn in_json(value: &str, slash: &str, escaped: &str, ascii: bool, upper: bool) -> String {
    let mut text = String::with_capacity(value.len());
    for sign in value.chars() {
        match sign {
            sign if escaped.contains(sign) => number(&mut text, sign, upper),
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '/' => text.push_str(slash),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            '\0'..='\x1f' => number(&mut text, sign, upper),
            sign if ascii && !sign.is_ascii() => number(&mut text, sign, upper),
            sign => text.push(sign),
        }
    }
    text
}

fn number(text: &mut String, sign: char, upper: bool) {
    let units = sign.encode_utf16(&mut [0; 2]).to_vec();
    text.extend(units.iter().map(|unit| if upper { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") }));
}

/// The digits of `%2F` as `%2f`.
fn with_lower_escapes(address: &str) -> String {
    let mut parts = address.split('%');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        // After a `%` that escapes nothing there is a sign of the value.
        let digits = part.get(..2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        text.push('%');
        text.push_str(&digits.unwrap_or_default().to_ascii_lowercase());
        text.push_str(part.get(digits.map_or(0, str::len)..).unwrap_or_default());
    }
    text
}

/// What base64 makes of a value that has so many bytes (modulo 3) before it, whatever these and those behind it are: signs that
/// hold a bit of a neighbour are left out.
fn within_base64(value: &str, before: usize) -> String {
    let bytes: Vec<u8> = std::iter::repeat_n(0, before).chain(value.bytes()).collect();
    let whole = bytes.len() * 8 / 6;
    let signs = BASE64_STANDARD_NO_PAD.encode(bytes);
    signs.get((before * 8).div_ceil(6)..whole).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use base64::prelude::BASE64_URL_SAFE;

    use super::*;

    #[test]
    fn a_value_is_found_however_it_is_written() {
        let value = "päss \"w/rd\" +1?'";
        let forms = of(value);
        for written in [
            "päss \"w/rd\" +1?'",
            "päss \\\"w/rd\\\" +1?'",
            "p\\u00e4ss \\\"w/rd\\\" +1?'",
            "päss &quot;w/rd&quot; +1?&#39;",
            "päss &quot;w/rd&quot; +1?'",
            "p%C3%A4ss%20%22w%2Frd%22%20%2B1%3F%27",
            "p%C3%A4ss+%22w%2Frd%22+%2B1%3F%27",
            "p%C3%A4ss%20%22w/rd%22%20+1%3F'",
            "p%C3%A4ss%20%22w/rd%22%20+1?%27",
            "p%25C3%25A4ss%2520%2522w%252Frd%2522%2520%252B1%253F%2527",
            "p%c3%a4ss%20%22w%2frd%22%20%2b1%3f%27",
            "p%25c3%25a4ss%2520%2522w%252frd%2522%2520%252b1%253f%2527",
            "p%c3%a4ss+%22w%2frd%22+%2b1%3f%27",
            "p%C3%A4ss%20%22w%2Frd%22%20%2B1%3F'",
            "päss \\\"w\\/rd\\\" +1?'",
            "p\\u00e4ss \\\"w\\/rd\\\" +1?'",
            "p\\u00E4ss \\u0022w/rd\\u0022 \\u002B1?\\u0027",
            "p\\u00e4ss \\u0022w\\/rd\\u0022 \\u002b1?\\u0027",
            "p\\u00e4ss \\u0022w\\/rd\\u0022 +1?\\u0027",
        ] {
            assert!(forms.iter().any(|form| form == written), "{written} in {forms:?}");
        }
    }

    #[test]
    fn a_value_is_found_in_json_that_may_stand_in_html() {
        let forms = of("a+b&c'd<e\"f>/=\u{1f}");
        for written in [
            "a+b\\u0026c'd\\u003ce\\\"f\\u003e/=\\u001f",
            "a+b\\u0026c\\u0027d\\u003ce\\\"f\\u003e/\\u003d\\u001f",
            "a\\u002Bb\\u0026c\\u0027d\\u003Ce\\u0022f\\u003E/=\\u001F",
            "a\\u002bb\\u0026c\\u0027d\\u003ce\\u0022f\\u003e/=\\u001f",
            "a+b\\u0026c\\u0027d\\u003Ce\\u0022f\\u003E\\/=\\u001F",
        ] {
            assert!(forms.iter().any(|form| form == written), "{written} in {forms:?}");
        }
    }

    #[test]
    fn a_value_is_found_within_base64_wherever_it_begins() {
        let value = "hunter2?>~>hunter2?~";
        for before in ["", "u", "u:", "me:", "user"] {
            for behind in ["", "x", "xy", "xyz"] {
                let whole = format!("{before}{value}{behind}");
                let signs = BASE64_STANDARD_NO_PAD.encode(&whole);
                let escaped = ["\\u002B", "\\u002b"].map(|plus| signs.replace('+', plus));
                let escaped = escaped.into_iter().chain([signs.replace('/', "\\/")]);
                for signs in escaped.chain([BASE64_URL_SAFE.encode(&whole), signs.clone()]) {
                    let found = of(value).iter().any(|form| form.len() > value.len() && signs.contains(form.as_str()));
                    assert!(found, "{signs} of {whole}");
                }
            }
        }
    }
}
