//! Background tasks that cannot die unseen.

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, OnceLock, atomic::Ordering},
};

use futures::FutureExt;
use tokio_util::task::TaskTracker;

use crate::figures::Gauges;

/// Spawns tasks, waits for their end and remembers the first that panicked. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Tasks {
    tracker: TaskTracker,
    failure: Arc<OnceLock<String>>,
    gauges: Arc<Gauges>,
}

impl Tasks {
    /// None yet.
    pub(crate) fn new(gauges: Arc<Gauges>) -> Self {
        Self { tracker: TaskTracker::new(), failure: Arc::default(), gauges }
    }

    /// Another set of tasks that is waited for apart, with the same memory of failures.
    pub(crate) fn apart(&self) -> Self {
        Self { tracker: TaskTracker::new(), ..self.clone() }
    }

    /// Runs a task on the present runtime.
    pub(crate) fn spawn(&self, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        let (failure, gauges) = (Arc::clone(&self.failure), Arc::clone(&self.gauges));
        // Not `async`: such a block would hold the task twice, and each check is one.
        self.tracker.spawn(AssertUnwindSafe(task).catch_unwind().map(move |ended| {
            if let Err(panic) = ended {
                let said = said_by(panic.as_ref());
                tracing::error!(task = name, said, "a background task panicked");
                gauges.panics.fetch_add(1, Ordering::Relaxed);
                let _ = failure.set(format!("{name}: {said}"));
            }
        }));
    }

    /// What the first task that panicked said.
    pub(crate) fn failure(&self) -> Option<String> {
        self.failure.get().cloned()
    }

    /// Waits until every task of this set has ended.
    pub(crate) async fn ended(&self) {
        self.tracker.close();
        self.tracker.wait().await;
    }
}

/// The words of a panic.
pub(crate) fn said_by(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without words")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_task_that_panics_is_told_of() {
        let gauges = Arc::new(Gauges::default());
        let tasks = Tasks::new(Arc::clone(&gauges));
        tasks.apart().spawn("a check", async {});
        assert_eq!(tasks.failure(), None);

        tasks.spawn("the example", async { panic!("out of {}", "order") });
        tasks.ended().await;

        assert_eq!(tasks.failure().as_deref(), Some("the example: out of order"));
        assert_eq!(gauges.read().panics_total, 1);
    }
}
