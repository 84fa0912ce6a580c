//! Over which integrations a window is.

use model::{IntegrationSpec, Slug, Timestamp, WindowSpec};

use super::{Opening, Window};

/// Whether the window is over this integration: named by slug, by a system at one of its ends or between them, or by a tag.
pub fn is_over(window: &WindowSpec, integration: &IntegrationSpec) -> bool {
    let named = |list: &[Slug], slug: &Slug| list.contains(slug);
    window.everything
        || named(&window.integrations, &integration.slug)
        || [&integration.from, &integration.to]
            .into_iter()
            .chain(&integration.via)
            .any(|end| named(&window.systems, end))
        || integration.tags.iter().any(|tag| named(&window.tags, tag))
}

/// The window in which failures of this integration do not count now, with its present opening. Of several the one that closes
/// last, so that what is said of its end holds; of equal ones the first.
pub fn open_over<'w>(
    windows: impl IntoIterator<Item = (&'w WindowSpec, &'w Window)>,
    integration: &IntegrationSpec,
    at: Timestamp,
) -> Option<(&'w WindowSpec, Opening)> {
    let over = windows.into_iter().filter(|(spec, _)| !spec.counts && is_over(spec, integration));
    let open = over.filter_map(|(spec, window)| window.open_at(at).map(|opening| (spec, opening)));
    open.reduce(|last, next| if last.1.to < next.1.to { next } else { last })
}
