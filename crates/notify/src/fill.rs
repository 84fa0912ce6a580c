//! Values in the place of references such as `${secret:NAME}`. Who keeps them is nothing that channels know.

use std::{fmt, pin::Pin, sync::Arc};

/// A text with values in the place of its references.
pub struct Filled {
    /// The text.
    pub text: String,
    /// What was put in: masked in all that is kept.
    pub values: Vec<String>,
}

/// Without any of it: it must not get into a log.
impl fmt::Debug for Filled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Filled").finish_non_exhaustive()
    }
}

/// A text on its way; or which value is not to be had and why, in words that show none.
pub type Filling = Pin<Box<dyn Future<Output = Result<Filled, String>> + Send>>;

/// Who fills texts in, given the host that they are sent to. Asked at each message, so that a changed value holds from the next on.
pub type Fill = Arc<dyn Fn(String, Option<String>) -> Filling + Send + Sync>;

/// Texts mean themselves.
pub fn as_written() -> Fill {
    Arc::new(|text, _host| Box::pin(async move { Ok(Filled { text, values: Vec::new() }) }))
}
