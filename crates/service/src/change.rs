//! Changing the catalogue: what is there, what is wanted, and the writes between the two.

use std::collections::BTreeSet;

use model::{
    Catalogue, Change, ChangeKind, Integration, IntegrationSpec, Plan, Problem, Slug, System, SystemSpec, WindowSpec,
};
use store::{Snapshot, Store, WindowRow, Write};

use crate::{audit::Act, problem, sight::Sight};

/// What is there now: integrations with their probes and the newest version of their baseline, which is the one that a
/// catalogue speaks of (the one that holds today may be older).
pub(crate) struct Have {
    pub systems: Vec<System>,
    pub integrations: Vec<Integration>,
    pub windows: Vec<WindowRow>,
}

impl Have {
    /// Read in one transaction, and the windows after it: whoever writes holds `changing`, so that nothing comes between.
    pub async fn read(store: &Store) -> Result<Self, Problem> {
        let Snapshot { mut systems, mut integrations, probes, baselines, .. } =
            store.load().await.map_err(problem::of_store)?;
        let windows = store.windows().await.map_err(problem::of_store)?;
        for system in &mut systems {
            system.spec.formerly = None;
        }
        for integration in &mut integrations {
            let own = |probe: &&model::Probe| probe.integration_id == integration.id;
            integration.spec.formerly = None;
            integration.spec.probes = probes.iter().filter(own).map(|probe| probe.spec.clone()).collect();
            let newest = baselines.iter().filter(|one| one.integration == integration.id).max_by_key(|one| one.version);
            integration.spec.baseline = newest.map(|newest| newest.spec.clone());
        }
        Ok(Self { systems, integrations, windows })
    }

    pub fn system(&self, slug: &Slug) -> Option<&System> {
        self.systems.iter().find(|system| system.spec.slug == *slug)
    }

    pub fn integration(&self, slug: &Slug) -> Option<&Integration> {
        self.integrations.iter().find(|integration| integration.spec.slug == *slug)
    }

    pub fn window(&self, slug: &Slug) -> Option<&WindowRow> {
        self.windows.iter().find(|window| window.spec.slug == *slug)
    }

    /// A window without the names of what is not there (any more, or for this caller): who deletes an integration deletes it from no
    /// window, and takes the last of a tag from none. `None`: nothing is left that it would be over.
    pub fn over_what_is(&self, window: &WindowSpec) -> Option<WindowSpec> {
        let mut window = window.clone();
        window.integrations.retain(|slug| self.integration(slug).is_some());
        window.systems.retain(|slug| self.system(slug).is_some());
        if !window.tags.is_empty() {
            let tags = self.tags();
            window.tags.retain(|tag| tags.contains(tag));
        }
        let is_empty = window.integrations.is_empty() && window.systems.is_empty() && window.tags.is_empty();
        (window.everything || !is_empty).then_some(window)
    }

    /// The tags of all integrations.
    pub fn tags(&self) -> BTreeSet<&Slug> {
        self.integrations.iter().flat_map(|integration| &integration.spec.tags).collect()
    }

    /// One within the caller's scope that was made by hand, and so may be changed by hand.
    pub fn own_integration(&self, sight: &Sight<'_>, slug: &Slug) -> Result<&Integration, Problem> {
        let found = self.integration(slug).filter(|found| sight.holds(&found.spec));
        let found = found.ok_or_else(|| Problem::not_found("integration", slug))?;
        by_hand("integration", slug, found.catalogue.as_deref())?;
        Ok(found)
    }

    /// One that the caller sees and that was made by hand, and so may be changed by hand; unless that touched integrations beyond
    /// the caller's scope.
    pub fn own_system(&self, sight: &Sight<'_>, slug: &Slug) -> Result<&System, Problem> {
        let seen = |system: &&System| self.shows(sight, &system.spec);
        let found = self.system(slug).filter(seen).ok_or_else(|| Problem::not_found("system", slug))?;
        by_hand("system", slug, found.catalogue.as_deref())?;
        sight.all_of(self.users_of(slug))?;
        Ok(found)
    }

    /// Whether the caller sees a system: it is of a team in their scope, or an integration that they see touches it.
    pub fn shows(&self, sight: &Sight<'_>, system: &SystemSpec) -> bool {
        sight.everything()
            || sight.owns(system)
            || self.users_of(&system.slug).into_iter().any(|user| sight.holds(user))
    }

