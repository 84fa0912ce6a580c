//! Where sent runs are sorted out against what is stored, group after group, before anything of them is written.
//!
//! | stored under the external id | the word that comes | becomes |
//! | --- | --- | --- |
//! | nothing | any | created |
//! | the same content | any | the same |
//! | a `running` run | other content | completed: the row is replaced, its id stays |
//! | a run that ended | `running` | the same: a late or repeated word of its beginning |
//! | a run that ended | other content | a clash: nothing of its group is written |

use std::collections::HashMap;

use model::{Outcome, RunId};

use super::{
    insert::{self, NewRow},
    sent::{GroupRecorded, Key, KeyRow, KnownRun, SentGroup, SentRecord, SentRecorded},
};
use crate::{
    Result,
    both::{Tx, on},
    bulk::{Bulk, execute_all, fetch_all},
    error::sql,
};

static KNOWN: Bulk = Bulk::lookup(
    "with asked (integration_id, external_id) as",
    &["integration_id", "external_id"],
    "select k.integration_id, k.external_id, k.run_id, k.content_hash, k.open from asked \
     join run_keys k on k.integration_id = asked.integration_id and k.external_id = asked.external_id",
);

static DELIVERED: Bulk = Bulk::lookup(
    "with asked (integration_id, business_key) as",
    &["integration_id", "business_key"],
    "select d.integration_id, d.business_key, d.run_id from asked \
     join delivered_keys d on d.integration_id = asked.integration_id and d.business_key = asked.business_key",
);

static PUT_KEYS: Bulk = Bulk::insert(
    "insert into run_keys",
    &["integration_id", "external_id", "run_id", "content_hash", "open"],
    "on conflict (integration_id, external_id) do update \
     set run_id = excluded.run_id, content_hash = excluded.content_hash, open = excluded.open",
);

static PUT_DELIVERED: Bulk = Bulk::insert(
    "insert into delivered_keys",
    &["integration_id", "business_key", "run_id"],
    "on conflict (integration_id, business_key) do nothing",
);

/// Sorts out what is new, writes it, and tells what became of each group.
pub(super) async fn take_in(tx: &mut Tx, groups: &[SentGroup]) -> Result<Vec<GroupRecorded>> {
    let records = || groups.iter().flat_map(|group| &group.runs);
    let external_ids: Vec<Key> = records().filter_map(SentRecord::external_id).collect();
    let business_keys: Vec<Key> = records().filter_map(SentRecord::business_key).collect();
    let known: Vec<KeyRow> = fetch_all!(tx, KNOWN, external_ids, "look external ids up", |query, key| {
        query.bind(key.0).bind(key.1.as_str())
    });
    let delivered: Vec<(i64, String, String)> =
        fetch_all!(tx, DELIVERED, business_keys, "look business keys up", |query, key| {
            query.bind(key.0).bind(key.1.as_str())
        });
    let mut desk = Desk {
        stored: known.into_iter().map(KeyRow::read).collect::<Result<_>>()?,
        delivered: delivered.into_iter().map(|(integration, key, run)| ((integration, key), run)).collect(),
        ..Desk::default()
    };
    let answers = groups.iter().map(|group| desk.take(group)).collect();
    desk.write(tx).await?;
    Ok(answers)
}

#[derive(Default)]
struct Desk<'a> {
    /// Keys as they are stored.
    stored: HashMap<Key, KnownRun>,
    /// Keys as the groups until now leave them.
    new: HashMap<Key, KnownRun>,
    /// The run that a business key counts with, stored or new.
    delivered: HashMap<Key, String>,
    /// Business keys that are counted for the first time.
    first_delivered: Vec<(Key, String)>,
    rows: Vec<NewRow<'a>>,
    /// Stored `running` runs that a word of their end replaces.
    replaced: Vec<String>,
}

impl<'a> Desk<'a> {
    /// Looks at a whole group before anything of it is laid down.
    fn take(&mut self, group: &'a SentGroup) -> GroupRecorded {
        let mut keys: HashMap<Key, KnownRun> = HashMap::new();
        let mut answers = Vec::with_capacity(group.runs.len());
        for (index, sent) in group.runs.iter().enumerate() {
            let Some(key) = sent.external_id() else {
                answers.push(SentRecorded::Created(sent.record.run.id));
                continue;
            };
            let known = keys.get(&key).or_else(|| self.new.get(&key)).or_else(|| self.stored.get(&key));
            let answer = match compare(known, sent) {
                Ok(answer) => answer,
                Err(run) => return GroupRecorded::Clash { index, run },
            };
            if answer.is_new() {
                let open = sent.record.run.outcome == Outcome::Running;
                keys.insert(key, KnownRun { run: answer.id(), content_hash: sent.content_hash.clone(), open });
            }
            answers.push(answer);
        }
        self.new.extend(keys);
        for (sent, &answer) in group.runs.iter().zip(&answers) {
            if answer.is_new() {
                self.lay_down(sent, answer);
            }
        }
        GroupRecorded::Stored(answers)
    }

    fn lay_down(&mut self, sent: &'a SentRecord, answer: SentRecorded) {
        let mut row = NewRow::of(&sent.record);
        row.id = answer.id().to_string();
        let counts = row.run_counted || row.units_counted > 0.0;
        if let Some(key) = sent.business_key().filter(|_| counts) {
            match self.delivered.get(&key) {
                Some(run) if *run != row.id => {
                    row.units_counted = 0.0;
                    row.run_counted = false;
                }
                Some(_) => {}
                None => {
                    self.delivered.insert(key.clone(), row.id.clone());
                    self.first_delivered.push((key, row.id.clone()));
                }
            }
        }
        if let SentRecorded::Completed(_) = answer {
            if let Some(laid) = self.rows.iter_mut().find(|laid| laid.id == row.id) {
                *laid = row;
                return;
            }
            self.replaced.push(row.id.clone());
        }
        self.rows.push(row);
    }

    async fn write(self, tx: &mut Tx) -> Result<()> {
        const FORGET: [&str; 2] = ["delete from run_details where run_id = $1", "delete from runs where id = $1"];
        for id in &self.replaced {
            for text in FORGET {
                on!(tx.conn(), db => sqlx::query(text).bind(id).execute(db).await.map(drop))
                    .map_err(sql("replace a running run"))?;
            }
        }
        insert::insert(tx, &self.rows).await?;
        let keys: Vec<_> = self.new.into_iter().map(|(key, known)| (key, known.run.to_string(), known)).collect();
        execute_all!(tx, PUT_KEYS, keys, "write external ids", |query, row| {
            let ((integration, external_id), run, known) = row;
            query.bind(integration).bind(external_id).bind(run).bind(known.content_hash.as_str()).bind(known.open)
        });
        execute_all!(tx, PUT_DELIVERED, self.first_delivered, "write business keys", |query, row| {
            let ((integration, business_key), run) = row;
            query.bind(integration).bind(business_key).bind(run)
        });
        Ok(())
    }
}

/// What becomes of a sent run, given what is known under its external id; the known run where the two clash.
fn compare(known: Option<&KnownRun>, sent: &SentRecord) -> std::result::Result<SentRecorded, RunId> {
    let Some(known) = known else { return Ok(SentRecorded::Created(sent.record.run.id)) };
    if known.content_hash == sent.content_hash {
        Ok(SentRecorded::Same(known.run))
    } else if known.open {
        Ok(SentRecorded::Completed(known.run))
    } else if sent.record.run.outcome == Outcome::Running {
        Ok(SentRecorded::Same(known.run))
    } else {
        Err(known.run)
    }
}
