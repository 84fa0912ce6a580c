//! Single sign-on by OpenID Connect: whoever a provider vouches for gets a session as if by password.
//!
//! ```text
//! GET /sign-in/with/{provider}         begin:  state, nonce and PKCE into a sealed cookie, off to the provider
//! GET /sign-in/with/{provider}/back    arrive: cookie and answer fit -> code for tokens -> id token verified -> groups -> session
//! POST /sign-out (its owner asks us)   leave:  off to the provider's end of session, if the browser came from one
//! ```
//!
//! Both begin and arrive are addresses that a link leads to, not forms: browsers hold a form's redirects to `form-action`, and
//! no page of ours may post to somebody else. For the same reason leaving is a page that leads on, not a redirect.

pub mod claims;
pub mod discovery;
pub mod groups;
mod leave;
pub mod page;
pub mod provider;
pub mod routes;
pub mod settings;
pub mod trouble;
mod wire;

pub use leave::leave;
pub use routes::router;
pub use settings::ProviderSettings;
pub use trouble::Trouble;

use std::sync::Arc;

use app::visitor;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::Clock;

use super::{
    sealed::{Random, Sealer},
    way::Way,
};
use crate::ServerError;

use self::provider::Provider;

/// Every provider of this installation, and what a sign-in needs beside them.
pub struct Oidc {
    providers: Vec<Provider>,
    sealer: Arc<Sealer>,
    random: Random,
    clock: Arc<dyn Clock>,
    way: Way,
}

/// What [`Oidc`] is made of.
pub struct Ingredients {
    /// `[[sign_in.provider]]` of the configuration.
    pub settings: Vec<ProviderSettings>,
    /// What seals the cookies. Other nodes and the next start have the same; sign-ins under way outlive a restart then.
    pub sealer: Arc<Sealer>,
    /// Where randomness comes from.
    pub random: Random,
    /// Who tells the time.
    pub clock: Arc<dyn Clock>,
    /// Where browsers reach us: what the provider must know of our addresses begins with it.
    pub way: Way,
}

impl Oidc {
    /// Checks the settings; no provider is asked before somebody signs in. `fill` puts secrets in place of `${env:..}` and
    /// `${file:..}`.
    pub fn new(with: Ingredients, fill: impl Fn(&str) -> Result<String, String>) -> Result<Self, ServerError> {
        settings::check(&with.settings).map_err(ServerError::Config)?;
        let public = format!("{}{}", with.way.origin, with.way.base);
        let mut providers = Vec::new();
        if !with.settings.is_empty() {
            // Made only where it is needed: a machine without root certificates has none.
            let http = wire::client().map_err(|why| ServerError::Config(format!("sign_in: no HTTP client: {why}")))?;
            for mut settings in with.settings {
                if let Some(secret) = &mut settings.client_secret {
                    let field = format!("sign_in.provider `{}`: client_secret", settings.name);
                    *secret = fill(secret).map_err(|why| ServerError::Config(format!("{field}: {why}")))?;
                }
                let provider = Provider::new(settings, &public, http.clone(), with.clock.clone());
                providers.push(provider.map_err(ServerError::Config)?);
            }
        }
        Ok(Self { providers, sealer: with.sealer, random: with.random, clock: with.clock, way: with.way })
    }

    /// What the sign-in page offers, in the order of the configuration.
    pub fn offered(&self) -> Arc<[visitor::Provider]> {
        let offer = |provider: &Provider| visitor::Provider {
            name: provider.settings.title().to_owned(),
            path: format!("/sign-in/with/{}", provider.settings.name),
        };
        self.providers.iter().map(offer).collect()
    }

    fn provider(&self, name: &str) -> Option<&Provider> {
        self.providers.iter().find(|provider| provider.settings.name == name)
    }

    /// 256 bits that nobody can guess, in characters that an address may hold.
    fn unguessable(&self) -> String {
        URL_SAFE_NO_PAD.encode((self.random)())
    }
}
