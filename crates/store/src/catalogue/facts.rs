//! What an integration was on a day: owner, department, tier and lifecycle, dated.

use model::{IntegrationId, IntegrationSpec, Lifecycle, Tier, Timestamp};

use crate::{
    Result, Store,
    both::{Tx, on},
    error::sql,
    row::{At, clean_some},
};

/// Who owned an integration, whom it served, how much it hurt and where in its life it was, from `since` until `until`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Whose.
    pub integration: IntegrationId,
    /// From when, inclusive.
    pub since: Timestamp,
    /// Until when, exclusive; `None`: now.
    pub until: Option<Timestamp>,
    /// The team that acts.
    pub owner: Option<String>,
    /// The department it serves.
    pub department: Option<String>,
    /// How much hurts while it is down.
    pub tier: Tier,
    /// Where in its life it is.
    pub lifecycle: Lifecycle,
}

#[derive(sqlx::FromRow)]
struct FactRow {
    integration_id: i64,
    since: i64,
    until: Option<i64>,
    owner: Option<String>,
    department: Option<String>,
    tier: i64,
    lifecycle: String,
}

impl Store {
    /// The facts of every integration that held at some moment in `from..to`, by integration and time.
    pub async fn facts(&self, from: Timestamp, to: Timestamp) -> Result<Vec<Fact>> {
        const TEXT: &str = "select integration_id, since, until, owner, department, tier, lifecycle \
            from integration_facts where since < $2 and (until is null or until > $1) order by integration_id, since";
        let rows: Vec<FactRow> =
            on!(self.read(), db => sqlx::query_as(TEXT).bind(from.0).bind(to.0).fetch_all(db).await)
                .map_err(sql("read what integrations were"))?;
        rows.into_iter().map(Fact::try_from).collect()
    }
}

impl TryFrom<FactRow> for Fact {
    type Error = crate::StoreError;

    fn try_from(row: FactRow) -> Result<Self> {
        let at = At { table: "integration_facts", row: &row.integration_id };
        let tier: u8 = at.number("tier", row.tier)?;
        Ok(Self {
            integration: IntegrationId(row.integration_id),
            since: Timestamp(row.since),
            until: row.until.map(Timestamp),
            owner: row.owner,
            department: row.department,
            tier: Tier::try_from(tier).map_err(at.bad("tier"))?,
            lifecycle: at.word("lifecycle", &row.lifecycle)?,
        })
    }
}

/// Notes what an integration is from now on, if that differs from what it was.
pub(crate) async fn note(tx: &mut Tx, integration: i64, spec: &IntegrationSpec, now: Timestamp) -> Result<()> {
    const PRESENT: &str = "select integration_id, since, until, owner, department, tier, lifecycle \
        from integration_facts where integration_id = $1 and until is null";
    const BEGIN: &str = "insert into integration_facts (integration_id, since, owner, department, tier, lifecycle) \
        values ($1, $2, $3, $4, $5, $6)";
    let present: Option<FactRow> =
        on!(tx.conn(), db => sqlx::query_as(PRESENT).bind(integration).fetch_optional(db).await)
            .map_err(sql("read what an integration is"))?;
    let owner = clean_some(spec.owner.as_deref());
    let department = clean_some(spec.department.as_deref());
    let tier = i64::from(spec.tier.get());
    if let Some(present) = present {
        let same = present.owner.as_deref() == owner.as_deref()
            && present.department.as_deref() == department.as_deref()
            && present.tier == tier
            && present.lifecycle == spec.lifecycle.as_str();
        if same {
            return Ok(());
        }
        end(tx, integration, now).await?;
    }
    on!(tx.conn(), db => {
        let query = sqlx::query(BEGIN).bind(integration).bind(now.0).bind(owner.as_deref());
        query.bind(department.as_deref()).bind(tier).bind(spec.lifecycle.as_str()).execute(db).await.map(drop)
    })
    .map_err(sql("note what an integration is"))
}

/// Ends the present fact. One that began at this very moment (or later, by a clock that was set back) never held: it goes.
async fn end(tx: &mut Tx, integration: i64, now: Timestamp) -> Result<()> {
    const FORGET: &str = "delete from integration_facts where integration_id = $1 and since >= $2";
    const END: &str = "update integration_facts set until = $2 where integration_id = $1 and until is null";
    for text in [FORGET, END] {
        on!(tx.conn(), db => sqlx::query(text).bind(integration).bind(now.0).execute(db).await.map(drop))
            .map_err(sql("end what an integration was"))?;
    }
    Ok(())
}
