//! Who may do what: `rules::rights` decides it, here and nowhere else is it asked, and what is missing becomes a problem.

use model::{Caller, Problem, ProblemKind};
use rules::rights::{self, Missing};

pub(crate) use rules::rights::Right;

use crate::problem;

/// Whether `caller` has `right`; the problem says what is missing.
pub(crate) fn decide(caller: &Caller, right: Right) -> Result<(), Problem> {
    rights::may(caller, right).map_err(|missing| refusal(missing, caller))
}

/// Whether `caller` has `right`, where lacking it only makes an answer shorter.
pub(crate) fn has(caller: &Caller, right: Right) -> bool {
    rights::may(caller, right).is_ok()
}

fn refusal(missing: Missing, caller: &Caller) -> Problem {
    let kind = match (missing, caller) {
        (Missing::SignIn, Caller::Nobody) => ProblemKind::SignIn,
        // A token is somebody; signing in again with it would not help.
        (Missing::SignIn | Missing::Role(_) | Missing::TokenMayOnlySend, _) => ProblemKind::Forbidden,
    };
    Problem::new(kind, problem::sentence(&missing.to_string()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use model::{Caller, Identity, PersonId, ProblemKind, Role, Scope};

    use super::{Right, decide};

    fn person(role: Role) -> Caller {
        let identity = Arc::new(Identity { name: "Ada".to_owned(), email: None, role, scope: Scope::default() });
        Caller::Person { id: PersonId(1), identity, session: None, from: None }
    }

    #[test]
    fn nobody_is_asked_to_sign_in_and_a_viewer_is_told_which_role_it_takes() {
        assert_eq!(decide(&Caller::Nobody, Right::See).map_err(|problem| problem.kind), Err(ProblemKind::SignIn));
        let refused = decide(&person(Role::Viewer), Right::Change).expect_err("refused");
        assert_eq!(refused.kind, ProblemKind::Forbidden);
        assert!(refused.detail.starts_with("This takes an engineer"), "{refused}");
        assert_eq!(decide(&person(Role::Engineer), Right::Change), Ok(()));
        assert_eq!(decide(&Caller::Local, Right::Administer), Ok(()));
    }
}
