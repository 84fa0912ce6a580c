//! One provider: where a sign-in begins, what its answer is worth, and where its session ends.

use std::sync::Arc;

use model::{Clock, Span, Timestamp};
use openidconnect::{
    AuthType, AuthenticationFlow, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    IssuerUrl, LogoutRequest, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier,
    PostLogoutRedirectUrl, ProviderMetadataWithLogout, RedirectUrl, RequestTokenError, Scope, TokenResponse as _,
    core::{CoreClientAuthMethod, CoreJwsSigningAlgorithm, CoreResponseType},
};
use reqwest::Client as Http;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    claims::{Asking, Claims, Person, Token, Told},
    discovery::Discovery,
    groups,
    settings::ProviderSettings,
    trouble::Trouble,
    wire::wire,
};
use crate::error::in_words;

/// How far the provider's clock may be off.
const CLOCKS_DIFFER: Span = Span::minutes(1);

/// Signatures that need the provider's private key. Nothing that is signed with a shared secret, and nothing unsigned.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// A provider as configured, and what is known of it.
pub struct Provider {
    /// As configured.
    pub settings: ProviderSettings,
    discovery: Discovery,
    back: RedirectUrl,
    /// Where the provider sends somebody who signed out.
    after: PostLogoutRedirectUrl,
    http: Http,
    clock: Arc<dyn Clock>,
}

/// What a sign-in that is under way must match when it comes back. Sealed, it is the browser's to keep.
#[derive(Serialize, Deserialize)]
pub struct Begun {
    /// With which provider.
    pub provider: String,
    /// Comes back in the address.
    pub state: String,
    /// Comes back in the id token.
    pub nonce: String,
    /// Proves to the provider that whoever brings the code is who asked for it.
    pub verifier: String,
    /// Where to go then, below the base path.
    pub next: String,
    /// When.
    pub at: Timestamp,
}

/// Who the provider says it is.
pub struct Confirmed {
    /// Who, for ever, at this provider.
    pub subject: String,
    /// What they are called, if the provider says it.
    pub name: Option<String>,
    /// Their address, only if the provider has verified it.
    pub email: Option<String>,
    /// Their groups.
    pub groups: Vec<String>,
    /// The id token as it came, to end the provider's session with.
    pub id_token: String,
}

impl Provider {
    /// Asks nobody. `public` is where browsers reach us, without a slash at its end.
    pub fn new(settings: ProviderSettings, public: &str, http: Http, clock: Arc<dyn Clock>) -> Result<Self, String> {
        let wrong = |why: url::ParseError| format!("sign_in.provider `{}`: no address: {why}", settings.name);
        let back = RedirectUrl::new(format!("{public}/sign-in/with/{}/back", settings.name)).map_err(wrong)?;
        let after = PostLogoutRedirectUrl::new(format!("{public}/sign-in")).map_err(wrong)?;
        let issuer = IssuerUrl::new(settings.issuer.clone()).map_err(wrong)?;
        let discovery = Discovery::new(issuer, http.clone(), clock.clone());
        Ok(Self { settings, discovery, back, after, http, clock })
    }

    /// Where the browser goes to sign in.
    pub async fn begin(&self, begun: &Begun) -> Result<Url, Trouble> {
        let asking = self.asking(&*self.discovery.known().await?);
        let (state, nonce) = (CsrfToken::new(begun.state.clone()), Nonce::new(begun.nonce.clone()));
        let verifier = PkceCodeVerifier::new(begun.verifier.clone());
        let (url, _, _) = asking
            .authorize_url(AuthenticationFlow::<CoreResponseType>::AuthorizationCode, move || state, move || nonce)
            .add_scopes(self.settings.scopes.iter().filter(|&scope| scope != "openid").cloned().map(Scope::new))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok(url)
    }

