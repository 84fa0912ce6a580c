//! What a change of the catalogue may be.

use model::{BaselineSpec, Handling, IntegrationSpec, ProbeSpec, Slug, SystemSpec, WindowSpec};

use crate::NewEntry;

/// One change of the catalogue. A slug that was retired is revived by a `Put`, but of a window; a spec whose `formerly` names a slug that
/// there is or was, while its own never was, renames, and revives if that was retired. Retiring or removing what is not there does
/// nothing.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "made by hand or from a file: a few thousand at most, and not for long")]
pub enum Write {
    /// Makes, changes, revives or renames a system. A rename follows in the `from`, `to` and `via` of every integration, in the
    /// `depends_on` of every system and in every window.
    PutSystem {
        /// What it is.
        spec: SystemSpec,
        /// The catalogue it comes from; `None`: made by hand.
        catalogue: Option<String>,
    },
    /// Retires a system.
    RetireSystem {
        /// Which.
        slug: Slug,
    },
    /// Makes, changes, revives or renames an integration. A rename follows in every window. `spec.probes` and `spec.baseline` are
    /// ignored: see the other writes.
    PutIntegration {
        /// What it is.
        spec: IntegrationSpec,
        /// The catalogue it comes from; `None`: made by hand.
        catalogue: Option<String>,
    },
    /// Retires an integration, removes its probes with the keys of their pings, revokes its tokens, and forgets what people did
    /// with it and what its owner was told.
    RetireIntegration {
        /// Which.
        slug: Slug,
    },
    /// Makes, changes or revives a probe.
    PutProbe {
        /// Whose.
        integration: Slug,
        /// What it is.
        spec: ProbeSpec,
        /// For heartbeats: where pings go, if it has no such key yet. A key once given stays until the integration is retired.
        ping_key: Option<String>,
    },
    /// Removes a probe, and forgets what people did with it; its runs stay.
    RemoveProbe {
        /// Whose.
        integration: Slug,
        /// Which.
        probe: Slug,
    },
    /// The next version of the baseline.
    AddBaseline {
        /// Whose.
        integration: Slug,
        /// What it says.
        spec: BaselineSpec,
    },
    /// Makes or changes a window. One that was changed is another row from now on, and what it was is kept.
    PutWindow {
        /// What it is.
        spec: WindowSpec,
        /// The catalogue it comes from; `None`: made by hand.
        catalogue: Option<String>,
    },
    /// Retires a window; its slug is free again.
    RetireWindow {
        /// Which.
        slug: Slug,
    },
    /// Replaces what people did with an integration; nothing at all forgets it.
    HandleIntegration {
        /// Which.
        integration: Slug,
        /// What they did.
        handling: Handling,
    },
    /// Replaces what people did with a probe; nothing at all forgets it.
    HandleProbe {
        /// Whose.
        integration: Slug,
        /// Which.
        probe: Slug,
        /// What they did.
        handling: Handling,
    },
    /// An entry of the audit, which tells of the writes beside it. By itself it does not move the catalogue's revision.
    Audit(NewEntry),
}
