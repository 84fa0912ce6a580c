//! A browser that somebody signed in with by a password is known from then on: wrong passwords that others try for them, from the
//! same office or in a flood, keep nobody waiting there.
//!
//! It keeps, sealed, whose it is, under which password, and a number of its own. That opens nothing: it is only about how long one
//! waits. Signing out leaves it; another password ends it, for somebody else may have signed in with the one before.

use axum::http::{HeaderMap, HeaderValue};
use model::PersonId;
use service::{Known, PasswordMark};

use super::{Door, identity};

/// The cookie.
const KNOWN: &str = "bridgewatch_known";
/// A year.
const LASTS: &str = "; Max-Age=31536000";

/// Whom the browser is known to, by what it brings. What was not sealed here counts for nothing.
pub fn read(door: &Door, headers: &HeaderMap) -> Option<Known> {
    let (person, password, browser) = door.sealer.open(KNOWN, identity::cookie(headers, KNOWN)?)?;
    Some(Known { person: PersonId(person), password, browser })
}

/// Has the browser that somebody just signed in with keep that.
pub fn keep(door: &Door, person: PersonId, password: PasswordMark) -> Option<HeaderValue> {
    let sealed = door.sealer.seal(KNOWN, &(person.0, password, door.sealer.number()))?;
    identity::set(&door.way, KNOWN, &sealed, LASTS)
}
