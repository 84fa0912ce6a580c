//! Our own walk over a syntax tree: it refuses what would be too much or can never be right, and tells what is asked for.

use cel::{
    IdedExpr,
    common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, LiteralValue, operators},
};

use super::{
    need::{LONGEST_LIST, Need},
    path::{Path, Step, path_of},
    types::{Type, comparable},
};
use crate::kind::{CelKind, Kind, NameSpec};

/// Levels that a syntax tree may have; the interpreter recurses over it.
const DEEPEST_TREE: usize = 32;
/// Functions that expressions may call, as `f(x)` or `x.f()`.
const FUNCTIONS: &[&str] = &[
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "int",
    "uint",
    "double",
    "string",
    "bool",
    "duration",
    "timestamp",
    "getFullYear",
    "getMonth",
    "getDate",
    "getDayOfWeek",
    "getHours",
    "getMinutes",
    "getSeconds",
    "getMilliseconds",
];
/// How the syntax tree spells operators; `@not_strictly_false` is what macros expand to.
const OPERATORS: &[&str] = &[
    operators::CONDITIONAL,
    operators::LOGICAL_AND,
    operators::LOGICAL_OR,
    operators::LOGICAL_NOT,
    operators::SUBSTRACT,
    operators::ADD,
    operators::MULTIPLY,
    operators::DIVIDE,
    operators::MODULO,
    operators::EQUALS,
    operators::NOT_EQUALS,
    operators::GREATER_EQUALS,
    operators::LESS_EQUALS,
    operators::GREATER,
    operators::LESS,
    operators::NEGATE,
    operators::INDEX,
    operators::IN,
    operators::NOT_STRICTLY_FALSE,
];

/// Why an expression cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Objection {
    pub(super) message: String,
    pub(super) allowed: Option<String>,
}

impl From<String> for Objection {
    fn from(message: String) -> Self {
        Self { message, allowed: None }
    }
}

impl From<&str> for Objection {
    fn from(message: &str) -> Self {
        message.to_owned().into()
    }
}

/// What an expression asks for.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// Every name of the kind's table, with its steps.
    pub(super) paths: Vec<Path>,
    /// The parts of the JSON body.
    pub(super) json: Need,
    /// Those of them that a loop looks at again for each of its items.
    pub(super) in_loops: Need,
    /// What its value will be, as far as that can be told.
    pub(super) value: Type,
}

impl Asked {
    /// Whether it uses a name.
    pub(super) fn mentions(&self, name: &str) -> bool {
        self.paths.iter().any(|path| path.name == name)
    }
}

/// Walks a tree.
pub(super) fn walk(tree: &IdedExpr, kind: &Kind) -> Result<Asked, Objection> {
    let mut walker = Walker { kind, bound: Vec::new(), asked: Asked::default() };
    walker.asked.value = walker.visit(tree, 0)?;
    Ok(walker.asked)
}

struct Walker<'a> {
    kind: &'a Kind,
    /// Variables of the loop that we are in.
    bound: Vec<&'a str>,
    asked: Asked,
}

impl<'a> Walker<'a> {
    fn visit(&mut self, tree: &'a IdedExpr, depth: usize) -> Result<Type, Objection> {
        let path = path_of(tree);
        if depth + path.as_ref().map_or(0, |(_, steps, _)| steps.len()) > DEEPEST_TREE {
            return Err(format!("it is nested too deeply: at most {DEEPEST_TREE} levels, split it into several").into());
        }
        if let Some((name, steps, tested)) = path {
            let value = self.name(name, steps)?;
            return Ok(if tested { Type::Bool } else { value });
        }
        match &tree.expr {
            Expr::Literal(literal) => Ok(Type::of_literal(literal)),
            Expr::Call(call) => self.call(call, depth),
            Expr::Comprehension(comprehension) => self.comprehension(comprehension, depth),
            Expr::Select(select) => {
                self.visit(&select.operand, depth + 1)?;
                Ok(if select.test { Type::Bool } else { Type::Any })
            }
            Expr::List(list) => {
                for element in &list.elements {
                    self.visit(element, depth + 1)?;
                }
                Ok(Type::Collection)
            }
            Expr::Map(map) => {
                for entry in &map.entries {
                    let EntryExpr::MapEntry(entry) = &entry.expr else {
                        return Err("it makes a struct, which there are none of".into());
                    };
                    self.visit(&entry.key, depth + 1)?;
                    self.visit(&entry.value, depth + 1)?;
                }
                Ok(Type::Collection)
            }
            Expr::Struct(_) => Err("it makes a struct, which there are none of".into()),
            Expr::Ident(_) | Expr::Unspecified => Err("it could not be read".into()),
        }
    }

    fn name(&mut self, name: &str, steps: Vec<Step>) -> Result<Type, Objection> {
        if self.bound.contains(&name) {
            return Ok(Type::Any);
        }
        let cel = self.look_up(name, &steps)?;
        if steps.iter().any(|step| matches!(step, Step::Item(index) if *index >= LONGEST_LIST)) {
            return Err(format!("only the first {LONGEST_LIST} items of a list can be looked at").into());
        }
        if !self.bound.is_empty() && (name == "body" || cel == CelKind::List) {
            return Err(format!("`{name}` cannot be looked at again for each item of a loop").into());
        }
        if let ("headers", [Step::Field(header)]) = (name, steps.as_slice())
            && header.chars().any(char::is_uppercase)
        {
            let message = format!("`{header}` is never there: names of headers are in lower case");
            return Err(Objection { message, allowed: Some(format!("headers['{}']", header.to_lowercase())) });
        }
        if name == "json" {
            self.asked.json.add(&steps);
            if !self.bound.is_empty() {
                self.asked.in_loops.add(&steps);
            }
        }
        self.asked.paths.push(Path { name: name.to_owned(), steps });
        Ok(Type::of_name(cel))
    }

