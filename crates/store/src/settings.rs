//! Small texts by name that must outlive the process.

use crate::{Result, Store, both::on, error::sql, row::clean};

impl Store {
    /// What is kept under a name.
    pub async fn setting(&self, name: &str) -> Result<Option<String>> {
        const TEXT: &str = "select value from settings where name = $1";
        on!(self.read(), db => sqlx::query_scalar(TEXT).bind(clean(name)).fetch_optional(db).await)
            .map_err(sql("read a setting"))
    }

    /// Keeps a text under a name.
    pub async fn set_setting(&self, name: &str, value: &str) -> Result<()> {
        const TEXT: &str = "insert into settings (name, value) values ($1, $2) \
                            on conflict (name) do update set value = excluded.value";
        let mut tx = self.write().await?;
        on!(tx.conn(), db => sqlx::query(TEXT).bind(clean(name)).bind(clean(value)).execute(db).await.map(drop))
            .map_err(sql("keep a setting"))?;
        tx.commit().await
    }
}
