//! There is always somebody who could administer everything.

use futures::future::join;
use model::{PersonId, PersonState, Role, Scope};
use store::{LinkPurpose, PersonChange, PersonChanged, PersonSpec, SetUp, Store};

use crate::{
    given::{Given, NOW, person},
    identity::{added, changed, linked, state, stored},
};

async fn administrator(given: &Given, email: &str) -> PersonId {
    added(given, PersonSpec { role: Role::Admin, ..person(email) }).await
}

fn role(role: Role) -> PersonChange {
    PersonChange { role: Some(role), ..PersonChange::default() }
}

fn scope(scope: Scope) -> PersonChange {
    PersonChange { scope: Some(scope), ..PersonChange::default() }
}

fn sales() -> Scope {
    Scope { departments: vec!["Sales".to_owned()], ..Scope::default() }
}

/// Every way of being one no more.
fn ways_out() -> [PersonChange; 4] {
    let part = PersonChange { role: Some(Role::Engineer), ..scope(sales()) };
    [role(Role::Engineer), state(PersonState::Disabled), state(PersonState::Invited), part]
}

pub async fn the_last_active_administrator_stays(given: &Given) {
    assert!(!given.store.has_administrator().await.expect("readable"));
    let jo = administrator(given, "jo@example.org").await;
    added(given, PersonSpec { state: PersonState::Invited, role: Role::Admin, ..person("sam@example.org") }).await;
    added(given, PersonSpec { scope: sales(), role: Role::Admin, ..person("ann@example.org") }).await;
    for change in ways_out() {
        assert_eq!(changed(&given.store, jo, &change).await, PersonChanged::LastAdministrator, "{change:?}");
    }
    let spec = stored(given, jo).await.spec;
    assert_eq!((spec.role, spec.state, spec.scope), (Role::Admin, PersonState::Active, Scope::default()));
    let renamed = PersonChange { name: Some("Jo L.".to_owned()), ..PersonChange::default() };
    assert_eq!(changed(&given.store, jo, &renamed).await, PersonChanged::Done, "that takes nothing from them");

    let kim = administrator(given, "kim@example.org").await;
    assert_eq!(changed(&given.store, jo, &role(Role::Viewer)).await, PersonChanged::Done);
    assert_eq!(changed(&given.store, kim, &role(Role::Viewer)).await, PersonChanged::LastAdministrator);
    assert_eq!(changed(&given.store, PersonId(404), &role(Role::Viewer)).await, PersonChanged::Missing);
    assert!(given.store.has_administrator().await.expect("readable"));
}

pub async fn who_sees_a_part_does_not_count(given: &Given) {
    let jo = added(given, PersonSpec { scope: sales(), role: Role::Admin, ..person("jo@example.org") }).await;
    assert!(!given.store.has_administrator().await.expect("readable"));
    let kim = administrator(given, "kim@example.org").await;
    assert_eq!(changed(&given.store, kim, &role(Role::Viewer)).await, PersonChanged::LastAdministrator);

    assert_eq!(changed(&given.store, jo, &scope(Scope::default())).await, PersonChanged::Done);
    assert_eq!(changed(&given.store, kim, &role(Role::Viewer)).await, PersonChanged::Done);
    assert_eq!(changed(&given.store, jo, &state(PersonState::Disabled)).await, PersonChanged::LastAdministrator);
}

pub async fn nobody_becomes_an_administrator_with_a_scope(given: &Given) {
    let other = Store::open(&given.url).await.expect("a second store");
    administrator(given, "ann@example.org").await;
    let jo = added(given, PersonSpec { role: Role::Engineer, ..person("jo@example.org") }).await;
    // Each of the two is right by itself, and by what was read before.
    for _ in 0..5 {
        let (one, two) =
            join(changed(&given.store, jo, &role(Role::Admin)), changed(&other, jo, &scope(sales()))).await;
        let told = [one, two];
        assert!(told.contains(&PersonChanged::Done), "{told:?}");
        assert!(told.contains(&PersonChanged::AdministratorWithScope), "{told:?}");
        let spec = stored(given, jo).await.spec;
        assert!(spec.role == Role::Engineer || spec.scope.is_everything(), "{spec:?}");
        let back = PersonChange { role: Some(Role::Engineer), ..scope(Scope::default()) };
        assert_eq!(changed(&given.store, jo, &back).await, PersonChanged::Done);
    }
    let both = PersonChange { role: Some(Role::Admin), ..scope(sales()) };
    assert_eq!(changed(&given.store, jo, &both).await, PersonChanged::AdministratorWithScope);

    // Whoever was one before the rule can be changed all the same.
    let kim = added(given, PersonSpec { scope: sales(), role: Role::Admin, ..person("kim@example.org") }).await;
    assert_eq!(changed(&given.store, kim, &state(PersonState::Disabled)).await, PersonChanged::Done);
    other.close().await;
}

pub async fn two_who_demote_each_other_do_not_both_succeed(given: &Given) {
    let other = Store::open(&given.url).await.expect("a second store");
    let (jo, kim) = (administrator(given, "jo@example.org").await, administrator(given, "kim@example.org").await);
    for change in ways_out() {
        let (one, two) = join(changed(&given.store, jo, &change), changed(&other, kim, &change)).await;
        let told = [one, two];
        assert!(told.contains(&PersonChanged::Done), "{change:?}: {told:?}");
        assert!(told.contains(&PersonChanged::LastAdministrator), "{change:?}: {told:?}");
        let back = PersonChange {
            role: Some(Role::Admin),
            scope: Some(Scope::default()),
            state: Some(PersonState::Active),
            ..PersonChange::default()
        };
        for id in [jo, kim] {
            assert_eq!(changed(&given.store, id, &back).await, PersonChanged::Done);
        }
    }
    other.close().await;
}

pub async fn the_first_administrator_is_set_up_once(given: &Given) {
    let first = PersonSpec { role: Role::Admin, ..person("jo@example.org") };
    added(given, person("kim@example.org")).await;
    linked(given, LinkPurpose::Setup, None, "setup").await;
    let taken = PersonSpec { email: "Kim@example.org".to_owned(), ..first.clone() };
    let set_up = async |link: &str, spec: &PersonSpec| {
        given.store.set_up_by_link(link, spec, NOW, None).await.expect("set up or not")
    };
    assert_eq!(set_up("setup", &taken).await, SetUp::Taken);
    let SetUp::Done(jo) = set_up("setup", &first).await else { panic!("the link was good still") };
    assert_eq!(stored(given, jo).await.spec, first);

    linked(given, LinkPurpose::Setup, None, "again").await;
    let second = PersonSpec { email: "sam@example.org".to_owned(), ..first };
    for link in ["setup", "again"] {
        assert_eq!(set_up(link, &second).await, SetUp::NoLink, "there is an administrator");
    }
}
