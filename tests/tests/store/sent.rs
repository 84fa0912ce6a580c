//! Runs that integrations send.

use model::Outcome;
use store::{Batch, GroupRecorded, KnownRun, SentGroup, SentRecorded};

use crate::given::{Given, created, id};

pub async fn the_same_again_is_the_stored_run(given: &Given) {
    let orders = given.bridge("orders").await;
    assert_eq!(given.sent(vec![orders.sent(1, "job", "a")]).await, created(&[1]));
    let again = given.sent(vec![orders.sent(2, "job", "a"), orders.sent(3, "next", "b")]).await;
    assert_eq!(again, GroupRecorded::Stored(vec![SentRecorded::Same(id(1)), SentRecorded::Created(id(3))]));
    assert_eq!(given.store.run(id(2)).await.expect("readable"), None);
    let known = given.store.known_run(orders.integration, "job").await.expect("readable");
    assert_eq!(known, Some(KnownRun { run: id(1), content_hash: "a".to_owned(), open: false }));
}

pub async fn other_content_clashes_and_takes_its_whole_group_with_it(given: &Given) {
    let orders = given.bridge("orders").await;
    given.sent(vec![orders.sent(1, "job", "a")]).await;
    let batch = Batch {
        runs: vec![orders.asked(9)],
        groups: vec![
            SentGroup { runs: vec![orders.sent(2, "good", "x"), orders.sent(3, "job", "other")] },
            SentGroup { runs: vec![orders.sent(4, "fine", "y")] },
        ],
        ..Batch::default()
    };
    let recorded = given.store.record(&batch).await.expect("recorded");
    assert_eq!(recorded.groups, [GroupRecorded::Clash { index: 1, run: id(1) }, created(&[4])]);
    assert_eq!(recorded.runs, 1, "runs of probes are not held up");
    for number in [2, 3] {
        assert_eq!(given.store.run(id(number)).await.expect("readable"), None);
    }
    assert_eq!(given.store.known_run(orders.integration, "good").await.expect("readable"), None);
}

pub async fn a_clash_within_a_group_is_seen(given: &Given) {
    let orders = given.bridge("orders").await;
    let clash = given.sent(vec![orders.sent(1, "job", "a"), orders.sent(2, "job", "b")]).await;
    assert_eq!(clash, GroupRecorded::Clash { index: 1, run: id(1) });
    let twice = given.sent(vec![orders.sent(3, "job", "a"), orders.sent(4, "job", "a")]).await;
    assert_eq!(twice, GroupRecorded::Stored(vec![SentRecorded::Created(id(3)), SentRecorded::Same(id(3))]));
}

pub async fn groups_of_one_batch_see_each_other(given: &Given) {
    let orders = given.bridge("orders").await;
    let groups = [("a", 1), ("a", 2), ("b", 3)]
        .map(|(content, number)| SentGroup { runs: vec![orders.sent(number, "job", content)] });
    let recorded = given.store.record(&Batch { groups: groups.into(), ..Batch::default() }).await.expect("recorded");
    let same = GroupRecorded::Stored(vec![SentRecorded::Same(id(1))]);
    assert_eq!(recorded.groups, [created(&[1]), same, GroupRecorded::Clash { index: 0, run: id(1) }]);
}

pub async fn a_running_run_is_completed_and_keeps_its_id(given: &Given) {
    let orders = given.bridge("orders").await;
    let mut begun = orders.sent(1, "job", "begun");
    begun.record.run.outcome = Outcome::Running;
    begun.record.run.steps = vec![serde_json::from_str(r#"{"name":"load","outcome":"running"}"#).expect("a step")];
    assert_eq!(given.sent(vec![begun.clone()]).await, created(&[1]));

    let ended = given.sent(vec![orders.sent(2, "job", "ended")]).await;

    assert_eq!(ended, GroupRecorded::Stored(vec![SentRecorded::Completed(id(1))]));
    let run = given.run(id(1)).await;
    assert_eq!((run.outcome, run.steps.len()), (Outcome::Ok, 0));
    assert_eq!(given.store.run(id(2)).await.expect("readable"), None);

    begun.record.run.external_id = Some("other".to_owned());
    begun.record.run.id = id(5);
    let within = given.sent(vec![begun, orders.sent(6, "other", "ended")]).await;
    assert_eq!(within, GroupRecorded::Stored(vec![SentRecorded::Created(id(5)), SentRecorded::Completed(id(5))]));
    assert_eq!(given.run(id(5)).await.outcome, Outcome::Ok);
}

pub async fn a_late_word_of_the_beginning_changes_nothing(given: &Given) {
    let orders = given.bridge("orders").await;
    given.sent(vec![orders.sent(1, "job", "ended")]).await;
    let mut begun = orders.sent(2, "job", "begun");
    begun.record.run.outcome = Outcome::Running;
    assert_eq!(given.sent(vec![begun]).await, GroupRecorded::Stored(vec![SentRecorded::Same(id(1))]));
    assert_eq!(given.run(id(1)).await.outcome, Outcome::Ok);
}

pub async fn a_business_key_counts_once(given: &Given) {
    let orders = given.bridge("orders").await;
    let delivers = |number: u32, counted: f64| {
        let mut sent = orders.sent(number, &format!("job-{number}"), "x");
        sent.record.run.business_key = Some("order-\0-7".to_owned());
        sent.record.run.units_counted = counted;
        sent.record.run.run_counted = counted > 0.0;
        sent
    };
    given.sent(vec![delivers(1, 0.0)]).await;
    given.sent(vec![delivers(2, 2.0), delivers(3, 2.0)]).await;
    given.sent(vec![delivers(4, 2.0)]).await;
    given.sent(vec![delivers(2, 2.0)]).await;
    let mut counted = Vec::new();
    for number in 1..=4 {
        let run = given.run(id(number)).await;
        counted.push((run.units, run.units_counted, run.run_counted));
    }
    let (yes, no) = ((Some(2.0), 2.0, true), (Some(2.0), 0.0, false));
    assert_eq!(counted, [no, yes, no, no], "a run that did not count leaves the key to the next");
}

pub async fn keys_belong_to_an_integration(given: &Given) {
    let (orders, pay) = (given.bridge("orders").await, given.bridge("pay").await);
    assert_eq!(given.sent(vec![orders.sent(1, "job", "a")]).await, created(&[1]));
    assert_eq!(given.sent(vec![pay.sent(2, "job", "b")]).await, created(&[2]));
    assert_eq!(given.sent(vec![pay.sent(3, "JOB", "c")]).await, created(&[3]), "keys differ by case");
}

pub async fn many_keys_are_looked_up_at_once(given: &Given) {
    let orders = given.bridge("orders").await;
    let batch = |content: &str| {
        let runs = (0..341).map(|number| {
            let mut sent = orders.sent(number, &format!("job-{number}"), content);
            sent.record.run.business_key = Some(format!("order-{number}"));
            sent
        });
        runs.collect::<Vec<_>>()
    };
    assert_eq!(given.sent(batch("a")).await, created(&(0..341).collect::<Vec<_>>()));
    let same = (0..341).map(|number| SentRecorded::Same(id(number))).collect();
    assert_eq!(given.sent(batch("a")).await, GroupRecorded::Stored(same));
    assert_eq!(given.sent(batch("b")).await, GroupRecorded::Clash { index: 0, run: id(0) });
}
