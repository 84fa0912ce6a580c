//! Tokens for programs: a person's, with what that person may do, or an integration's, which sends its runs and nothing else.

use std::net::IpAddr;

use model::{Caller, Fault, NewToken, Page, Problem, ProblemKind, Slug, Span, Timestamp, TokenId, TokenOf, TokenView};
use serde_json::{Value, json};
use store::{Bearer, PersonRecord, TokenHolder, TokenOwner, TokenRecord, TokenSpec};

use super::{Opener, fields::Fields, hash, identity, own_id};
use crate::{
    Service,
    audit::{self, Act},
    permission::{self, Right},
    problem,
    sight::Sight,
};

/// What every token begins with, so that one that lies about is known for what it is.
const PREFIX: &str = "bw_";
/// How long a token works, if not said.
const USUAL: Span = Span::hours(90 * 24);
/// How long a person's may work at most.
const MOST: Span = Span::hours(366 * 24);
/// How long the tokens of a person work after a provider vouched for them: nobody tells us when it would do so no more.
const VOUCHED: Span = Span::hours(30 * 24);

impl Service {
    /// Who asks with this token, from this address. Notes that it was used, at most once a minute.
    ///
    /// # Errors
    /// One of kind `sign-in`, if it opens nothing (any more).
    pub async fn caller_of_token(&self, token: &str, from: Option<IpAddr>) -> Result<Caller, Problem> {
        let core = &*self.0;
        let now = core.now();
        let found = if token.starts_with(PREFIX) {
            core.store.token(&hash(token), now).await.map_err(problem::of_store)?
        } else {
            None
        };
        let Some(Bearer { token, person }) = found else {
            let detail = "This token opens nothing: it is unknown, too old or taken back.";
            return Err(Problem::new(ProblemKind::SignIn, detail));
        };
        if person.as_ref().is_some_and(|person| !is_vouched_for(person, now)) {
            let detail = "Sign in again by your provider, so that your tokens go on working.";
            return Err(Problem::new(ProblemKind::SignIn, detail));
        }
        if let Err(error) = core.store.touch_token(&token, now).await {
            // Runs that are sent go to a spool while nothing can be written; they must get there.
            tracing::warn!(error = &error as &dyn std::error::Error, "the use of a token could not be noted");
        }
        let of = match (token.holder, person) {
            (TokenHolder::Integration { slug, .. }, _) => TokenOf::Integration { slug },
            (TokenHolder::Person { id, .. }, Some(person)) => TokenOf::Person { id, identity: identity(&person) },
            (TokenHolder::Person { .. }, None) => {
                return Err(Problem::new(ProblemKind::SignIn, "Whose token this is may not come in any more."));
            }
        };
        Ok(Caller::Token { id: token.id, of, from })
    }
}

/// Whether a person signs in by themselves, or their provider vouched for them lately.
fn is_vouched_for(person: &PersonRecord, now: Timestamp) -> bool {
    person.spec.provider.is_none() || person.vouched_at.is_some_and(|at| now.since(at) <= VOUCHED)
}

/// The caller's own tokens, and those of integrations that they may change; administrators see all.
pub(crate) async fn list(sight: &Sight<'_>) -> Result<Page<TokenView>, Problem> {
    let all = sight.store.tokens(None).await.map_err(problem::of_store)?;
    Ok(Page::whole(all.into_iter().filter(|token| is_for(sight, &token.holder)).map(view).collect()))
}

