//! A flood of wrong sign-ins keeps nobody out and costs no more than one hash at a time. How fast that is stands in the benchmark.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use reqwest::{
    Client, Response,
    header::{CONTENT_TYPE, ORIGIN, RETRY_AFTER},
    redirect::Policy,
};
use tests::{
    fleet,
    house::{ADMINISTRATOR, PASSWORD, TestHouse},
    target::Target,
    wait::until,
};

/// Tries that cost their account nothing.
const FREE: u64 = 5;

/// A browser at this address.
fn browser(from: &str) -> Client {
    let from: IpAddr = from.parse().expect("an address");
    Client::builder().no_proxy().redirect(Policy::none()).local_address(from).build().expect("a client")
}

async fn sign_in(browser: &Client, house: &TestHouse, email: &str, password: &str) -> Response {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("email", email), ("password", password)])
        .finish();
    let form = browser.post(house.url("/sign-in")).header(ORIGIN, house.url(""));
    form.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body).send().await.expect("an answer")
}

async fn hashed(house: &TestHouse) -> u64 {
    let metrics = house.get("/metrics").await.1;
    let line = metrics.lines().find_map(|line| line.strip_prefix("bridgewatch_password_hashes_total "));
    line.expect("the count").parse().expect("a count")
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_to_wait_is_told_so_without_a_hash() {
    let house = TestHouse::empty().await;
    let stranger = browser("127.0.0.1");
    let before = hashed(&house).await;
    for email in [ADMINISTRATOR, "nobody@example.com"] {
        for _ in 0..FREE {
            assert_eq!(sign_in(&stranger, &house, email, "a wrong password").await.status(), 401, "{email}");
        }
        for password in ["a wrong password", PASSWORD] {
            let answer = sign_in(&stranger, &house, email, password).await;
            // Where hashing takes its time, the wait may be over before it is asked for.
            if answer.status() == 429 {
                let wait: u64 = answer.headers()[RETRY_AFTER].to_str().expect("text").parse().expect("seconds");
                assert!(wait >= 1, "{email}: {wait}");
            }
        }
    }
    let after_wrong = hashed(&house).await - before;
    assert!(after_wrong >= 2 * FREE, "one cannot tell who is there by what it costs: {after_wrong}");

    // When the same is tried a hundred times more, then only what is let through by the clock is hashed.
    let mut looked_at = 0;
    for _ in 0..100 {
        let status = sign_in(&stranger, &house, ADMINISTRATOR, "a wrong password").await.status();
        looked_at += u64::from(status == 401);
        assert!(status == 401 || status == 429, "{status}");
    }
    assert_eq!(hashed(&house).await - before - after_wrong, looked_at, "a refusal needs no hash");
    assert!(looked_at < 20, "each failure doubles the wait: {looked_at} of 100 were looked at");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_keeps_neither_people_out_nor_probes_from_asking() {
    // Given a flood from one address: of people who are not there, and of somebody who is.
    let target = Target::start().await;
    let house = Arc::new(TestHouse::with(&fleet::catalogue(&target, 1, 4)).await);
    let answers = Arc::<Mutex<BTreeMap<u16, u64>>>::default();
    let (ending, number) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
    let flood: Vec<_> = (0..32)
        .map(|nth| {
            let (house, answers) = (Arc::clone(&house), Arc::clone(&answers));
            let (ending, number) = (Arc::clone(&ending), Arc::clone(&number));
            tokio::spawn(async move {
                let stranger = browser("127.0.0.1");
                while !ending.load(Ordering::SeqCst) {
                    let number = number.fetch_add(1, Ordering::SeqCst);
                    let unknown = format!("nobody-{number}@example.com");
                    let email = if nth % 4 == 0 { ADMINISTRATOR } else { &unknown };
                    let status = sign_in(&stranger, &house, email, "a wrong password").await.status().as_u16();
                    *answers.lock().unwrap_or_else(PoisonError::into_inner).entry(status).or_default() += 1;
                }
            })
        })
        .collect();
    let told = |status: u16| answers.lock().unwrap_or_else(PoisonError::into_inner).get(&status).copied().unwrap_or(0);
    until("the flood", async || (told(401) > 20 && told(429) > 20).then_some(())).await;

    // When she signs in from elsewhere meanwhile, again and again, then she is let in; and probes go on.
    let asked = target.asked();
    for _ in 0..3 {
        let answer = sign_in(&browser("127.0.0.2"), &house, ADMINISTRATOR, PASSWORD).await;
        assert_eq!(answer.status(), 303, "she is let in: {:?}", answer.text().await);
    }
    until("the probes to go on", async || (target.asked() > asked + 8).then_some(())).await;

    ending.store(true, Ordering::SeqCst);
    for one in flood {
        one.await.expect("no panic");
    }
    let statuses: Vec<u16> = answers.lock().unwrap_or_else(PoisonError::into_inner).keys().copied().collect();
    assert_eq!(statuses, [401, 429], "wrong, or to come again later, and nothing else");
    Arc::into_inner(house).expect("nobody has it any more").end().await;
}
