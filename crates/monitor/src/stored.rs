//! What a landscape is made of, as the store holds it.

use store::{HandlingRows, Snapshot, Store, StoreError, WindowRow};

/// The catalogue, the windows, and what people did with integrations and probes.
pub(crate) struct Stored {
    pub(crate) catalogue: Snapshot,
    pub(crate) windows: Vec<WindowRow>,
    pub(crate) handling: HandlingRows,
    /// How often all of it had been written when it was read, or less.
    pub(crate) revision: i64,
}

impl Stored {
    /// As it is now. The revision is read first, so that what is written meanwhile has the landscape made again.
    pub(crate) async fn read(store: &Store) -> Result<Self, StoreError> {
        let revision = store.catalogue_revision().await?;
        let catalogue = store.load().await?;
        let windows = store.windows().await?;
        let handling = store.handling().await?;
        Ok(Self { catalogue, windows, handling, revision })
    }
}

#[cfg(test)]
impl From<Snapshot> for Stored {
    fn from(catalogue: Snapshot) -> Self {
        Self { catalogue, windows: Vec::new(), handling: HandlingRows::default(), revision: 0 }
    }
}
