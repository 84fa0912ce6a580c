//! A request, with a token where one is granted.

use std::time::Instant;

use hyper::{StatusCode, header::AUTHORIZATION};
use model::Reason;
use rules::assess::Trouble;

use super::{
    cookies::Jar,
    manner::Manner,
    request::Ask,
    sign,
    token::{Grant, Tokens},
    walk::{Seen, Until, walk},
    way::Way,
};
use crate::redact::Masks;

/// What is asked, and how.
pub(crate) struct Asked<'a> {
    pub(crate) way: &'a Way,
    pub(crate) manner: &'a Manner,
    pub(crate) ask: &'a Ask,
    pub(crate) grant: Option<&'a Grant>,
    pub(crate) tokens: &'a Tokens,
}

/// How far it came.
pub(crate) struct Underway {
    /// When the first network call for the answer itself began.
    pub(crate) began: Instant,
    pub(crate) seen: Seen,
    /// What must not be kept, the token with it.
    pub(crate) masks: Masks,
    pub(crate) jar: Jar,
}

impl Asked<'_> {
    /// Asks until there is an answer. What was seen stays in `underway` whatever comes of it.
    pub(crate) async fn walk(&self, until: Until, underway: &mut Underway) -> Result<(), Trouble> {
        if let Some(grant) = self.grant {
            // Boxed, as few checks do it and it holds another walk.
            return Box::pin(self.walk_granted(grant, until, underway)).await;
        }
        let Underway { seen, masks, jar, .. } = underway;
        walk(self.way, self.manner, self.ask, masks, jar, until, seen).await
    }

    /// With a token that is granted: a kept one, and if that is refused, once more with a new one and the cookies of before.
    async fn walk_granted(&self, grant: &Grant, until: Until, underway: &mut Underway) -> Result<(), Trouble> {
        let (own, before) = (underway.masks.clone(), underway.jar.clone());
        let mut refused = None;
        loop {
            let (token, is_new) = self.tokens.get(grant, self.way, until, refused.as_deref()).await?;
            let masks = own.with(&token.masks);
            let mut ask = self.ask.clone();
            let sendable = sign::secret_value(&format!("Bearer {}", token.value));
            let unsendable = || Trouble::new(Reason::Auth, "the token holds characters that a header may not");
            ask.headers.insert(AUTHORIZATION, sendable.ok_or_else(unsendable)?);
            *underway = Underway { began: Instant::now(), seen: Seen::default(), masks, jar: before.clone() };
            let Underway { seen, masks, jar, .. } = &mut *underway;
            let walked = walk(self.way, self.manner, &ask, masks, jar, until, seen).await;
            let status = underway.seen.answer.as_ref().map(|answer| answer.status);
            if is_new || status != Some(StatusCode::UNAUTHORIZED) {
                return walked;
            }
            refused = Some(token.value);
        }
    }
}
