//! What of `formerly` cannot be carried out. A former slug that was retired is: it comes back under the new one, with its history,
//! and without its tokens and the keys of its pings.

use std::collections::BTreeSet;

use model::{Catalogue, Fault, Slug};
use store::Retired;

use crate::change::Have;

/// A fault of each heir whose former self is somebody else's, or that would become one with what is retired.
pub(super) fn faults(have: &Have, retired: &Retired, want: &Catalogue) -> Vec<Fault> {
    let systems = want.systems.iter().enumerate().map(|(at, system)| Heir {
        at: format!("systems[{at}]"),
        noun: "system",
        slug: &system.slug,
        is_there: have.system(&system.slug).is_some(),
        before: system
            .formerly
            .as_ref()
            .and_then(|former| have.system(former))
            .map(|before| (&before.spec.slug, before.catalogue.as_deref())),
        retired: &retired.systems,
    });
    let integrations = want.integrations.iter().enumerate().map(|(at, integration)| Heir {
        at: format!("integrations[{at}]"),
        noun: "integration",
        slug: &integration.slug,
        is_there: have.integration(&integration.slug).is_some(),
        before: integration
            .formerly
            .as_ref()
            .and_then(|former| have.integration(former))
            .map(|before| (&before.spec.slug, before.catalogue.as_deref())),
        retired: &retired.integrations,
    });
    systems.chain(integrations).filter_map(|heir| heir.fault(&want.catalogue)).collect()
}

struct Heir<'h> {
    at: String,
    noun: &'static str,
    slug: &'h Slug,
    /// Whether something has its own slug: then it is that, and what it was called is an old story.
    is_there: bool,
    /// What has the former slug now, and its catalogue (none: made by hand).
    before: Option<(&'h Slug, Option<&'h str>)>,
    retired: &'h BTreeSet<Slug>,
}

impl Heir<'_> {
    fn fault(&self, catalogue: &str) -> Option<Fault> {
        let Self { at, noun, slug, .. } = self;
        let (former, owner) = self.before.filter(|_| !self.is_there)?;
        if owner != Some(catalogue) {
            let owner = match owner {
                Some(owner) => format!("belongs to catalogue `{owner}`"),
                None => "was made by hand".to_owned(),
            };
            let message = format!("the {noun} `{former}` {owner} and would be renamed");
            let allowed = format!("a former slug of this catalogue; `{former}`, once it is retired there");
            return Some(Fault::at(format!("{at}.formerly"), message).allowed(allowed));
        }
        self.retired.contains(*slug).then(|| {
            let message = format!("`{slug}` is a {noun} that was retired, and two cannot become one");
            let allowed = format!("another slug; or `{slug}` without `formerly`, which brings back what it was");
            Fault::at(format!("{at}.slug"), message).allowed(allowed)
        })
    }
}
