//! Sign-in and lateness while a thousand wrong sign-ins a second come in.
//!
//! The flood is a process of its own, at an address of its own: two thirds of it are people who are not there, each tried once, one
//! third is somebody who is. That person signs in from elsewhere meanwhile.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use clap::Args;
use model::Span;
use reqwest::{
    Client, StatusCode,
    header::{CONTENT_TYPE, ORIGIN},
    redirect::Policy,
};
use serde_json::json;
use tokio::{sync::Semaphore, time::sleep};

use crate::{
    Tried,
    child::{self, Child},
    house::{EMAIL, PASSWORD},
    lab::{Lab, is_whole, now},
    landscape::Landscape,
    late::{self, LATE, PERIOD, PROBES},
    stored,
    table::{Sorted, Table, number},
};

const HOSTS: usize = 40;
/// Wrong sign-ins a second.
const RATE: u32 = 1_000;
/// How often some are sent.
const TICK: Duration = Duration::from_millis(10);
/// Requests under way at most; who floods more only waits longer.
const AT_ONCE: usize = 1_000;
const FLOODING: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 3));
/// Between two right sign-ins.
const PAUSE: Duration = Duration::from_millis(500);
/// What is promised: lateness, a right sign-in (ms), cores of hashing.
const PROMISED: [f64; 3] = [250.0, 1_000.0, 1.0];

/// Whom the flood is sent to.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Flood {
    /// The house.
    pub url: String,
}

#[derive(Default)]
struct Tally {
    sent: AtomicU64,
    wrong: AtomicU64,
    later: AtomicU64,
    other: AtomicU64,
}

/// Floods until its parent wants it to end.
pub async fn run(flood: Flood) -> Tried<()> {
    let tally = Arc::<Tally>::default();
    let client = client(FLOODING)?;
    tokio::spawn(send(client, flood.url, Arc::clone(&tally)));
    let figures = || {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let [sent, wrong, later, other] = [&tally.sent, &tally.wrong, &tally.later, &tally.other].map(count);
        json!({ "sent": sent, "wrong": wrong, "later": later, "other": other })
    };
    child::answer(&json!({}), figures).await
}

async fn send(client: Client, url: String, tally: Arc<Tally>) {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut turn = tokio::time::interval(TICK);
    let each = u64::from(RATE) * u64::try_from(TICK.as_millis()).unwrap_or_default() / 1_000;
    loop {
        turn.tick().await;
        for _ in 0..each {
            // The semaphore is never closed.
            let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
            let number = tally.sent.fetch_add(1, Ordering::Relaxed);
            let email =
                if number.is_multiple_of(3) { EMAIL.to_owned() } else { format!("nobody-{number}@example.com") };
            let (client, url, tally) = (client.clone(), url.clone(), Arc::clone(&tally));
            tokio::spawn(async move {
                let counter = match sign_in(&client, &url, &email, "a wrong password").await {
                    Ok(StatusCode::UNAUTHORIZED) => &tally.wrong,
                    Ok(StatusCode::TOO_MANY_REQUESTS) => &tally.later,
                    Ok(_) | Err(_) => &tally.other,
                };
                counter.fetch_add(1, Ordering::Relaxed);
                drop(place);
            });
        }
    }
}

/// Sends the form of sign-in as a browser does.
async fn sign_in(client: &Client, url: &str, email: &str, password: &str) -> reqwest::Result<StatusCode> {
    let fields = [("email", email), ("password", password)];
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let form = client.post(format!("{url}/sign-in")).header(ORIGIN, url);
    let answer = form.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body).send().await?;
    let status = answer.status();
    answer.bytes().await?;
    Ok(status)
}

fn client(from: IpAddr) -> Tried<Client> {
    // A second call finds the choice made.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(Client::builder().no_proxy().redirect(Policy::none()).local_address(from).build()?)
}

/// What was used by whom in some time.
struct Used {
    house: Duration,
    hashing: Duration,
    time: Duration,
}

impl Used {
    /// By whatever goes on meanwhile.
    async fn during<T>(house: &Child, meanwhile: impl Future<Output = Tried<T>>) -> Tried<(T, Self)> {
        let (all, hashing, begun) = (house.cpu()?, house.cpu_named(child::HASHING), Instant::now());
        let made = meanwhile.await?;
        let (house, hashing) = (house.cpu_since(all)?, house.cpu_named(child::HASHING).saturating_sub(hashing));
        Ok((made, Self { house, hashing, time: begun.elapsed() }))
    }

