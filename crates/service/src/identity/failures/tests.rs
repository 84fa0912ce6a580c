use std::net::IpAddr;

use model::{PersonId, SessionId, Span, Timestamp};

use super::{KEPT, LONGEST, TOLD, Told, Trier, Tries};
use crate::identity::Visit;

const NOW: Timestamp = Timestamp(1_800_000_000_000);

fn from(address: &str) -> Option<IpAddr> {
    address.parse().ok()
}

fn at(email: &str, address: &str) -> Trier {
    Trier::of(email, None, &Visit { from: from(address), ..Visit::default() })
}

fn wear_out(tries: &Tries, who: &Trier) {
    for _ in 0..5 {
        tries.begin(who, NOW).expect("five are free");
    }
}

#[test]
fn who_tries_an_account_from_one_address_locks_nobody_else_out() {
    let tries = Tries::default();
    wear_out(&tries, &at("ada@example.com", "192.0.2.1"));
    let ada = at("Ada@Example.com", "192.0.2.1");
    assert_eq!(tries.begin(&ada, NOW), Err(Span::seconds(1)), "the sixth waits");
    assert!(tries.begin(&at("ada@example.com", "192.0.2.2"), NOW).is_ok(), "from elsewhere it may be she");
    assert!(tries.begin(&at("bob@example.com", "192.0.2.1"), NOW).is_ok(), "another account");
    assert!(tries.begin(&ada, NOW + Span::seconds(1)).is_ok(), "having waited");
}

#[test]
fn where_one_is_known_or_signed_in_one_counts_alone() {
    let tries = Tries::default();
    let ada = PersonId(1);
    let [browser, session] = [Trier::Browser(ada, [1; 16]), Trier::Session(ada, Some(SessionId(1)))];
    wear_out(&tries, &at("ada@example.com", "192.0.2.1"));
    wear_out(&tries, &browser);
    wear_out(&tries, &session);
    for who in [&browser, &session] {
        assert_eq!(tries.begin(who, NOW), Err(Span::seconds(1)), "nor may one try without end there");
    }
    for other in [
        Trier::Browser(ada, [2; 16]),
        Trier::Browser(PersonId(2), [1; 16]),
        Trier::Session(ada, Some(SessionId(2))),
        Trier::Session(ada, None),
    ] {
        assert!(tries.begin(&other, NOW).is_ok(), "{other:?}");
    }
}

#[test]
fn a_network_of_ipv6_counts_as_one_address() {
    let tries = Tries::default();
    wear_out(&tries, &at("ada@example.com", "2001:db8::1"));
    assert!(tries.begin(&at("ada@example.com", "2001:db8::ffff"), NOW).is_err());
    assert!(tries.begin(&at("ada@example.com", "2001:db8:0:1::1"), NOW).is_ok());
    wear_out(&tries, &at("ada@example.com", "192.0.2.1"));
    assert!(tries.begin(&at("ada@example.com", "::ffff:192.0.2.1"), NOW).is_err(), "the same, written otherwise");
}

#[test]
fn a_right_password_forgets_what_was_before() {
    let tries = Tries::default();
    let ada = at("ada@example.com", "192.0.2.1");
    wear_out(&tries, &ada);
    tries.forget(&ada);
    wear_out(&tries, &ada);
}

#[test]
fn what_is_taken_back_leaves_the_count_and_the_wait_of_before() {
    let tries = Tries::default();
    let ada = at("ada@example.com", "192.0.2.1");
    for _ in 0..100 {
        let one = tries.begin(&ada, NOW).expect("none counts");
        tries.take_back(&ada, one);
    }
    assert!(tries.0.lock().expect("unharmed").is_empty(), "nor is it kept");

    // The sixth waits 1 s after the fifth, whatever was taken back in between.
    wear_out(&tries, &ada);
    let one = tries.begin(&ada, NOW + Span::seconds(1)).expect("having waited");
    tries.take_back(&ada, one);
    assert!(tries.begin(&ada, NOW + Span::seconds(1)).is_ok());
    assert_eq!(tries.begin(&ada, NOW + Span::seconds(1)), Err(Span::seconds(2)));

    // One that came meanwhile and was looked at goes on counting.
    let bob = at("bob@example.com", "192.0.2.1");
    let first = tries.begin(&bob, NOW).expect("free");
    tries.begin(&bob, NOW + Span::seconds(1)).expect("free");
    tries.take_back(&bob, first);
    let kept = tries.0.lock().expect("unharmed").get(&bob).copied().expect("one of two");
    assert_eq!((kept.count, kept.last_at), (1, NOW + Span::seconds(1)));
}

#[test]
fn memory_has_an_end_and_the_oldest_go_first() {
    let tries = Tries::default();
    let later = |n: usize| NOW + Span::ms(i64::try_from(n).unwrap_or(0));
    let nobody = |n: usize| Trier::Network(format!("{n}@example.com"), None);
    for n in 0..KEPT + 10 {
        let _ = tries.begin(&nobody(n), later(n));
    }
    let kept = tries.0.lock().expect("unharmed");
    assert!(kept.len() <= KEPT, "{}", kept.len());
    assert!(!kept.contains_key(&nobody(0)));
    assert!(kept.contains_key(&nobody(KEPT + 9)));
}

#[test]
fn who_has_to_wait_is_not_let_off_by_trying_many_others() {
    let tries = Tries::default();
    let ada = at("ada@example.com", "192.0.2.1");
    wear_out(&tries, &ada);
    for n in 0..KEPT + 10 {
        let later = NOW + Span::ms(i64::try_from(n / 1_000).unwrap_or(0));
        let _ = tries.begin(&at(&format!("{n}@example.com"), "192.0.2.1"), later);
    }
    assert!(tries.begin(&ada, NOW).is_err());
    let Trier::Network(name, _) = at(&"x".repeat(1_000_000), "") else { panic!("nobody is known") };
    assert_eq!(name.len(), LONGEST);
}

#[test]
fn the_audit_is_told_of_an_address_once_a_minute_and_of_no_more_than_it_can_hold() {
    let told = Told::default();
    assert!(told.is_due(from("2001:db8::1"), NOW));
    assert!(!told.is_due(from("2001:db8::2"), NOW + Span::seconds(59)));
    assert!(told.is_due(from("2001:db8::2"), NOW + Span::seconds(60)));
    let due = (0..=255).filter(|n| told.is_due(from(&format!("192.0.2.{n}")), NOW + Span::seconds(60)));
    assert_eq!(due.count(), TOLD - 1);
}
