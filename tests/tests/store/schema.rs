//! The tables themselves.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use model::{PersonState, Role, Span, Step, Subject, Timestamp};
use sqlx::{AssertSqlSafe, PgPool, SqlitePool, migrate::Migrator};
use store::{AuditFilter, Engine, Expired, RunsFilter, Store, StoreUrl};

use crate::given::{Given, at, entry, integration, probe, slug};

fn migrations(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations").join(folder)
}

fn names(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(migrations(folder)).expect("the folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("a file").file_name().into_string().expect("a name")).collect();
    names.sort();
    names
}

/// An empty database, before any migration.
enum Empty {
    Sqlite(SqlitePool, StoreUrl),
    Postgres(PgPool, StoreUrl),
}

impl Empty {
    async fn like(given: &Given) -> Self {
        match given.store.engine() {
            Engine::Sqlite => {
                let file = given.folder.path().join("old.db");
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file).create_if_missing(true);
                Self::Sqlite(SqlitePool::connect_with(options).await.expect("a connection"), StoreUrl::sqlite(file))
            }
            Engine::Postgres => {
                let url = tests::postgres::Postgres::shared().database().await;
                Self::Postgres(PgPool::connect(&url).await.expect("a connection"), url.parse().expect("a URL"))
            }
        }
    }

    /// Migrates up to a step, then adds rows.
    async fn step(&self, version: i64, rows: String) {
        match self {
            Self::Sqlite(pool, _) => {
                let migrator = Migrator::new(migrations("sqlite")).await.expect("migrations");
                migrator.run_to(version, pool).await.expect("migrated");
                sqlx::raw_sql(AssertSqlSafe(rows)).execute(pool).await.expect("sample rows");
            }
            Self::Postgres(pool, _) => {
                let migrator = Migrator::new(migrations("postgres")).await.expect("migrations");
                migrator.run_to(version, pool).await.expect("migrated");
                // the one literal that the engines do not share
                let rows = rows.replace(" x'", " '\\x");
                sqlx::raw_sql(AssertSqlSafe(rows)).execute(pool).await.expect("sample rows");
            }
        }
    }

    async fn close(self) -> StoreUrl {
        match self {
            Self::Sqlite(pool, url) => {
                pool.close().await;
                url
            }
            Self::Postgres(pool, url) => {
                pool.close().await;
                url
            }
        }
    }
}

pub async fn every_migration_runs_over_rows(given: &Given) {
    let database = Empty::like(given).await;
    for name in names("samples") {
        let version = name.split('_').next().and_then(|number| number.parse().ok()).expect("a number");
        let rows = fs::read_to_string(migrations("samples").join(&name)).expect("sample rows");
        database.step(version, rows).await;
    }
    let store = Store::open(&database.close().await).await.expect("the last step leaves a store that opens");

    let snapshot = store.load().await.expect("loaded");
    assert_eq!((snapshot.systems.len(), snapshot.integrations.len(), snapshot.probes.len()), (2, 1, 2));
    let rows = store.runs(&RunsFilter { limit: 10, ..RunsFilter::default() }).await.expect("runs");
    assert_eq!(rows.len(), 4);
    let kept: Vec<_> = rows.iter().filter(|row| row.in_maintenance || row.cause.is_some()).collect();
    assert_eq!(kept.len(), 1, "what was there before was not in maintenance");
    assert_eq!(kept[0].cause, Some(slug("netsuite")));
    for row in rows {
        assert!(store.run(row.id).await.expect("readable").is_some());
    }
    let rollups = store.rollups("p901".parse().expect("a subject"), Step::Minute, at(-200_000_000), at(0)).await;
    assert_eq!(rollups.expect("roll-ups").len(), 1);
    assert_eq!(
        store.take_dirty(Step::Minute, 9).await.expect("marks")[0].subject,
        Subject::Sent(model::IntegrationId(901))
    );
    let people = store.people().await.expect("people");
    let states: Vec<_> = people.iter().map(|one| (one.spec.role, one.spec.state)).collect();
    let expected = [
        (Role::Admin, PersonState::Active),
        (Role::Viewer, PersonState::Active),
        (Role::Engineer, PersonState::Invited),
    ];
    assert_eq!(states, expected);
    let then = Timestamp(1_700_000_060_000);
    assert!(store.session("sample-session", then, Span::hours(12)).await.expect("readable").is_some());
    assert!(store.link("sample-setup", then).await.expect("readable").is_none(), "it was used");
    assert!(store.link("sample-invite", then).await.expect("readable").is_some());
    assert!(store.token("sample-token-1", then).await.expect("readable").is_none(), "it was revoked");
    assert!(store.token("sample-token-2", then).await.expect("readable").is_some());
    assert_eq!(
        store.audit_entries(&AuditFilter { limit: 9, ..AuditFilter::default() }).await.expect("entries").len(),
        2
    );
    assert_eq!(store.secret("NETSUITE_TOKEN").await.expect("readable").expect("a secret").secret.nonce.len(), 12);
    let told = store.notices(model::IntegrationId(901), 9).await.expect("notices");
    assert_eq!(told.iter().map(|view| view.state.as_str()).collect::<Vec<_>>(), ["waiting", "sent"]);
    let claims = store.claim_notices(&slug("mail-orders"), at(0), at(1), 9).await.expect("taken");
    assert_eq!(claims[0].notice.kind, model::NoticeKind::Over, "an old one can still be told");
    let windows = store.windows().await.expect("windows");
    assert_eq!(windows.iter().map(|row| row.spec.slug.as_str()).collect::<Vec<_>>(), ["patch-night", "year-end"]);
    assert_eq!(store.windows_between(Timestamp(0), at(0)).await.expect("windows").len(), 3);
    let handling = store.handling().await.expect("what was done");
    assert!(handling.integrations[0].1.muted_at(then).is_some() && handling.probes[0].1.paused_at(then).is_some());
    let open = store.told().await.expect("what was told");
    assert_eq!((open[0].0, open[0].1.level), (model::IntegrationId(901), model::Level::Problem));
    assert_eq!(store.delete_expired(Expired::Runs, at(0)).await.expect("deleted"), 4);
    let writes = [
        store::Write::PutIntegration { spec: integration("orders-to-netsuite"), catalogue: None },
        store::Write::PutProbe { integration: slug("orders-to-netsuite"), spec: probe("api"), ping_key: None },
        store::Write::RetireWindow { slug: slug("patch-night") },
        store::Write::HandleIntegration {
            integration: slug("orders-to-netsuite"),
            handling: model::Handling::default(),
        },
    ];
    store.apply(&writes, at(0)).await.expect("old rows take new writes");
    assert_eq!(store.windows().await.expect("windows").len(), 1);
    assert_eq!(store.handling().await.expect("what was done").integrations, []);
    let over = store::Telling { integration_id: model::IntegrationId(901), told: None, notices: Vec::new() };
    store.tell(&[over]).await.expect("told");
    assert_eq!(store.told().await.expect("what was told"), []);
    store.audit(&entry("integration.change", "integration orders")).await.expect("added");
    assert_eq!(store.audit_after(2, 9).await.expect("entries")[0].previous, "b2", "it goes on from the last old one");
}

