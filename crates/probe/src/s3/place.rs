//! Where a bucket is, and who asks, read from the options.

use reqwest::Url;

use super::sign::{self, Keys};
use crate::{dial, options::Options};

/// Where a bucket is.
pub(super) struct Place {
    pub(super) secure: bool,
    pub(super) host: String,
    pub(super) port: u16,
    /// The host and the port as a request names them.
    pub(super) authority: String,
    /// Escaped: `/` or `/bucket`.
    pub(super) path: String,
    pub(super) region: String,
}

impl Place {
    /// Reads `region`, `endpoint`, `bucket` and `style`.
    pub(super) fn read(options: &mut Options<'_>) -> Option<Self> {
        let region = region(options);
        let url = endpoint(options, region.as_deref());
        let bucket = bucket(options);
        let in_path = options.text("style").map(|style| style == "path");
        let (region, url, bucket, in_path) = (region?, url?, bucket?, in_path?);
        let (host, port) = (url.host_str()?, url.port_or_known_default()?);
        let (host, path) = if in_path {
            (host.to_owned(), format!("/{}", sign::escaped(&bucket)))
        } else {
            (format!("{bucket}.{host}"), "/".to_owned())
        };
        if !dial::is_host(options, if in_path { "endpoint" } else { "bucket" }, &host) {
            return None;
        }
        let authority = url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
        Some(Self { secure: url.scheme() == "https", host, port, authority, path, region })
    }

    /// Of its address.
    pub(super) fn scheme(&self) -> &'static str {
        if self.secure { "https" } else { "http" }
    }

    /// As people see it.
    pub(super) fn shown(&self, prefix: &str) -> String {
        let query = if prefix.is_empty() { String::new() } else { format!("?prefix={}", sign::escaped(prefix)) };
        format!("{}://{}{}{query}", self.scheme(), self.authority, self.path)
    }
}

fn region(options: &mut Options<'_>) -> Option<String> {
    let region = options.text("region")?;
    if region.is_empty() || !region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        options.fault("region", "is no region such as eu-central-1");
        return None;
    }
    Some(region)
}

/// The address of the service.
fn endpoint(options: &mut Options<'_>, region: Option<&str>) -> Option<Url> {
    let written = options.text("endpoint");
    if written.is_none() && options.is_given("endpoint") {
        return None;
    }
    let address = written.or_else(|| Some(format!("https://s3.{}.amazonaws.com", region?)))?;
    let is_bare = |url: &Url| {
        let user = !url.username().is_empty() || url.password().is_some();
        matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.query().is_none() && !user
    };
    let url = Url::parse(&address).ok().filter(is_bare);
    if url.is_none() {
        options.fault("endpoint", "has to be an address without a path, such as https://minio.example:9000");
    }
    url
}

fn bucket(options: &mut Options<'_>) -> Option<String> {
    let bucket = options.text("bucket")?;
    if bucket.is_empty() || bucket.contains(|sign: char| sign == '/' || sign.is_whitespace() || sign.is_control()) {
        options.fault("bucket", "is no name of a bucket");
        return None;
    }
    Some(bucket)
}

/// The keys; `Some(None)`: unsigned.
#[expect(clippy::option_option, reason = "unreadable, absent and there are three answers")]
pub(super) fn keys(options: &mut Options<'_>) -> Option<Option<Keys>> {
    let session = options.text("session_token");
    match (options.text("access_key"), options.text("secret_key")) {
        (Some(access), Some(secret)) => {
            let all = [Some(&access), session.as_ref()];
            if all.into_iter().flatten().any(|text| !text.bytes().all(|byte| byte.is_ascii_graphic())) {
                options.fault("access_key", "holds signs that no header may have, or its session_token does");
                return None;
            }
            Some(Some(Keys { access, secret, session }))
        }
        (None, None) if session.is_none() => Some(None),
        (None, _) => {
            options.fault("access_key", "is missing: there is a key to sign with");
            None
        }
        (Some(_), None) => {
            options.fault("secret_key", "is missing: there is an access key");
            None
        }
    }
}
