//! The catalogue as the engine holds it: every integration with its probes ready to be asked.
//!
//! A landscape is made as a whole and never changed. What did not change is taken over from the one before, so that an edit
//! touches the schedule of nothing but what was edited, and nothing is compiled or built twice.

use std::{
    collections::{BTreeMap, HashMap},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use model::{
    Baseline, Fault, Handling, Integration, IntegrationId, Lifecycle, Probe, ProbeId, ProbeSpec, Slug, SystemSpec,
    WindowSpec,
};
use rules::{
    assess::Compiled,
    expectation::Promise,
    kind::Kind,
    window::{Window, is_over},
};
use store::WindowRow;

use crate::{
    limits::Limits,
    pauses::Pauses,
    stored::Stored,
    tasks::said_by,
    watched::{Asks, Watched, part_of},
};

/// How a probe is made of what was written; tests hand in scripted ones.
pub(crate) type Build = Arc<dyn Fn(&ProbeSpec) -> Result<Arc<dyn probe::Probe>, Vec<Fault>> + Send + Sync>;

/// What making a landscape needs.
pub(crate) struct Maker {
    /// The kinds there are.
    pub(crate) kinds: &'static [Kind],
    /// How a probe is made.
    pub(crate) build: Build,
    /// Slots per host and integration.
    pub(crate) limits: Limits,
}

/// One integration, ready.
pub(crate) struct Bridge {
    /// What is stored of it, probes and present baseline filled in.
    pub(crate) integration: Arc<Integration>,
    /// The source's name.
    pub(crate) from_name: String,
    /// The target's name.
    pub(crate) to_name: String,
    /// The middleware's names.
    pub(crate) via_names: Vec<String>,
    /// Its probes, in the order written.
    pub(crate) probes: Vec<Arc<Watched>>,
    /// Every version of its baseline, newest first.
    pub(crate) baselines: Vec<Baseline>,
    /// What it promises of its own runs, while it is live.
    pub(crate) promise: Option<Promise>,
    /// What people did with it.
    pub(crate) handling: Handling,
    /// What they did with its probes, by slug; those with which nothing was done are left out.
    pub(crate) probe_handling: Arc<BTreeMap<Slug, Handling>>,
    /// When nobody holds it to its promise.
    pub(crate) pauses: Pauses,
    /// The windows over it: places in [`Landscape::windows`].
    pub(crate) windows: Vec<usize>,
}

/// A window in which failures do not count.
pub(crate) struct QuietWindow {
    /// What was written of it.
    pub(crate) spec: WindowSpec,
    /// When it is open.
    pub(crate) window: Window,
}

impl Bridge {
    /// Its row.
    pub(crate) fn id(&self) -> IntegrationId {
        self.integration.id
    }

    /// Its name in URLs.
    pub(crate) fn slug(&self) -> &Slug {
        &self.integration.spec.slug
    }
}

/// Every integration, ready.
#[derive(Default)]
pub(crate) struct Landscape {
    /// By slug.
    pub(crate) bridges: Vec<Arc<Bridge>>,
    /// Where each one is.
    places: HashMap<IntegrationId, usize>,
    /// Every probe.
    pub(crate) probes: HashMap<ProbeId, Arc<Watched>>,
    /// Heartbeats by the key of their pings.
    keys: HashMap<String, ProbeId>,
    /// Every window in which failures do not count.
    pub(crate) windows: Vec<QuietWindow>,
    /// Every system.
    pub(crate) systems: Vec<SystemSpec>,
}

/// What is the same for every integration while a landscape is made.
struct Making<'a> {
    names: HashMap<Slug, String>,
    handling: HashMap<IntegrationId, Handling>,
    probe_handling: HashMap<ProbeId, Handling>,
    windows: &'a [QuietWindow],
    before: &'a Landscape,
}

