//! Who could administer everything. There must always be somebody, once there was.

use model::Scope;

use crate::{
    Result, Store,
    both::{Tx, on},
    error::sql,
    row::At,
};

impl Store {
    /// Whether anybody could administer everything: an active administrator is there whose scope leaves nothing out.
    pub async fn has_administrator(&self) -> Result<bool> {
        let mut tx = self.snapshot().await?;
        let there = count(&mut tx).await?;
        tx.commit().await?;
        Ok(there > 0)
    }
}

/// How many could.
pub(super) async fn count(tx: &mut Tx) -> Result<usize> {
    const TEXT: &str = "select id, scope from people where role = 'admin' and state = 'active'";
    let rows: Vec<(i64, String)> =
        on!(tx.conn(), db => sqlx::query_as(TEXT).fetch_all(db).await).map_err(sql("count the administrators"))?;
    let mut number = 0;
    for (id, scope) in rows {
        // Read as everywhere else, so that one text of many for the same scope is not missed.
        let scope: Scope = At { table: "people", row: &id }.json("scope", &scope)?;
        number += usize::from(scope.is_everything());
    }
    Ok(number)
}
