//! Values that the configuration does not hold but refers to.

use std::{env, fs};

use rules::secret::{self, Reference};

/// A setting with values in the place of `${env:NAME}` and `${file:PATH}`. Whoever writes the configuration may name any file.
pub fn filled(text: &str) -> Result<String, String> {
    let references = secret::references(text)?;
    if let Some(sealed) = references.iter().find(|reference| matches!(reference, Reference::Secret(_))) {
        return Err(format!(
            "{sealed}: only a running server fills in the store's secrets, in its catalogue; write ${{env:NAME}} or ${{file:PATH}}"
        ));
    }
    let value = |reference: &Reference| match reference {
        Reference::Env(name) => env::var(name).ok(),
        Reference::File(path) => {
            fs::read_to_string(path).ok().map(|text| text.trim_end_matches(['\r', '\n']).to_owned())
        }
        Reference::Secret(_) => None,
    };
    secret::fill(text, value).map_err(|missing| {
        let missing: Vec<String> = missing.iter().map(ToString::to_string).collect();
        format!("{}: there is no such thing, or it cannot be read", missing.join(", "))
    })
}
