//! A store with an integration, changes of its level, and couriers that can be killed.

use std::{collections::BTreeMap, sync::Arc};

use model::{
    ChangeId, IntegrationId, Level, Notice, NoticeKind, NoticeState, Slug, Span, TestClock, Timestamp, hours::Cost,
};
use notify::{Channel, Channels, Courier, CourierLimits, Fill, Filled, Mail};
use server::telling::StoredOutbox;
use store::{NewNotice, Store, StoreUrl, Telling, Write};
use tempfile::TempDir;
use tests::{
    postgres::Postgres,
    relay::{MailRelay, PASSWORD},
    wait::{LONGEST, until},
};
use tokio::{task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::fate::{Death, Fate, Mortal};

/// When it begins.
pub const NOW: Timestamp = Timestamp(1_795_423_260_000);

pub fn slug(text: &str) -> Slug {
    Slug::parse(text).expect("a slug")
}

/// What is told of a change to the channel `mail`.
pub fn notice(number: u32, kind: NoticeKind, at: Timestamp) -> Notice {
    Notice {
        change: ChangeId(Uuid::from_u128(u128::from(number))),
        kind,
        channel: slug("mail"),
        at,
        integration: slug("orders"),
        name: "Orders, größer".to_owned(),
        from: "CRM".to_owned(),
        to: "ERP".to_owned(),
        environment: "production".to_owned(),
        tier: 1.try_into().expect("a tier"),
        owner: Some("team-a".to_owned()),
        level: Level::Problem,
        sentence: "401 from ERP".to_owned(),
        reason: None,
        since: at,
        until: (kind == NoticeKind::Over).then_some(at + Span::minutes(72)),
        cost: Cost::None,
        runbook: None,
        link: "https://bridgewatch.example.com/integrations/orders".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
    }
}

/// Knows the relay's password, `${secret:RELAY}`.
pub fn vault() -> Fill {
    Arc::new(|text, _host| {
        let values = vec![PASSWORD.to_owned()];
        Box::pin(async move { Ok(Filled { text: text.replace("${secret:RELAY}", PASSWORD), values }) })
    })
}

/// A courier at work, with a store of its own.
pub struct Working {
    store: Store,
    fate: Arc<Fate>,
    task: JoinHandle<()>,
    stop: CancellationToken,
}

impl Working {
    /// Waits until its time has come, and kills it.
    pub async fn killed(self) {
        timeout(LONGEST, self.fate.over()).await.expect("its time comes");
        self.cut_off().await;
    }

    /// Kills it, whatever it does.
    pub async fn cut_off(self) {
        self.task.abort();
        let _ = self.task.await;
        self.store.close().await;
    }

    /// Ends it in order.
    pub async fn end(self) {
        self.stop.cancel();
        self.task.await.expect("it ends");
        self.store.close().await;
    }

    /// Whether its time has come before this holds.
    pub async fn dies_before(&self, holds: impl Future<Output = ()>) -> bool {
        tokio::select! {
            () = self.fate.over() => true,
            () = holds => false,
        }
    }
}

pub struct Scene {
    pub store: Store,
    pub relay: MailRelay,
    pub clock: TestClock,
    pub mail: Arc<Mail>,
    url: StoreUrl,
    integration: IntegrationId,
    _folder: TempDir,
}

impl Scene {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self::at(StoreUrl::sqlite(folder.path().join("bridgewatch.db")), folder).await
    }

    pub async fn postgres() -> Self {
        let url = Postgres::shared().database().await.parse().expect("a URL");
        Self::at(url, tempfile::tempdir().expect("a folder")).await
    }

    async fn at(url: StoreUrl, folder: TempDir) -> Self {
        let store = Store::open(&url).await.expect("a new store");
        let spec = serde_json::json!({ "slug": "orders", "name": "Orders", "from": "crm", "to": "erp" });
        let spec = serde_json::from_value(spec).expect("a spec");
        store.apply(&[Write::PutIntegration { spec, catalogue: None }], NOW).await.expect("an integration");
        let integration = store.load().await.expect("the catalogue").integrations[0].id;
        let relay = MailRelay::open();
        let mail = Mail::new(relay.settings(&["jo@contoso.example"]), vault()).expect("a channel");
        let clock = TestClock::at(NOW);
        Self { store, relay, clock, mail: Arc::new(mail), url, integration, _folder: folder }
    }

    /// A change of level, written as the engine writes it; written again, it is the same one.
    pub async fn changed(&self, number: u32, kind: NoticeKind) {
        let notice = notice(number, kind, NOW);
        let notices = vec![NewNotice { integration_id: self.integration, notice }];
        let telling = Telling { integration_id: self.integration, told: None, notices };
        self.store.tell(&[telling]).await.expect("told");
    }

    /// Another process that sends what waits.
    pub async fn courier(&self, death: Death) -> Working {
        let store = Store::open(&self.url).await.expect("the store opens");
        let (fate, stop) = (Fate::of(death), CancellationToken::new());
        let channels = Channels::default();
        let channel = Mortal { inner: Arc::clone(&self.mail), fate: Arc::clone(&fate) };
        channels.replace(BTreeMap::from([(slug("mail"), Arc::new(channel) as Arc<dyn Channel>)]));
        let outbox = Mortal { inner: StoredOutbox(store.clone()), fate: Arc::clone(&fate) };
        let courier = Courier {
            outbox: Arc::new(outbox),
            channels,
            clock: Arc::new(self.clock.clone()),
            wake: Arc::default(),
            jitter: Arc::new(|| 0.5),
            limits: CourierLimits::default(),
        };
        let task = tokio::spawn(courier.run(stop.clone()));
        Working { store, fate, task, stop }
    }

    /// Time goes on until whatever was out may be taken again.
    pub fn leases_end(&self) {
        self.clock.advance(CourierLimits::default().lease);
    }

    pub async fn nothing_waits(&self) {
        until("nothing waits in the outbox", async || {
            self.store.due_channels().await.expect("channels").is_empty().then_some(())
        })
        .await;
    }

    pub async fn is_sent(&self, id: &str) {
        until("it is sent", async || self.sent().await.iter().any(|sent| sent == id).then_some(())).await;
    }

    /// The `Message-ID`s of what is committed as sent.
    pub async fn sent(&self) -> Vec<String> {
        let views = self.store.notices(self.integration, 10_000).await.expect("a list");
        let sent = views.into_iter().filter(|view| view.state == NoticeState::Sent);
        sent.map(|view| id(view.change, view.kind)).collect()
    }

    /// How often a mail of each `Message-ID` has arrived.
    pub fn arrived(&self) -> BTreeMap<String, usize> {
        let mut arrived = BTreeMap::new();
        for mail in self.relay.taken() {
            *arrived.entry(mail.header("Message-ID")).or_default() += 1;
        }
        arrived
    }
}

/// The `Message-ID` of what is told of a change.
pub fn id(change: ChangeId, kind: NoticeKind) -> String {
    notify::message_id(&Notice::key_of(change, kind, &slug("mail")), "contoso.example")
}

/// That of a change by its number.
pub fn id_of(number: u32, kind: NoticeKind) -> String {
    id(ChangeId(Uuid::from_u128(u128::from(number))), kind)
}
