//! Who signs in, read from the address of a database.

use percent_encoding::percent_decode_str;
use reqwest::Url;

use crate::options::Options;

/// A user, and what he signs in to.
pub(super) struct Login {
    pub(super) user: String,
    pub(super) password: Option<String>,
    /// The database; empty if none is named.
    pub(super) database: String,
}

impl Login {
    /// Of an address, and of `password`.
    pub(super) fn read(options: &mut Options<'_>, url: &Url) -> Option<Self> {
        let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let within = url.password().map(plain);
        let beside = options.text("password");
        if within.is_some() && beside.is_some() {
            options.fault("password", "stands in the address already: say it once");
        }
        if url.query().is_some() || url.fragment().is_some() {
            options.fault("url", "holds settings after its path: what can be set here are options of their own");
            return None;
        }
        let login = Self {
            user: plain(url.username()),
            password: within.or(beside),
            database: plain(url.path().trim_start_matches('/')),
        };
        if login.user.is_empty() {
            options.fault("url", "names no user: postgres://user@host/name");
            return None;
        }
        let all = [login.user.as_str(), login.database.as_str(), login.password.as_deref().unwrap_or_default()];
        if all.iter().any(|text| text.contains('\0')) {
            options.fault("url", "holds a sign that no name may have");
            return None;
        }
        Some(login)
    }
}
