//! Changes of the catalogue, carried out.

use model::{BaselineSpec, IntegrationId, IntegrationSpec, Lifecycle, ProbeSpec, Slug, SystemSpec, Timestamp};

use super::{Write, facts, handling, rename, windows};
use crate::{
    Result, Store, StoreError, audit,
    both::{Tx, on},
    error::sql,
    identity::revoke_tokens_of,
    row::{At, clean, clean_some, to_json},
    told,
};

impl Store {
    /// Carries out all of the writes in their order, or none of them.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where a probe, a baseline or what people did names an integration or a probe that is not there.
    pub async fn apply(&self, writes: &[Write], now: Timestamp) -> Result<()> {
        let mut tx = self.write().await?;
        for write in writes {
            carry_out(&mut tx, write, now).await?;
        }
        if writes.iter().any(|write| !matches!(write, Write::Audit(_))) {
            count_up(&mut tx).await?;
        }
        tx.commit().await
    }

    /// How often the catalogue was written, by this process or another: who keeps it in memory asks whether it moved.
    pub async fn catalogue_revision(&self) -> Result<i64> {
        Ok(self.setting(REVISION).await?.and_then(|count| count.parse().ok()).unwrap_or(0))
    }
}

async fn carry_out(tx: &mut Tx, write: &Write, now: Timestamp) -> Result<()> {
    match write {
        Write::PutSystem { spec, catalogue } => put_system(tx, spec, catalogue.as_deref(), now).await,
        Write::RetireSystem { slug } => retire_system(tx, slug, now).await,
        Write::PutIntegration { spec, catalogue } => put_integration(tx, spec, catalogue.as_deref(), now).await,
        Write::RetireIntegration { slug } => retire_integration(tx, slug, now).await,
        Write::PutProbe { integration, spec, ping_key } => {
            put_probe(tx, integration, spec, ping_key.as_deref(), now).await
        }
        Write::RemoveProbe { integration, probe } => remove_probe(tx, integration, probe, now).await,
        Write::AddBaseline { integration, spec } => add_baseline(tx, integration, spec, now).await,
        Write::PutWindow { spec, catalogue } => windows::put(tx, spec, catalogue.as_deref(), now).await,
        Write::RetireWindow { slug } => windows::retire(tx, slug, now).await,
        Write::HandleIntegration { integration, handling } => handling::of_integration(tx, integration, handling).await,
        Write::HandleProbe { integration, probe, handling } => {
            handling::of_probe(tx, integration, probe, handling).await
        }
        Write::Audit(entry) => audit::append(tx, entry).await,
    }
}

/// The setting that counts the writes.
const REVISION: &str = "catalogue.revision";

async fn count_up(tx: &mut Tx) -> Result<()> {
    const TEXT: &str = "insert into settings (name, value) values ($1, '1') \
        on conflict (name) do update set value = cast(cast(settings.value as bigint) + 1 as text)";
    on!(tx.conn(), db => sqlx::query(TEXT).bind(REVISION).execute(db).await.map(drop))
        .map_err(sql("count the writes of the catalogue"))
}

async fn put_system(tx: &mut Tx, spec: &SystemSpec, catalogue: Option<&str>, now: Timestamp) -> Result<()> {
    const TEXT: &str = "insert into systems (slug, spec, catalogue, created_at) values ($1, $2, $3, $4) \
        on conflict (slug) do update set spec = excluded.spec, catalogue = excluded.catalogue, retired_at = null";
    if let Some(former) = &spec.formerly {
        rename::system(tx, former, &spec.slug).await?;
    }
    on!(tx.conn(), db => {
        let query = sqlx::query(TEXT).bind(spec.slug.as_str()).bind(to_json(spec));
        query.bind(clean_some(catalogue)).bind(now.0).execute(db).await.map(drop)
    })
    .map_err(sql("write a system"))
}

async fn retire_system(tx: &mut Tx, slug: &Slug, now: Timestamp) -> Result<()> {
    const TEXT: &str = "update systems set retired_at = $2 where slug = $1 and retired_at is null";
    on!(tx.conn(), db => sqlx::query(TEXT).bind(slug.as_str()).bind(now.0).execute(db).await.map(drop))
        .map_err(sql("retire a system"))
}

