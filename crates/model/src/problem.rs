//! What went wrong, as the edge says it: RFC 9457.

use serde::{Deserialize, Serialize};

/// One thing that is wrong with an input: where, what, and what would be right.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Fault {
    /// The file, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Its line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The path of the field: `integrations[2].probes[0].every`.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
    /// What would be allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed: Option<String>,
}

impl Fault {
    /// A fault of an input that is no file.
    pub fn at(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into(), ..Self::default() }
    }

    /// With what would be allowed.
    #[must_use]
    pub fn allowed(mut self, allowed: impl Into<String>) -> Self {
        self.allowed = Some(allowed.into());
        self
    }
}

crate::outcome::words! {
    /// The stable `type` of a problem (after the prefix `urn:bridgewatch:problem:`).
    ProblemKind, "a kind of problem" {
        /// 404: there is no such thing.
        NotFound = "not-found",
        /// 409: it clashes with what is there.
        Conflict = "conflict",
        /// 422: the input is wrong; `errors` says where.
        Invalid = "invalid",
        /// 400: the request could not be read.
        Malformed = "malformed",
        /// 401: nobody is signed in, or the token opens nothing.
        SignIn = "sign-in",
        /// 403: not for this caller.
        Forbidden = "forbidden",
        /// 405: not this method.
        MethodNotAllowed = "method-not-allowed",
        /// 413: too large.
        TooLarge = "too-large",
        /// 415: not this content type.
        UnsupportedMediaType = "unsupported-media-type",
        /// 429: too often; try again later.
        TooMany = "too-many",
        /// 503: try again.
        Unavailable = "unavailable",
        /// 500: our fault; the log says more.
        Internal = "internal",
    }
}

impl ProblemKind {
    /// The HTTP status.
    pub const fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::SignIn => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::Conflict => 409,
            Self::TooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::Invalid => 422,
            Self::TooMany => 429,
            Self::Internal => 500,
            Self::Unavailable => 503,
        }
    }

    /// A short title, the same for every problem of this kind.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Malformed => "The request could not be read",
            Self::SignIn => "Not signed in",
            Self::Forbidden => "Not for this caller",
            Self::NotFound => "There is no such thing",
            Self::MethodNotAllowed => "Not by this method",
            Self::Conflict => "It clashes with what is there",
            Self::TooLarge => "Too large",
            Self::UnsupportedMediaType => "Not in this format",
            Self::Invalid => "The input is wrong",
            Self::Internal => "Bridgewatch failed",
            Self::TooMany => "Too often",
            Self::Unavailable => "Not ready",
        }
    }
}

/// Why a question could not be answered. Written as problem+json by the server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", kind.title())]
pub struct Problem {
    /// Which kind.
    pub kind: ProblemKind,
    /// What happened and what to do, in a sentence.
    pub detail: String,
    /// Each wrong field.
    pub errors: Vec<Fault>,
}

impl Problem {
    /// Of any kind.
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), errors: Vec::new() }
    }

    /// There is no `noun` called `name`.
    pub fn not_found(noun: &str, name: impl std::fmt::Display) -> Self {
        Self::new(ProblemKind::NotFound, format!("There is no {noun} `{name}`."))
    }

    /// It clashes.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(ProblemKind::Conflict, detail)
    }

    /// These fields are wrong.
    pub fn invalid(errors: Vec<Fault>) -> Self {
        let detail = match errors.as_slice() {
            [only] => format!("`{}`: {}", only.field, only.message),
            many => format!("{} fields are wrong; nothing was changed.", many.len()),
        };
        Self { kind: ProblemKind::Invalid, detail, errors }
    }
}

/// A [`Problem`] as JSON: `application/problem+json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct ProblemDocument {
    /// `urn:bridgewatch:problem:not-found` ...
    #[serde(rename = "type")]
    pub kind: String,
    /// A short title, the same for every problem of this type.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened and what to do.
    pub detail: String,
    /// Each wrong field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Fault>,
}

impl From<Problem> for ProblemDocument {
    fn from(problem: Problem) -> Self {
        Self {
            kind: format!("urn:bridgewatch:problem:{}", problem.kind),
            title: problem.kind.title().to_owned(),
            status: problem.kind.status(),
            detail: problem.detail,
            errors: problem.errors,
        }
    }
}