    /// The names of the integrations that begin, end or pass at a system.
    pub fn users_of(&self, system: &Slug) -> Vec<&IntegrationSpec> {
        self.integrations
            .iter()
            .map(|integration| &integration.spec)
            .filter(|spec| ends(spec).any(|end| end == system))
            .collect()
    }

    /// The systems that depend on one.
    pub fn dependents_of(&self, system: &Slug) -> Vec<&SystemSpec> {
        self.systems.iter().map(|one| &one.spec).filter(|one| one.depends_on.contains(system)).collect()
    }
}

pub(crate) fn by_hand(noun: &str, slug: &Slug, catalogue: Option<&str>) -> Result<(), Problem> {
    match catalogue {
        None => Ok(()),
        Some(catalogue) => {
            Err(Problem::conflict(format!("The {noun} `{slug}` comes from catalogue `{catalogue}`; change it there.")))
        }
    }
}

/// The systems that an integration names.
pub(crate) fn ends(spec: &IntegrationSpec) -> impl Iterator<Item = &Slug> {
    [&spec.from, &spec.to].into_iter().chain(&spec.via)
}

/// A system of which nothing is known but its slug: `sap-erp` is called "Sap erp" until somebody says better.
pub(crate) fn system_named(slug: &Slug) -> SystemSpec {
    let words = slug.as_str().replace('-', " ");
    let mut letters = words.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let name = format!("{first}{}", letters.as_str());
    SystemSpec {
        slug: slug.clone(),
        name,
        kind: None,
        owner: None,
        description: None,
        depends_on: Vec::new(),
        formerly: None,
    }
}

/// The writes that carry out a plan towards `want`, whose things then belong to `owner` (`None`: made by hand). A baseline is
/// never removed: what was saved by it stays saved.
pub(crate) fn writes(plan: &Plan, want: &Catalogue, owner: Option<&str>, key: impl Fn() -> String) -> Vec<Write> {
    plan.changes.iter().filter_map(|change| write(change, want, owner, &key)).collect()
}

fn write(change: &Change, want: &Catalogue, owner: Option<&str>, key: impl Fn() -> String) -> Option<Write> {
    let catalogue = owner.map(str::to_owned);
    let (slug, part) = change.slug.split_once('/').unwrap_or((change.slug.as_str(), ""));
    let slug = Slug::parse(slug).ok()?;
    let integration = || want.integrations.iter().find(|wanted| wanted.slug == slug);
    match (change.noun.as_str(), change.kind) {
        ("system", ChangeKind::Remove) => Some(Write::RetireSystem { slug }),
        ("system", _) => {
            let spec = want.systems.iter().find(|wanted| wanted.slug == slug)?.clone();
            Some(Write::PutSystem { spec, catalogue })
        }
        ("integration", ChangeKind::Remove) => Some(Write::RetireIntegration { slug }),
        ("integration", _) => Some(Write::PutIntegration { spec: integration()?.clone(), catalogue }),
        ("probe", ChangeKind::Remove) => Some(Write::RemoveProbe { integration: slug, probe: Slug::parse(part).ok()? }),
        ("probe", _) => {
            let spec = integration()?.probes.iter().find(|probe| probe.slug.as_str() == part)?.clone();
            let ping_key = (spec.kind == "heartbeat").then(key);
            Some(Write::PutProbe { integration: slug, spec, ping_key })
        }
        ("baseline", ChangeKind::Create | ChangeKind::Change) => {
            Some(Write::AddBaseline { spec: integration()?.baseline.clone()?, integration: slug })
        }
        ("window", ChangeKind::Remove) => Some(Write::RetireWindow { slug }),
        ("window", _) => {
            let spec = want.windows.iter().find(|wanted| wanted.slug == slug)?.clone();
            Some(Write::PutWindow { spec, catalogue })
        }
        _ => None,
    }
}

/// Writes in one transaction, the audit's entry of it included; when this returns, the board shows it.
pub(crate) async fn commit(sight: &Sight<'_>, mut writes: Vec<Write>, act: Act) -> Result<(), Problem> {
    if writes.is_empty() {
        return Ok(());
    }
    writes.push(Write::Audit(sight.entry(act)));
    sight.store.apply(&writes, sight.now()).await.map_err(problem::of_store)?;
    sight.monitor.catalogue_changed().await.map_err(problem::of_monitor)
}
