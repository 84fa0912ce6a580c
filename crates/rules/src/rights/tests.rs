use std::sync::Arc;

use model::{Caller, Identity, IntegrationSpec, PersonId, Role, Scope, Slug, TokenId, TokenOf};
use proptest::prelude::*;
use serde_json::json;

use super::{Missing, Right, may, of, reaches};

fn identity(role: Role, scope: Scope) -> Arc<Identity> {
    Arc::new(Identity { name: "Ada".to_owned(), email: Some("ada@example.com".to_owned()), role, scope })
}

fn person(role: Role) -> Caller {
    Caller::Person { id: PersonId(1), identity: identity(role, Scope::default()), session: None, from: None }
}

fn token_of_person(role: Role) -> Caller {
    token(TokenOf::Person { id: PersonId(1), identity: identity(role, Scope::default()) })
}

fn token_of_integration(slug: &str) -> Caller {
    token(TokenOf::Integration { slug: Slug::parse(slug).expect("a slug") })
}

fn token(of: TokenOf) -> Caller {
    Caller::Token { id: TokenId(1), of, from: None }
}

fn integration(slug: &str, department: &str) -> IntegrationSpec {
    let spec = json!({"slug": slug, "name": slug, "from": "shop", "to": "erp", "department": department});
    serde_json::from_value(spec).expect("an integration")
}

#[test]
fn everyone_may_do_what_the_table_says() {
    use Missing::{Role as Needs, SignIn, TokenMayOnlySend};
    use Role::{Admin, Engineer, Manager, Viewer};
    let yes = Ok(());
    let (manager, engineer, admin) = (Err(Needs(Manager)), Err(Needs(Engineer)), Err(Needs(Admin)));
    let (signed_in, only_send) = (Err(SignIn), Err(TokenMayOnlySend));
    // In the order of Right::ALL: see, see payload, send, operate, claim, handle, change, administer, own.
    let table = [
        (Caller::Local, [yes; 9]),
        (Caller::Nobody, [signed_in; 9]),
        (person(Viewer), [yes, engineer, engineer, engineer, manager, manager, engineer, admin, yes]),
        (person(Manager), [yes, engineer, engineer, engineer, yes, yes, engineer, admin, yes]),
        (person(Engineer), [yes, yes, yes, yes, yes, yes, yes, admin, yes]),
        (person(Admin), [yes; 9]),
        (token_of_person(Viewer), [yes, engineer, engineer, engineer, manager, manager, engineer, admin, signed_in]),
        (token_of_person(Manager), [yes, engineer, engineer, engineer, yes, yes, engineer, admin, signed_in]),
        (token_of_person(Engineer), [yes, yes, yes, yes, yes, yes, yes, admin, signed_in]),
        (token_of_person(Admin), [yes, yes, yes, yes, yes, yes, yes, signed_in, signed_in]),
        (
            token_of_integration("orders"),
            [only_send, only_send, yes, only_send, only_send, only_send, only_send, only_send, only_send],
        ),
    ];
    assert_eq!(Right::ALL.len(), 9);
    for (caller, row) in table {
        for (&right, answer) in Right::ALL.iter().zip(row) {
            assert_eq!(may(&caller, right), answer, "{caller:?} {right:?}");
        }
    }
}

#[test]
fn each_role_has_what_the_one_below_it_has_and_more() {
    for pair in Role::ALL.windows(2) {
        let (below, above) = (of(pair[0]), of(pair[1]));
        assert!(below.iter().all(|right| above.contains(right)), "{pair:?}");
        assert!(below.len() < above.len(), "{pair:?}");
    }
}

#[test]
fn whoever_may_change_reads_what_they_change() {
    // What was left out of an answer would otherwise be lost when it is written back.
    for role in Role::ALL {
        assert!(!of(*role).contains(&Right::Change) || of(*role).contains(&Right::SeePayload), "{role}");
    }
}

#[test]
fn whoever_lacks_something_is_told_what_to_do() {
    let says = |caller: &Caller, right| may(caller, right).expect_err("a refusal").to_string();
    assert_eq!(says(&person(Role::Viewer), Right::Claim), "this takes a manager: an administrator can make you one");
    assert_eq!(says(&person(Role::Engineer), Right::Administer), "this takes an administrator", "not `admin`");
    assert!(says(&Caller::Nobody, Right::See).contains("sign in"));
    assert!(says(&token_of_integration("orders"), Right::See).contains("use the token of a person"));
}

#[test]
fn an_integration_is_known_to_those_in_whose_scope_it_lies() {
    let (orders, wages) = (integration("orders", "Sales"), integration("wages", "People"));
    let sales = Scope { departments: vec!["Sales".to_owned()], ..Scope::default() };
    let seller = identity(Role::Admin, sales);
    let session = Caller::Person { id: PersonId(2), identity: Arc::clone(&seller), session: None, from: None };
    let table = [
        (Caller::Local, true, true),
        (Caller::Nobody, false, false),
        (person(Role::Viewer), true, true),
        (session, true, false),
        (token(TokenOf::Person { id: PersonId(2), identity: seller }), true, false),
        (token_of_integration("wages"), false, true),
    ];
    for (caller, knows_orders, knows_wages) in table {
        assert_eq!((reaches(&caller, &orders), reaches(&caller, &wages)), (knows_orders, knows_wages), "{caller:?}");
    }
}

fn any_role() -> impl Strategy<Value = Role> {
    prop::sample::select(Role::ALL.to_vec())
}

fn any_right() -> impl Strategy<Value = Right> {
    prop::sample::select(Right::ALL.to_vec())
}

proptest! {
    #[test]
    fn the_role_that_is_missing_is_the_least_that_would_do(role in any_role(), right in any_right()) {
        match may(&person(role), right) {
            Ok(()) => prop_assert!(of(role).contains(&right)),
            Err(Missing::Role(least)) => {
                prop_assert!(least > role);
                for &other in Role::ALL {
                    prop_assert_eq!(may(&person(other), right).is_ok(), other >= least);
                }
            }
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        }
    }

    #[test]
    fn a_token_never_may_what_its_person_may_not(role in any_role(), right in any_right()) {
        prop_assert!(may(&token_of_person(role), right).is_err() || may(&person(role), right).is_ok());
    }
}
