//! Errors of the rooms below, as the edge says them: helpful to the caller, silent about our insides.

use model::{Fault, Problem, ProblemKind};
use monitor::MonitorError;
use store::StoreError;

/// Of the store. What is our own matter goes to the log alone.
#[expect(clippy::needless_pass_by_value, reason = "the error ends here; so it can be handed to map_err")]
pub(crate) fn of_store(error: StoreError) -> Problem {
    match &error {
        StoreError::Missing { noun, name } => Problem::not_found(noun, name),
        error if error.is_passing() => {
            tracing::warn!(error = error as &dyn std::error::Error, "the store could not answer");
            Problem::new(
                ProblemKind::Unavailable,
                "The store does not answer at the moment; nothing was changed. Try again.",
            )
        }
        error => internal(error),
    }
}

/// Of the engine.
pub(crate) fn of_monitor(error: MonitorError) -> Problem {
    match error {
        MonitorError::NotFound(what) => Problem::new(ProblemKind::NotFound, format!("There is no {what}.")),
        MonitorError::Invalid(faults) => Problem::invalid(faults),
        MonitorError::Clash { index, run } => Problem {
            kind: ProblemKind::Conflict,
            detail: format!(
                "Run {index} was sent before with other content and is stored as {run}; nothing of this request was stored."
            ),
            errors: vec![
                Fault::at(
                    format!("[{index}].external_id"),
                    format!("is taken by run {run}, which says something else"),
                )
                .allowed("the same content again, or an id of its own"),
            ],
        },
        MonitorError::Refused(why) => Problem::conflict(sentence(&why)),
        MonitorError::Unavailable(why) => {
            tracing::warn!(why, "a run could not be stored in time");
            Problem::new(
                ProblemKind::Unavailable,
                "It could not be stored in time. Send it again; with an external_id nothing is counted twice.",
            )
        }
        MonitorError::Stopped => Problem::new(ProblemKind::Unavailable, "Bridgewatch is shutting down. Try again."),
        MonitorError::Store(error) => of_store(error),
        error @ (MonitorError::Spool { .. } | MonitorError::Setting(_)) => internal(&error),
    }
}

/// Our own fault: the log says more.
pub(crate) fn internal(error: &(dyn std::error::Error + 'static)) -> Problem {
    tracing::error!(error, "a question could not be answered");
    Problem::new(ProblemKind::Internal, "Bridgewatch could not answer; its log says more.")
}

/// A message as a sentence.
pub fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if words.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

#[cfg(test)]
mod tests {
    use model::ProblemKind;
    use monitor::MonitorError;
    use store::StoreError;

    use super::{of_monitor, of_store};

    #[test]
    fn every_error_has_its_kind() {
        let kinds = [
            (of_monitor(MonitorError::NotFound("probe `a/b`".to_owned())), ProblemKind::NotFound),
            (of_monitor(MonitorError::Refused("a heartbeat never asks".to_owned())), ProblemKind::Conflict),
            (of_monitor(MonitorError::Stopped), ProblemKind::Unavailable),
            (of_monitor(MonitorError::Setting("zone".to_owned())), ProblemKind::Internal),
            (of_store(StoreError::Missing { noun: "system", name: "erp".to_owned() }), ProblemKind::NotFound),
        ];
        for (problem, kind) in kinds {
            assert_eq!(problem.kind, kind, "{problem}");
        }
    }

    #[test]
    fn nothing_of_our_insides_is_told() {
        let error = StoreError::Row { table: "runs", column: "outcome", row: "7".to_owned(), message: "zz".to_owned() };
        let problem = of_store(error);
        assert_eq!(problem.kind, ProblemKind::Internal);
        assert!(!problem.detail.contains("runs") && !problem.detail.contains("zz"), "{problem}");
    }
}