/// Makes a token from `{"name", "integration", "expires_at"}`: of that integration, or else of the caller. An end that is `null` is
/// none, which is for integrations: what people may do changes, and a token of theirs must not be forgotten.
pub(crate) async fn add(sight: &Sight<'_>, body: &Value) -> Result<NewToken, Problem> {
    let now = sight.now();
    let mut fields = Fields::of(body, &["name", "integration", "expires_at"])?;
    let name = fields.name();
    let name = fields.needed("name", name, "what it is for");
    let slug = fields.text("integration").and_then(|text| match Slug::parse(text) {
        Ok(slug) => Some(slug),
        Err(wrong) => {
            fields.wrong("integration", wrong.to_string(), "the slug of an integration");
            None
        }
    });
    let endless = body.get("expires_at").is_some_and(Value::is_null);
    let expires_at = (!endless).then(|| fields.ahead("expires_at", now).unwrap_or(now + USUAL));
    if slug.is_none() && expires_at.is_none_or(|at| at > now + MOST) {
        fields.wrong("expires_at", "is too far ahead", "at most 366 days; without an end for an integration alone");
    }
    let name = fields.checked(name)?;
    let owner = owner(sight, slug.as_ref())?;
    let Opener { clear, hash: token_hash } = Opener::new(&sight.keys, PREFIX);
    let spec = TokenSpec { name: name.clone(), owner, token_hash, expires_at };
    let act = Act::new("token.add", audit::token(&name, slug.as_ref())).after(json!({ "expires_at": expires_at }));
    let added = sight.store.add_token(&spec, now, Some(&sight.entry(act))).await.map_err(problem::of_store)?;
    let Some(id) = added else {
        return Err(Problem::conflict("Whoever this token would be of is not there (any more)."));
    };
    let made = sight.store.tokens(Some(owner)).await.map_err(problem::of_store)?;
    let made = made.into_iter().find(|token| token.id == id).ok_or_else(|| Problem::not_found("token", id))?;
    Ok(NewToken { token: clear, view: view(made) })
}

/// Takes a token back, for ever.
pub(crate) async fn revoke(sight: &Sight<'_>, id: TokenId) -> Result<(), Problem> {
    let unknown = || Problem::not_found("token", id);
    let all = sight.store.tokens(None).await.map_err(problem::of_store)?;
    let token = all.into_iter().find(|token| token.id == id && is_for(sight, &token.holder)).ok_or_else(unknown)?;
    let integration = match &token.holder {
        TokenHolder::Integration { slug, .. } => Some(slug),
        TokenHolder::Person { .. } => None,
    };
    let entry = sight.entry(Act::new("token.revoke", audit::token(&token.name, integration)));
    let revoked = sight.store.revoke_token(id, None, sight.now(), Some(&entry)).await.map_err(problem::of_store)?;
    // One that is taken back already is as it should be.
    if revoked || token.revoked_at.is_some() { Ok(()) } else { Err(unknown()) }
}

fn owner(sight: &Sight<'_>, integration: Option<&Slug>) -> Result<TokenOwner, Problem> {
    match (integration, own_id(sight.caller())) {
        (Some(slug), _) => {
            permission::decide(sight.caller(), Right::Change)?;
            Ok(TokenOwner::Integration(sight.row(slug)?.integration.id))
        }
        (None, Some(person)) => Ok(TokenOwner::Person(person)),
        (None, None) => {
            let fault = Fault::at("integration", "is needed: only people have tokens of their own");
            Err(Problem::invalid(vec![fault.allowed("the slug of an integration")]))
        }
    }
}

fn is_for(sight: &Sight<'_>, holder: &TokenHolder) -> bool {
    sight.has(Right::Administer)
        || match holder {
            TokenHolder::Person { id, .. } => own_id(sight.caller()) == Some(*id),
            TokenHolder::Integration { slug, .. } => sight.has(Right::Change) && sight.known(slug).is_some(),
        }
}

fn view(token: TokenRecord) -> TokenView {
    let TokenRecord { id, name, holder, created_at, expires_at, last_used_at, revoked_at } = token;
    let (of, integration) = match holder {
        TokenHolder::Person { email, .. } => (email, None),
        TokenHolder::Integration { slug, .. } => (slug.to_string(), Some(slug)),
    };
    TokenView { id, name, of, integration, created_at, expires_at, last_used_at, revoked_at }
}
