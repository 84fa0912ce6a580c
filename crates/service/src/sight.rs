//! What one caller sees of the house: everything below it, narrowed to the integrations in their scope.

use std::{collections::BTreeSet, ops::Deref, sync::Arc};

use model::{Caller, Fault, IntegrationId, IntegrationSpec, Problem, ProblemKind, Scope, Slug, SystemSpec, Timestamp};
use monitor::BoardRow;
use rules::rights;
use store::{NewEntry, WindowRow};

use crate::{
    audit::{self, Act},
    causes::Causes,
    change::{Have, ends},
    core::Core,
    payload,
    permission::{self, Right},
};

/// The core as a caller sees it. Boards and rows are had from here alone, so that no question can forget the scope: an
/// integration beyond it is answered as one that is not there.
pub(crate) struct Sight<'a> {
    core: &'a Core,
    caller: &'a Caller,
}

impl Deref for Sight<'_> {
    type Target = Core;

    fn deref(&self) -> &Core {
        self.core
    }
}

impl<'a> Sight<'a> {
    /// Of a caller whose right to ask was decided before.
    pub fn new(core: &'a Core, caller: &'a Caller) -> Self {
        Self { core, caller }
    }

    /// Who sees.
    pub fn caller(&self) -> &'a Caller {
        self.caller
    }

    /// Whether they have this right too.
    pub fn has(&self, right: Right) -> bool {
        permission::has(self.caller, right)
    }

    /// What the audit keeps of what they do.
    pub fn entry(&self, act: Act) -> NewEntry {
        audit::entry(self.caller, act, self.core.now())
    }

    /// Whether nothing is beyond their scope.
    pub fn everything(&self) -> bool {
        match self.scope() {
            Some(scope) => scope.is_everything(),
            None => matches!(self.caller, Caller::Local),
        }
    }

    /// Whether an integration is within their scope.
    pub fn holds(&self, integration: &IntegrationSpec) -> bool {
        rights::reaches(self.caller, integration)
    }

    fn scope(&self) -> Option<&'a Scope> {
        self.caller.identity().map(|identity| &identity.scope)
    }

    /// When the board was made up.
    pub fn as_of(&self) -> Timestamp {
        self.core.monitor.board().as_of
    }

    /// Every integration within their scope, by slug; its reasons without values and names that are not for them.
    pub fn rows(&self) -> Vec<Arc<BoardRow>> {
        let board = self.core.monitor.board();
        let mut causes = Causes::of(self);
        let seen = board.rows.iter().filter(|row| self.holds(&row.integration.spec));
        seen.map(|row| self.told(row, &mut causes)).collect()
    }

    /// A row as it is for them. A name is looked for before values are cut off, or else a part of it might stay.
    fn told(&self, row: &Arc<BoardRow>, causes: &mut Causes<'_>) -> Arc<BoardRow> {
        let row = causes.in_standing(row);
        if self.has(Right::SeePayload) { row } else { payload::standing(&row) }
    }

    /// How one integration stands; one beyond their scope is not there.
    pub fn row(&self, slug: &Slug) -> Result<Arc<BoardRow>, Problem> {
        self.known(slug).ok_or_else(|| Problem::not_found("integration", slug))
    }

    /// The same, where there may be none.
    pub fn known(&self, slug: &Slug) -> Option<Arc<BoardRow>> {
        let board = self.core.monitor.board();
        let row = board.row(slug).filter(|row| self.holds(&row.integration.spec))?;
        Some(self.told(row, &mut Causes::of(self)))
    }

    /// Whether there is this integration, within their scope.
    pub fn sees(&self, slug: &Slug) -> bool {
        self.core.monitor.board().row(slug).is_some_and(|row| self.holds(&row.integration.spec))
    }

    /// The integrations that lists of runs are narrowed to; `None`: to none, those that are retired included.
    pub fn among(&self) -> Option<Vec<IntegrationId>> {
        (!self.everything()).then(|| self.rows().iter().map(|row| row.integration.id).collect())
    }

    /// What `have` holds within their scope: those integrations, the systems that they touch, the systems whose owner is in the scope,
    /// and the windows over any of these, without the names of others.
    pub fn narrow(&self, have: Have) -> Have {
        if self.everything() {
            return have;
        }
        let Have { mut systems, mut integrations, windows } = have;
        integrations.retain(|integration| self.holds(&integration.spec));
        let touched: BTreeSet<&Slug> = integrations.iter().flat_map(|integration| ends(&integration.spec)).collect();
        systems.retain(|system| touched.contains(&system.spec.slug) || self.owns(&system.spec));
        let mut seen = Have { systems, integrations, windows: Vec::new() };
        let within = |window: WindowRow| Some(WindowRow { spec: seen.over_what_is(&window.spec)?, ..window });
        seen.windows = windows.into_iter().filter_map(within).collect();
        seen
    }

    /// Whether they see the system of this name, as far as the board knows: see [`Have::shows`].
    pub fn sees_system(&self, slug: &Slug) -> bool {
        let touches = |row: &Arc<BoardRow>| {
            let spec = &row.integration.spec;
            ends(spec).any(|end| end == slug) && self.holds(spec)
        };
        self.everything()
            || self.core.monitor.board().rows.iter().any(touches)
            || self.core.monitor.system(slug).is_some_and(|system| self.owns(&system))
    }

    /// Whether a system is of a team in their scope.
    pub fn owns(&self, system: &SystemSpec) -> bool {
        let owners = self.scope().map(|scope| scope.owners.as_slice()).unwrap_or_default();
        system.owner.as_ref().is_some_and(|owner| owners.contains(owner))
    }

    /// Refuses to make or change an integration so that whoever does it would no longer see it.
    pub fn keep(&self, want: &IntegrationSpec) -> Result<(), Problem> {
        if self.holds(want) {
            return Ok(());
        }
        let scope = self.scope().cloned().unwrap_or_default();
        let (field, allowed) = match &scope {
            Scope { departments, .. } if !departments.is_empty() => ("department", departments.join(", ")),
            Scope { owners, .. } if !owners.is_empty() => ("owner", owners.join(", ")),
            Scope { building_blocks, .. } => ("building_blocks", building_blocks.join(", ")),
        };
        Err(Problem::invalid(vec![
            Fault::at(field, "the integration would be outside what you may see").allowed(allowed),
        ]))
    }

    /// Refuses what touches integrations that are beyond the caller's scope.
    pub fn all_of<'s>(&self, touched: impl IntoIterator<Item = &'s IntegrationSpec>) -> Result<(), Problem> {
        if touched.into_iter().all(|spec| self.holds(spec)) { Ok(()) } else { Err(beyond()) }
    }

    /// Refuses what is for those who see everything.
    pub fn whole(&self) -> Result<(), Problem> {
        if self.everything() { Ok(()) } else { Err(beyond()) }
    }
}

fn beyond() -> Problem {
    Problem::new(
        ProblemKind::Forbidden,
        "This touches integrations outside what you may see; someone who sees everything can do it.",
    )
}
