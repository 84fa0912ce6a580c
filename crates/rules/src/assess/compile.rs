//! From what is written to what can be asked again and again.

use std::{
    collections::{BTreeMap, BTreeSet},
    panic,
};

use cel::{
    IdedExpr, Value,
    common::ast::{CallExpr, Expr, LiteralValue},
    parser::Parser,
};
use model::{Fault, ProbeSpec};

use super::{
    guard::guard,
    need::Need,
    scope::ROOT,
    types::Type,
    walk::{Asked, Objection, walk},
};
use crate::kind::Kind;

/// Levels of the parser's own recursion.
const DEEPEST_PARSE: u16 = 24;

/// The expressions of one probe, compiled. Shared by all its checks.
#[derive(Debug)]
pub struct Compiled {
    pub(super) asserts: Vec<Expression>,
    pub(super) warns: Vec<Expression>,
    pub(super) measures: BTreeMap<String, Expression>,
    names: BTreeSet<String>,
    json: Need,
    in_loops: Need,
}

/// One expression.
#[derive(Debug)]
pub(super) struct Expression {
    /// As it was written.
    pub(super) text: String,
    /// As it is evaluated.
    pub(super) tree: IdedExpr,
    /// What it asks for.
    pub(super) asked: Asked,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Assertion,
    Measure,
}

impl Compiled {
    /// Compiles `assert`, `warn` and `measures` of a probe; every fault is named at its field: `assert[0]`,
    /// `measures.depth.value`.
    pub fn compile(spec: &ProbeSpec, kind: &Kind) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut compile = |field: String, text: &str, purpose| {
            expression(text, kind, purpose)
                .map_err(|objection| {
                    faults.push(Fault { allowed: objection.allowed, ..Fault::at(field, objection.message) });
                })
                .ok()
        };
        let mut list = |field: &str, texts: &[String]| -> Vec<Expression> {
            let numbered = texts.iter().enumerate();
            let mut list: Vec<_> =
                numbered.filter_map(|(at, text)| compile(format!("{field}[{at}]"), text, Purpose::Assertion)).collect();
            // There are as many of these as probes, and most have one: room for the usual four is not kept.
            list.shrink_to_fit();
            list
        };
        let asserts = list("assert", &spec.assert);
        let warns = list("warn", &spec.warn);
        let measures: BTreeMap<_, _> = spec
            .measures
            .iter()
            .filter_map(|(name, measure)| {
                let field = format!("measures.{name}.value");
                compile(field, &measure.value, Purpose::Measure).map(|expression| (name.clone(), expression))
            })
            .collect();
        if !faults.is_empty() {
            return Err(faults);
        }

        let (mut names, mut json, mut in_loops) = (BTreeSet::new(), Need::default(), Need::default());
        for expression in asserts.iter().chain(&warns).chain(measures.values()) {
            names.extend(expression.asked.paths.iter().map(|path| path.name.clone()));
            json.absorb(&expression.asked.json);
            in_loops.absorb(&expression.asked.in_loops);
        }
        Ok(Self { asserts, warns, measures, names, json, in_loops })
    }

    /// Whether any expression uses this name. A probe need not read a body that nobody wants.
    pub fn wants(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    pub(super) fn json(&self) -> &Need {
        &self.json
    }

    pub(super) fn in_loops(&self) -> &Need {
        &self.in_loops
    }
}

fn expression(text: &str, kind: &Kind, purpose: Purpose) -> Result<Expression, Objection> {
    guard(text)?;
    let tree = parse(text)?;
    let asked = walk(&tree, kind)?;
    constants(&tree)?;
    let fits = match purpose {
        Purpose::Assertion => matches!(asked.value, Type::Any | Type::Bool),
        Purpose::Measure => matches!(asked.value, Type::Any | Type::Bool | Type::Number | Type::Duration),
    };
    if !fits {
        let wanted = if purpose == Purpose::Assertion { "true or false" } else { "a number" };
        return Err(format!("it is {}, where {wanted} is needed", asked.value.noun()).into());
    }
    if asked.paths.is_empty() {
        return Err("it says nothing of the answer, so it would always come out the same".into());
    }
    Ok(Expression { text: text.to_owned(), tree, asked })
}

/// Parses behind a net: the parser is not ours and reads whatever people write.
fn parse(text: &str) -> Result<IdedExpr, Objection> {
    match panic::catch_unwind(|| Parser::new().max_recursion_depth(DEEPEST_PARSE).parse(text)) {
        Ok(Ok(tree)) => Ok(tree),
        Ok(Err(errors)) => {
            let first = errors.errors.first().map(|error| format!("at character {}: {}", error.pos.1, error.msg));
            Err(format!("it could not be read {}", first.unwrap_or_default()).trim_end().into())
        }
        Err(_) => Err("it could not be read".into()),
    }
}

/// Evaluates what needs no answer, `duration('7d')` and the like, so that a wrong one is told of now and not at every check.
fn constants(tree: &IdedExpr) -> Result<(), Objection> {
    let children: Vec<&IdedExpr> = match &tree.expr {
        Expr::Call(call) => {
            if let Some((noun, right)) = constant(&call.func_name)
                && let Some(IdedExpr { expr: Expr::Literal(LiteralValue::String(text)), .. }) = call.args.last()
                && !is_right(call)
            {
                return Err(format!("`{}` is no {noun}: {right}", text.inner()).into());
            }
            call.target.as_deref().into_iter().chain(&call.args).collect()
        }
        Expr::Select(select) => vec![&select.operand],
        Expr::List(list) => list.elements.iter().collect(),
        Expr::Comprehension(loops) => vec![&loops.iter_range, &loops.loop_step],
        _ => Vec::new(),
    };
    children.into_iter().try_for_each(constants)
}

/// For a function whose text is a language of its own: what that is called, and how it is written.
fn constant(function: &str) -> Option<(&'static str, &'static str)> {
    match function {
        "duration" => Some(("duration", "write 336h, 5m, 90s or 300ms")),
        "timestamp" => Some(("timestamp", "write RFC 3339, such as 2026-11-23T09:41:00Z")),
        "matches" => Some(("regular expression", "write one such as ^[0-9]+$")),
        _ => None,
    }
}

/// Calls the function with its text; a pattern is held against an empty text instead of what it is written for.
fn is_right(call: &CallExpr) -> bool {
    let mut call = call.clone();
    if call.func_name == "matches" {
        let pattern = call.args.pop().unwrap_or_default();
        let empty = IdedExpr { id: 0, expr: Expr::Literal(LiteralValue::String("".into())) };
        call = CallExpr { target: Some(Box::new(empty)), args: vec![pattern], ..call };
    }
    let tree = IdedExpr { id: 0, expr: Expr::Call(call) };
    matches!(panic::catch_unwind(|| Value::resolve(&tree, &ROOT).is_ok()), Ok(true))
}
