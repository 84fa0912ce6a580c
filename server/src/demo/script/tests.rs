//! The script, at moments on both sides of each turn of the story.

use model::{Outcome, Reason, Span, Timestamp};

use super::{
    answers::{answer, stumbles},
    busy, figures,
    reports::{JOBS, Job, ends_at},
};
use crate::demo::story::Story;

const SALES_ORDER: &str = "/services/rest/record/v1/salesOrder?limit=1";

fn story() -> Story {
    Story::at(Timestamp::parse("2026-11-23T13:09:30Z").expect("a moment"), "UTC").expect("a story")
}

#[test]
fn the_token_expires_for_orders_only() {
    let story = story();
    let before = story.token_expired_at - Span::ms(1);
    assert_eq!(answer(&story, "netsuite", SALES_ORDER, before).status, 200);
    let refused = answer(&story, "netsuite", SALES_ORDER, story.token_expired_at);
    assert_eq!(refused.status, 401);
    assert!(refused.headers.iter().any(|(name, _)| *name == "www-authenticate"));
    assert_eq!(answer(&story, "netsuite", "/services/rest/record/v1/expenseReport", story.told_at).status, 200);
}

#[test]
fn leads_are_slow_since_the_gateway_moved_and_orders_are_not() {
    let story = story();
    for minutes in 0..200 {
        let t = story.slowed_at + Span::minutes(minutes);
        assert!(answer(&story, "salesforce", "/sobjects/Lead/describe", t).delay_us > 150_000);
        assert!(answer(&story, "salesforce", "/sobjects/Order/describe", t).delay_us < 150_000);
        let before = story.slowed_at - Span::minutes(minutes + 1);
        assert!(answer(&story, "salesforce", "/sobjects/Lead/describe", before).delay_us < 150_000);
    }
}

#[test]
fn stripe_stumbles_in_bursts_that_pass() {
    let story = story();
    let moments: Vec<Timestamp> = (0..2_000).map(|n| story.flaky_since + Span::seconds(n * 4)).collect();
    let stumbled = moments.iter().filter(|t| stumbles(&story, **t)).count();
    assert!((400..640).contains(&stumbled), "{stumbled}");
    assert!((1..2_000).all(|n| !stumbles(&story, story.flaky_since - Span::seconds(n))));
}

#[test]
fn an_outage_is_a_503_and_its_runs_fail() {
    let story = story();
    let during = story.told_at - Span::hours(34 * 24 + 9) + Span::minutes(10);
    assert_eq!(answer(&story, "netsuite", SALES_ORDER, during).status, 503);
    let run =
        Job::of("supplier-invoices-to-netsuite").and_then(|job| job.report(&story, during, false)).expect("a run");
    assert_eq!((run.outcome, run.reason), (Outcome::Failed, Some(Reason::ServerError)));
}

#[test]
fn every_job_reports_as_the_story_goes() {
    let story = story();
    let report = |integration: &str, t| Job::of(integration).expect(integration).report(&story, t, false);
    let ended = |integration: &str, t| report(integration, t).map(|run| (run.outcome, run.reason));
    let ok = Some((Outcome::Ok, None));
    let table = [
        ("orders-to-netsuite", story.token_expired_at - Span::minutes(1), ok),
        ("orders-to-netsuite", story.token_expired_at + Span::minutes(4), Some((Outcome::Failed, Some(Reason::Auth)))),
        ("web-orders-to-salesforce", story.orders_stopped_at, ok),
        ("web-orders-to-salesforce", story.orders_stopped_at + Span::minutes(30), None),
        ("payroll-export", story.payroll_stopped_at - Span::hours(24), ok),
        ("payroll-export", story.payroll_stopped_at, None),
        ("usage-to-billing", story.flaky_since - Span::minutes(15), ok),
        ("usage-to-billing", story.told_at, Some((Outcome::Warn, Some(Reason::ServerError)))),
        ("people-to-okta", story.told_at, ok),
        ("tickets-to-jira", story.told_at, ok),
    ];
    for (integration, t, wanted) in table {
        assert_eq!(ended(integration, t), wanted, "{integration} at {t}");
    }
}

#[test]
fn a_run_is_the_same_whenever_it_is_told_of_and_right_to_send() {
    let story = story();
    for job in &JOBS {
        let t = story.orders_stopped_at - Span::hours(24);
        for away in [false, true] {
            let run = job.report(&story, t, away).expect(job.integration);
            assert_eq!(Some(&run), job.report(&story, t, away).as_ref());
            assert!(ends_at(&run).is_some_and(|end| end > t));
            let sent = serde_json::to_value(&run).expect("JSON");
            assert_eq!(rules::sent::check(&sent, story.told_at), Ok(vec![run]), "{}", job.integration);
        }
    }
}

#[test]
fn a_target_that_takes_no_connections_fails_its_jobs() {
    let story = story();
    let run = Job::of("tickets-to-jira").and_then(|job| job.report(&story, story.told_at, true)).expect("a run");
    assert_eq!((run.outcome, run.reason), (Outcome::Failed, Some(Reason::Connect)));
    assert_eq!(run.message.as_deref(), Some("Jira refused the connection"));
}

#[test]
fn office_hours_are_busier_than_nights_and_weekends() {
    let at = |text: &str| busy(Timestamp::parse(text).expect("a moment"));
    let (noon, night) = (at("2026-11-23T12:00:00Z"), at("2026-11-23T02:00:00Z"));
    let sunday = at("2026-11-22T12:00:00Z");
    assert!(noon > sunday && sunday > night, "{noon} {sunday} {night}");
}

#[test]
fn the_outbox_is_as_its_newest_finished_run_left_it() {
    let story = story();
    for minutes in 0..24 * 60 {
        let t = story.told_at + Span::minutes(minutes);
        let left = figures::outbox(&story, t).expect("a run");
        assert!(left.delivered_at <= t && t.since(left.delivered_at) < Span::minutes(17), "{t}");
        assert!(left.delivered >= 1 && (0..100).contains(&left.waiting), "{left:?}");
        assert_eq!(figures::outbox(&story, left.delivered_at), Some(left), "{t}");
    }
}

#[test]
fn a_file_of_each_hour_lies_on_the_stage_for_a_day() {
    let story = story();
    for minutes in 0..24 * 60 {
        let t = story.told_at + Span::minutes(minutes);
        let staged = figures::stage(t);
        assert!((23..=25).contains(&staged.len()), "{t}: {}", staged.len());
        assert!(staged.is_sorted_by(|one, next| one.changed < next.changed && one.key < next.key), "{t}");
        assert!(staged.last().is_some_and(|newest| t.since(newest.changed) < Span::minutes(66)), "{t}");
        assert!(staged.iter().all(|file| file.changed <= t && file.size > 0), "{t}");
    }
}