async fn put_integration(tx: &mut Tx, spec: &IntegrationSpec, catalogue: Option<&str>, now: Timestamp) -> Result<()> {
    const TEXT: &str = "insert into integrations (slug, name, spec, catalogue, created_at) values ($1, $2, $3, $4, $5) \
        on conflict (slug) do update \
        set name = excluded.name, spec = excluded.spec, catalogue = excluded.catalogue, retired_at = null \
        returning id";
    if let Some(former) = &spec.formerly {
        rename::integration(tx, former, &spec.slug).await?;
    }
    let stored = to_json(&IntegrationSpec { probes: Vec::new(), baseline: None, ..spec.clone() });
    let id: i64 = on!(tx.conn(), db => {
        let query = sqlx::query_scalar(TEXT).bind(spec.slug.as_str()).bind(clean(&spec.name)).bind(&stored);
        query.bind(clean_some(catalogue)).bind(now.0).fetch_one(db).await
    })
    .map_err(sql("write an integration"))?;
    facts::note(tx, id, spec, now).await
}

async fn retire_integration(tx: &mut Tx, slug: &Slug, now: Timestamp) -> Result<()> {
    const RETIRE: &str = "update integrations set retired_at = $2 where slug = $1 and retired_at is null \
        returning id, spec";
    const REMOVE_PROBES: &str = "update probes set removed_at = coalesce(removed_at, $2), ping_key = null \
        where integration_id = $1";
    let retired: Option<(i64, String)> =
        on!(tx.conn(), db => sqlx::query_as(RETIRE).bind(slug.as_str()).bind(now.0).fetch_optional(db).await)
            .map_err(sql("retire an integration"))?;
    let Some((id, spec)) = retired else { return Ok(()) };
    on!(tx.conn(), db => sqlx::query(REMOVE_PROBES).bind(id).bind(now.0).execute(db).await.map(drop))
        .map_err(sql("remove the probes of an integration"))?;
    // Whoever revives it gets its history, and none of those who could send then.
    revoke_tokens_of(tx, IntegrationId(id), now).await?;
    handling::forget_integration(tx, id).await?;
    told::forget(tx, id).await?;
    let mut spec: IntegrationSpec = At { table: "integrations", row: slug }.json("spec", &spec)?;
    spec.lifecycle = Lifecycle::Retired;
    facts::note(tx, id, &spec, now).await
}

async fn put_probe(
    tx: &mut Tx,
    integration: &Slug,
    spec: &ProbeSpec,
    ping_key: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    const TEXT: &str = "insert into probes (integration_id, slug, spec, ping_key, created_at) \
        values ($1, $2, $3, $4, $5) on conflict (integration_id, slug) do update \
        set spec = excluded.spec, ping_key = coalesce(probes.ping_key, excluded.ping_key), removed_at = null";
    let id = living(tx, integration).await?;
    on!(tx.conn(), db => {
        let query = sqlx::query(TEXT).bind(id).bind(spec.slug.as_str()).bind(to_json(spec));
        query.bind(clean_some(ping_key)).bind(now.0).execute(db).await.map(drop)
    })
    .map_err(sql("write a probe"))
}

async fn remove_probe(tx: &mut Tx, integration: &Slug, probe: &Slug, now: Timestamp) -> Result<()> {
    const TEXT: &str = "update probes set removed_at = $3 where slug = $2 and removed_at is null \
        and integration_id = (select id from integrations where slug = $1)";
    on!(tx.conn(), db => {
        sqlx::query(TEXT).bind(integration.as_str()).bind(probe.as_str()).bind(now.0).execute(db).await.map(drop)
    })
    .map_err(sql("remove a probe"))?;
    handling::forget_probe(tx, integration, probe).await
}

async fn add_baseline(tx: &mut Tx, integration: &Slug, spec: &BaselineSpec, now: Timestamp) -> Result<()> {
    const TEXT: &str = "insert into baselines (integration_id, version, spec, created_at) \
        select $1, coalesce(max(version), 0) + 1, $2, $3 from baselines where integration_id = $1";
    let id = living(tx, integration).await?;
    on!(tx.conn(), db => sqlx::query(TEXT).bind(id).bind(to_json(spec)).bind(now.0).execute(db).await.map(drop))
        .map_err(sql("write a baseline"))
}

/// The row of an integration that is not retired.
pub(super) async fn living(tx: &mut Tx, slug: &Slug) -> Result<i64> {
    const TEXT: &str = "select id from integrations where slug = $1 and retired_at is null";
    on!(tx.conn(), db => sqlx::query_scalar(TEXT).bind(slug.as_str()).fetch_optional(db).await)
        .map_err(sql("find an integration"))?
        .ok_or_else(|| StoreError::Missing { noun: "integration", name: slug.to_string() })
}
