//! The two pages of single sign-on: what went wrong, and the way out through the provider. Whole without scripts.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};

use crate::http::assets;

/// These pages load our styles and nothing else, and post nowhere.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'none'; \
                      frame-ancestors 'none'; base-uri 'none'";

/// A page of one heading, one sentence and one way on.
pub struct Page<'a> {
    /// Of the answer.
    pub status: StatusCode,
    /// What our paths lie below.
    pub base: &'a str,
    /// The heading.
    pub heading: &'a str,
    /// The sentence.
    pub sentence: &'a str,
    /// What the link says, and where it leads.
    pub on: (&'a str, &'a str),
    /// Whether the page goes there by itself.
    pub goes_on: bool,
}

impl IntoResponse for Page<'_> {
    fn into_response(self) -> Response {
        let base = escaped(self.base);
        let styles = assets::stylesheets().iter().fold(String::new(), |styles, path| {
            styles + "<link rel=\"stylesheet\" href=\"" + &base + &escaped(path) + "\">"
        });
        let (says, leads) = (escaped(self.on.0), escaped(self.on.1));
        let refresh = if self.goes_on {
            format!("<meta http-equiv=\"refresh\" content=\"0; url={leads}\">")
        } else {
            String::new()
        };
        let (heading, sentence) = (escaped(self.heading), escaped(self.sentence));
        let html = format!(
            "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <meta name=\"color-scheme\" content=\"light dark\">{refresh}<title>{heading} · Bridgewatch</title>{styles}</head>\
             <body><div class=\"frame outside\"><div class=\"stage\"><main id=\"content\" class=\"page\">\
             <div class=\"way-in\"><header class=\"way-head\"><p class=\"way-brand\">Bridgewatch</p>\
             <h1>{heading}</h1></header><p>{sentence}</p><p><a class=\"button\" href=\"{leads}\">{says}</a></p></div></main>\
             </div></div></body></html>"
        );
        let mut response = (self.status, Html(html)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// As text of an element or of a quoted attribute.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_gets_out_of_a_quoted_attribute() {
        assert_eq!(escaped("a\"><script>'&"), "a&quot;&gt;&lt;script&gt;&#39;&amp;");
    }
}
