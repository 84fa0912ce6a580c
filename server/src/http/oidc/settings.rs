//! `[[sign_in.provider]]`: who vouches for people, and what their groups may do here.

use std::{collections::BTreeMap, fmt};

use model::{Role, Scope};
use serde::Deserialize;
use url::{Host, Url};

/// One provider. Unknown keys are errors.
///
/// ```toml
/// [[sign_in.provider]]
/// name = "contoso"                              # part of addresses; the provider must allow …/sign-in/with/contoso/back
/// title = "Contoso"                             # what the button says
/// issuer = "https://login.contoso.example"
/// client_id = "bridgewatch"
/// client_secret = "${env:CONTOSO_SECRET}"       # left out by a client that has none
/// scopes = ["profile", "email", "groups"]
/// trust_email = false                           # true for a provider that never says `email_verified`, and checks itself
/// groups_claim = "groups"                       # or a path, such as realm_access.roles
/// roles = { "bridge-admins" = "admin", "integration-team" = "engineer" }
/// default_role = "viewer"                       # left out: who has none of these groups is not let in
/// sees = { "sales" = { departments = ["Sales"] }, "integration-team" = {} }
/// ```
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderSettings {
    /// Its name in addresses and in the store: lower-case letters, digits, hyphens. People are bound to it.
    pub name: String,
    /// What the button says; the name if it is not said.
    #[serde(default)]
    pub title: Option<String>,
    /// Its issuer, exactly as it says it itself. TLS, except on loopback.
    pub issuer: String,
    /// Who we are there.
    pub client_id: String,
    /// Our password there.
    #[serde(default)]
    pub client_secret: Option<String>,
    /// What is asked for beside `openid`.
    #[serde(default = "usual_scopes")]
    pub scopes: Vec<String>,
    /// Whether an address counts of which the provider does not say whether it is verified. Somebody who can choose their own
    /// address there could otherwise be taken for its owner.
    #[serde(default)]
    pub trust_email: bool,
    /// Where the groups are.
    #[serde(default = "usual_claim")]
    pub groups_claim: String,
    /// Which group has which role; of several the highest counts. Without this and `default_role` groups are not used: who comes
    /// must have been invited, and has the role of the invitation.
    #[serde(default)]
    pub roles: BTreeMap<String, Role>,
    /// The role of people without such a group; left out, they are not let in.
    #[serde(default)]
    pub default_role: Option<Role>,
    /// Which group sees what. Empty: everybody sees everything. Else who has none of these groups is not let in, admins excepted.
    #[serde(default)]
    pub sees: BTreeMap<String, Scope>,
}

/// Without the secret, which must not get into a log.
impl fmt::Debug for ProviderSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderSettings")
            .field("name", &self.name)
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

impl ProviderSettings {
    /// Whether groups say who is let in and as what.
    pub fn uses_groups(&self) -> bool {
        !self.roles.is_empty() || self.default_role.is_some()
    }

    /// What people call it.
    pub fn title(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.name)
    }
}

fn usual_scopes() -> Vec<String> {
    ["profile", "email"].map(str::to_owned).to_vec()
}

fn usual_claim() -> String {
    "groups".to_owned()
}

/// Whether they can work, with the field's name and the remedy if not.
pub fn check(providers: &[ProviderSettings]) -> Result<(), String> {
    for (place, provider) in providers.iter().enumerate() {
        let at = |field: &str, why: &str| format!("sign_in.provider `{}`: {field}: {why}", provider.name);
        let is_plain = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '-';
        if provider.name.is_empty() || provider.name.len() > 40 || !provider.name.chars().all(is_plain) {
            return Err(at("name", "write 1 to 40 lower-case letters, digits and hyphens"));
        }
        // `password` is how the store says that no provider vouches for somebody.
        if provider.name == "password" || providers[..place].iter().any(|other| other.name == provider.name) {
            return Err(at("name", "it is taken; give each provider a name of its own"));
        }
        if !is_safe_issuer(&provider.issuer) {
            return Err(at("issuer", "write an https address without query; http is for loopback only"));
        }
        if provider.client_id.is_empty() {
            return Err(at("client_id", "write who Bridgewatch is at this provider"));
        }
        if !provider.uses_groups() && !provider.sees.is_empty() {
            return Err(at("sees", "groups are not used without roles: map a group to a role, or set default_role"));
        }
    }
    Ok(())
}

fn is_safe_issuer(issuer: &str) -> bool {
    let Ok(url) = Url::parse(issuer) else { return false };
    let is_loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    let is_private = url.scheme() == "https" && url.host().is_some();
    (is_private || (url.scheme() == "http" && is_loopback)) && url.query().is_none() && url.fragment().is_none()
}

#[cfg(test)]
mod tests {
    use super::{ProviderSettings, check, is_safe_issuer};

    fn read(text: &str) -> Result<(), String> {
        let provider: ProviderSettings = toml::from_str(text).map_err(|why| why.to_string())?;
        check(&[provider])
    }

    #[test]
    fn what_is_wrong_is_refused_with_its_name() {
        let whole = "name = 'contoso'\nissuer = 'https://login.example'\nclient_id = 'bw'\ndefault_role = 'viewer'\n";
        assert_eq!(read(whole), Ok(()));
        for (from, to, named) in [
            ("'contoso'", "'Contoso AG'", "name"),
            ("'contoso'", "'password'", "name"),
            ("https://login.example", "http://login.example", "issuer"),
            ("'bw'", "''", "client_id"),
            ("default_role = 'viewer'", "sees = { a = {} }", "sees"),
            ("default_role = 'viewer'", "default_role = 'boss'", "boss"),
            ("client_id", "clientid", "clientid"),
        ] {
            let why = read(&whole.replace(from, to)).expect_err(to);
            assert!(why.contains(named), "{to}: {why}");
        }
    }

    #[test]
    fn two_providers_have_two_names() {
        let text = "name = 'a'\nissuer = 'https://login.example'\nclient_id = 'bw'\ndefault_role = 'viewer'\n";
        let provider: ProviderSettings = toml::from_str(text).expect("a provider");
        assert!(check(&[provider.clone(), provider]).is_err());
    }

    #[test]
    fn an_issuer_is_private_or_of_this_machine() {
        for issuer in
            ["https://login.example", "https://login.example/realms/a", "http://127.0.0.1:9", "http://[::1]:9"]
        {
            assert!(is_safe_issuer(issuer), "{issuer}");
        }
        for issuer in ["", "login.example", "http://login.example", "https://a.example?b=c", "ftp://127.0.0.1"] {
            assert!(!is_safe_issuer(issuer), "{issuer}");
        }
    }
}
