//! People, and the links that let them choose a password.

use model::{PersonId, PersonState, Role, Scope, SessionId, Span, Timestamp};
use store::{
    LinkPurpose, LinkSpec, PasswordHash, PersonChange, PersonChanged, PersonRecord, PersonSpec, ProviderSubject,
    SessionSpec, SetUp, Store, TokenOwner, TokenSpec,
};

use crate::given::{Given, NOW, at, person};

pub const IDLE: Span = Span::hours(12);
pub const DAY: i64 = 24 * 3_600;

pub async fn added(given: &Given, spec: PersonSpec) -> PersonId {
    given.store.add_person(&spec, NOW, None).await.expect("written").expect("nobody is that yet")
}

pub async fn stored(given: &Given, id: PersonId) -> PersonRecord {
    given.store.person(id).await.expect("readable").expect("a person")
}

/// A session of seven days whose hash is its name.
pub fn session(person: PersonId, name: &str, vouched: bool) -> SessionSpec {
    SessionSpec {
        person,
        token_hash: name.to_owned(),
        address: Some("192.0.2.7".to_owned()),
        browser: Some("Firefox on Linux".to_owned()),
        expires_at: at(7 * DAY),
        vouched,
    }
}

/// The same, begun at `NOW`.
pub async fn begun(given: &Given, person: PersonId, name: &str) -> SessionId {
    given
        .store
        .begin_session(&session(person, name, false), NOW, None)
        .await
        .expect("written")
        .expect("an active person")
}

pub async fn holds(given: &Given, session: &str, now: Timestamp) -> bool {
    given.store.session(session, now, IDLE).await.expect("readable").is_some()
}

/// A link of a day, made at `NOW`, whose hash is its name.
pub async fn linked(given: &Given, purpose: LinkPurpose, person: Option<PersonId>, name: &str) {
    let link = LinkSpec { token_hash: name.to_owned(), purpose, person, expires_at: at(DAY) };
    given.store.add_link(&link, NOW, None).await.expect("written");
}

async fn opens(given: &Given, link: &str, now: Timestamp) -> bool {
    given.store.link(link, now).await.expect("readable").is_some()
}

/// A token of a person, made at `NOW`, whose hash is its name.
pub async fn tokened(given: &Given, person: PersonId, name: &str) {
    let made = given.store.add_token(&token(TokenOwner::Person(person), name, None), NOW, None).await;
    made.expect("written").expect("an active person");
}

pub fn token(owner: TokenOwner, name: &str, expires_at: Option<Timestamp>) -> TokenSpec {
    TokenSpec { name: name.to_owned(), owner, token_hash: name.to_owned(), expires_at }
}

fn password(hash: &str) -> PasswordHash {
    PasswordHash(hash.to_owned())
}

pub fn state(state: PersonState) -> PersonChange {
    PersonChange { state: Some(state), ..PersonChange::default() }
}

pub async fn changed(store: &Store, id: PersonId, change: &PersonChange) -> PersonChanged {
    store.change_person(id, change, None).await.expect("written or not")
}

pub async fn a_person_comes_back_as_written(given: &Given) {
    let at_company = ProviderSubject { provider: "company".to_owned(), subject: "00u1".to_owned() };
    let spec = PersonSpec {
        name: "Größe → 尺寸".to_owned(),
        role: Role::Engineer,
        scope: Scope { departments: vec!["Sales".to_owned()], ..Scope::default() },
        provider: Some(at_company.clone()),
        ..person("kim@example.org")
    };
    let kim = added(given, spec.clone()).await;
    let record = PersonRecord { id: kim, spec, created_at: NOW, last_seen_at: None, vouched_at: None };
    assert_eq!(stored(given, kim).await, record);
    assert_eq!(given.store.person_by_email("kim@example.org").await.expect("readable"), Some(record.clone()));
    assert_eq!(given.store.person_by_provider(&at_company).await.expect("readable"), Some(record));
    assert_eq!(given.store.person(PersonId(404)).await.expect("readable"), None);

    added(given, person("ann@example.org")).await;
    let emails: Vec<_> =
        given.store.people().await.expect("people").into_iter().map(|person| person.spec.email).collect();
    assert_eq!(emails, ["ann@example.org", "kim@example.org"]);
    let change =
        PersonChange { name: Some("Kim".to_owned()), scope: Some(Scope::default()), ..PersonChange::default() };
    assert_eq!(changed(&given.store, kim, &change).await, PersonChanged::Done);
    let spec = stored(given, kim).await.spec;
    assert_eq!((spec.name.as_str(), spec.role, spec.scope), ("Kim", Role::Engineer, Scope::default()));
    assert!(!format!("{:?}", spec.password_hash).contains("argon2"), "a hash is not printed");
}

