//! Killed on the way. What is held here, for a relay that says 250 once it has the mail on its disk:
//!
//! - every change arrives;
//! - what is committed as sent is never sent again;
//! - a mail arrives twice only if the kill fell between the relay's taking it and our commit, and then it is the same mail to the
//!   byte, under the same `Message-ID`. Without a transaction that spans both, no sender can do better.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use model::NoticeKind::{Began, Over};

use super::{
    fate::Death,
    scene::{Scene, id_of},
};

/// Kills in one test.
const KILLS: u32 = 60;
/// A message takes fewer steps than this.
const STEPS: u64 = 60;

/// A number below `STEPS` that looks like chance and is the same at each run.
fn chance(round: u32) -> usize {
    let mut hasher = DefaultHasher::new();
    ("kill", round).hash(&mut hasher);
    usize::try_from(hasher.finish() % STEPS).expect("small")
}

async fn each_change_arrives_and_none_that_is_committed_twice(scene: &Scene) {
    let mut kills = 0;
    for round in 0..KILLS {
        // Given a change, and every third time its end; told twice, as by a replay.
        for _ in 0..2 {
            scene.changed(round, Began).await;
            if round % 3 == 0 {
                scene.changed(round, Over).await;
            }
        }

        // When the courier is killed somewhere on its way.
        let courier = scene.courier(Death::Step(chance(round))).await;
        kills += u32::from(courier.dies_before(scene.nothing_waits()).await);
        courier.cut_off().await;

        // Then what was committed by now stays as it is, as the end shows.
        let (committed, arrived) = (scene.sent().await, scene.arrived());
        scene.leases_end();
        let courier = scene.courier(Death::Step(chance(round + KILLS))).await;
        kills += u32::from(courier.dies_before(scene.nothing_waits()).await);
        courier.cut_off().await;
        let later = scene.arrived();
        for id in &committed {
            assert_eq!(later.get(id), arrived.get(id), "round {round}: {id} was committed and sent again");
        }
        scene.leases_end();
    }
    let courier = scene.courier(Death::Never).await;
    scene.nothing_waits().await;
    courier.end().await;

    let arrived = scene.arrived();
    let mut expected: Vec<String> = (0..KILLS).map(|number| id_of(number, Began)).collect();
    expected.extend((0..KILLS).step_by(3).map(|number| id_of(number, Over)));
    expected.sort();
    assert_eq!(arrived.keys().cloned().collect::<Vec<_>>(), expected, "every change, and nothing else");
    let twice: usize = arrived.values().map(|count| count - 1).sum();
    assert!(kills >= KILLS / 2, "{kills} kills fell into the work");
    assert!(twice <= usize::try_from(kills).expect("few") * 2, "{twice} doubles of {kills} kills, of two at once each");
    same_to_the_byte(scene);
}

/// Mails of one `Message-ID` are one mail.
fn same_to_the_byte(scene: &Scene) {
    let taken = scene.relay.taken();
    for mail in &taken {
        let first = taken.iter().find(|other| other.header("Message-ID") == mail.header("Message-ID"));
        assert_eq!(first.expect("itself").mail, mail.mail);
    }
}

#[tokio::test]
async fn on_sqlite_each_change_arrives_and_none_that_is_committed_twice() {
    each_change_arrives_and_none_that_is_committed_twice(&Scene::sqlite().await).await;
}

#[tokio::test]
async fn on_postgres_each_change_arrives_and_none_that_is_committed_twice() {
    each_change_arrives_and_none_that_is_committed_twice(&Scene::postgres().await).await;
}

#[tokio::test]
async fn a_kill_between_the_relays_word_and_our_commit_sends_the_same_mail_again() {
    let scene = Scene::sqlite().await;
    scene.changed(1, Began).await;
    scene.courier(Death::Sent).await.killed().await;
    assert_eq!(scene.arrived()[&id_of(1, Began)], 1);
    assert_eq!(scene.sent().await, [] as [String; 0], "nobody knows that it was sent");

    // As long as the lease lasts, nobody sends it, and others go on.
    scene.changed(2, Began).await;
    let courier = scene.courier(Death::Never).await;
    scene.is_sent(&id_of(2, Began)).await;
    courier.end().await;
    assert_eq!(scene.arrived()[&id_of(1, Began)], 1);

    // Then it is sent again, since nobody else can know.
    scene.leases_end();
    let courier = scene.courier(Death::Never).await;
    scene.nothing_waits().await;
    courier.end().await;

    assert_eq!(scene.arrived(), [(id_of(1, Began), 2), (id_of(2, Began), 1)].into());
    same_to_the_byte(&scene);
}

#[tokio::test]
async fn a_kill_after_our_commit_sends_nothing_again() {
    let scene = Scene::sqlite().await;
    scene.changed(1, Began).await;
    scene.courier(Death::Marked).await.killed().await;
    scene.leases_end();
    scene.changed(1, Over).await;

    let courier = scene.courier(Death::Never).await;
    scene.nothing_waits().await;
    courier.end().await;

    assert_eq!(scene.arrived(), [(id_of(1, Began), 1), (id_of(1, Over), 1)].into());
}

/// Two nodes at work on one store.
async fn two_couriers_send_each_change_once(scene: &Scene) {
    for number in 0..40 {
        scene.changed(number, Began).await;
    }
    let (one, two) = tokio::join!(scene.courier(Death::Never), scene.courier(Death::Never));
    scene.nothing_waits().await;
    one.end().await;
    two.end().await;
    assert_eq!(scene.arrived(), (0..40).map(|number| (id_of(number, Began), 1)).collect());
}

#[tokio::test]
async fn on_sqlite_two_couriers_send_each_change_once() {
    two_couriers_send_each_change_once(&Scene::sqlite().await).await;
}

#[tokio::test]
async fn on_postgres_two_couriers_send_each_change_once() {
    two_couriers_send_each_change_once(&Scene::postgres().await).await;
}
