//! Tells owners: watches the board, decides what is worth a word, and puts it into the store's outbox.
//!
//! ```text
//! board -> situation (what there is to tell) -> notice (in which words), cost -> Store::tell -> whoever is woken
//! ```
//!
//! A task of its own, in no probe's way. What was told is kept by the store, in the transaction of the notices that tell of it, so
//! neither a restart nor an edit tells anything twice or forgets it. While the store is away nothing in memory changes, and each
//! further board is another try.

mod cost;
mod notice;
mod situation;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod loop_tests;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use chrono_tz::Tz;
use model::{ChangeId, Clock, IntegrationId, Level, NoticeKind, Slug, Timestamp};
use store::{Store, StoreError, Telling, ToldRow};
use tokio::{sync::watch, time::timeout};

use crate::{Board, BoardRow, Tellers, error::is_lasting, execute::Executor, figures::Gauges, ids::RunIds};
use notice::Word;

/// Changes that are told in one transaction.
const AT_ONCE: usize = 64;
/// The same after the store was away: it may only be slow, and takes little at a time.
const AFTER_AWAY: usize = 8;
/// Notices of an integration that are looked through for a change that was told before.
const LOOKED_THROUGH: u32 = 200;
/// The store is away if it takes longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Who tells.
pub(crate) struct Teller {
    store: Store,
    clock: Arc<dyn Clock>,
    ids: Arc<RunIds>,
    gauges: Arc<Gauges>,
    tellers: Tellers,
    zone: Tz,
    /// What owners were told last, of changes that are not over.
    told: HashMap<IntegrationId, ToldRow>,
    /// The rows that were looked at and of which nothing is left to tell.
    seen: HashMap<IntegrationId, Arc<BoardRow>>,
    /// The last board, once nothing of it is left to tell: boards follow each other fast, and share nearly all of their rows.
    before: Option<Arc<Board>>,
    /// The store did not take the last word: what it holds is no longer known.
    away: bool,
}

/// Something that is to be told.
struct Due {
    kind: NoticeKind,
    row: Arc<BoardRow>,
}

/// What became of a try to tell.
enum Put {
    Done,
    /// The store will never take this.
    Refused(StoreError),
    Away(String),
}

