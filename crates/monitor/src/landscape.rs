//! The catalogue as the engine holds it: every integration with its probes ready to be asked.
//!
//! A landscape is made as a whole and never changed. What did not change is taken over from the one before, so that an edit
//! touches the schedule of nothing but what was edited, and nothing is compiled or built twice.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use model::{Baseline, Fault, Integration, IntegrationId, Lifecycle, Probe, ProbeId, ProbeSpec, Slug, System};
use rules::{assess::Compiled, expectation::Promise, kind::Kind};
use store::Snapshot;

use crate::{
    limits::Limits,
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
}

impl Landscape {
    /// Of what the store holds, taking over from `before` what is the same.
    pub(crate) fn make(snapshot: Snapshot, before: &Self, maker: &Maker) -> Self {
        let names: HashMap<Slug, String> =
            snapshot.systems.into_iter().map(|System { spec, .. }| (spec.slug, spec.name)).collect();
        let mut probes: BTreeMap<IntegrationId, Vec<Probe>> = BTreeMap::new();
        for probe in snapshot.probes {
            probes.entry(probe.integration_id).or_default().push(probe);
        }
        let mut baselines: BTreeMap<IntegrationId, Vec<Baseline>> = BTreeMap::new();
        for baseline in snapshot.baselines {
            baselines.entry(baseline.integration).or_default().push(baseline);
        }
        let mut integrations = snapshot.integrations;
        integrations.sort_by(|one, other| one.spec.slug.cmp(&other.spec.slug));
        let mut made = Self::default();
        for integration in integrations {
            let probes = probes.remove(&integration.id).unwrap_or_default();
            let baselines = baselines.remove(&integration.id).unwrap_or_default();
            made.add(maker.bridge(integration, probes, baselines, &names, before));
        }
        made
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

impl Maker {
    fn bridge(
        &self,
        mut integration: Integration,
        probes: Vec<Probe>,
        mut baselines: Vec<Baseline>,
        names: &HashMap<Slug, String>,
        before: &Landscape,
    ) -> Bridge {
        let name = |slug: &Slug| names.get(slug).cloned().unwrap_or_else(|| slug.to_string());
        let live = integration.spec.lifecycle == Lifecycle::Live;
        baselines.sort_by_key(|baseline| std::cmp::Reverse(baseline.version));
        integration.spec.probes = probes.iter().map(|probe| probe.spec.clone()).collect();
        integration.spec.baseline = baselines.first().map(|baseline| baseline.spec.clone());
        let spec = &integration.spec;
        let watched = probes.into_iter().map(|probe| self.watched(probe, &spec.environment, live, before)).collect();
        Bridge {
            from_name: name(&spec.from),
            to_name: name(&spec.to),
            via_names: spec.via.iter().map(name).collect(),
            probes: watched,
            baselines,
            promise: spec.expect.as_ref().filter(|_| live).and_then(|expect| Promise::compile(expect).ok()),
            integration: Arc::new(integration),
        }
    }

    fn watched(&self, probe: Probe, environment: &str, live: bool, before: &Landscape) -> Arc<Watched> {
        let environment = probe.spec.environment.clone().unwrap_or_else(|| environment.to_owned());
        let active = live && probe.spec.enabled;
        let known = before.probes.get(&probe.id);
        if let Some(same) = known
            .filter(|watched| *watched.probe == probe && watched.environment == environment && watched.active == active)
        {
            return Arc::clone(same);
        }
        let part = part_of(&probe.spec, self.kinds, |spec| self.asks(spec, probe.integration_id));
        let mut watched = Watched::new(Arc::new(probe), environment, active, part);
        if let Some(known) = known {
            watched.turn = Arc::clone(&known.turn);
        }
        Arc::new(watched)
    }

    /// What asking a probe of this spec needs.
    pub(crate) fn asks(&self, spec: &ProbeSpec, integration: IntegrationId) -> Result<Asks, Vec<Fault>> {
        let kind = Kind::find(self.kinds, &spec.kind)
            .ok_or_else(|| vec![Fault::at("kind", format!("`{}` is no kind of probe", spec.kind))])?;
        let ask = (self.build)(spec)?;
        Ok(Asks {
            compiled: Compiled::compile(spec, kind)?,
            integration: self.limits.integration(integration),
            host: ask.peer().map(|peer| self.limits.host(peer)),
            ask,
        })
    }
}
