//! The programs that probes may run: those of one folder, and so many at once.

use std::path::{Component, Path, PathBuf};

use model::Reason;
use rules::assess::Trouble;
use tokio::{
    fs,
    sync::{Semaphore, SemaphorePermit},
    time::{Duration, Instant, timeout_at},
};

/// Programs that run at once, if nothing else is said.
pub const PROGRAMS_AT_ONCE: usize = 16;

/// Kept free before the attempt's own end, so that a place that was not to be had is our fault and no timeout of the program.
const MARGIN: Duration = Duration::from_millis(20);

/// Where programs are, and who may run one now.
pub(crate) struct Programs {
    folder: Option<PathBuf>,
    at_once: usize,
    places: Semaphore,
}

/// A program that was found.
#[derive(Debug)]
pub(crate) struct Program {
    /// The folder, by its real name.
    pub(crate) folder: PathBuf,
    /// The program in it, by the name that was written: some do what they are called by.
    pub(crate) path: PathBuf,
}

impl Programs {
    /// Of this folder, so many at once; without one there are none.
    pub(crate) fn of(folder: Option<PathBuf>, at_once: usize) -> Self {
        Self { folder, at_once, places: Semaphore::new(at_once) }
    }

    /// The program of this name. Neither `..` nor a link leads out of the folder.
    pub(crate) async fn find(&self, name: &str) -> Result<Program, Trouble> {
        let wrong = |why: String| Trouble::new(Reason::Config, why);
        let Some(folder) = &self.folder else {
            let remedy = "name their folder as `command_folder` in the server's configuration";
            return Err(wrong(format!("programs are not run here: {remedy}")));
        };
        let outside = || wrong(format!("the program {name} lies outside the folder that is allowed"));
        if !is_below(name) {
            return Err(outside());
        }
        let folder = fs::canonicalize(folder).await;
        let folder = folder.map_err(|error| wrong(format!("the folder of the programs cannot be read: {error}")))?;
        let path = folder.join(name);
        let found = fs::canonicalize(&path).await;
        let found = found.map_err(|error| wrong(format!("there is no program {name}: {error}")))?;
        if !found.starts_with(&folder) {
            return Err(outside());
        }
        if !fs::metadata(&found).await.is_ok_and(|about| about.is_file()) {
            return Err(wrong(format!("{name} is no program")));
        }
        Ok(Program { folder, path })
    }

    /// A place among those that run at once; waits for one until shortly before `deadline`.
    pub(crate) async fn place(&self, deadline: Instant) -> Result<SemaphorePermit<'_>, Trouble> {
        let until = deadline.checked_sub(MARGIN).unwrap_or(deadline);
        match timeout_at(until, self.places.acquire()).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_closed)) => Err(Trouble::new(Reason::Internal, "programs are not run any more")),
            Err(_too_late) => {
                let why = format!("{} programs ran all the while, and no more run at once", self.at_once);
                Err(Trouble::new(Reason::SchedulerLate, why))
            }
        }
    }
}

/// Whether a name leads below the folder that it is joined to, links left out of account.
pub(crate) fn is_below(name: &str) -> bool {
    let mut parts = Path::new(name).components().peekable();
    parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::is_below;

    #[test]
    fn names_lead_below() {
        for (name, is) in [
            ("check_tcp", true),
            ("own/check_stock", true),
            ("own/./check_stock", true),
            ("..check", true),
            ("", false),
            ("/usr/bin/env", false),
            ("../env", false),
            ("own/../../env", false),
            ("./check_tcp", false),
            ("..", false),
        ] {
            assert_eq!(is_below(name), is, "{name}");
        }
    }
}
