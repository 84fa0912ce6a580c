//! A system, field by field.

use model::SystemSpec;

use super::{
    faults::Faults,
    fields::{At, Fields},
    values::{NAME, SLUG, line, name, prose, slug, slugs},
};

/// Reads a system.
pub(super) fn system(at: &At<'_>, faults: &mut Faults) -> Option<SystemSpec> {
    let mut fields = Fields::open(at, faults)?;
    let slug_ = fields.required("slug", SLUG, slug);
    let name = fields.required("name", NAME, name);
    let kind = fields.read("kind", line);
    let owner = fields.read("owner", line);
    let description = fields.read("description", prose);
    let depends_on = fields.read("depends_on", |at, faults| Some(slugs(at, faults))).unwrap_or_default();
    let formerly = fields.read("formerly", slug);
    fields.close();
    Some(SystemSpec { slug: slug_?, name: name?, kind, owner, description, depends_on, formerly })
}