impl Landscape {
    /// Of what the store holds, taking over from `before` what is the same.
    pub(crate) fn make(stored: impl Into<Stored>, before: &Self, maker: &Maker) -> Self {
        let Stored { catalogue, windows, handling, .. } = stored.into();
        let mut probes: BTreeMap<IntegrationId, Vec<Probe>> = BTreeMap::new();
        for probe in catalogue.probes {
            probes.entry(probe.integration_id).or_default().push(probe);
        }
        let mut baselines: BTreeMap<IntegrationId, Vec<Baseline>> = BTreeMap::new();
        for baseline in catalogue.baselines {
            baselines.entry(baseline.integration).or_default().push(baseline);
        }
        let mut integrations = catalogue.integrations;
        integrations.sort_by(|one, other| one.spec.slug.cmp(&other.spec.slug));
        let systems: Vec<SystemSpec> = catalogue.systems.into_iter().map(|system| system.spec).collect();
        let windows = quiet(windows);
        let making = Making {
            names: systems.iter().map(|system| (system.slug.clone(), system.name.clone())).collect(),
            handling: handling.integrations.into_iter().collect(),
            probe_handling: handling.probes.into_iter().collect(),
            windows: &windows,
            before,
        };
        let mut made = Self::default();
        for integration in integrations {
            let probes = probes.remove(&integration.id).unwrap_or_default();
            let baselines = baselines.remove(&integration.id).unwrap_or_default();
            made.add(maker.bridge(integration, probes, baselines, &making));
        }
        Self { windows, systems, ..made }
    }

    fn add(&mut self, bridge: Bridge) {
        self.places.insert(bridge.id(), self.bridges.len());
        for watched in &bridge.probes {
            self.probes.insert(watched.id(), Arc::clone(watched));
            if let Some(key) = &watched.probe.ping_key {
                self.keys.insert(key.clone(), watched.id());
            }
        }
        self.bridges.push(Arc::new(bridge));
    }

    /// The integration of this slug.
    pub(crate) fn by_slug(&self, slug: &Slug) -> Option<&Arc<Bridge>> {
        let at = self.bridges.binary_search_by(|bridge| bridge.slug().cmp(slug)).ok()?;
        self.bridges.get(at)
    }

    /// Where an integration stands in [`Self::bridges`].
    pub(crate) fn place(&self, id: IntegrationId) -> Option<usize> {
        self.places.get(&id).copied()
    }

    /// The integration of this row.
    pub(crate) fn bridge(&self, id: IntegrationId) -> Option<&Arc<Bridge>> {
        self.bridges.get(self.place(id)?)
    }

    /// The probe of these slugs.
    pub(crate) fn probe(&self, integration: &Slug, probe: &Slug) -> Option<&Arc<Watched>> {
        self.by_slug(integration)?.probes.iter().find(|watched| watched.spec().slug == *probe)
    }

    /// The heartbeat whose pings come with this key.
    pub(crate) fn by_key(&self, key: &str) -> Option<&Arc<Watched>> {
        self.probes.get(self.keys.get(key)?)
    }
}

/// Those in which failures do not count, ready to be asked. One that cannot be read is left out, which the log says.
fn quiet(windows: Vec<WindowRow>) -> Vec<QuietWindow> {
    let compiled = |WindowRow { spec, .. }: WindowRow| match Window::compile(&spec.opens) {
        Ok(window) => Some(QuietWindow { spec, window }),
        Err(fault) => {
            tracing::error!(window = %spec.slug, field = fault.field, why = fault.message, "a window cannot be used");
            None
        }
    };
    windows.into_iter().filter(|window| !window.spec.counts).filter_map(compiled).collect()
}