pub async fn an_email_is_one_person_however_it_is_written(given: &Given) {
    let jo = added(given, person("Jo.Müller@Example.org")).await;
    for email in ["jo.müller@example.org", "JO.MÜLLER@EXAMPLE.ORG"] {
        assert_eq!(given.store.add_person(&person(email), NOW, None).await.expect("not written"), None);
        let found = given.store.person_by_email(email).await.expect("readable").expect("a person");
        assert_eq!((found.id, found.spec.email.as_str()), (jo, "jo.müller@example.org"));
    }
    assert_eq!(given.store.person_by_email("jo").await.expect("readable"), None);

    let kim = added(given, person("kim@example.org")).await;
    let email = |email: &str| PersonChange { email: Some(email.to_owned()), ..PersonChange::default() };
    assert_eq!(changed(&given.store, kim, &email("JO.Müller@example.org")).await, PersonChanged::EmailTaken);
    assert_eq!(changed(&given.store, kim, &email("Kim.M@Example.org")).await, PersonChanged::Done);
    assert_eq!(stored(given, kim).await.spec.email, "kim.m@example.org");
}

pub async fn a_subject_at_a_provider_is_one_person(given: &Given) {
    let at_company = |subject: &str| ProviderSubject { provider: "company".to_owned(), subject: subject.to_owned() };
    let invited = |email: &str| PersonSpec { state: PersonState::Invited, password_hash: None, ..person(email) };
    let (jo, kim) = (added(given, invited("jo@example.org")).await, added(given, invited("kim@example.org")).await);
    linked(given, LinkPurpose::Invite, Some(jo), "link").await;
    for subject in ["1", "1", "2"] {
        assert!(given.store.set_provider(jo, &at_company(subject), None).await.expect("written"));
    }
    assert_eq!(stored(given, jo).await.spec.state, PersonState::Active, "who signed in has come");
    assert!(!opens(given, "link", NOW).await, "and needs the link no more");
    assert!(!given.store.set_provider(kim, &at_company("2"), None).await.expect("not written"), "that is Jo");
    assert!(given.store.set_provider(kim, &at_company("1"), None).await.expect("written"), "nobody is that any more");
    let also = PersonSpec { provider: Some(at_company("2")), ..person("sam@example.org") };
    assert_eq!(given.store.add_person(&also, NOW, None).await.expect("not written"), None);
    let sam = added(given, person("sam@example.org")).await;
    assert!(!given.store.set_provider(sam, &at_company("3"), None).await.expect("not written"), "Sam has a password");
}

pub async fn who_is_disabled_is_out(given: &Given) {
    let jo = added(given, person("jo@example.org")).await;
    begun(given, jo, "session").await;
    linked(given, LinkPurpose::Reset, Some(jo), "link").await;
    let spec = token(TokenOwner::Person(jo), "token", None);
    given.store.add_token(&spec, NOW, None).await.expect("written").expect("an active person");
    let let_in = async || {
        let bearer = given.store.token("token", NOW).await.expect("readable");
        (holds(given, "session", NOW).await, opens(given, "link", NOW).await, bearer.is_some())
    };
    assert_eq!(let_in().await, (true, true, true));

    assert_eq!(changed(&given.store, jo, &state(PersonState::Disabled)).await, PersonChanged::Done);
    assert_eq!(let_in().await, (false, false, false));
    let session = session(jo, "new", false);
    assert_eq!(given.store.begin_session(&session, NOW, None).await.expect("not written"), None);
    let spec = token(TokenOwner::Person(jo), "new", None);
    assert_eq!(given.store.add_token(&spec, NOW, None).await.expect("not written"), None);
    assert!(!given.store.set_password(jo, &password("new"), None, NOW, None).await.expect("not written"));

    assert_eq!(changed(&given.store, jo, &state(PersonState::Active)).await, PersonChanged::Done);
    assert_eq!(let_in().await, (false, false, true), "only tokens outlive it: nobody could make them again");
}

pub async fn another_password_ends_what_the_old_one_opened(given: &Given) {
    let jo = added(given, person("jo@example.org")).await;
    let here = begun(given, jo, "here").await;
    begun(given, jo, "elsewhere").await;
    linked(given, LinkPurpose::Reset, Some(jo), "link").await;
    tokened(given, jo, "laptop").await;
    assert!(given.store.set_password(jo, &password("two"), Some(here), at(1), None).await.expect("written"));
    assert_eq!(stored(given, jo).await.spec.password_hash, Some(password("two")));
    assert!(holds(given, "here", NOW).await);
    assert!(!holds(given, "elsewhere", NOW).await && !opens(given, "link", NOW).await);
    assert!(
        given.store.token("laptop", at(2)).await.expect("readable").is_none(),
        "who had the old one may have made it"
    );
}

