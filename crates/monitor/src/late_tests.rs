//! Checks that wait for a place, under paused time.

use std::{
    collections::HashSet,
    sync::{Arc, atomic::Ordering},
};

use model::{Reason, Run, Span};
use serde_json::json;

use crate::{
    MonitorConfig,
    landscape::Landscape,
    schedule::Command,
    testing::{Bench, probe, snapshot},
};

fn one_place() -> MonitorConfig {
    MonitorConfig { host_limit: 1, ..MonitorConfig::new("unused") }
}

#[tokio::test(start_paused = true)]
async fn probes_that_are_too_many_for_their_host_are_told_of_in_few_runs_and_asked_in_turn() {
    let slow = json!({"host": "one", "takes_ms": 100});
    let crowd: Vec<_> = (0..2_000).map(|index| vec![probe(&format!("p{index}"), "10s", &slow, &json!({}))]).collect();
    let bench = Bench::start(&crowd, &one_place()).await;

    bench.pass(Span::seconds(60)).await;

    // Of 200 that are due in each second ten can be asked. Each waits once, and keeps its place until it is its turn.
    let waiting = bench.gauges.asking.load(Ordering::Relaxed);
    assert!(waiting <= 2_001, "{waiting}");
    let asked: Vec<_> = bench.asked().into_iter().map(|asked| asked.slug).collect();
    let different: HashSet<&String> = asked.iter().collect();
    assert!((580..=605).contains(&asked.len()), "{}", asked.len());
    assert_eq!(different.len(), asked.len(), "nobody is asked a second time before everybody else");
    // What is skipped meanwhile is told in 64 runs a second at most, and no period is forgotten.
    let runs = bench.runs();
    let (late, good): (Vec<_>, Vec<_>) = runs.iter().partition(|run| run.reason == Some(Reason::SchedulerLate));
    assert!((1_000..=64 * 61).contains(&late.len()), "{}", late.len());
    let in_period = |run: &&Run| run.started_at.since(run.scheduled_at.expect("planned")) <= Span::ms(10_010);
    assert!(good.iter().all(in_period), "it stands for the newest of the periods that it waited for");
    let told: i64 = late.iter().filter_map(|run| run.skipped).map(i64::from).sum();
    let probes = bench.landscape.probes.values();
    let left: i64 = probes.map(|probe| probe.take_skipped() + i64::from(probe.leaves_queue().is_some())).sum();
    let known = i64::try_from(asked.len()).expect("few") + told + left;
    assert!((11_980..=12_020).contains(&known), "{known}");
}

#[tokio::test(start_paused = true)]
async fn a_check_that_waits_is_given_up_in_silence_when_its_probe_goes() {
    let busy = probe("busy", "60s", &json!({"host": "one", "takes_ms": 30_000}), &json!({"timeout": "40s"}));
    let waits = probe("waits", "10s", &json!({"host": "one"}), &json!({}));
    let bench = Bench::start(&[vec![busy.clone()], vec![waits]], &one_place()).await;
    while bench.gauges.asking.load(Ordering::Relaxed) < 2 {
        bench.pass(Span::ms(500)).await;
    }
    let told = || {
        let of = |run: &&Run| run.probe.as_ref().is_some_and(|slug| slug.as_str() == "waits");
        (bench.asked_at("waits").len(), bench.runs().iter().filter(of).count())
    };
    let before = told();

    let landscape = Landscape::make(snapshot(&[vec![busy]]), &bench.landscape, &bench.maker);
    bench.schedule.send(Command::Landscape(Arc::new(landscape))).await.expect("a schedule");
    bench.pass(Span::seconds(70)).await;

    assert_eq!(told(), before, "it is neither asked nor told of any more");
    assert!(bench.asked_at("busy").len() > 1, "and its place is another's");
}