impl Maker {
    fn bridge(
        &self,
        mut integration: Integration,
        probes: Vec<Probe>,
        mut baselines: Vec<Baseline>,
        making: &Making<'_>,
    ) -> Bridge {
        let name = |slug: &Slug| making.names.get(slug).cloned().unwrap_or_else(|| slug.to_string());
        let live = integration.spec.lifecycle == Lifecycle::Live;
        baselines.sort_by_key(|baseline| std::cmp::Reverse(baseline.version));
        integration.spec.probes = probes.iter().map(|probe| probe.spec.clone()).collect();
        integration.spec.baseline = baselines.first().map(|baseline| baseline.spec.clone());
        let spec = &integration.spec;
        let handling = making.handling.get(&integration.id).cloned().unwrap_or_default();
        let of_probe = |probe: &Probe| making.probe_handling.get(&probe.id);
        let probe_handling: BTreeMap<Slug, Handling> =
            probes.iter().filter_map(|probe| Some((probe.spec.slug.clone(), of_probe(probe)?.clone()))).collect();
        let watched = probes.into_iter().map(|probe| {
            let pauses = Pauses::of([Some(&handling), of_probe(&probe)].into_iter().flatten());
            self.watched(probe, &spec.environment, live, pauses, making.before)
        });
        let mut watched: Vec<_> = watched.collect();
        // Collected in place, it would keep the room of the larger specs that it came from.
        watched.shrink_to_fit();
        let over = making.windows.iter().enumerate().filter(|(_, quiet)| is_over(&quiet.spec, spec));
        Bridge {
            from_name: name(&spec.from),
            to_name: name(&spec.to),
            via_names: spec.via.iter().map(name).collect(),
            probes: watched,
            baselines,
            promise: spec.expect.as_ref().filter(|_| live).and_then(|expect| Promise::compile(expect).ok()),
            pauses: Pauses::of([&handling]),
            handling,
            probe_handling: Arc::new(probe_handling),
            windows: over.map(|(place, _)| place).collect(),
            integration: Arc::new(integration),
        }
    }

    fn watched(&self, probe: Probe, environment: &str, live: bool, pauses: Pauses, before: &Landscape) -> Arc<Watched> {
        let environment = probe.spec.environment.clone().unwrap_or_else(|| environment.to_owned());
        let active = live && probe.spec.enabled;
        let known = before.probes.get(&probe.id);
        if let Some(same) = known.filter(|watched| {
            *watched.probe == probe
                && watched.environment == environment
                && watched.active == active
                && watched.pauses == pauses
        }) {
            return Arc::clone(same);
        }
        let part = part_of(&probe.spec, self.kinds, |spec| self.asks(spec, probe.integration_id));
        let mut watched = Watched::new(Arc::new(probe), environment, active, part);
        watched.pauses = pauses;
        if let Some(known) = known {
            watched.turn = Arc::clone(&known.turn);
        }
        Arc::new(watched)
    }

    /// What asking a probe of this spec needs.
    pub(crate) fn asks(&self, spec: &ProbeSpec, integration: IntegrationId) -> Result<Asks, Vec<Fault>> {
        let kind = Kind::find(self.kinds, &spec.kind)
            .ok_or_else(|| vec![Fault::at("kind", format!("`{}` is no kind of probe", spec.kind))])?;
        // One probe that cannot be made must not keep the others from being asked.
        let made = catch_unwind(AssertUnwindSafe(|| -> Result<_, Vec<Fault>> {
            let ask = (self.build)(spec)?;
            Ok((Compiled::compile(spec, kind)?, ask.peer(), ask))
        }));
        let (compiled, peer, ask) = made.unwrap_or_else(|panic| {
            let said = said_by(panic.as_ref());
            tracing::error!(probe = %spec.slug, kind = spec.kind, said, "making a probe panicked");
            Err(vec![Fault::at("kind", format!("a fault of our own: making it panicked: {said}"))])
        })?;
        Ok(Asks {
            compiled,
            integration: self.limits.integration(integration),
            host: peer.map(|peer| self.limits.host(peer)),
            kind: self.limits.kind(kind.name),
            ask,
        })
    }
}
