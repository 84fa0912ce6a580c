//! Where a store is.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use sqlx::postgres::PgConnectOptions;

use crate::StoreError;

/// What would be right.
const RIGHT: &str =
    "use a path such as data/bridgewatch.db, sqlite:data/bridgewatch.db, or postgres://user:password@host/database";

/// Where a store is: `sqlite:data/bridgewatch.db`, a plain path, or `postgres://user:password@host/database`. Never prints a
/// password.
#[derive(Clone)]
pub struct StoreUrl {
    place: Place,
    /// As given, without its password.
    shown: String,
}

/// The engine, and what it needs to know.
#[derive(Clone)]
pub(crate) enum Place {
    Sqlite(PathBuf),
    Postgres(Box<PgConnectOptions>),
}

impl StoreUrl {
    /// A file of SQLite.
    pub fn sqlite(file: impl Into<PathBuf>) -> Self {
        let file = file.into();
        let shown = file.display().to_string();
        Self { place: Place::Sqlite(file), shown }
    }

    /// The file, if it is one.
    pub fn file(&self) -> Option<&Path> {
        match &self.place {
            Place::Sqlite(file) => Some(file),
            Place::Postgres(_) => None,
        }
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    pub(crate) fn wrong(&self, message: impl Into<String>) -> StoreError {
        StoreError::Url { given: self.shown.clone(), message: message.into() }
    }
}

impl FromStr for StoreUrl {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        let text = text.trim();
        let shown = without_password(text);
        let wrong = |message: String| StoreError::Url { given: shown.clone(), message };
        let place = if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            let options = text.parse::<PgConnectOptions>().map_err(|error| wrong(format!("{error}; {RIGHT}")))?;
            Place::Postgres(Box::new(options))
        } else if let Some(path) = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:")) {
            if path.contains('?') {
                return Err(wrong(format!("options after `?` are not taken; {RIGHT}")));
            }
            Place::Sqlite(file(path).map_err(wrong)?)
        } else if let Some((scheme, _)) = text.split_once("://") {
            return Err(wrong(format!("`{scheme}` is no engine that Bridgewatch knows; {RIGHT}")));
        } else {
            Place::Sqlite(file(text).map_err(wrong)?)
        };
        Ok(Self { place, shown })
    }
}

fn file(path: &str) -> Result<PathBuf, String> {
    if path.is_empty() {
        return Err(format!("no file is named; {RIGHT}"));
    }
    if path.contains(":memory:") {
        return Err(format!("a store in memory would be gone with its first connection; {RIGHT}"));
    }
    if path.ends_with('/') || Path::new(path).is_dir() {
        return Err(format!(
            "this is a folder; name a file in it, such as {}/bridgewatch.db",
            path.trim_end_matches('/')
        ));
    }
    Ok(PathBuf::from(path))
}

/// The URL with `***` for a password, be it before the `@` or an option.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (place, options) = rest.split_once('?').map_or((rest, None), |(place, options)| (place, Some(options)));
    let mut shown = format!("{scheme}://");
    match place.rsplit_once('@') {
        Some((user, host)) => {
            let (user, password) = user.split_once(':').map_or((user, false), |(user, _)| (user, true));
            shown.push_str(user);
            shown.push_str(if password { ":***@" } else { "@" });
            shown.push_str(host);
        }
        None => shown.push_str(place),
    }
    for (at, option) in options.into_iter().flat_map(|options| options.split('&')).enumerate() {
        shown.push(if at == 0 { '?' } else { '&' });
        shown.push_str(if option.starts_with("password=") { "password=***" } else { option });
    }
    shown
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreUrl({})", self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::{Path, StoreUrl};

    #[test]
    fn a_file_is_named_in_three_ways() {
        for (text, file) in [
            ("data/bw.db", "data/bw.db"),
            ("sqlite:data/bw.db", "data/bw.db"),
            ("sqlite://data/bw.db", "data/bw.db"),
            ("sqlite:///var/lib/bw.db", "/var/lib/bw.db"),
        ] {
            let url: StoreUrl = text.parse().expect(text);
            assert_eq!(url.file(), Some(Path::new(file)), "{text}");
        }
    }

    #[test]
    fn a_password_is_never_printed() {
        for text in [
            "postgres://bw:geheim@db.example/bw",
            "postgresql://bw:ge@heim@db.example:5433/bw?sslmode=disable",
            "postgres://db.example/bw?user=bw&password=geheim",
            "mysql://bw:geheim@db.example/bw",
            "postgres://bw:geheim@db.example:port/bw",
        ] {
            let shown = match text.parse::<StoreUrl>() {
                Ok(url) => format!("{url} {url:?}"),
                Err(error) => format!("{error} {error:?}"),
            };
            assert!(shown.contains("***") && !shown.contains("heim"), "{shown}");
        }
    }

    #[test]
    fn a_wrong_address_is_told_what_would_be_right() {
        for (text, says) in [
            ("", "no file is named"),
            ("sqlite:", "no file is named"),
            ("sqlite::memory:", "in memory"),
            ("sqlite:bw.db?mode=ro", "options"),
            ("data/", "name a file in it"),
            ("mysql://host/db", "`mysql` is no engine"),
            ("postgres://host:port/db", "postgres://user:password@host/database"),
        ] {
            let error = text.parse::<StoreUrl>().expect_err(text).to_string();
            assert!(error.contains(says), "{text}: {error}");
            assert!(error.contains("bridgewatch.db"), "{text}: {error}");
        }
    }
}
