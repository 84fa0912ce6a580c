//! What a person should make of it.

crate::outcome::words! {
    /// The level of an integration, probe or answer. Ordered from calm to urgent, so that the worst is the greatest.
    Level, "a level" {
        /// Someone paused it on purpose.
        Paused = "paused",
        /// As it should be, on the evidence named.
        Okay = "okay",
        /// No evidence, or none for two cadences.
        Unknown = "unknown",
        /// Something to look at: soft down, warn, partial, one missed.
        Attention = "attention",
        /// Something to act on: hard down, or two missed in a row.
        Problem = "problem",
    }
}
