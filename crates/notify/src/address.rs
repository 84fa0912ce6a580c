//! A web address that may refer to values: where it leads stands written, and no value leads elsewhere.

use url::Url;

use crate::{Fill, NotifyError, Result, mask::Masks};

/// Begins every reference.
const BEGINS: &str = "${";

/// An address as it was written in the settings.
pub(crate) struct Address {
    written: String,
    host: String,
}

impl Address {
    /// Reads it: http or https, with a host, and neither it nor the port is a value.
    pub(crate) fn parse(written: &str) -> Result<Self> {
        let wrong = |why: &str| NotifyError::Settings {
            field: "url",
            why: format!("{why}: write it as https://hooks.example.com/path, with references after the host only"),
        };
        let written = written.trim();
        let url = Url::parse(written).map_err(|why| wrong(&why.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong("it must begin with https:// or http://"));
        }
        let host = url.host_str().ok_or_else(|| wrong("it has no host"))?.to_owned();
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("a name and password in it would be logged on the way; use a header"));
        }
        let after = written.split_once("://").map_or(written, |(_, after)| after);
        let authority = after.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.contains(BEGINS) {
            return Err(wrong("its host must be written"));
        }
        Ok(Self { written: written.to_owned(), host })
    }

    /// Whom it leads to.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// With values in it. They are masked, and so is what follows the host: such addresses are themselves secrets.
    pub(crate) async fn filled(&self, fill: &Fill, masks: &mut Masks) -> Result<Url> {
        let filled = fill(self.written.clone(), Some(self.host.clone())).await;
        let filled = filled.map_err(|why| NotifyError::later(format!("its address: {why}")))?;
        masks.add(filled.values);
        let url = Url::parse(&filled.text).ok();
        let before = Url::parse(&self.written).ok();
        let place =
            |url: &Url| (url.scheme().to_owned(), url.host_str().map(str::to_owned), url.port_or_known_default());
        match (url, before) {
            (Some(url), Some(before)) if place(&url) == place(&before) && url.username().is_empty() => {
                masks.add([url.path().trim_start_matches('/').to_owned()]);
                masks.add(url.query().map(str::to_owned));
                Ok(url)
            }
            _ => Err(NotifyError::later("its address leads elsewhere once its values are filled in")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::vault;

    #[test]
    fn an_address_says_where_it_leads() {
        for (written, host) in [
            ("https://hooks.example.com/x/${secret:TOKEN}", Some("hooks.example.com")),
            ("http://[::1]:8080?x", Some("[::1]")),
            ("https://${secret:TOKEN}/x", None),
            ("https://a.example:${env:PORT}/x", None),
            ("https://me:pw@a.example/", None),
            ("ftp://a.example/", None),
            ("a.example/x", None),
            ("", None),
        ] {
            match (Address::parse(written), host) {
                (Ok(address), Some(host)) => assert_eq!(address.host(), host),
                (Err(error), None) => assert!(error.to_string().starts_with("url: "), "{error}"),
                (Ok(_), None) => panic!("{written} was taken"),
                (Err(error), _) => panic!("{written}: {error}"),
            }
        }
    }

    #[tokio::test]
    async fn values_are_filled_in_after_the_host_and_masked() {
        let address = Address::parse("https://hooks.example.com/x/${secret:TOKEN}?a=1").expect("an address");
        let mut masks = Masks::default();
        let url = address.filled(&vault(), &mut masks).await.expect("filled");
        assert_eq!(url.as_str(), "https://hooks.example.com/x/T0/B0/sesame-open-0123456789?a=1");
        assert_eq!(
            masks.answer("no x/T0/B0/sesame-open-0123456789, T0/B0/sesame-open-0123456789"),
            "no (redacted), (redacted)"
        );

        let elsewhere = Address::parse("https://a.example/${secret:TOKEN}").expect("an address");
        let error = elsewhere.filled(&vault(), &mut masks).await.expect_err("not for this host");
        assert!(error.is_passing() && error.to_string().contains("hooks.example.com only"), "{error}");
    }
}
