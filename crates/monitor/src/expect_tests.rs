use super::*;
use model::Expectation;

fn promise(schedule: Schedule, grace: Span) -> Promise {
    Promise::compile(&Expectation { schedule, grace, min_units: None }).expect("a promise")
}

fn nightly() -> Promise {
    promise(Schedule::Cron { cron: "0 2 * * *".to_owned(), time_zone: "UTC".to_owned() }, Span::minutes(30))
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(&format!("2026-11-{text}:00Z")).expect(text)
}

#[test]
fn a_night_that_passed_while_we_were_down_is_given_its_grace_again_and_is_missed_once() {
    let mut book = Book::resumed(nightly(), Some(at("23T02:00")), Vec::new(), at("23T03:00"));
    assert_eq!(book.owed().deadline, at("23T03:30"));

    let news = book.look(at("23T03:30") + Span::ms(1));

    let deadlines: Vec<_> = news.missed.iter().map(|owed| owed.deadline).collect();
    assert_eq!(deadlines, [at("23T02:30")], "dated at the deadline that was promised");
    assert_eq!(book.owed().due, at("24T02:00"));
}

#[test]
fn a_sender_that_tries_again_after_our_outage_is_heard() {
    let mut book = Book::resumed(nightly(), Some(at("23T02:00")), Vec::new(), at("23T03:00"));
    let news = book.came(Came { at: at("23T03:10"), units: 0.0 }, at("23T03:10"));
    assert_eq!(news, News { missed: Vec::new(), kept: true });
}

#[test]
fn of_a_promise_that_is_kept_often_nothing_is_held_against_anyone_that_was_due_while_we_were_down() {
    let often = promise(Schedule::Every { every: Span::minutes(5) }, Span::minutes(1));
    let mut book = Book::resumed(often, Some(at("23T02:00")), Vec::new(), at("23T03:12"));
    assert_eq!(book.owed().due, at("23T03:15"), "the sender's beat goes on");
    assert_eq!(book.look(at("23T03:16")), News::default());
}

#[test]
fn what_was_owed_in_a_week_of_outage_is_one_thing_at_most() {
    let mut book = Book::resumed(nightly(), Some(at("16T02:00")), Vec::new(), at("23T12:00"));
    assert_eq!(book.look(at("23T13:00")).missed.len(), 1);
}

#[test]
fn what_came_before_the_outage_counts() {
    let came = vec![Came { at: at("23T02:05"), units: 0.0 }];
    let book = Book::resumed(nightly(), Some(at("23T02:00")), came, at("23T03:00"));
    assert_eq!(book.owed().due, at("24T02:00"));
}

#[test]
fn a_missed_run_says_when_it_was_expected() {
    let schedule = Schedule::Cron { cron: "0 2 * * *".to_owned(), time_zone: "Europe/Berlin".to_owned() };
    let owed = promise(schedule.clone(), Span::minutes(30)).first(at("22T12:00"));
    assert_eq!(message(&schedule, owed, None, Tz::UTC), "expected 02:00 CET, did not come by 02:30");
    let began = Some(at("23T01:05"));
    assert_eq!(message(&schedule, owed, began, Tz::UTC), "expected 02:00 CET, began 02:05 and had not ended by 02:30");
}
