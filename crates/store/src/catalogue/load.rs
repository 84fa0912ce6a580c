//! The catalogue as it is now.

use std::collections::BTreeSet;

use model::{
    Baseline, BaselineId, Integration, IntegrationId, IntegrationSpec, Probe, ProbeId, Slug, System, SystemId,
    Timestamp,
};

use crate::{Result, Store, both::on, error::sql, row::At};

/// Everything that is not retired. `spec.probes` and `spec.baseline` of the integrations are left empty: they stand beside.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    /// Systems, by slug.
    pub systems: Vec<System>,
    /// Integrations, by slug.
    pub integrations: Vec<Integration>,
    /// Probes of those integrations, by integration and in the order they were made.
    pub probes: Vec<Probe>,
    /// Every version of the baselines of those integrations, by integration, oldest first.
    pub baselines: Vec<Baseline>,
}

/// Slugs that rows keep which are retired. No other row can have them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Retired {
    /// Of systems.
    pub systems: BTreeSet<Slug>,
    /// Of integrations.
    pub integrations: BTreeSet<Slug>,
}

const SYSTEMS: &str = "select id, slug, spec, catalogue, created_at, retired_at from systems \
    where retired_at is null order by slug";

const INTEGRATIONS: &str = "select id, slug, spec, catalogue, created_at, retired_at from integrations \
    where retired_at is null order by slug";

const PROBES: &str = "select p.id, p.integration_id, i.slug as integration, p.slug, p.spec, p.ping_key, p.created_at \
    from probes p join integrations i on i.id = p.integration_id \
    where p.removed_at is null and i.retired_at is null order by i.slug, p.id";

const BASELINES: &str = "select b.id, b.integration_id, b.version, b.spec, b.created_at \
    from baselines b join integrations i on i.id = b.integration_id \
    where i.retired_at is null order by i.slug, b.version";

/// A system or an integration: their tables look alike here.
#[derive(sqlx::FromRow)]
struct ThingRow {
    id: i64,
    slug: String,
    spec: String,
    catalogue: Option<String>,
    created_at: i64,
    retired_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct ProbeRow {
    id: i64,
    integration_id: i64,
    integration: String,
    slug: String,
    spec: String,
    ping_key: Option<String>,
    created_at: i64,
}

#[derive(sqlx::FromRow)]
struct BaselineRow {
    id: i64,
    integration_id: i64,
    version: i64,
    spec: String,
    created_at: i64,
}

impl Store {
    /// Reads the catalogue in one transaction, so that its parts fit together.
    pub async fn load(&self) -> Result<Snapshot> {
        let mut tx = self.snapshot().await?;
        let systems: Vec<ThingRow> =
            on!(tx.conn(), db => sqlx::query_as(SYSTEMS).fetch_all(db).await).map_err(sql("read the systems"))?;
        let integrations: Vec<ThingRow> = on!(tx.conn(), db => sqlx::query_as(INTEGRATIONS).fetch_all(db).await)
            .map_err(sql("read the integrations"))?;
        let probes: Vec<ProbeRow> =
            on!(tx.conn(), db => sqlx::query_as(PROBES).fetch_all(db).await).map_err(sql("read the probes"))?;
        let baselines: Vec<BaselineRow> =
            on!(tx.conn(), db => sqlx::query_as(BASELINES).fetch_all(db).await).map_err(sql("read the baselines"))?;
        tx.commit().await?;
        Ok(Snapshot {
            systems: read_all(systems)?,
            integrations: read_all(integrations)?,
            probes: read_all(probes)?,
            baselines: read_all(baselines)?,
        })
    }

    /// The slugs of everything that is retired.
    pub async fn retired(&self) -> Result<Retired> {
        const SYSTEMS: &str = "select slug from systems where retired_at is not null";
        const INTEGRATIONS: &str = "select slug from integrations where retired_at is not null";
        let mut tx = self.snapshot().await?;
        let systems: Vec<String> = on!(tx.conn(), db => sqlx::query_scalar(SYSTEMS).fetch_all(db).await)
            .map_err(sql("read the retired systems"))?;
        let integrations: Vec<String> = on!(tx.conn(), db => sqlx::query_scalar(INTEGRATIONS).fetch_all(db).await)
            .map_err(sql("read the retired integrations"))?;
        tx.commit().await?;
        let slugs = |table, slugs: Vec<String>| -> Result<BTreeSet<Slug>> {
            slugs.iter().map(|slug| At { table, row: slug }.word("slug", slug)).collect()
        };
        Ok(Retired { systems: slugs("systems", systems)?, integrations: slugs("integrations", integrations)? })
    }

    /// What a retired integration was, without its probes and baseline; `None`: no retired one has this slug. A
    /// [`Write::PutIntegration`](crate::Write) of that slug revives it, with its history.
    pub async fn retired_integration(&self, slug: &Slug) -> Result<Option<IntegrationSpec>> {
        const TEXT: &str = "select spec from integrations where slug = $1 and retired_at is not null";
        let spec: Option<String> =
            on!(self.read(), db => sqlx::query_scalar(TEXT).bind(slug.as_str()).fetch_optional(db).await)
                .map_err(sql("read a retired integration"))?;
        spec.map(|spec| At { table: "integrations", row: slug }.json("spec", &spec)).transpose()
    }
}

fn read_all<R, T: TryFrom<R, Error = crate::StoreError>>(rows: Vec<R>) -> Result<Vec<T>> {
    rows.into_iter().map(T::try_from).collect()
}

impl TryFrom<ThingRow> for System {
    type Error = crate::StoreError;

    fn try_from(row: ThingRow) -> Result<Self> {
        let at = At { table: "systems", row: &row.slug };
        Ok(Self {
            id: SystemId(row.id),
            spec: at.json("spec", &row.spec)?,
            catalogue: row.catalogue,
            created_at: Timestamp(row.created_at),
            retired_at: row.retired_at.map(Timestamp),
        })
    }
}

impl TryFrom<ThingRow> for Integration {
    type Error = crate::StoreError;

    fn try_from(row: ThingRow) -> Result<Self> {
        let at = At { table: "integrations", row: &row.slug };
        Ok(Self {
            id: IntegrationId(row.id),
            spec: at.json("spec", &row.spec)?,
            catalogue: row.catalogue,
            created_at: Timestamp(row.created_at),
            retired_at: row.retired_at.map(Timestamp),
        })
    }
}

impl TryFrom<ProbeRow> for Probe {
    type Error = crate::StoreError;

    fn try_from(row: ProbeRow) -> Result<Self> {
        let name = format!("{}/{}", row.integration, row.slug);
        let at = At { table: "probes", row: &name };
        Ok(Self {
            id: ProbeId(row.id),
            integration_id: IntegrationId(row.integration_id),
            integration: at.word("integration_id", &row.integration)?,
            spec: at.json("spec", &row.spec)?,
            ping_key: row.ping_key,
            created_at: Timestamp(row.created_at),
        })
    }
}

impl TryFrom<BaselineRow> for Baseline {
    type Error = crate::StoreError;

    fn try_from(row: BaselineRow) -> Result<Self> {
        let at = At { table: "baselines", row: &row.id };
        Ok(Self {
            id: BaselineId(row.id),
            integration: IntegrationId(row.integration_id),
            version: at.number("version", row.version)?,
            spec: at.json("spec", &row.spec)?,
            created_at: Timestamp(row.created_at),
        })
    }
}
