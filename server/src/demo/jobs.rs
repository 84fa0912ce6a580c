//! Jobs of the present: they send word of their runs through the real API of this very server, and ping it.

use std::{sync::Arc, time::Duration};

use model::{Clock, SentRun, Slug, Span, Timestamp};
use reqwest::{Client, StatusCode};
use rules::schedule::Cadence;
use tokio_util::sync::CancellationToken;

use super::{
    peers::outbox::OutboxFile,
    script::{
        figures::OUTBOX_KEEPER,
        reports::{Every, JOBS, Job, ends_at},
    },
    servers::Servers,
    story::Story,
};
use crate::ServerError;

/// A send that takes longer has failed and is tried again.
const PATIENCE: Duration = Duration::from_secs(10);
/// Waited between tries; the API tells same from new by the run's own id.
const AGAIN: Duration = Duration::from_secs(5);
const TRIES: u32 = 5;
/// How often a job that waits looks at the clock.
const LOOK: Span = Span::seconds(1);

/// A heartbeat that is kept by pings.
#[derive(Debug, Clone)]
pub struct Heart {
    /// Whose: for the log.
    pub integration: Slug,
    /// Where its pings go.
    pub key: String,
    /// How often.
    pub every: Span,
}

/// What every job needs.
#[derive(Clone)]
pub struct Office {
    client: Client,
    /// Where the web listens: `http://127.0.0.1:7077`.
    origin: Arc<str>,
    story: Arc<Story>,
    servers: Arc<Servers>,
    outbox: OutboxFile,
    clock: Arc<dyn Clock>,
    ending: CancellationToken,
}

impl Office {
    /// Of the server at this address.
    pub fn new(
        origin: &str,
        story: Arc<Story>,
        servers: Arc<Servers>,
        outbox: OutboxFile,
        clock: Arc<dyn Clock>,
        ending: CancellationToken,
    ) -> Result<Self, ServerError> {
        let client = Client::builder().timeout(PATIENCE).no_proxy().build();
        let client = client.map_err(|why| ServerError::Config(format!("the demo's jobs: {why}")))?;
        Ok(Self { client, origin: origin.into(), story, servers, outbox, clock, ending })
    }

    /// One task for every job and every heartbeat.
    pub fn tasks(&self, hearts: Vec<Heart>) -> Vec<impl Future<Output = ()> + Send + 'static> {
        let jobs = JOBS.iter().map(Task::Job);
        let tasks = jobs.chain(hearts.into_iter().map(Task::Heart)).collect::<Vec<_>>();
        tasks.into_iter().map(|task| self.clone().run(task)).collect()
    }

    async fn run(self, task: Task) {
        let ending = self.ending.clone();
        let work = async {
            match task {
                Task::Job(job) => self.job(job).await,
                Task::Heart(heart) => self.heart(&heart).await,
            }
        };
        tokio::select! {
            () = work => {}
            () = ending.cancelled() => {}
        }
    }

    /// Sends the newest run first: after a restart it is news, else the API has it already.
    async fn job(&self, job: &Job) {
        let Ok(cadence) = Cadence::compile(&job.every.schedule()) else { return };
        let mut began = cadence.last_at_or_before(self.clock.now(), Span::default());
        loop {
            self.wait_for(began).await;
            let away = job.target.is_some_and(|target| self.servers.is_away(target));
            if let Some(run) = job.report(&self.story, began, away) {
                self.wait_for(ends_at(&run).unwrap_or(began)).await;
                self.keep_outbox(job).await;
                self.send(job, &run).await;
            }
            began = cadence.next_after(began, Span::default());
        }
    }

    /// Writes what a run left behind, if its job keeps the outbox.
    async fn keep_outbox(&self, job: &Job) {
        if job.integration == OUTBOX_KEEPER
            && let Err(why) = self.outbox.write(&self.story, self.clock.now()).await
        {
            tracing::warn!(integration = job.integration, %why, "the outbox could not be written");
        }
    }

    async fn heart(&self, heart: &Heart) {
        let minutes = heart.every.as_ms() / Span::minutes(1).as_ms();
        let Ok(cadence) = Cadence::compile(&Every::Minutes(minutes.max(1)).schedule()) else { return };
        let url = format!("{}/ping/{}", self.origin, heart.key);
        loop {
            self.wait_for(cadence.next_after(self.clock.now(), Span::default())).await;
            match self.client.post(&url).send().await {
                Ok(answer) if answer.status().is_success() => {}
                Ok(answer) => {
                    tracing::warn!(integration = %heart.integration, status = %answer.status(), "a ping was refused");
                }
                Err(why) => tracing::warn!(integration = %heart.integration, %why, "a ping did not arrive"),
            }
        }
    }

    /// Looks at the clock again and again, since a machine may sleep in between.
    async fn wait_for(&self, t: Timestamp) {
        loop {
            let left = t.since(self.clock.now());
            if left == Span::default() {
                return;
            }
            tokio::time::sleep(left.min(LOOK).as_duration()).await;
        }
    }

    async fn send(&self, job: &Job, run: &SentRun) {
        let url = format!("{}/api/v1/integrations/{}/runs", self.origin, job.integration);
        for _ in 0..TRIES {
            match self.client.post(&url).json(run).send().await {
                Ok(answer) if answer.status().is_success() => return,
                // A visitor stopped its server in between: what was told first stands.
                Ok(answer) if answer.status() == StatusCode::CONFLICT => return,
                Ok(answer) if answer.status().is_client_error() => {
                    tracing::warn!(integration = job.integration, status = %answer.status(), "a run was refused");
                    return;
                }
                Ok(answer) => {
                    tracing::info!(integration = job.integration, status = %answer.status(), "a run is sent again");
                }
                Err(why) => tracing::info!(integration = job.integration, %why, "a run is sent again"),
            }
            tokio::time::sleep(AGAIN).await;
        }
        tracing::warn!(integration = job.integration, "a run could not be sent");
    }
}

