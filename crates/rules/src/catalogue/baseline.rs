//! A baseline, field by field.

use model::{BaselineMethod, BaselineSpec, Per};

use super::{
    faults::{Faults, one_of},
    fields::{At, Fields},
    tree::Tree,
    values::{DAY, NAME, amount, day, name, word},
};

const MINUTES: &str = "minutes: 5, or minutes: [3, 5, 9] (least, likely, most)";

/// Reads a baseline. Minutes may be one number, three, or three fields.
pub(super) fn baseline(at: &At<'_>, faults: &mut Faults) -> Option<BaselineSpec> {
    let pers: Vec<&str> = Per::ALL.iter().map(|per| per.as_str()).collect();
    let methods: Vec<&str> = BaselineMethod::ALL.iter().map(|method| method.as_str()).collect();
    let mut fields = Fields::open(at, faults)?;
    let per = fields.required("per", &one_of(pers.iter().copied()), |at, faults| word(at, &pers, faults));
    let minutes = minutes(&mut fields);
    let method = fields.required("method", &one_of(methods.iter().copied()), |at, faults| word(at, &methods, faults));
    let source = fields.required("source", NAME, name);
    let valid_from = fields.required("valid_from", DAY, day);
    fields.close();
    let [low_minutes, likely_minutes, high_minutes] = minutes?;
    Some(BaselineSpec {
        per: per?,
        low_minutes,
        likely_minutes,
        high_minutes,
        method: method?,
        source: source?,
        valid_from: valid_from?,
    })
}

fn minutes(fields: &mut Fields<'_, '_>) -> Option<[f64; 3]> {
    let short = fields.get("minutes");
    let long = ["low_minutes", "likely_minutes", "high_minutes"].map(|name| (name, fields.get(name)));
    match short {
        Some(short) => {
            for at in long.iter().filter_map(|(_, at)| at.as_ref()) {
                fields.faults.add(at, "stands beside `minutes`; one of both must go", MINUTES);
            }
            short_minutes(&short, fields.faults)
        }
        None if long.iter().all(|(_, at)| at.is_none()) => {
            fields.missing("minutes", MINUTES);
            None
        }
        None => {
            let mut ats = Vec::new();
            for (name, at) in long {
                match at {
                    Some(at) => ats.push(at),
                    None => fields.missing(name, "a number of at least 0"),
                }
            }
            ascending(&<[At<'_>; 3]>::try_from(ats).ok()?, fields.faults)
        }
    }
}

fn short_minutes(at: &At<'_>, faults: &mut Faults) -> Option<[f64; 3]> {
    if !matches!(at.node.tree, Tree::List(_)) {
        return amount(at, faults).map(|minutes| [minutes; 3]);
    }
    let items = at.items();
    let count = items.len();
    let Ok(three) = <[At<'_>; 3]>::try_from(items) else {
        faults.add(at, format!("has {count} numbers"), MINUTES);
        return None;
    };
    ascending(&three, faults)
}

/// Three numbers that do not fall.
fn ascending(ats: &[At<'_>; 3], faults: &mut Faults) -> Option<[f64; 3]> {
    let [low, likely, high] = ats.each_ref().map(|at| amount(at, faults));
    let (low, likely, high) = (low?, likely?, high?);
    for (before, after, at) in [(low, likely, &ats[1]), (likely, high, &ats[2])] {
        if before > after {
            faults.add(at, format!("`{after}` is less than the `{before}` before it"), "least <= likely <= most");
        }
    }
    Some([low, likely, high])
}
