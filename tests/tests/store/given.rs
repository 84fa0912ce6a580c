//! What the cases begin with.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use model::{
    EntryToHash, IntegrationId, Origin, Outcome, PersonState, ProbeId, Reason, Role, Run, RunId, Scope, Slug,
    Timestamp, integration::IntegrationSpec,
};
use store::{
    Batch, GroupRecorded, NewEntry, PasswordHash, PersonSpec, RunRecord, Seal, SentGroup, SentRecord, SentRecorded,
    Store, StoreUrl, Write,
};
use tempfile::TempDir;
use tests::postgres::Postgres;
use uuid::Uuid;

/// The moment at which the cases play.
pub const NOW: Timestamp = Timestamp(1_800_000_000_000);

/// An open store with nothing in it.
pub struct Given {
    pub store: Store,
    pub url: StoreUrl,
    /// Held until the case ends.
    pub folder: TempDir,
}

impl Given {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = StoreUrl::sqlite(folder.path().join("data/bridgewatch.db"));
        Self { store: Store::open(&url).await.expect("a new store"), url, folder }
    }

    pub async fn postgres() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url: StoreUrl = Postgres::shared().database().await.parse().expect("a URL");
        Self { store: Store::open(&url).await.expect("a new store"), url, folder }
    }

    /// An integration `slug` with a probe `api`.
    pub async fn bridge(&self, slug: &str) -> Bridge {
        let writes = [
            Write::PutIntegration { spec: integration(slug), catalogue: None },
            Write::PutProbe { integration: self::slug(slug), spec: probe("api"), ping_key: None },
        ];
        self.store.apply(&writes, NOW).await.expect("a bridge");
        let snapshot = self.store.load().await.expect("the catalogue");
        let probe = snapshot.probes.iter().find(|probe| probe.integration.as_str() == slug).expect("its probe");
        Bridge { integration: probe.integration_id, probe: probe.id, slug: probe.integration.clone() }
    }

    /// Records runs of probes, all of which are new.
    pub async fn recorded(&self, runs: Vec<RunRecord>) {
        let count = runs.len();
        let recorded = self.store.record(&Batch { runs, ..Batch::default() }).await.expect("recorded");
        assert_eq!(recorded.runs, count);
    }

    /// Records one group of sent runs.
    pub async fn sent(&self, runs: Vec<SentRecord>) -> GroupRecorded {
        let batch = Batch { groups: vec![SentGroup { runs }], ..Batch::default() };
        self.store.record(&batch).await.expect("recorded").groups.remove(0)
    }

    /// A stored run.
    pub async fn run(&self, id: RunId) -> Run {
        self.store.run(id).await.expect("readable").expect("stored").run
    }
}

/// The rows of an integration and its probe.
pub struct Bridge {
    pub integration: IntegrationId,
    pub probe: ProbeId,
    pub slug: Slug,
}

impl Bridge {
    /// A probe's ok run, `number` seconds after `NOW`, whose id is its number.
    pub fn asked(&self, number: u32) -> RunRecord {
        let mut run = run(number);
        run.integration = self.slug.clone();
        run.probe = Some(slug("api"));
        RunRecord { run, integration_id: self.integration, probe_id: Some(self.probe) }
    }

    /// The same, but failed.
    pub fn failed(&self, number: u32, reason: Reason) -> RunRecord {
        let mut record = self.asked(number);
        record.run.outcome = Outcome::Failed;
        record.run.reason = Some(reason);
        record
    }

    /// A run that the integration sent under an external id; its content's hash is `content`.
    pub fn sent(&self, number: u32, external_id: &str, content: &str) -> SentRecord {
        let mut run = run(number);
        run.integration = self.slug.clone();
        run.origin = Origin::Integration;
        run.external_id = Some(external_id.to_owned());
        run.units = Some(2.0);
        run.units_counted = 2.0;
        run.run_counted = true;
        let record = RunRecord { run, integration_id: self.integration, probe_id: None };
        SentRecord { record, content_hash: content.to_owned() }
    }
}

pub fn slug(text: &str) -> Slug {
    Slug::parse(text).expect("a slug")
}

pub fn id(number: u32) -> RunId {
    RunId(Uuid::from_u128(u128::from(number)))
}

pub fn at(seconds: i64) -> Timestamp {
    Timestamp(NOW.0 + seconds * 1_000)
}

pub fn created(numbers: &[u32]) -> GroupRecorded {
    GroupRecorded::Stored(numbers.iter().map(|&number| SentRecorded::Created(id(number))).collect())
}

pub fn integration(slug: &str) -> IntegrationSpec {
    let spec = serde_json::json!({ "slug": slug, "name": slug.to_uppercase(), "from": "crm", "to": "erp" });
    serde_json::from_value(spec).expect("a spec")
}

pub fn probe(slug: &str) -> model::ProbeSpec {
    let spec =
        serde_json::json!({ "slug": slug, "kind": "http", "options": { "url": "http://localhost" }, "every": "30s" });
    serde_json::from_value(spec).expect("a spec")
}

/// An active viewer with a password.
pub fn person(email: &str) -> PersonSpec {
    PersonSpec {
        email: email.to_owned(),
        name: "Jo".to_owned(),
        role: Role::Viewer,
        scope: Scope::default(),
        password_hash: Some(PasswordHash("$argon2id$one".to_owned())),
        provider: None,
        state: PersonState::Active,
    }
}

/// What Jo did, sealed by [`hash`].
pub fn entry(action: &str, subject: &str) -> NewEntry {
    NewEntry {
        at: NOW,
        who: "jo@example.org".to_owned(),
        by: "person".to_owned(),
        from: None,
        action: action.to_owned(),
        subject: subject.to_owned(),
        before: None,
        after: None,
        seal: Seal(hash),
    }
}

/// Enough of a hash for these cases.
pub fn hash(previous: &str, entry: &EntryToHash<'_>) -> String {
    let mut hasher = DefaultHasher::new();
    (previous, format!("{entry:?}")).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

fn run(number: u32) -> Run {
    let run = serde_json::json!({
        "id": id(number), "integration": "x", "origin": "probe", "environment": "production",
        "started_at": at(i64::from(number)), "outcome": "ok",
    });
    serde_json::from_value(run).expect("a run")
}
