//! The rows of a kind's tables.

use rules::kind::{CelKind, NameSpec, OptionKind, OptionSpec};

/// An option that may be left out; `default` holds then, as it would be written.
pub(crate) const fn optional(
    name: &'static str,
    kind: OptionKind,
    default: Option<&'static str>,
    help: &'static str,
) -> OptionSpec {
    OptionSpec { name, kind, required: false, default, help, secret: false }
}

/// An option that must be there.
pub(crate) const fn required(name: &'static str, kind: OptionKind, help: &'static str) -> OptionSpec {
    OptionSpec { required: true, ..optional(name, kind, None, help) }
}

/// A text that must never be shown.
pub(crate) const fn secret(name: &'static str, help: &'static str) -> OptionSpec {
    OptionSpec { secret: true, ..optional(name, OptionKind::Text, None, help) }
}

/// The rows of these lists, one list after the other; `N` is how many there are in all.
pub(crate) const fn joined<const N: usize>(lists: &[&[OptionSpec]]) -> [OptionSpec; N] {
    let mut rows = [lists[0][0]; N];
    let (mut list, mut at) = (0, 0);
    while list < lists.len() {
        let mut row = 0;
        while row < lists[list].len() {
            rows[at] = lists[list][row];
            row += 1;
            at += 1;
        }
        list += 1;
    }
    assert!(at == N, "there are fewer rows");
    rows
}

/// A name for expressions.
pub(crate) const fn name(name: &'static str, cel: CelKind, help: &'static str) -> NameSpec {
    NameSpec { name, cel, help }
}
