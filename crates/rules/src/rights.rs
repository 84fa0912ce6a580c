//! Who may do what: the rights of each role, and what a caller lacks. Which right a call needs stands with the call; `service`
//! asks here before anything else happens.

use model::{Caller, IntegrationSpec, Role, TokenOf};

/// What a call needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// Reads how things are.
    See,
    /// Reads what crossed the wire: excerpts of requests, answers and errors, and what is marked red.
    SeePayload,
    /// Sends word of runs and pings.
    Send,
    /// Asks a probe now, pauses what is asked, or stops a demo server.
    Operate,
    /// Says what an integration is worth: its baselines.
    Claim,
    /// Acknowledges trouble, and mutes the messages about it.
    Handle,
    /// Creates, changes and removes systems, integrations, probes, windows, catalogues.
    Change,
    /// People, secrets, the audit.
    Administer,
    /// One's own sessions, tokens and password.
    Own,
}

impl Right {
    /// Every one of them.
    pub const ALL: &'static [Self] = &[
        Self::See,
        Self::SeePayload,
        Self::Send,
        Self::Operate,
        Self::Claim,
        Self::Handle,
        Self::Change,
        Self::Administer,
        Self::Own,
    ];

    /// Whether only people at a browser have it, and no token of theirs: one that leaks must not make further tokens or people.
    pub const fn is_no_tokens(self) -> bool {
        matches!(self, Self::Administer | Self::Own)
    }
}

/// What a caller lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// Someone at a browser: nobody is signed in, or a token asks for what only its person may do there.
    #[error("only someone who is signed in may do this: sign in with a browser")]
    SignIn,
    /// A role; the least that has the right.
    #[error("{}", takes(*.0))]
    Role(Role),
    /// The token is an integration's.
    #[error("the token of an integration may only send its runs: use the token of a person")]
    TokenMayOnlySend,
}

/// Says which role something takes, in the words of the pages.
const fn takes(role: Role) -> &'static str {
    match role {
        Role::Viewer => "this takes a viewer: an administrator can make you one",
        Role::Manager => "this takes a manager: an administrator can make you one",
        Role::Engineer => "this takes an engineer: an administrator can make you one",
        Role::Admin => "this takes an administrator",
    }
}

/// What a role may do. Each has what the ones below it have.
pub const fn of(role: Role) -> &'static [Right] {
    match role {
        Role::Viewer => &[Right::See, Right::Own],
        Role::Manager => &[Right::See, Right::Own, Right::Claim, Right::Handle],
        Role::Engineer => &[
            Right::See,
            Right::Own,
            Right::Claim,
            Right::Handle,
            Right::SeePayload,
            Right::Send,
            Right::Operate,
            Right::Change,
        ],
        Role::Admin => Right::ALL,
    }
}

/// Whether `caller` has `right` at all. Of calls about one integration [`reaches`] decides besides.
pub fn may(caller: &Caller, right: Right) -> Result<(), Missing> {
    match caller {
        Caller::Local => Ok(()),
        Caller::Nobody => Err(Missing::SignIn),
        Caller::Person { identity, .. } => has(identity.role, right),
        Caller::Token { of: TokenOf::Integration { .. }, .. } => {
            if right == Right::Send {
                Ok(())
            } else {
                Err(Missing::TokenMayOnlySend)
            }
        }
        Caller::Token { of: TokenOf::Person { identity, .. }, .. } => {
            has(identity.role, right).and(if right.is_no_tokens() { Err(Missing::SignIn) } else { Ok(()) })
        }
    }
}

/// Whether `caller` may know of this integration. To others it is as if it were not there.
pub fn reaches(caller: &Caller, integration: &IntegrationSpec) -> bool {
    match caller {
        Caller::Local => true,
        Caller::Nobody => false,
        Caller::Token { of: TokenOf::Integration { slug }, .. } => *slug == integration.slug,
        Caller::Person { identity, .. } | Caller::Token { of: TokenOf::Person { identity, .. }, .. } => {
            identity.scope.holds(integration)
        }
    }
}

fn has(role: Role, right: Right) -> Result<(), Missing> {
    if of(role).contains(&right) { Ok(()) } else { Err(Missing::Role(least_with(right))) }
}

fn least_with(right: Right) -> Role {
    Role::ALL.iter().copied().find(|&role| of(role).contains(&right)).unwrap_or(Role::Admin)
}

#[cfg(test)]
mod tests;