    /// The type of a name of the kind's table, or of what its steps lead to.
    fn look_up(&self, name: &str, steps: &[Step]) -> Result<CelKind, Objection> {
        let fields: Vec<_> = self.fields_of(name).collect();
        let whole = self.kind.name_spec(name);
        match steps {
            [Step::Field(field), rest @ ..] if !fields.is_empty() => {
                let known = fields.iter().find(|spec| spec.name[name.len() + 1..] == *field);
                let spec = known.ok_or_else(|| Objection {
                    message: format!("`{name}.{field}` is not known here"),
                    allowed: Some(fields.iter().map(|spec| spec.name).collect::<Vec<_>>().join(", ")),
                })?;
                Ok(if rest.is_empty() { spec.cel } else { CelKind::Dyn })
            }
            [] => whole
                .map(|spec| spec.cel)
                .or((!fields.is_empty()).then_some(CelKind::Map))
                .ok_or_else(|| self.unknown(name)),
            _ if whole.is_some() || !fields.is_empty() => Ok(CelKind::Dyn),
            _ => Err(self.unknown(name)),
        }
    }

    fn fields_of(&self, name: &str) -> impl Iterator<Item = &'static NameSpec> {
        self.kind
            .names
            .iter()
            .filter(move |spec| spec.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
    }

    fn unknown(&self, name: &str) -> Objection {
        let names: Vec<_> = self.kind.names.iter().map(|spec| spec.name).collect();
        Objection {
            message: format!("`{name}` is not known here"),
            allowed: Some(if names.is_empty() { "no names at all".to_owned() } else { names.join(", ") }),
        }
    }

    fn call(&mut self, call: &'a CallExpr, depth: usize) -> Result<Type, Objection> {
        let name = call.func_name.as_str();
        if !OPERATORS.contains(&name) && !FUNCTIONS.contains(&name) {
            let allowed = [FUNCTIONS, &["has", "all", "exists", "exists_one", "map", "filter"]].concat().join(", ");
            return Err(Objection {
                message: format!("the function `{name}` is not known here, or not with {} arguments", call.args.len()),
                allowed: Some(allowed),
            });
        }
        if name == "matches" {
            self.pattern(call)?;
        }
        let mut sides = Vec::with_capacity(call.args.len());
        if let Some(target) = &call.target {
            self.visit(target, depth + 1)?;
        }
        for argument in &call.args {
            sides.push(self.visit(argument, depth + 1)?);
        }
        if let (true, [left, right]) = (is_comparison(name), sides.as_slice()) {
            comparable(*left, *right)?;
        }
        Ok(Type::of_call(name, &sides))
    }

    /// A pattern that the target could choose, or that is compiled anew for ten thousand items, could keep us busy for minutes.
    fn pattern(&self, call: &CallExpr) -> Result<(), Objection> {
        let literal = call.args.last().and_then(|pattern| match &pattern.expr {
            Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
            _ => None,
        });
        match literal {
            None => Err("`matches` takes a pattern that is written out: matches('^[0-9]+$')".into()),
            Some(text) if !self.bound.is_empty() && text.contains('{') => {
                Err("within a loop `matches` takes no pattern with {counts}".into())
            }
            Some(_) => Ok(()),
        }
    }

    fn comprehension(&mut self, loops: &'a ComprehensionExpr, depth: usize) -> Result<Type, Objection> {
        if !self.bound.is_empty() {
            return Err("loops cannot be nested: no `all`, `exists`, `map` or `filter` within another".into());
        }
        self.visit(&loops.iter_range, depth + 1)?;
        let accumulated = self.visit(&loops.accu_init, depth + 1)?;
        if self.kind.names.iter().any(|spec| spec.name.split('.').next() == Some(loops.iter_var.as_str())) {
            return Err(format!("the loop's `{}` hides the name: call it otherwise", loops.iter_var).into());
        }
        self.bound.extend([loops.iter_var.as_str(), loops.accu_var.as_str()]);
        self.bound.extend(loops.iter_var2.as_deref());
        for part in [&loops.loop_cond, &loops.loop_step, &loops.result] {
            self.visit(part, depth + 1)?;
        }
        self.bound.clear();
        Ok(if accumulated == Type::Number { Type::Bool } else { accumulated })
    }
}

/// Whether an operator compares its two sides.
pub(super) fn is_comparison(name: &str) -> bool {
    is_equality(name)
        || [operators::LESS, operators::LESS_EQUALS, operators::GREATER, operators::GREATER_EQUALS].contains(&name)
}

/// Whether an operator tells equal from unequal.
pub(super) fn is_equality(name: &str) -> bool {
    [operators::EQUALS, operators::NOT_EQUALS].contains(&name)
}
