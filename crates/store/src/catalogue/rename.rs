//! Renames by `formerly`: a row keeps its id, and with it its history.

use model::{IntegrationSpec, Slug, SystemSpec, WindowSpec};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Result,
    both::{Tx, on},
    error::sql,
    row::{At, to_json},
};

/// Gives the system `former` the slug `slug`, unless that is taken, and lets everything that names it follow.
pub(super) async fn system(tx: &mut Tx, former: &Slug, slug: &Slug) -> Result<()> {
    const TEXT: &str = "update systems set slug = $2 where slug = $1 \
        and not exists (select 1 from systems taken where taken.slug = $2)";
    let renamed = on!(tx.conn(), db => {
        sqlx::query(TEXT).bind(former.as_str()).bind(slug.as_str()).execute(db).await.map(|done| done.rows_affected())
    })
    .map_err(sql("rename a system"))?;
    if renamed == 0 {
        return Ok(());
    }
    follow(tx, &INTEGRATIONS, ends, former, slug).await?;
    follow(tx, &SYSTEMS, dependencies, former, slug).await?;
    follow(tx, &WINDOWS, systems_of_window, former, slug).await
}

/// Gives the integration `former` the slug `slug`, unless that is taken, and lets every window that names it follow.
pub(super) async fn integration(tx: &mut Tx, former: &Slug, slug: &Slug) -> Result<()> {
    const TEXT: &str = "update integrations set slug = $2 where slug = $1 \
        and not exists (select 1 from integrations taken where taken.slug = $2)";
    let renamed = on!(tx.conn(), db => {
        sqlx::query(TEXT).bind(former.as_str()).bind(slug.as_str()).execute(db).await.map(|done| done.rows_affected())
    })
    .map_err(sql("rename an integration"))?;
    if renamed == 0 { Ok(()) } else { follow(tx, &WINDOWS, integrations_of_window, former, slug).await }
}

/// A table whose specs name others by slug.
struct Specs {
    table: &'static str,
    all: &'static str,
    change: &'static str,
}

const SYSTEMS: Specs = Specs {
    table: "systems",
    all: "select id, spec from systems",
    change: "update systems set spec = $2 where id = $1",
};

const INTEGRATIONS: Specs = Specs {
    table: "integrations",
    all: "select id, spec from integrations",
    change: "update integrations set spec = $2 where id = $1",
};

/// Those that are retired too: they tell of the past of what has another slug now.
const WINDOWS: Specs = Specs {
    table: "windows",
    all: "select id, spec from windows",
    change: "update windows set spec = $2 where id = $1",
};

fn dependencies(spec: &mut SystemSpec) -> Vec<&mut Slug> {
    spec.depends_on.iter_mut().collect()
}

fn ends(spec: &mut IntegrationSpec) -> Vec<&mut Slug> {
    [&mut spec.from, &mut spec.to].into_iter().chain(&mut spec.via).collect()
}

fn systems_of_window(spec: &mut WindowSpec) -> Vec<&mut Slug> {
    spec.systems.iter_mut().collect()
}

fn integrations_of_window(spec: &mut WindowSpec) -> Vec<&mut Slug> {
    spec.integrations.iter_mut().collect()
}

/// Renames are rare, so all specs are read.
async fn follow<S: Serialize + DeserializeOwned>(
    tx: &mut Tx,
    specs: &Specs,
    named: fn(&mut S) -> Vec<&mut Slug>,
    former: &Slug,
    slug: &Slug,
) -> Result<()> {
    let rows: Vec<(i64, String)> = on!(tx.conn(), db => sqlx::query_as(specs.all).fetch_all(db).await)
        .map_err(sql("read what may name what is renamed"))?;
    for (id, spec) in rows {
        let mut spec: S = At { table: specs.table, row: &id }.json("spec", &spec)?;
        let mut is_named = false;
        for one in named(&mut spec) {
            if one == former {
                one.clone_from(slug);
                is_named = true;
            }
        }
        if is_named {
            let changed = to_json(&spec);
            on!(tx.conn(), db => sqlx::query(specs.change).bind(id).bind(changed).execute(db).await.map(drop))
                .map_err(sql("write what names what is renamed"))?;
        }
    }
    Ok(())
}
