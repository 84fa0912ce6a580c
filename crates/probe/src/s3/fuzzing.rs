//! Pages of objects, and errors.

use super::listing::{Page, refused};

/// Whether it is a page; bounded, and each error as well.
pub(crate) fn page(input: &[u8]) -> bool {
    let trouble = refused("peer.example:443", 403, input);
    assert!(trouble.message.chars().count() <= 300, "{} signs of an error", trouble.message.chars().count());
    let Some(page) = Page::read(input) else { return false };
    assert!(page.objects.len() <= 1_000);
    assert!(page.objects.iter().all(|seen| seen.size >= 0));
    true
}