/// What a task does.
enum Task {
    Job(&'static Job),
    Heart(Heart),
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Arc, time::Duration};

    use axum::{Router, body::Bytes, extract::State, http::StatusCode, http::Uri};
    use model::{Clock, Slug, Span, TestClock, Timestamp};
    use tokio::{net::TcpListener, runtime::Handle, sync::mpsc};
    use tokio_util::sync::CancellationToken;

    use super::{Heart, Office, OutboxFile, Servers, Story};

    type Seen = mpsc::UnboundedSender<(String, String)>;

    /// Stands for the API: tells the test of what comes.
    async fn api() -> (String, Come) {
        async fn take(State(seen): State<Seen>, path: Uri, body: Bytes) -> StatusCode {
            let _ = seen.send((path.to_string(), String::from_utf8_lossy(&body).into_owned()));
            StatusCode::CREATED
        }
        let (seen, come) = mpsc::unbounded_channel();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(axum::serve(listener, Router::new().fallback(take).with_state(seen)).into_future());
        (origin, Come(come, Vec::new()))
    }

    /// What came, whatever the order.
    struct Come(mpsc::UnboundedReceiver<(String, String)>, Vec<(String, String)>);

    impl Come {
        async fn until(&mut self, path: &str, holds: &str) {
            let wanted = |(at, body): &(String, String)| at == path && body.contains(holds);
            while !self.1.iter().any(wanted) {
                let next = tokio::time::timeout(Duration::from_secs(20), self.0.recv()).await;
                self.1.push(next.unwrap_or_else(|_| panic!("{holds} did not come to {path}")).expect("the API stays"));
            }
        }
    }

    #[tokio::test]
    async fn jobs_tell_of_their_newest_run_at_once_and_of_the_next_when_it_is_over() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let now = Timestamp::parse("2026-11-23T13:09:30Z").expect("a moment");
        let (clock, ending) = (TestClock::at(now), CancellationToken::new());
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let story = Arc::new(Story::at(now, "UTC").expect("a story"));
        let servers = Servers::start(&story, &shared, &BTreeMap::new(), &Handle::current()).await.expect("servers");
        let servers = Arc::new(servers);
        let (origin, mut come) = api().await;
        let folder = tempfile::tempdir().expect("a folder");
        let outbox = OutboxFile::within(folder.path()).expect("an outbox");
        let office = Office::new(&origin, story, Arc::clone(&servers), outbox.clone(), shared, ending.clone());
        let office = office.expect("an office");
        let digest = Slug::parse("kpi-digest-to-slack").expect("a slug");
        let heart = Heart { integration: digest, key: "secret".to_owned(), every: Span::minutes(10) };
        let tasks: Vec<_> = office.tasks(vec![heart]).into_iter().map(tokio::spawn).collect();

        let orders = "/api/v1/integrations/orders-to-netsuite/runs";
        come.until(orders, "orders-to-netsuite-20261123T1305Z").await;
        clock.advance(Span::minutes(1));
        come.until("/ping/secret", "").await;
        come.until(orders, "orders-to-netsuite-20261123T1310Z").await;
        come.until("/api/v1/integrations/stock-to-web-shop/runs", "stock-to-web-shop-20261123T1300Z").await;
        assert!(outbox.path().exists(), "the job of the stock keeps its outbox");

        servers.set("netsuite", false).await.expect("stopped");
        clock.advance(Span::minutes(5));
        come.until(orders, "refused the connection").await;

        ending.cancel();
        for task in tasks {
            task.await.expect("it ends when it is told to");
        }
    }
}
