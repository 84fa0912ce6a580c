//! Probes whose failing is good: what must not answer.

use model::{Outcome, Reason, Run};

/// The run of an upside-down probe as it counts, before it is recorded or tried again: what failed is `ok` and keeps its message as
/// evidence, what worked has failed. What our side could not tell is nobody's evidence and stays as it is.
#[must_use]
pub fn upside_down(run: Run) -> Run {
    let is_ours = run.reason.is_some_and(Reason::is_ours);
    match run.outcome {
        Outcome::Failed if !is_ours => Run { outcome: Outcome::Ok, reason: None, ..run },
        Outcome::Ok | Outcome::Warn | Outcome::Partial => Run {
            outcome: Outcome::Failed,
            reason: Some(Reason::Assertion),
            message: Some("it answers, and should not".to_owned()),
            ..run
        },
        _ => run,
    }
}

#[cfg(test)]
mod tests {
    use model::{Outcome, Reason, Run};

    use super::upside_down;
    use crate::state::fixture::{failed, run};

    #[test]
    fn failing_is_good_working_is_not_and_our_own_faults_are_neither() {
        let closed = upside_down(failed(0, Reason::Connect, "connection refused", None));
        assert_eq!(
            (closed.outcome, closed.reason, closed.message.as_deref()),
            (Outcome::Ok, None, Some("connection refused"))
        );
        for outcome in [Outcome::Ok, Outcome::Warn, Outcome::Partial] {
            let open = upside_down(run(0, outcome));
            assert_eq!((open.outcome, open.reason), (Outcome::Failed, Some(Reason::Assertion)), "{outcome}");
            assert!(open.message.is_some());
        }
        let ours = Run { reason: Some(Reason::SchedulerLate), ..run(0, Outcome::Unknown) };
        let config = Run { reason: Some(Reason::Config), ..run(0, Outcome::Failed) };
        for same in [ours, config, run(0, Outcome::Missed), run(0, Outcome::Cancelled), run(0, Outcome::Running)] {
            assert_eq!(upside_down(same.clone()), same);
        }
    }
}