pub async fn a_password_by_a_link_ends_sessions_and_revokes_tokens(given: &Given) {
    let (jo, kim) = (added(given, person("jo@example.org")).await, added(given, person("kim@example.org")).await);
    for (who, name) in [(jo, "jo"), (kim, "kim")] {
        begun(given, who, name).await;
        tokened(given, who, name).await;
    }
    linked(given, LinkPurpose::Reset, Some(jo), "link").await;
    let let_in = async |name: &str| {
        let bearer = given.store.token(name, at(1)).await.expect("readable");
        (holds(given, name, at(1)).await, bearer.is_some())
    };
    assert_eq!(let_in("jo").await, (true, true));

    let used = given.store.set_password_by_link("nothing", &password("three"), None, at(1), None).await;
    assert_eq!(used.expect("not used"), None);
    assert_eq!(let_in("jo").await, (true, true), "what was not done ends nothing");

    let used = given.store.set_password_by_link("link", &password("three"), None, at(1), None).await;
    assert_eq!(used.expect("used"), Some(jo));
    assert_eq!(let_in("jo").await, (false, false));
    let tokens = given.store.tokens(Some(TokenOwner::Person(jo))).await.expect("tokens");
    assert_eq!(tokens.iter().map(|token| token.revoked_at).collect::<Vec<_>>(), [Some(at(1))]);
    assert_eq!(let_in("kim").await, (true, true), "nobody else's");
}

pub async fn a_link_is_used_once(given: &Given) {
    let invited = PersonSpec { state: PersonState::Invited, password_hash: None, ..person("jo@example.org") };
    let jo = added(given, invited).await;
    linked(given, LinkPurpose::Invite, Some(jo), "link").await;
    let other = Store::open(&given.url).await.expect("a second store");
    let tries = (0..8).map(|number| {
        let store = if number % 2 == 0 { given.store.clone() } else { other.clone() };
        async move {
            let hash = password(&format!("hash {number}"));
            store
                .set_password_by_link("link", &hash, None, at(1), None)
                .await
                .expect("used or not")
                .map(|id| (id, hash))
        }
    });
    let mut used: Vec<_> = futures::future::join_all(tries).await.into_iter().flatten().collect();
    assert_eq!(used.len(), 1);
    let (id, hash) = used.remove(0);
    let spec = stored(given, jo).await.spec;
    assert_eq!((id, spec.password_hash, spec.state), (jo, Some(hash), PersonState::Active));
    assert!(!opens(given, "link", at(1)).await);
    other.close().await;
}

pub async fn a_link_opens_what_it_is_for_while_it_may(given: &Given) {
    let (jo, kim) = (added(given, person("jo@example.org")).await, added(given, person("kim@example.org")).await);
    linked(given, LinkPurpose::Reset, Some(jo), "older").await;
    linked(given, LinkPurpose::Reset, Some(kim), "theirs").await;
    linked(given, LinkPurpose::Setup, None, "setup").await;
    linked(given, LinkPurpose::Reset, Some(jo), "newer").await;
    assert!(!opens(given, "older", NOW).await, "a newer one took its place");
    assert!(opens(given, "theirs", NOW).await && opens(given, "setup", NOW).await);
    assert!(opens(given, "newer", Timestamp(at(DAY).0 - 1)).await && !opens(given, "newer", at(DAY)).await);
    let link = given.store.link("newer", NOW).await.expect("readable").expect("a link");
    assert_eq!((link.purpose, link.person, link.expires_at), (LinkPurpose::Reset, Some(jo), at(DAY)));

    for (link, now) in [("newer", at(DAY)), ("older", NOW), ("setup", NOW), ("nothing", NOW)] {
        let used = given.store.set_password_by_link(link, &password("two"), None, now, None).await.expect("not used");
        assert_eq!(used, None, "{link}");
    }
    let set_up = given.store.set_up_by_link("newer", &person("sam@example.org"), NOW, None).await;
    assert_eq!(set_up.expect("not used"), SetUp::NoLink);
    let used = given.store.set_password_by_link("newer", &password("two"), Some("Jo L."), NOW, None).await;
    assert_eq!(used.expect("used"), Some(jo), "what failed did not use it up");
    assert_eq!(stored(given, jo).await.spec.name, "Jo L.");
}