#[test]
fn every_migration_has_a_twin_and_sample_rows() {
    let steps = names("sqlite");
    assert!(!steps.is_empty());
    assert_eq!(names("postgres"), steps);
    assert_eq!(names("samples"), steps);
}

/// Table and column -> type, null, place in the primary key, in words that both engines share.
type Columns = BTreeMap<(String, String), (String, bool, i64)>;

#[tokio::test]
async fn both_engines_have_the_same_tables_columns_and_indexes() {
    let (sqlite, postgres) = (Given::sqlite().await, Given::postgres().await);
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(sqlite.url.file().expect("a file"));
    let lite = SqlitePool::connect_with(options).await.expect("a connection");
    let big = PgPool::connect(&postgres.url.to_string()).await.expect("a connection");

    let of_sqlite: Vec<(String, String, String, bool, i64)> = sqlx::query_as(
        "select t.name, c.name, lower(c.type), c.\"notnull\" or c.pk > 0, c.pk \
         from sqlite_schema t join pragma_table_info(t.name) c \
         where t.type = 'table' and t.name not like '\\_%' escape '\\' and t.name not like 'sqlite%'",
    )
    .fetch_all(&lite)
    .await
    .expect("columns");
    let of_postgres: Vec<(String, String, String, bool, i64)> = sqlx::query_as(
        "select c.table_name::text, c.column_name::text, c.data_type::text, c.is_nullable = 'NO', \
         coalesce((select k.ordinal_position from information_schema.key_column_usage k \
         join information_schema.table_constraints t using (constraint_schema, constraint_name) \
         where t.constraint_type = 'PRIMARY KEY' and k.table_name = c.table_name and k.column_name = c.column_name), 0)::bigint \
         from information_schema.columns c where c.table_schema = 'public' and c.table_name not like '\\_%'",
    )
    .fetch_all(&big)
    .await
    .expect("columns");
    let columns = |rows: Vec<(String, String, String, bool, i64)>| -> Columns {
        rows.into_iter()
            .map(|(table, column, kind, not_null, key)| {
                let kind = match kind.as_str() {
                    "bigint" | "boolean" => "integer",
                    "double precision" => "real",
                    "bytea" => "blob",
                    same => same,
                };
                ((table, column), (kind.to_owned(), not_null, key))
            })
            .collect()
    };
    assert_eq!(columns(of_sqlite), columns(of_postgres));

    let of_sqlite: Vec<String> = sqlx::query_scalar(
        "select name from sqlite_schema where type = 'index' and name not like 'sqlite%' order by name",
    )
    .fetch_all(&lite)
    .await
    .expect("indexes");
    let of_postgres: Vec<String> = sqlx::query_scalar(
        "select indexname::text collate \"C\" from pg_indexes where schemaname = 'public' \
         and indexname not like '%\\_pkey' and indexname not like '%\\_key' order by 1",
    )
    .fetch_all(&big)
    .await
    .expect("indexes");
    assert_eq!(of_sqlite, of_postgres);

    let collations: Vec<String> = sqlx::query_scalar(
        "select table_name || '.' || column_name from information_schema.columns \
         where table_schema = 'public' and table_name not like '\\_%' and data_type = 'text' \
         and collation_name is distinct from 'C'",
    )
    .fetch_all(&big)
    .await
    .expect("collations");
    assert_eq!(collations, [] as [String; 0], "texts are compared byte by byte, as SQLite does");
}
