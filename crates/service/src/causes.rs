//! What explains a failure, told without the name of a system that is not for this caller.

use std::{collections::BTreeMap, sync::Arc};

use model::{Run, RunRow, Slug};
use monitor::BoardRow;

use crate::{payload, sight::Sight};

/// Causes as one caller is told of them. Remembers whether they see a system: of many failures the cause is one.
pub(crate) struct Causes<'a> {
    sight: &'a Sight<'a>,
    seen: BTreeMap<Slug, bool>,
}

impl<'a> Causes<'a> {
    /// For this caller.
    pub fn of(sight: &'a Sight<'a>) -> Self {
        Self { sight, seen: BTreeMap::new() }
    }

    /// How an integration stands: that a system explains it stays, and since when.
    pub fn in_standing(&mut self, row: &Arc<BoardRow>) -> Arc<BoardRow> {
        let Some(cause) = row.cause.as_ref().filter(|cause| !self.sees(&cause.system)) else { return Arc::clone(row) };
        let told = payload::in_other_words(row, |text| cause.unnamed_in(text));
        // Whoever words it anew finds no name either.
        Arc::new(BoardRow { cause: Some(cause.unnamed()), ..BoardRow::clone(&told) })
    }

    /// A run. Its cause is a name and nothing else, so that nothing is left of it.
    pub fn in_run(&mut self, mut run: Run) -> Run {
        run.cause = self.named(run.cause);
        run
    }

    /// Rows of a list of runs.
    pub fn in_rows(&mut self, mut rows: Vec<RunRow>) -> Vec<RunRow> {
        for row in &mut rows {
            row.cause = self.named(row.cause.take());
        }
        rows
    }

    fn named(&mut self, cause: Option<Slug>) -> Option<Slug> {
        cause.filter(|system| self.sees(system))
    }

    fn sees(&mut self, system: &Slug) -> bool {
        if let Some(seen) = self.seen.get(system) {
            return *seen;
        }
        let seen = self.sight.sees_system(system);
        self.seen.insert(system.clone(), seen);
        seen
    }
}
