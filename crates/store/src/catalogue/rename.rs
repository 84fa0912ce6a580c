//! Renames by `formerly`: a row keeps its id, and with it its history.

use model::{IntegrationSpec, Slug};

use crate::{
    Result,
    both::{Tx, on},
    error::sql,
    row::{At, to_json},
};

/// Gives the system `former` the slug `slug`, unless that is taken, and lets every integration that names it follow.
pub(super) async fn system(tx: &mut Tx, former: &Slug, slug: &Slug) -> Result<()> {
    const TEXT: &str = "update systems set slug = $2 where slug = $1 \
        and not exists (select 1 from systems taken where taken.slug = $2)";
    let renamed = on!(tx.conn(), db => {
        sqlx::query(TEXT).bind(former.as_str()).bind(slug.as_str()).execute(db).await.map(|done| done.rows_affected())
    })
    .map_err(sql("rename a system"))?;
    if renamed == 1 { follow(tx, former, slug).await } else { Ok(()) }
}

/// Gives the integration `former` the slug `slug`, unless that is taken.
pub(super) async fn integration(tx: &mut Tx, former: &Slug, slug: &Slug) -> Result<()> {
    const TEXT: &str = "update integrations set slug = $2 where slug = $1 \
        and not exists (select 1 from integrations taken where taken.slug = $2)";
    on!(tx.conn(), db => sqlx::query(TEXT).bind(former.as_str()).bind(slug.as_str()).execute(db).await.map(drop))
        .map_err(sql("rename an integration"))
}

/// `from`, `to` and `via` stand in specs by slug. Renames are rare, so all specs are read.
async fn follow(tx: &mut Tx, former: &Slug, slug: &Slug) -> Result<()> {
    const SPECS: &str = "select id, spec from integrations";
    const CHANGE: &str = "update integrations set spec = $2 where id = $1";
    let rows: Vec<(i64, String)> =
        on!(tx.conn(), db => sqlx::query_as(SPECS).fetch_all(db).await).map_err(sql("read the integrations"))?;
    for (id, spec) in rows {
        let mut spec: IntegrationSpec = At { table: "integrations", row: &id }.json("spec", &spec)?;
        let mut named = false;
        for end in [&mut spec.from, &mut spec.to].into_iter().chain(&mut spec.via) {
            if end == former {
                end.clone_from(slug);
                named = true;
            }
        }
        if named {
            on!(tx.conn(), db => sqlx::query(CHANGE).bind(id).bind(to_json(&spec)).execute(db).await.map(drop))
                .map_err(sql("rename a system in an integration"))?;
        }
    }
    Ok(())
}
