//! What expressions see of a certificate.

use std::{collections::BTreeMap, fmt::Write};

use model::Timestamp;
use rules::assess::Fact;
use x509_parser::{certificate::X509Certificate, extensions::GeneralName, prelude::FromDer};

/// Names of a certificate that are looked at.
const MOST_NAMES: usize = 100;

/// A certificate that somebody showed.
pub(crate) struct Shown {
    /// `CN=erp.example`.
    pub(crate) subject: String,
    /// The same of who issued it.
    pub(crate) issuer: String,
    /// In hexadecimal digits.
    pub(crate) serial: String,
    /// Of the whole certificate, in hexadecimal digits.
    pub(crate) sha256: String,
    /// Its last day.
    pub(crate) until: String,
    /// For how long it is still valid, in microseconds; below 0 once it has expired.
    pub(crate) left_us: i64,
    /// The names and addresses that it is for.
    pub(crate) names: Vec<String>,
}

impl Shown {
    /// Of its bytes; `None` if they cannot be read.
    pub(crate) fn read(der: &[u8], at: Timestamp) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let not_after_ms = certificate.validity().not_after.timestamp().saturating_mul(1_000);
        let names = certificate.subject_alternative_name().ok().flatten();
        let names = names.iter().flat_map(|names| &names.value.general_names).take(MOST_NAMES).filter_map(told);
        Some(Self {
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            serial: hex(certificate.raw_serial()),
            sha256: hex(ring::digest::digest(&ring::digest::SHA256, der).as_ref()),
            until: Timestamp(not_after_ms).utc().date_naive().to_string(),
            left_us: not_after_ms.saturating_sub(at.0).saturating_mul(1_000),
            names: names.collect(),
        })
    }

    /// As an expression sees it.
    pub(crate) fn facts(self) -> BTreeMap<String, Fact> {
        BTreeMap::from([
            ("expires_in".to_owned(), Fact::DurationUs(self.left_us)),
            ("subject".to_owned(), Fact::Text(self.subject)),
            ("issuer".to_owned(), Fact::Text(self.issuer)),
            ("serial".to_owned(), Fact::Text(self.serial)),
            ("sha256".to_owned(), Fact::Text(self.sha256)),
        ])
    }
}

/// `expires_in`, `subject` and `issuer`; `None` if it cannot be read, which then fails every expression that asks for it.
pub(crate) fn facts(der: &[u8], at: Timestamp) -> Option<BTreeMap<String, Fact>> {
    Shown::read(der, at).map(Shown::facts)
}

fn told(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => match **bytes {
            [a, b, c, d] => Some(std::net::Ipv4Addr::new(a, b, c, d).to_string()),
            _ => <[u8; 16]>::try_from(*bytes).ok().map(|six| std::net::Ipv6Addr::from(six).to_string()),
        },
        _ => None,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a text cannot fail.
        let _written = write!(text, "{byte:02x}");
        text
    })
}