    fn cores(&self, used: Duration) -> f64 {
        used.as_secs_f64() / self.time.as_secs_f64()
    }
}

/// All of it.
pub async fn measure(lab: &Lab, table: &mut Table) -> Tried<()> {
    eprintln!("a flood of wrong sign-ins");
    let landscape = Landscape::of(PROBES, PERIOD, HOSTS);
    let folder = lab.folder()?;
    let (mut target, ports) = lab.target(landscape.ports()).await?;
    let (mut house, url) = lab.house(&folder, &landscape, &ports).await?;
    sleep(lab.plan.warm_up).await;
    let time = PERIOD.as_duration() * lab.plan.flood_periods;
    let ((), quiet) = Used::during(&house, async {
        sleep(time).await;
        Ok(())
    })
    .await?;

    let mut flood = Child::start(&["flooding".to_owned(), url.clone()]).await?;
    sleep(lab.plan.warm_up).await;
    let (from, before) = (now(), flood.ask().await?);
    let (took, used) = Used::during(&house, right_ones(&url, time)).await?;
    let (to, after) = (now(), flood.ask().await?);
    flood.end().await?;
    // The last ones planned may arrive as late as is still in time, and be committed after that.
    sleep(Span::ms(LATE.as_ms() * 4).as_duration()).await;
    let arrivals = late::arrivals(&serde_json::from_value::<Vec<_>>(target.ask().await?)?);
    is_whole(&mut house).await?;
    house.end().await?;
    target.end().await?;

    let checks = stored::planned(folder.path(), from, to).await?;
    let seen = late::healthy(&landscape, &checks, &arrivals, usize::try_from(lab.plan.flood_periods)?);
    let name = |what: &str| format!("{RATE} wrong sign-ins a second, {} s: {what}", time.as_secs());
    let count = |of: &str| number(after[of].as_i64().unwrap_or_default() - before[of].as_i64().unwrap_or_default());
    let second = |of: &str| format!("{:.0}", count(of) / used.time.as_secs_f64());
    table.row(&name("sent"), second("sent"), "1/s");
    table.row(
        &name("answered wrong / told to come later / anything else"),
        ["wrong", "later", "other"].map(second).join(" / "),
        "1/s",
    );
    let [half, most, worst] = [seen.lateness_ms.median(), seen.lateness_ms.per_mille(990), seen.lateness_ms.max()];
    table.row(&name("late"), seen.late, "checks");
    table.row(&name("lateness p50 / p99 / max"), format!("{half:.1} / {most:.1} / {worst:.1}"), "ms");
    let [half, slowest] = [took.median(), took.max()];
    table.row(&name("a right sign-in p50 / max"), format!("{half:.0} / {slowest:.0}"), "ms");
    let hashing = used.cores(used.hashing);
    table.row(&name("CPU of hashing"), format!("{hashing:.2}"), "cores");
    let cores = [quiet.cores(quiet.house), used.cores(used.house)];
    table.row(&name("CPU of the house before / during"), format!("{:.2} / {:.2}", cores[0], cores[1]), "cores");
    let held = [most, slowest, hashing].iter().zip(PROMISED).all(|(seen, promised)| *seen <= promised);
    table.row(&name("p99 of 250 ms, sign-in of 1 s, one core"), if held { "held" } else { "NOT HELD" }, "");
    table.note(format!(
        "Flood: {} right sign-ins were timed from another address than the flood's; limits of how fast one address may ask are off, as \
         if it came from many. Hashing is the CPU time of the threads that hash. Flood, target and house share the cores.",
        took.len()
    ));
    Ok(())
}

/// Signs in again and again for so long; how long each took, in milliseconds.
async fn right_ones(url: &str, time: Duration) -> Tried<Sorted> {
    let until = Instant::now() + time;
    let mut took_ms = Vec::new();
    while Instant::now() < until {
        let browser = client(ELSEWHERE)?;
        let begun = Instant::now();
        let status = sign_in(&browser, url, EMAIL, PASSWORD).await?;
        took_ms.push(begun.elapsed().as_secs_f64() * 1e3);
        if status != StatusCode::SEE_OTHER {
            return Err(format!("a right sign-in was answered {status}").into());
        }
        sleep(PAUSE).await;
    }
    Ok(took_ms.into_iter().collect())
}
