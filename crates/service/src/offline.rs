//! Changing a catalogue where no engine runs: what `bridgewatch apply` and `bridgewatch export` do with a store of their own.
//! A running server hears of it when it next reads its catalogue.

use model::{Catalogue, Plan, Problem, Timestamp};
use rand::{SeedableRng, rngs::StdRng};
use rules::kind::Kind;
use store::Store;

use crate::{
    catalogue::{everything, prepare},
    change::Have,
    core::Keys,
    problem,
};

/// Plans a catalogue that was read, and unless `dry_run` carries it out in one transaction. `seed` comes from the system's
/// randomness: ping keys are made from it.
pub async fn apply(
    store: &Store,
    kinds: &[Kind],
    want: Catalogue,
    dry_run: bool,
    seed: [u8; 32],
    now: Timestamp,
) -> Result<Plan, Problem> {
    let keys = Keys::new(StdRng::from_seed(seed));
    let have = Have::read(store).await?;
    let (mut plan, writes) = prepare(&have, want, kinds, || keys.next())?;
    if !dry_run {
        store.apply(&writes, now).await.map_err(problem::of_store)?;
        plan.applied = true;
    }
    Ok(plan)
}

/// Everything as YAML, secrets left out.
pub async fn export(store: &Store, kinds: &[Kind]) -> Result<String, Problem> {
    Ok(rules::catalogue::write(&everything(&Have::read(store).await?, kinds)))
}
