//! Schedule and execution under paused time.

use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use model::{Outcome, Reason, Span, Timestamp};
use serde_json::json;
use tokio::{sync::watch, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    MonitorConfig,
    landscape::Landscape,
    schedule::{Command, Schedule},
    testing::{Bench, START, probe, snapshot},
    watchdog::Watchdog,
    work::Work,
};

fn limits() -> MonitorConfig {
    MonitorConfig::new("unused")
}

fn ms_between(moments: &[Timestamp]) -> Vec<i64> {
    moments.windows(2).map(|pair| pair[1].since(pair[0]).as_ms()).collect()
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_probes_are_spread_evenly_and_all_asked_within_one_period() {
    let bridges: Vec<_> =
        (0..10_000).map(|index| vec![probe("api", "10s", &json!({"host": format!("h{index}")}), &json!({}))]).collect();
    let bench = Bench::start(&bridges, &limits()).await;

    bench.pass(Span::seconds(20)).await;

    let asked = bench.asked();
    let mut tenths = [0_u32; 20];
    for asked in &asked {
        tenths[usize::try_from(asked.at.since(START).as_ms() / 1_000).expect("in time").min(19)] += 1;
    }
    assert!(tenths.iter().all(|asked| (850..=1_150).contains(asked)), "{tenths:?}");
    assert!((19_990..=20_010).contains(&asked.len()), "{}", asked.len());
    assert!(bench.runs().iter().all(|run| run.outcome == Outcome::Ok));
    assert!(bench.runs().iter().all(|run| run.started_at.since(run.scheduled_at.expect("planned")) <= Span::ms(5)));
    assert_eq!(bench.tasks.failure(), None);
}

#[tokio::test(start_paused = true)]
async fn a_probe_is_never_asked_while_it_is_being_asked() {
    let slow = probe("slow", "10s", &json!({"takes_ms": 14_000}), &json!({"timeout": "20s"}));
    let bench = Bench::start(&[vec![slow]], &limits()).await;

    bench.pass(Span::seconds(120)).await;

    let asked = bench.asked();
    assert!(asked.len() >= 7, "{}", asked.len());
    for pair in asked.windows(2) {
        assert!(pair[0].ended.is_some_and(|ended| ended <= pair[1].at), "{pair:?}");
    }
    let late: Vec<_> = bench.runs().into_iter().filter(|run| run.reason == Some(Reason::SchedulerLate)).collect();
    assert!(!late.is_empty(), "a period in which it could not start is told of");
    assert!(late.iter().all(|run| run.outcome == Outcome::Unknown && run.skipped == Some(1)));
}

#[tokio::test(start_paused = true)]
async fn after_a_stall_each_probe_tells_once_what_was_skipped_and_none_bursts() {
    let bridges: Vec<_> =
        (0..50).map(|index| vec![probe("api", "10s", &json!({"host": format!("h{index}")}), &json!({}))]).collect();
    let bench = Bench::start(&bridges, &limits()).await;
    bench.pass(Span::seconds(10)).await;
    let before = (bench.runs().len(), bench.asked().len());

    tokio::time::advance(Span::seconds(65).as_duration()).await;
    bench.pass(Span::ms(10)).await;

    let after = bench.runs().split_off(before.0);
    assert_eq!(after.len(), 50, "one run for each probe");
    assert!(after.iter().all(|run| run.reason == Some(Reason::SchedulerLate)));
    assert!(after.iter().all(|run| run.skipped.is_some_and(|skipped| (5..=6).contains(&skipped))));
    assert!(bench.asked().len() - before.1 <= 2, "nobody is asked out of turn");
    bench.pass(Span::seconds(10)).await;
    assert!((48..=52).contains(&(bench.asked().len() - before.1)), "the next period is as every other");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_recorded_waits_in_few_tasks_and_is_told_in_few_runs() {
    let bridges: Vec<_> =
        (0..50).map(|index| vec![probe("api", "10s", &json!({"host": format!("h{index}")}), &json!({}))]).collect();
    let narrow = MonitorConfig { queue_rows: 10, ..limits() };
    let (bench, commands, mut inbox) = Bench::idle(&bridges, &narrow);
    let schedule = Schedule::new(Arc::clone(&bench.executor), bench.record.clone());
    bench.tasks.spawn("the schedule", schedule.run(commands, CancellationToken::new()));
    bench.schedule.send(Command::Landscape(Arc::clone(&bench.landscape))).await.expect("a schedule");

    bench.pass(Span::seconds(1_000)).await;

    let waiting = bench.gauges.asking.load(Ordering::Relaxed);
    assert!(waiting <= 50 * 3, "one that is done, one that is late and one that comes next of each probe: {waiting}");
    let (mut ok, mut late, mut skipped) = (0, 0, 0);
    while let Ok(Some(work)) = timeout(Duration::from_millis(100), inbox.recv()).await {
        if let Work::Attempt(attempt) = work {
            ok += i32::from(attempt.run.outcome == Outcome::Ok);
            late += i32::from(attempt.run.reason == Some(Reason::SchedulerLate));
            skipped += attempt.run.skipped.unwrap_or(0);
        }
    }
    assert!((50..=150).contains(&ok), "{ok} were asked");
    assert!((50..=100).contains(&late), "{late} runs say that a probe was late");
    assert!((4_800..=5_100).contains(&(ok + skipped)), "{ok} and {skipped}: no period is forgotten");
    assert_eq!(bench.gauges.lost.load(Ordering::Relaxed), 0);
}

#[tokio::test(start_paused = true)]
async fn an_edit_touches_only_what_it_changed() {
    let api = |slug: &str, every: &str| probe(slug, every, &json!({"host": slug}), &json!({}));
    let bench = Bench::start(&[vec![api("a", "60s"), api("b", "60s"), api("c", "60s")]], &limits()).await;
    bench.pass(Span::seconds(90)).await;
    let planned = |landscape: &Landscape| -> HashMap<String, Timestamp> {
        let plan = |watched: &Arc<crate::watched::Watched>| Some((watched.spec().slug.to_string(), watched.next_at()?));
        landscape.probes.values().filter_map(plan).collect()
    };
    let before = planned(&bench.landscape);

    let mut renamed = api("b", "60s");
    renamed.name = Some("Another name".to_owned());
    let edited = snapshot(&[vec![api("a", "60s"), renamed, api("c", "7s")]]);
    let landscape = Arc::new(Landscape::make(edited, &bench.landscape, &bench.maker));
    bench.schedule.send(Command::Landscape(Arc::clone(&landscape))).await.expect("a schedule");
    bench.pass(Span::ms(1)).await;

    let after = planned(&landscape);
    assert_eq!(after["a"], before["a"], "what did not change keeps its moment");
    assert_eq!(after["b"], before["b"], "and so does what kept its schedule");
    assert!(after["c"] <= bench.clock.now() + Span::seconds(7), "the new schedule holds at once");
    let same = |slug: &str| {
        let of = |landscape: &Landscape| {
            landscape.probes.values().find(|watched| watched.spec().slug.as_str() == slug).map(Arc::as_ptr)
        };
        of(&landscape) == of(&bench.landscape)
    };
    assert!(same("a") && !same("b") && !same("c"));
}

#[tokio::test(start_paused = true)]
async fn targets_that_hang_delay_nobody_else() {
    let mut bridges: Vec<_> = (0..60)
        .map(|index| {
            let hangs = json!({"host": "hangs", "takes_ms": 3_600_000});
            vec![probe(&format!("hangs-{index}"), "10s", &hangs, &json!({"timeout": "10s"}))]
        })
        .collect();
    bridges.extend((0..100).map(|index| {
        let host = json!({"host": format!("healthy-{index}")});
        vec![probe(&format!("healthy-{index}"), "10s", &host, &json!({}))]
    }));
    let config = MonitorConfig { global_limit: 40, host_limit: 32, ..limits() };
    let bench = Bench::start(&bridges, &config).await;

    bench.pass(Span::seconds(60)).await;

    assert!(bench.maker.limits.free() >= 40 - 32, "those that wait for the host hold no place of all");
    let runs = bench.runs();
    let healthy: Vec<_> =
        runs.iter().filter(|run| run.probe.as_ref().is_some_and(|slug| slug.as_str().starts_with("healthy"))).collect();
    assert!((590..=610).contains(&healthy.len()), "{}", healthy.len());
    for run in healthy {
        let late = run.started_at.since(run.scheduled_at.expect("planned"));
        assert!(run.outcome == Outcome::Ok && late <= Span::ms(10), "{late} {run:?}");
    }
    let reasons = |reason| runs.iter().filter(|run| run.reason == Some(reason)).count();
    assert!(reasons(Reason::Timeout) > 0 && reasons(Reason::SchedulerLate) > 0);
}

#[tokio::test(start_paused = true)]
async fn one_check_may_try_again_with_a_doubled_pause_and_only_its_last_attempt_counts() {
    let retries = json!({"retries": {"count": 2, "backoff": "1s"}, "retry_interval": "50s"});
    let bench = Bench::start(&[vec![probe("api", "60s", &json!({"answer": "fail"}), &retries)]], &limits()).await;

    while bench.runs().len() < 3 {
        bench.pass(Span::seconds(1)).await;
    }

    let runs = bench.runs();
    let told: Vec<_> = runs.iter().map(|run| (run.attempt, run.last_attempt, run.outcome)).take(3).collect();
    let failed = Outcome::Failed;
    assert_eq!(told, [(1, false, failed), (2, false, failed), (3, true, failed)]);
    let pauses = ms_between(&bench.asked_at("api")[..3]);
    assert!((1_000..1_010).contains(&pauses[0]) && (2_000..2_010).contains(&pauses[1]), "{pauses:?}");
}

#[tokio::test(start_paused = true)]
async fn while_a_change_is_confirmed_the_next_check_comes_after_a_third_of_the_period() {
    let bench = Bench::start(&[vec![probe("api", "90s", &json!({"answer": "fail"}), &json!({}))]], &limits()).await;

    bench.pass(Span::seconds(400)).await;

    let pauses = ms_between(&bench.asked_at("api"));
    assert!(pauses[..2].iter().all(|pause| (30_000..30_050).contains(pause)), "{pauses:?}");
    assert!((29_900..=30_050).contains(&pauses[2]), "then it is down, and the calendar holds again: {pauses:?}");
    assert!(pauses[3..].iter().all(|pause| (89_990..=90_010).contains(pause)), "{pauses:?}");
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_panics_is_our_fault_and_harms_no_other() {
    let panics = probe("panics", "10s", &json!({"answer": "panic", "host": "h"}), &json!({}));
    let beside = probe("beside", "10s", &json!({"host": "h"}), &json!({}));
    // With one place for all, a place that is not given back would be felt at once.
    let narrow = MonitorConfig { global_limit: 1, host_limit: 1, integration_limit: 1, ..limits() };
    let bench = Bench::start(&[vec![panics, beside]], &narrow).await;

    bench.pass(Span::seconds(60)).await;

    let (broken, whole): (Vec<_>, Vec<_>) =
        bench.runs().into_iter().partition(|run| run.probe.as_ref().is_some_and(|slug| slug.as_str() == "panics"));
    assert!(broken.len() >= 5 && whole.len() >= 5, "{} {}", broken.len(), whole.len());
    assert!(broken.iter().all(|run| run.outcome == Outcome::Unknown && run.reason == Some(Reason::Internal)));
    assert!(whole.iter().all(|run| run.outcome == Outcome::Ok));
    assert_eq!((bench.maker.limits.free(), bench.tasks.failure()), (1, None));
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_cannot_even_be_made_harms_no_other() {
    let broken = probe("broken", "10s", &json!({"answer": "panic when made"}), &json!({}));
    let bench = Bench::start(&[vec![broken, probe("beside", "10s", &json!({}), &json!({}))]], &limits()).await;

    bench.pass(Span::seconds(30)).await;

    let outcomes = |name: &str| -> Vec<Outcome> {
        let of = |run: &model::Run| run.probe.as_ref().is_some_and(|slug| slug.as_str() == name);
        bench.runs().into_iter().filter(of).map(|run| run.outcome).collect()
    };
    assert!(outcomes("broken").len() >= 2 && outcomes("broken").iter().all(|outcome| *outcome == Outcome::Unknown));
    assert!(outcomes("beside").len() >= 2 && outcomes("beside").iter().all(|outcome| *outcome == Outcome::Ok));
}

#[tokio::test(start_paused = true)]
async fn an_edited_probe_disturbs_no_other() {
    let of = |index: usize, timeout: &str| {
        vec![probe(&format!("p{index}"), "10s", &json!({"host": format!("h{index}")}), &json!({"timeout": timeout}))]
    };
    let bridges: Vec<_> = (0..200).map(|index| of(index, "1s")).collect();
    let bench = Bench::start(&bridges, &limits()).await;
    bench.pass(Span::seconds(10)).await;

    // When one of two hundred is edited again and again, three times in each of its periods
    let mut landscape = Arc::clone(&bench.landscape);
    for edit in 1..=30 {
        let mut edited = bridges.clone();
        edited[7] = of(7, &format!("{}ms", 1_000 + edit));
        landscape = Arc::new(Landscape::make(snapshot(&edited), &landscape, &bench.maker));
        bench.schedule.send(Command::Landscape(Arc::clone(&landscape))).await.expect("a schedule");
        bench.pass(Span::ms(3_333)).await;
    }
    bench.pass(Span::seconds(10)).await;

    // then every one, itself too, was asked once in each period, at its own moment, and each time that is one run.
    let mut moments: HashMap<String, Vec<Timestamp>> = HashMap::new();
    for asked in bench.asked() {
        moments.entry(asked.slug).or_default().push(asked.at);
    }
    assert_eq!(moments.len(), 200);
    for (slug, moments) in &moments {
        assert!((11..=12).contains(&moments.len()), "{slug}: {}", moments.len());
        assert!(ms_between(moments).iter().all(|ms| (9_990..=10_010).contains(ms)), "{slug}: {moments:?}");
    }
    let asked: usize = moments.values().map(Vec::len).sum();
    let runs = bench.runs();
    assert!(asked.abs_diff(runs.len()) <= 2, "{asked} {}", runs.len());
    assert!(runs.iter().all(|run| run.outcome == Outcome::Ok));
}

#[tokio::test(start_paused = true)]
async fn kinds_that_cost_much_have_places_of_their_own_and_delay_no_other_kind() {
    let slow = |index: usize| {
        let options = json!({"host": format!("h{index}"), "takes_ms": 4_000});
        vec![probe(&format!("slow-{index}"), "10s", &options, &json!({"timeout": "9s"}))]
    };
    let mut bridges: Vec<_> = (0..4).map(slow).collect();
    let mut quick = probe("quick", "10s", &json!({"host": "other"}), &json!({}));
    quick.kind = "tls".to_owned();
    bridges.push(vec![quick]);
    let config = MonitorConfig { kind_limits: [("tcp".to_owned(), 1)].into(), ..limits() };
    let bench = Bench::start(&bridges, &config).await;

    bench.pass(Span::seconds(60)).await;

    // Two of four such checks fit into ten seconds and one place; the others say that they were late.
    let asked = bench.asked();
    let mut ends: Vec<_> = asked.iter().filter(|asked| asked.slug.starts_with("slow")).collect();
    ends.sort_by_key(|asked| asked.at);
    assert!(ends.len() >= 10, "{}", ends.len());
    assert!(ends.windows(2).all(|pair| pair[0].ended.is_some_and(|ended| ended <= pair[1].at)), "{ends:?}");
    assert!(bench.runs().iter().any(|run| run.reason == Some(Reason::SchedulerLate)));
    assert!((5..=6).contains(&bench.asked_at("quick").len()));
    assert!(ms_between(&bench.asked_at("quick")).iter().all(|ms| (9_990..=10_010).contains(ms)));
}

#[tokio::test(start_paused = true)]
async fn what_must_not_answer_is_good_when_it_does_not_and_is_tried_again_when_it_does() {
    let upside_down = |slug: &str, answer: &str| {
        let more = json!({"upside_down": true, "retries": {"count": 1, "backoff": "1s"}});
        probe(slug, "60s", &json!({"host": slug, "answer": answer}), &more)
    };
    let bench = Bench::start(&[vec![upside_down("closed", "fail"), upside_down("open", "ok")]], &limits()).await;

    bench.pass(Span::seconds(70)).await;

    let told = |name: &str| -> Vec<(i32, Outcome, Option<Reason>)> {
        let of = |run: &model::Run| run.probe.as_ref().is_some_and(|slug| slug.as_str() == name);
        bench.runs().into_iter().filter(of).map(|run| (run.attempt, run.outcome, run.reason)).take(2).collect()
    };
    assert!(!told("closed").is_empty() && told("closed").iter().all(|run| *run == (1, Outcome::Ok, None)));
    let failed = |attempt| (attempt, Outcome::Failed, Some(Reason::Assertion));
    assert_eq!(told("open"), [failed(1), failed(2)]);
}

#[tokio::test(start_paused = true)]
async fn the_watchdog_ends_what_does_not_end_and_asks_for_what_was_lost() {
    let (bench, mut commands, mut inbox) = Bench::idle(&[vec![probe("api", "10s", &json!({}), &json!({}))]], &limits());
    let watched = bench.landscape.probes.values().next().expect("a probe");
    let watchdog = Watchdog {
        executor: Arc::clone(&bench.executor),
        landscape: watch::Sender::new(Arc::clone(&bench.landscape)).subscribe(),
        schedule: bench.schedule.clone(),
        record: bench.record.clone(),
    };

    watched.begins(START);
    watchdog.look(START + Span::ms(900));
    assert!(inbox.try_recv().is_err(), "it may still end by itself");
    watchdog.look(START + Span::ms(1_100));
    let Ok(Work::Attempt(attempt)) = inbox.try_recv() else { panic!("a run") };
    assert_eq!((attempt.run.outcome, attempt.run.reason), (Outcome::Unknown, Some(Reason::Internal)));
    assert!(!watched.ends(), "what it still says is not heard");

    watched.plan(Some(START));
    watchdog.look(START + Span::seconds(20));
    assert!(commands.try_recv().is_err(), "two periods have not passed");
    watchdog.look(START + Span::seconds(21));
    assert!(matches!(commands.try_recv(), Ok(Command::Rearm(id, at)) if id == watched.id() && at == START));
}