impl Teller {
    /// With what the store says was told.
    pub(crate) async fn load(
        store: &Store,
        executor: &Executor,
        tellers: Tellers,
        zone: Tz,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            told: store.told().await?.into_iter().collect(),
            store: store.clone(),
            clock: Arc::clone(&executor.clock),
            ids: Arc::clone(&executor.ids),
            gauges: Arc::clone(&executor.gauges),
            tellers,
            zone,
            seen: HashMap::new(),
            before: None,
            away: false,
        })
    }

    /// Looks at every board that is shown, until none will be any more.
    pub(crate) async fn run(mut self, mut board: watch::Receiver<Arc<Board>>) {
        loop {
            let shown = Arc::clone(&board.borrow_and_update());
            self.look(&shown).await;
            if board.changed().await.is_err() {
                return;
            }
        }
    }

    /// Tells what the rows say that are new since the last look.
    async fn look(&mut self, board: &Arc<Board>) {
        if self.away && !self.reload().await {
            return;
        }
        let now = self.clock.now();
        let due = self.due(board, now);
        for together in due.chunks(if self.away { AFTER_AWAY } else { AT_ONCE }) {
            match self.put(together, now).await {
                Put::Done => {}
                Put::Away(why) => return self.waits(&why),
                // One of them is at fault, and the others are to be told.
                Put::Refused(_) => {
                    for alone in together.chunks(1) {
                        match self.put(alone, now).await {
                            Put::Done => {}
                            Put::Away(why) => return self.waits(&why),
                            Put::Refused(error) => self.let_be(alone, &error),
                        }
                    }
                }
            }
        }
        self.before = Some(Arc::clone(board));
        if self.away {
            tracing::info!("the store is back, and owners are told");
            self.away = false;
        }
    }

    /// What there is to tell. Rows of which nothing is to be told are seen.
    fn due(&mut self, board: &Board, now: Timestamp) -> Vec<Due> {
        let mut due = Vec::new();
        let before = self.before.take();
        let before = before.as_ref().map(|before| before.rows.as_slice()).unwrap_or_default();
        for (place, row) in board.rows.iter().enumerate() {
            if before.get(place).is_some_and(|before| Arc::ptr_eq(before, row)) {
                continue;
            }
            let id = row.integration.id;
            if self.seen.get(&id).is_some_and(|seen| Arc::ptr_eq(seen, row)) {
                continue;
            }
            match situation::decision(self.told.get(&id), row, now) {
                Some(kind) => due.push(Due { kind, row: Arc::clone(row) }),
                None => {
                    self.seen.insert(id, Arc::clone(row));
                }
            }
        }
        if self.seen.len() > board.rows.len() {
            let there: HashSet<IntegrationId> = board.rows.iter().map(|row| row.integration.id).collect();
            self.seen.retain(|id, _| there.contains(id));
            // The store forgets too what was told of what is gone: whoever revives it begins anew.
            self.told.retain(|id, _| there.contains(id));
        }
        due
    }

    /// Writes what these say, all or nothing.
    async fn put(&mut self, due: &[Due], now: Timestamp) -> Put {
        let writing = async {
            let mut tellings = Vec::with_capacity(due.len());
            for one in due {
                tellings.push(self.compose(one, now).await?);
            }
            self.store.tell(&tellings).await?;
            Ok::<_, StoreError>(tellings)
        };
        let written = timeout(PATIENCE, writing).await;
        match written {
            Ok(Ok(tellings)) => {
                self.settled(due, tellings);
                Put::Done
            }
            Ok(Err(error)) if is_lasting(&error) => Put::Refused(error),
            Ok(Err(error)) => Put::Away(error.to_string()),
            Err(_elapsed) => Put::Away(format!("no answer within {} s", PATIENCE.as_secs())),
        }
    }

    /// What is told of one change, by every channel that is to tell it, and what holds from then on.
    async fn compose(&self, due: &Due, now: Timestamp) -> Result<Telling, StoreError> {
        let Due { kind, row } = due;
        let before = self.told.get(&row.integration.id);
        let said = match (before, kind) {
            (Some(told), NoticeKind::Over) => told.clone(),
            (Some(told), NoticeKind::Worse) => notice::worse(told, row, now),
            _ => notice::began(self.change(row, now).await?, row, now),
        };
        let channels = self.channels(*kind, before, row).await?;
        let until = (*kind == NoticeKind::Over).then(|| notice::over_at(&said, row, now));
        let mut notices = Vec::new();
        if !channels.is_empty() {
            let stopped = if until.is_some() {
                (said.level == Level::Problem).then_some(said.since)
            } else {
                row.stopped_since()
            };
            let cost = cost::of(&self.store, self.zone, row, stopped, until.unwrap_or(now)).await?;
            let (zone, address) = (self.zone, self.tellers.address.as_str());
            let instead_of = before.filter(|_| *kind == NoticeKind::Began);
            let word = Word { kind: *kind, said: &said, instead_of, until, cost, zone, address };
            notices = word.to(&channels, row, now);
        }
        let told = (*kind != NoticeKind::Over).then_some(said);
        Ok(Telling { integration_id: row.integration.id, told, notices })
    }

    /// By which channels a change is told, where `before` is open: when it begins by those of the owner. Its end is told to whoever was
    /// told of it, be the owner another by then; only what was told by a channel that is gone, or by none that is still known, is told on by
    /// those of the owner. Whoever waits for the end of what another change takes the place of is told of that one too.
    async fn channels(
        &self,
        kind: NoticeKind,
        before: Option<&ToldRow>,
        row: &BoardRow,
    ) -> Result<Vec<Slug>, StoreError> {
        let owners = (self.tellers.channels)(row.integration.spec.owner.as_deref());
        let Some(before) = before else { return Ok(owners) };
        let notices = self.store.notices(row.integration.id, LOOKED_THROUGH).await?;
        let told = notices.into_iter().filter(|notice| notice.change == before.change).map(|notice| notice.channel);
        let told: BTreeSet<Slug> = told.collect();
        let (mut channels, gone): (Vec<Slug>, Vec<Slug>) =
            told.into_iter().partition(|channel| (self.tellers.exists)(channel));
        if kind != NoticeKind::Over || channels.is_empty() || !gone.is_empty() {
            let more: Vec<Slug> = owners.into_iter().filter(|channel| !channels.contains(channel)).collect();
            channels.extend(more);
        }
        Ok(channels)
    }

    /// The id of a change that begins: that of the run that began the trouble, so that whoever tells of it again tells the same. A
    /// trouble that was said to be over and is back, as when its probe did not count for a while, is another change, and so is what takes
    /// the place of one that is open.
    async fn change(&self, row: &BoardRow, now: Timestamp) -> Result<ChangeId, StoreError> {
        if let Some(run) = situation::began_with(row) {
            let change = ChangeId(run.0);
            let is_open = self.told.get(&row.integration.id).is_some_and(|told| told.change == change);
            let before = self.store.notices(row.integration.id, LOOKED_THROUGH).await?;
            if !is_open && !before.iter().any(|told| told.change == change && told.kind == NoticeKind::Over) {
                return Ok(change);
            }
        }
        Ok(ChangeId(self.ids.next(now).0))
    }

    /// These are committed.
    fn settled(&mut self, due: &[Due], tellings: Vec<Telling>) {
        let mut notices = 0;
        for (Due { row, .. }, Telling { integration_id, told, notices: new }) in due.iter().zip(tellings) {
            notices += new.len();
            match told {
                Some(told) => self.told.insert(integration_id, told),
                None => self.told.remove(&integration_id),
            };
            self.seen.insert(integration_id, Arc::clone(row));
        }
        if notices > 0 {
            self.gauges.notices.fetch_add(u64::try_from(notices).unwrap_or(0), Ordering::Relaxed);
            self.tellers.wake.notify_one();
        }
    }

    /// Asks the store what was told: a commit of which we did not hear may have come through.
    async fn reload(&mut self) -> bool {
        let told = timeout(PATIENCE, self.store.told()).await;
        match told {
            Ok(Ok(told)) => {
                self.told = told.into_iter().collect();
                true
            }
            Ok(Err(_)) | Err(_) => false,
        }
    }

    fn waits(&mut self, why: &str) {
        if !self.away {
            tracing::warn!(why, "the store does not take what owners are to be told; it is tried again");
        }
        self.away = true;
    }

    /// The store refuses this for good: it is tried again when the row is another.
    fn let_be(&mut self, due: &[Due], error: &StoreError) {
        for Due { row, .. } in due {
            let integration = &row.integration.spec.slug;
            tracing::error!(%integration, %error, "the store refuses what the owner is to be told");
            self.seen.insert(row.integration.id, Arc::clone(row));
        }
    }
}
