//! One expression, evaluated over one scope.

use std::panic::{self, AssertUnwindSafe};

use cel::{
    ExecutionError, IdedExpr, Value,
    common::{
        ast::{Expr, operators},
        types::{CelBool, CelDouble, CelDuration, CelInt, CelUInt},
        value::CowVal,
    },
};

use super::{
    compile::Expression,
    scope::Scope,
    text::{cut, text},
    types::{Type, comparable},
    walk::{is_comparison, is_equality},
};

/// Characters that an error is told with.
const LONGEST_ERROR: usize = 200;

/// What came of an assertion.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) passed: bool,
    /// Both sides of the comparison that decided, and its operator.
    pub(super) sides: Option<(String, &'static str, String)>,
    /// Why it could not be told.
    pub(super) error: Option<String>,
}

impl Held {
    fn error(error: String) -> Self {
        Self { error: Some(error), ..Self::default() }
    }
}

/// Asks whether an assertion holds.
pub(super) fn holds(expression: &Expression, scope: &Scope<'_, '_>) -> Held {
    behind_a_net(|| conjunct(&expression.tree, expression, scope)).unwrap_or_else(Held::error)
}

/// Tells a measure; a length of time in seconds, true and false as 1 and 0.
pub(super) fn number(expression: &Expression, scope: &Scope<'_, '_>) -> Option<f64> {
    let number = behind_a_net(|| {
        let value = Value::resolve_val(&expression.tree, &scope.context).ok()?;
        as_number(&value)
    });
    number.ok().flatten().filter(|number| number.is_finite())
}

/// The interpreter is not ours and runs over whatever a target sent: should it panic, that is an error like another.
fn behind_a_net<T>(evaluate: impl FnOnce() -> T) -> Result<T, String> {
    panic::catch_unwind(AssertUnwindSafe(evaluate)).map_err(|_| "it could not be evaluated".to_owned())
}

#[expect(clippy::cast_precision_loss, reason = "a measure is charted: fifteen digits are enough")]
fn as_number(value: &CowVal<'_, '_>) -> Option<f64> {
    if let Some(value) = value.downcast_ref::<CelInt>() {
        Some(*value.inner() as f64)
    } else if let Some(value) = value.downcast_ref::<CelUInt>() {
        Some(*value.inner() as f64)
    } else if let Some(value) = value.downcast_ref::<CelDouble>() {
        Some(*value.inner())
    } else if let Some(value) = value.downcast_ref::<CelDuration>() {
        value.inner().num_microseconds().map(|us| us as f64 / 1e6)
    } else {
        value.downcast_ref::<CelBool>().map(|value| f64::from(u8::from(*value.inner())))
    }
}

/// `a && b` is taken apart, so that the sides shown are those of the part that failed.
fn conjunct(tree: &IdedExpr, expression: &Expression, scope: &Scope<'_, '_>) -> Held {
    if let Expr::Call(call) = &tree.expr
        && let [left, right] = call.args.as_slice()
    {
        if call.func_name == operators::LOGICAL_AND {
            let held = conjunct(left, expression, scope);
            return if held.passed { conjunct(right, expression, scope) } else { held };
        }
        if is_comparison(&call.func_name) || call.func_name == operators::IN {
            return comparison(tree, &call.func_name, [left, right], expression, scope);
        }
    }
    match Value::resolve_val(tree, &scope.context) {
        Err(error) => Held::error(told(&error, expression, scope)),
        Ok(value) => match value.downcast_ref::<CelBool>() {
            Some(value) => Held { passed: *value.inner(), ..Held::default() },
            None => Held::error(format!("it is {}, not true or false", text(value.as_ref()))),
        },
    }
}

fn comparison(
    tree: &IdedExpr,
    operator: &str,
    sides: [&IdedExpr; 2],
    expression: &Expression,
    scope: &Scope<'_, '_>,
) -> Held {
    let resolved = sides.map(|side| Value::resolve_val(side, &scope.context));
    let shown = match &resolved {
        [Ok(left), Ok(right)] => (text(left.as_ref()), written(operator), text(right.as_ref())),
        [Err(error), _] | [_, Err(error)] => return Held::error(told(error, expression, scope)),
    };
    let [left, right] = resolved.map(|side| side.map_or(Type::Any, |value| Type::of_value(value.get_type().kind())));
    if is_equality(operator) && comparable(left, right).is_err() {
        let (one, _, other) = &shown;
        let error = format!("{one} is {} and {other} is {}", left.noun(), right.noun());
        return Held { passed: false, sides: Some(shown), error: Some(error) };
    }
    match Value::resolve_val(tree, &scope.context) {
        Err(error) => Held { sides: Some(shown), ..Held::error(told(&error, expression, scope)) },
        Ok(value) => Held {
            passed: value.downcast_ref::<CelBool>().is_some_and(|value| *value.inner()),
            sides: Some(shown),
            error: None,
        },
    }
}

fn written(operator: &str) -> &'static str {
    match operator {
        operators::EQUALS => "==",
        operators::NOT_EQUALS => "!=",
        operators::LESS => "<",
        operators::LESS_EQUALS => "<=",
        operators::GREATER => ">",
        operators::GREATER_EQUALS => ">=",
        _ => "in",
    }
}

/// An error in our words, with the path where there is one.
fn told(error: &ExecutionError, expression: &Expression, scope: &Scope<'_, '_>) -> String {
    let message = match error {
        ExecutionError::UndeclaredReference(name) => match scope.absent.get(name.as_str()) {
            Some(why) => why.clone(),
            None => format!("{name}: nothing was seen under this name"),
        },
        ExecutionError::NoSuchKey(key) => {
            let path = expression.asked.paths.iter().find_map(|path| path.up_to(key));
            format!("{}: no such key", path.unwrap_or_else(|| key.to_string()))
        }
        ExecutionError::IndexOutOfBounds(index) => match index {
            Value::Int(index) => format!("there is no item [{index}]"),
            _ => "there is no such item".to_owned(),
        },
        ExecutionError::NoSuchOverload(overload) => {
            let types = overload.argument_types().join(" and ");
            match overload.function() {
                "_._" | "_[_]" => format!("nothing can be looked up in {types}"),
                function => format!("`{}` does not work on {types}", function.trim_matches('_')),
            }
        }
        other => other.to_string(),
    };
    cut(&message, LONGEST_ERROR)
}
