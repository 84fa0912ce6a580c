//! Names with the steps taken from them.

use cel::{
    IdedExpr,
    common::ast::{Expr, LiteralValue, operators},
};

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// `.name` or `['name']`.
    Field(String),
    /// `[0]`.
    Item(usize),
}

/// A name with the steps that were taken from it: `json.items[0].id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path {
    pub(super) name: String,
    pub(super) steps: Vec<Step>,
}

impl Path {
    /// As it is written, up to the step with this name: `json.items` of `json.items[0].id`.
    pub(super) fn up_to(&self, key: &str) -> Option<String> {
        let end = self.steps.iter().position(|step| matches!(step, Step::Field(name) if name == key))?;
        let steps = self.steps[..=end].iter().map(|step| match step {
            Step::Field(name) => format!(".{name}"),
            Step::Item(index) => format!("[{index}]"),
        });
        Some(format!("{}{}", self.name, steps.collect::<String>()))
    }
}

/// A name and the steps from it, where a tree is nothing but that; and whether the last step is only tested with `has`.
pub(super) fn path_of(tree: &IdedExpr) -> Option<(&str, Vec<Step>, bool)> {
    let mut steps = Vec::new();
    let mut tested = false;
    let mut tree = tree;
    loop {
        tree = match &tree.expr {
            Expr::Ident(name) => {
                steps.reverse();
                return Some((name, steps, tested));
            }
            Expr::Select(select) if !select.test || steps.is_empty() => {
                tested |= select.test;
                steps.push(Step::Field(select.field.clone()));
                &select.operand
            }
            Expr::Call(call) if call.func_name == operators::INDEX => match call.args.as_slice() {
                [operand, index] => {
                    steps.push(literal_step(index)?);
                    operand
                }
                _ => return None,
            },
            _ => return None,
        };
    }
}

fn literal_step(index: &IdedExpr) -> Option<Step> {
    match &index.expr {
        Expr::Literal(LiteralValue::Int(index)) => usize::try_from(*index.inner()).ok().map(Step::Item),
        Expr::Literal(LiteralValue::String(name)) => Some(Step::Field(name.inner().to_owned())),
        _ => None,
    }
}
