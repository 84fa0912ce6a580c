use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use model::{PersonId, Span, Timestamp};
use rand::{SeedableRng, rngs::StdRng};

use super::{Busy, HashCost, Hasher, Lane, Parsed, WAITING};
use crate::{
    core::Keys,
    identity::{Gate, NotSignedIn, Stay, failures::Trier},
};

/// The least that argon2 takes.
const CHEAP: HashCost = HashCost { memory_kib: 8, passes: 1 };
const ADA: Lane = Lane::Strange(PersonId(1));

fn hasher() -> (Hasher, Keys) {
    let keys = Keys::new(StdRng::from_seed([7; 32]));
    (Hasher::new(CHEAP, &keys).expect("a cost"), keys)
}

#[tokio::test]
async fn a_password_fits_what_is_kept_of_it_and_nothing_else_does() {
    let (hasher, keys) = hasher();
    let kept = hasher.hash("correct horse battery", &keys).await.expect("hashed");
    assert!(kept.0.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{}", kept.0);
    assert_eq!(hasher.verify(ADA, "correct horse battery", Some(&kept)).await, Ok(true));
    for wrong in ["", "correct horse batter", "Correct horse battery", &"x".repeat(100_000)] {
        assert_eq!(hasher.verify(ADA, wrong, Some(&kept)).await, Ok(false), "{wrong:.20}");
    }
    assert_eq!(hasher.verify(Lane::Nobody(1), "correct horse battery", None).await, Ok(false));
    let again = hasher.hash("correct horse battery", &keys).await.expect("hashed");
    assert_ne!(kept.0, again.0, "each has a salt of its own");
}

#[tokio::test]
async fn who_is_not_there_is_verified_at_the_same_costs() {
    // Given what is kept of a password, and what stands for that of nobody.
    let (hasher, keys) = hasher();
    let kept = hasher.hash("correct horse battery", &keys).await.expect("hashed").0;
    let [kept, nothing] = [kept.as_str(), &hasher.dummy].map(|text| Parsed::new(text).expect("a hash"));

    // Then they cost the same and differ in salt and hash alone; a try for nobody is one more hash.
    assert_eq!((nothing.algorithm, nothing.version), (kept.algorithm, kept.version));
    assert_eq!(nothing.params, kept.params);
    assert_eq!(nothing.hash.map(|hash| hash.len()), kept.hash.map(|hash| hash.len()));
    assert_ne!(nothing.salt, kept.salt);
    let before = hasher.count();
    assert_eq!(hasher.verify(Lane::Nobody(1), "correct horse battery", None).await, Ok(false));
    assert_eq!(hasher.count() - before, 1);
}

#[tokio::test]
async fn many_who_are_not_there_keep_nobody_waiting_and_are_not_told_apart() {
    // Given a core that is taken, and more tries of people who are not there than may wait.
    let (hasher, keys) = hasher();
    let kept = hasher.hash("correct horse battery", &keys).await.expect("hashed");
    let hasher = Arc::new(hasher);
    let core = Arc::clone(&hasher.core).acquire_owned().await.expect("open");
    let done = Arc::new(Mutex::new(Vec::new()));
    let knock = |lane, kept: Option<store::PasswordHash>| {
        let (hasher, done) = (Arc::clone(&hasher), Arc::clone(&done));
        tokio::spawn(async move {
            let fits = hasher.verify(lane, "correct horse battery", kept.as_ref()).await;
            done.lock().expect("unharmed").push((lane, fits));
        })
    };
    let mut tries: Vec<_> = (0..).take(WAITING + 1).map(|n| knock(Lane::Nobody(n), None)).collect();
    while hasher.nobody.places.available_permits() > 0 {
        tokio::task::yield_now().await;
    }

    // When one more comes, and somebody known, both wait.
    let one_more = Lane::Nobody(404);
    tries.push(knock(one_more, None));
    let ada = knock(ADA, Some(kept));
    while hasher.queue(ADA).turn.available_permits() > 0 {
        tokio::task::yield_now().await;
    }

    // Then she waits for one of the others at most: the queues take turns, and the core is asked for right behind her.
    let mut behind_her = Box::pin(Arc::clone(&hasher.core).acquire_owned());
    assert!(futures::poll!(&mut behind_her).is_pending());
    drop(core);
    let core = behind_her.await.expect("open");
    ada.await.expect("no panic");
    let before = done.lock().expect("unharmed").clone();
    assert!(before.contains(&(ADA, Ok(true))), "{before:?}");
    assert!(before.iter().filter(|(lane, _)| ![ADA, one_more].contains(lane)).count() <= 1, "{before:?}");

    // And the one more is told what the others are.
    drop(core);
    for one in tries {
        one.await.expect("no panic");
    }
    let done = done.lock().expect("unharmed");
    assert!(done.contains(&(one_more, Ok(false))), "{done:?}");
    assert_eq!(done.len(), WAITING + 3);
}

#[tokio::test]
async fn the_queue_of_an_account_is_as_long_whether_it_is_there_or_not() {
    for lane in [ADA, Lane::of_nobody("bob@example.com")] {
        let hasher = Arc::new(hasher().0);
        let _core = Arc::clone(&hasher.core).acquire_owned().await.expect("open");
        let knock = || {
            let hasher = Arc::clone(&hasher);
            tokio::spawn(async move { hasher.verify(lane, "x", None).await })
        };
        let tries: Vec<_> = (0..=WAITING).map(|_| knock()).collect();
        while hasher.queue(lane).places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(hasher.verify(lane, "x", None).await, Err(Busy), "{lane:?}");
        tries.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

#[tokio::test]
async fn a_try_that_was_not_looked_at_does_not_count_as_a_wrong_one() {
    // Given an account whose queue others have filled,
    let keys = Keys::new(StdRng::from_seed([7; 32]));
    let gate = Arc::new(Gate::new(CHEAP, Stay::default(), &keys).expect("a cost"));
    let kept = gate.hasher.hash("correct horse battery", &keys).await.expect("hashed");
    let core = Arc::clone(&gate.hasher.core).acquire_owned().await.expect("open");
    let strangers: Vec<_> = (0..=WAITING)
        .map(|_| {
            let gate = Arc::clone(&gate);
            tokio::spawn(async move { gate.hasher.verify(ADA, "x", None).await })
        })
        .collect();
    while gate.hasher.queue(ADA).places.available_permits() > 0 {
        tokio::task::yield_now().await;
    }

    // when she tries again and again, then she is told so each time, and nothing else;
    let (ada, now) = (Trier::Network("ada@example.com".to_owned(), None), Timestamp(1_800_000_000_000));
    let tried = async |password| gate.fits(&ada, ADA, password, Some(&kept), now).await;
    for _ in 0..20 {
        assert_eq!(tried("correct horse battery").await, Err(NotSignedIn::Busy));
    }

    // and once there is room her free tries are all there.
    strangers.iter().for_each(tokio::task::JoinHandle::abort);
    drop(core);
    for stranger in strangers {
        let _ = stranger.await;
    }
    for _ in 0..5 {
        assert_eq!(tried("wrong").await, Ok(false));
    }
    assert_eq!(tried("correct horse battery").await, Err(NotSignedIn::Wait(Span::seconds(1))));
}

#[tokio::test]
async fn a_flood_of_strangers_leaves_room_where_one_is_known() {
    let (hasher, keys) = hasher();
    let kept = hasher.hash("correct horse battery", &keys).await.expect("hashed");
    let hasher = Arc::new(hasher);
    let core = Arc::clone(&hasher.core).acquire_owned().await.expect("open");
    let strangers: Vec<_> = (0..=WAITING)
        .map(|_| {
            let hasher = Arc::clone(&hasher);
            tokio::spawn(async move { hasher.verify(ADA, "x", None).await })
        })
        .collect();
    while hasher.queue(ADA).places.available_permits() > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(hasher.verify(ADA, "correct horse battery", Some(&kept)).await, Err(Busy));

    let known = Arc::clone(&hasher);
    let ada = async move { known.verify(Lane::Familiar(PersonId(1)), "correct horse battery", Some(&kept)).await };
    let ada = tokio::spawn(ada);
    drop(core);
    assert_eq!(ada.await.expect("no panic"), Ok(true));
    strangers.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_is_hashed_at_a_time_whoever_comes() {
    let hasher = Arc::new(hasher().0);
    let (now, most) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
    let lanes =
        (0..5).flat_map(|n| [Lane::Nobody(n), Lane::Strange(PersonId(1)), Lane::Familiar(PersonId(2)), Lane::Choosing]);
    let knock = |lane| {
        let (hasher, now, most) = (Arc::clone(&hasher), Arc::clone(&now), Arc::clone(&most));
        let job = move || {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            (0..1_000).for_each(|_| std::thread::yield_now());
            now.fetch_sub(1, Ordering::SeqCst);
        };
        tokio::spawn(async move { hasher.at_its_turn(lane, job).await })
    };
    let before = hasher.count();
    let knocking: Vec<_> = lanes.map(knock).collect();
    for one in knocking {
        assert_eq!(one.await.expect("no panic"), Ok(()));
    }
    assert_eq!(most.load(Ordering::SeqCst), 1, "more than one core");
    assert_eq!(hasher.count() - before, 20);
}
