//! As much of a type check as keeps comparisons honest: `status != '500'` would otherwise hold for ever.

use cel::common::{
    ast::{LiteralValue, operators},
    types::Kind as ValueKind,
};

use super::walk::{Objection, is_comparison};
use crate::kind::CelKind;

/// What a value is, as far as comparing goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Type {
    /// It cannot be told before an answer is there.
    #[default]
    Any,
    /// Nothing; equal to nothing else, and fine to compare with anything.
    Null,
    /// `int`, `uint` or `double`.
    Number,
    Text,
    Bool,
    Duration,
    Moment,
    /// A list or a map.
    Collection,
}

impl Type {
    pub(super) fn of_literal(literal: &LiteralValue) -> Self {
        match literal {
            LiteralValue::Boolean(_) => Self::Bool,
            LiteralValue::Double(_) | LiteralValue::Int(_) | LiteralValue::UInt(_) => Self::Number,
            LiteralValue::String(_) => Self::Text,
            LiteralValue::Null => Self::Null,
            LiteralValue::Bytes(_) => Self::Any,
        }
    }

    pub(super) fn of_name(cel: CelKind) -> Self {
        match cel {
            CelKind::Int | CelKind::Double => Self::Number,
            CelKind::Text => Self::Text,
            CelKind::Bool => Self::Bool,
            CelKind::Duration => Self::Duration,
            CelKind::Map | CelKind::List => Self::Collection,
            CelKind::Dyn => Self::Any,
        }
    }

    /// Of a call or an operator, given what its arguments are.
    pub(super) fn of_call(name: &str, arguments: &[Self]) -> Self {
        match name {
            "size" | "int" | "uint" | "double" => Self::Number,
            "string" => Self::Text,
            "duration" => Self::Duration,
            "timestamp" => Self::Moment,
            "bool"
            | "contains"
            | "startsWith"
            | "endsWith"
            | "matches"
            | operators::LOGICAL_AND
            | operators::LOGICAL_OR
            | operators::LOGICAL_NOT
            | operators::IN => Self::Bool,
            _ if is_comparison(name) => Self::Bool,
            operators::MULTIPLY | operators::DIVIDE | operators::MODULO => Self::Number,
            operators::CONDITIONAL if arguments.get(1) == arguments.get(2) => {
                arguments.get(1).copied().unwrap_or_default()
            }
            _ => Self::Any,
        }
    }

    pub(super) fn of_value(kind: ValueKind) -> Self {
        match kind {
            ValueKind::NullType => Self::Null,
            ValueKind::Int | ValueKind::UInt | ValueKind::Double => Self::Number,
            ValueKind::String => Self::Text,
            ValueKind::Boolean => Self::Bool,
            ValueKind::Duration => Self::Duration,
            ValueKind::Timestamp => Self::Moment,
            ValueKind::List | ValueKind::Map => Self::Collection,
            _ => Self::Any,
        }
    }

    /// As a message says it.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Any => "something",
            Self::Null => "null",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::Bool => "true or false",
            Self::Duration => "a length of time",
            Self::Moment => "a moment",
            Self::Collection => "a list or map",
        }
    }
}

/// Whether two sides can be held against each other at all.
pub(super) fn comparable(left: Type, right: Type) -> Result<(), Objection> {
    let either = |one| left == one || right == one;
    if left == right || either(Type::Any) || either(Type::Null) {
        return Ok(());
    }
    let allowed = match (either(Type::Duration), either(Type::Moment)) {
        (true, false) => Some("duration('300ms')".to_owned()),
        (_, true) => Some("timestamp('2026-11-23T09:41:00Z')".to_owned()),
        _ => None,
    };
    Err(Objection {
        message: format!("{} is never equal to, more or less than {}", left.noun(), right.noun()),
        allowed,
    })
}