    /// Changes the code for tokens and believes what can be verified of them.
    pub async fn redeem(&self, code: String, begun: &Begun) -> Result<Confirmed, Trouble> {
        let asking = self.asking(&*self.discovery.known().await?);
        let wire = wire(self.http.clone());
        let tokens = asking
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|why| Trouble::Provider(in_words(&why)))?
            .set_pkce_verifier(PkceCodeVerifier::new(begun.verifier.clone()))
            .request_async(&wire)
            .await
            .map_err(|why| {
                // Its sentence may repeat what it was told, which is secret: the standard's word is enough.
                let why = match &why {
                    RequestTokenError::ServerResponse(answer) => answer.error().to_string(),
                    other => in_words(other),
                };
                Trouble::Provider(format!("code for tokens: {why}"))
            })?;
        let token = tokens.id_token().ok_or_else(|| Trouble::Provider("it sent no id token".to_owned()))?;
        let nonce = Nonce::new(begun.nonce.clone());
        let claims = match self.verified(&asking, token, &nonce) {
            // It may have changed its keys since we asked.
            Err(ClaimsVerificationError::SignatureVerification(_)) => {
                let newest = self.asking(&*self.discovery.newest().await?);
                self.verified(&newest, token, &nonce)
            }
            verified => verified,
        };
        let claims = claims.map_err(|why| Trouble::Provider(format!("id token: {}", in_words(&why))))?;
        let mut person = Person::of(claims, self.settings.trust_email);
        // Many providers put only the subject into the token and tell the rest when asked.
        let lacks = groups::read(&person.further, &self.settings.groups_claim).is_none() || person.email.is_none();
        if lacks && asking.user_info_url().is_some() {
            let told: Told = asking
                .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))
                .map_err(|why| Trouble::Provider(in_words(&why)))?
                .request_async(&wire)
                .await
                .map_err(|why| Trouble::Provider(format!("user info: {}", in_words(&why))))?;
            person.learns(&told, self.settings.trust_email);
        }
        let subject = claims.subject().as_str().to_owned();
        let groups = groups::read(&person.further, &self.settings.groups_claim).unwrap_or_default();
        Ok(Confirmed { subject, name: person.name, email: person.email, groups, id_token: token.to_string() })
    }

    /// Where the browser goes to end the provider's own session; none if the provider has no such address.
    pub async fn end_of_session(&self, id_token: Option<&str>) -> Option<Url> {
        let known = self.discovery.known().await.ok()?;
        let address = known.additional_metadata().end_session_endpoint.clone()?;
        let mut url = LogoutRequest::from(address)
            .set_client_id(ClientId::new(self.settings.client_id.clone()))
            .set_post_logout_redirect_uri(self.after.clone())
            .http_get_url();
        if let Some(token) = id_token {
            url.query_pairs_mut().append_pair("id_token_hint", token);
        }
        Some(url)
    }

    /// Whether an answer that names an issuer names this one (RFC 9207).
    pub fn is_issued_here(&self, issuer: Option<&str>) -> bool {
        issuer.is_none_or(|issuer| self.discovery.is(issuer))
    }

    fn asking(&self, known: &ProviderMetadataWithLogout) -> Asking {
        let secret = self.settings.client_secret.clone().map(ClientSecret::new);
        let asking =
            Asking::from_provider_metadata(known.clone(), ClientId::new(self.settings.client_id.clone()), secret)
                .set_redirect_uri(self.back.clone());
        // Without a word of it, a provider takes the secret in the header.
        let takes_header = known
            .token_endpoint_auth_methods_supported()
            .is_none_or(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
        asking.set_auth_type(if takes_header { AuthType::BasicAuth } else { AuthType::RequestBody })
    }

    /// Signature, issuer, audience, expiry, time of issue and nonce of an id token.
    fn verified<'t>(
        &self,
        asking: &Asking,
        token: &'t Token,
        nonce: &Nonce,
    ) -> Result<&'t Claims, ClaimsVerificationError> {
        let now = self.clock.now();
        let verifier = asking
            .id_token_verifier()
            .set_allowed_algs(ALGORITHMS)
            .set_time_fn(move || (now - CLOCKS_DIFFER).utc())
            .set_issue_time_verifier_fn(move |issued| {
                if issued > (now + CLOCKS_DIFFER).utc() {
                    Err("it was issued in the future".to_owned())
                } else {
                    Ok(())
                }
            });
        let claims = token.claims(&verifier, nonce)?;
        match claims.authorized_party() {
            Some(party) if party.as_str() != self.settings.client_id => {
                Err(ClaimsVerificationError::InvalidAudience("it was issued to another client".to_owned()))
            }
            _ => Ok(claims),
        }
    }
}
