//! Named values, sealed by a key that the store never sees.

use model::Timestamp;

use crate::{
    NewEntry, Result, Store, StoreError, audit,
    both::{Tx, on},
    error::sql,
    row::{At, clean, to_json},
};

/// A value as it is kept: sealed, under its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSecret {
    /// Its name.
    pub name: String,
    /// Which key sealed it.
    pub key_id: String,
    /// The hosts that it may be sent to. Part of what is sealed.
    pub hosts: Vec<String>,
    /// What was used once in sealing it.
    pub nonce: Vec<u8>,
    /// The value and its seal.
    pub sealed: Vec<u8>,
}

/// A secret as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretRecord {
    /// What was written.
    pub secret: SealedSecret,
    /// When it was first put.
    pub created_at: Timestamp,
    /// When its value last changed; another key is no change.
    pub changed_at: Timestamp,
}

/// The columns of a secret, and what follows.
macro_rules! secrets {
    ($rest:literal) => {
        concat!("select name, key_id, nonce, sealed, hosts, created_at, changed_at from secrets ", $rest)
    };
}

const ALL: &str = secrets!("order by name");
const ONE: &str = secrets!("where name = $1");

impl Store {
    /// Puts a secret in the place of what has its name. `seal` is asked in the transaction that writes, so that no key is given up
    /// between; it is told what is there, and answers the sealed value with what the audit is told. Its error comes back inside,
    /// and nothing was changed. Whatever name it answers, `name` counts.
    pub async fn put_secret<E>(
        &self,
        name: &str,
        now: Timestamp,
        seal: impl FnOnce(Option<&SecretRecord>) -> std::result::Result<(SealedSecret, Option<NewEntry>), E>,
    ) -> Result<std::result::Result<(), E>> {
        const TEXT: &str = "insert into secrets (name, key_id, nonce, sealed, hosts, created_at, changed_at) \
            values ($1, $2, $3, $4, $5, $6, $6) on conflict (name) do update set key_id = excluded.key_id, \
            nonce = excluded.nonce, sealed = excluded.sealed, hosts = excluded.hosts, changed_at = excluded.changed_at";
        let mut tx = self.write().await?;
        let row: Option<SecretRow> =
            on!(tx.conn(), db => sqlx::query_as(ONE).bind(clean(name)).fetch_optional(db).await)
                .map_err(sql("read a secret"))?;
        let before = row.map(SecretRecord::try_from).transpose()?;
        let (secret, entry) = match seal(before.as_ref()) {
            Ok(sealed) => sealed,
            Err(error) => return Ok(Err(error)),
        };
        on!(tx.conn(), db => {
            let query = sqlx::query(TEXT).bind(clean(name)).bind(clean(&secret.key_id));
            let query = query.bind(secret.nonce.as_slice()).bind(secret.sealed.as_slice());
            let query = query.bind(to_json(&secret.hosts)).bind(now.0);
            query.execute(db).await.map(drop)
        })
        .map_err(sql("put a secret"))?;
        audit::append_some(&mut tx, entry.as_ref()).await?;
        tx.commit().await.map(Ok)
    }

    /// One secret.
    pub async fn secret(&self, name: &str) -> Result<Option<SecretRecord>> {
        let row: Option<SecretRow> =
            on!(self.read(), db => sqlx::query_as(ONE).bind(clean(name)).fetch_optional(db).await)
                .map_err(sql("read a secret"))?;
        row.map(SecretRecord::try_from).transpose()
    }

    /// All secrets, by name.
    pub async fn secrets(&self) -> Result<Vec<SecretRecord>> {
        let rows: Vec<SecretRow> =
            on!(self.read(), db => sqlx::query_as(ALL).fetch_all(db).await).map_err(sql("list the secrets"))?;
        rows.into_iter().map(SecretRecord::try_from).collect()
    }

    /// Deletes a secret. `false`: there is none of that name.
    pub async fn delete_secret(&self, name: &str, entry: Option<&NewEntry>) -> Result<bool> {
        const TEXT: &str = "delete from secrets where name = $1";
        let mut tx = self.write().await?;
        let deleted = on!(tx.conn(), db => {
            sqlx::query(TEXT).bind(clean(name)).execute(db).await.map(|done| done.rows_affected())
        })
        .map_err(sql("delete a secret"))?;
        if deleted == 0 {
            return Ok(false);
        }
        audit::append_some(&mut tx, entry).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Seals every secret anew, all of them or none, and says how many. They are read in the transaction that writes them, so
    /// that none that is put meanwhile is overwritten by what it was before. `reseal` answers the value under another key; where it
    /// cannot, its error comes back inside and nothing was changed. Whatever name and hosts it answers, a secret keeps its own.
    pub async fn reseal_secrets<E>(
        &self,
        mut reseal: impl FnMut(&SecretRecord) -> std::result::Result<SealedSecret, E>,
        entry: Option<&NewEntry>,
    ) -> Result<std::result::Result<usize, E>> {
        let mut tx = self.write().await?;
        let rows: Vec<SecretRow> =
            on!(tx.conn(), db => sqlx::query_as(ALL).fetch_all(db).await).map_err(sql("read the secrets"))?;
        let records: Vec<SecretRecord> = rows.into_iter().map(SecretRecord::try_from).collect::<Result<_>>()?;
        let resealed: std::result::Result<Vec<(String, SealedSecret)>, E> =
            records.into_iter().map(|record| reseal(&record).map(|sealed| (record.secret.name, sealed))).collect();
        let resealed = match resealed {
            Ok(resealed) => resealed,
            Err(error) => return Ok(Err(error)),
        };
        for (name, sealed) in &resealed {
            put_seal(&mut tx, name, sealed).await?;
        }
        audit::append_some(&mut tx, entry).await?;
        tx.commit().await?;
        Ok(Ok(resealed.len()))
    }
}

async fn put_seal(tx: &mut Tx, name: &str, sealed: &SealedSecret) -> Result<()> {
    const TEXT: &str = "update secrets set key_id = $2, nonce = $3, sealed = $4 where name = $1";
    on!(tx.conn(), db => {
        let query = sqlx::query(TEXT).bind(name).bind(clean(&sealed.key_id));
        query.bind(sealed.nonce.as_slice()).bind(sealed.sealed.as_slice()).execute(db).await.map(drop)
    })
    .map_err(sql("seal a secret anew"))
}

#[derive(sqlx::FromRow)]
struct SecretRow {
    name: String,
    key_id: String,
    nonce: Vec<u8>,
    sealed: Vec<u8>,
    hosts: String,
    created_at: i64,
    changed_at: i64,
}

impl TryFrom<SecretRow> for SecretRecord {
    type Error = StoreError;

    fn try_from(row: SecretRow) -> Result<Self> {
        let hosts = At { table: "secrets", row: &row.name }.json("hosts", &row.hosts)?;
        let SecretRow { name, key_id, nonce, sealed, created_at, changed_at, .. } = row;
        Ok(Self {
            secret: SealedSecret { name, key_id, hosts, nonce, sealed },
            created_at: Timestamp(created_at),
            changed_at: Timestamp(changed_at),
        })
    }
}
