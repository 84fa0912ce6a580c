//! Text as HTML, for the two places where Leptos writes text as it is: the document's title and the inside of a textarea.

/// `</title>` to `&lt;/title&gt;`.
pub fn text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_text_ends_its_element() {
        assert_eq!(super::text("</title><b>R&D"), "&lt;/title&gt;&lt;b&gt;R&amp;D");
    }
}
