//! What a landscape is made of, as the store holds it.

use store::{HandlingRows, Snapshot, Store, StoreError, WindowRow};

/// The catalogue, the windows, and what people did with integrations and probes.
pub(crate) struct Stored {
    pub(crate) catalogue: Snapshot,
    pub(crate) windows: Vec<WindowRow>,
    pub(crate) handling: HandlingRows,
}

impl Stored {
    /// As it is now. Whoever writes while it is read has the landscape made again.
    pub(crate) async fn read(store: &Store) -> Result<Self, StoreError> {
        let catalogue = store.load().await?;
        let windows = store.windows().await?;
        let handling = store.handling().await?;
        Ok(Self { catalogue, windows, handling })
    }
}

#[cfg(test)]
impl From<Snapshot> for Stored {
    fn from(catalogue: Snapshot) -> Self {
        Self { catalogue, windows: Vec::new(), handling: HandlingRows::default() }
    }
}
