//! A request as a command that asks the same by hand.

use model::Request;

/// What stands where a secret stood, in what is kept of a request.
const REDACTED: &str = "(redacted)";
/// What the reader sets to the secret before running the command. In double quotes, so that it stays one word.
const TOKEN: &str = "\"$TOKEN\"";
/// Headers that curl makes itself.
const MADE_BY_CURL: [&str; 5] = ["accept-encoding", "connection", "content-length", "host", "transfer-encoding"];

/// The request for a POSIX shell; `None` for what is no HTTP. Everything in it is quoted so that nothing a catalogue or a target
/// says can become a command. A body that is not kept whole is left out.
pub(super) fn curl(request: &Request) -> Option<String> {
    let http = ["http://", "https://"].iter().any(|scheme| request.url.starts_with(scheme));
    if !http || !request.method.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let mut command = match request.method.to_ascii_uppercase().as_str() {
        "GET" => "curl -sS -i".to_owned(),
        "HEAD" => "curl -sS -i --head".to_owned(),
        method => format!("curl -sS -i -X {method}"),
    };
    for (name, value) in &request.headers {
        if !MADE_BY_CURL.contains(&name.to_lowercase().as_str()) {
            command.push_str(" -H ");
            command.push_str(&quoted(&format!("{name}: {value}")));
        }
    }
    if let Some(body) = request.body.as_ref().filter(|body| !body.cut && !body.excerpt.is_empty()) {
        command.push_str(" --data-raw ");
        command.push_str(&quoted(&body.excerpt));
    }
    command.push_str(" --url ");
    command.push_str(&quoted(&request.url));
    Some(command)
}

/// One word of the shell: within single quotes nothing means anything but the quote itself.
fn quoted(text: &str) -> String {
    let parts: Vec<String> = text
        .split(REDACTED)
        .map(|part| match part.replace('\0', "") {
            empty if empty.is_empty() => empty,
            plain => format!("'{}'", plain.replace('\'', r"'\''")),
        })
        .collect();
    match parts.join(TOKEN) {
        nothing if nothing.is_empty() => "''".to_owned(),
        word => word,
    }
}

#[cfg(test)]
mod tests {
    use model::{Body, Request};

    use super::curl;

    fn request(method: &str, headers: &[(&str, &str)], body: Option<&str>) -> Request {
        Request {
            method: method.to_owned(),
            url: "https://api.example.com/orders?q=it's&key=(redacted)".to_owned(),
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            body: body.map(|body| Body { excerpt: body.to_owned(), bytes: 0, cut: false }),
        }
    }

    #[test]
    fn a_request_becomes_a_command() {
        let headers =
            [("authorization", "Bearer (redacted)"), ("host", "api.example.com"), ("x-note", "$(reboot) `id`")];
        assert_eq!(
            curl(&request("POST", &headers, Some("{\"a\": 'b'}"))).as_deref(),
            Some(
                r#"curl -sS -i -X POST -H 'authorization: Bearer '"$TOKEN" -H 'x-note: $(reboot) `id`' --data-raw '{"a": '\''b'\''}' --url 'https://api.example.com/orders?q=it'\''s&key='"$TOKEN""#
            )
        );
    }

    #[test]
    fn what_is_no_http_has_no_command() {
        let tcp = Request { method: "CONNECT 5432".to_owned(), url: "tcp://db:5432".to_owned(), ..Request::default() };
        assert_eq!(curl(&tcp), None);
        assert_eq!(curl(&request("GET; reboot", &[], None)), None);
    }

    /// A shell is the judge of what a shell understands.
    #[test]
    fn a_shell_reads_every_word_as_it_was() {
        let nasty = "a'b\"c$HOME`id`\\ \n;&|*?!~#";
        let mut one = request("GET", &[("x-nasty", nasty)], Some(nasty));
        one.url = format!("https://example.com/{nasty}");
        let command = curl(&one).expect("http").replacen("curl", "printf '%s\\0'", 1);
        let output = std::process::Command::new("sh").args(["-c", &command]).output().expect("a shell");
        let text = String::from_utf8(output.stdout).expect("text");
        let words: Vec<&str> = text.split('\0').collect();
        assert_eq!(words[3], format!("x-nasty: {nasty}"));
        assert_eq!(words[5], nasty);
        assert_eq!(words[7], one.url);
    }
}
