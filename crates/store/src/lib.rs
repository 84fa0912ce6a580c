//! The only SQL: rows in, rows out, on SQLite and PostgreSQL. No judgement.
//!
//! ```text
//! url -> Store::open -> apply (catalogue, windows, what people did) -> load, windows, handling
//!                    -> record (runs, states, dirty buckets) -> runs, run, run_figures
//!                    -> tell (what owners are told) -> due_channels -> claim_notices -> mark_notice (the outbox)
//!                    -> take_dirty -> put_rollups -> rollups, sums, units
//!                    -> people, sessions, links, tokens, secrets, each change with the entry of the audit that tells of it
//!                    -> delete_expired, backup
//! ```
//!
//! One text serves both engines (`both`); what differs lives in two small files, `sqlite` and `postgres`. Every write is one
//! transaction, and one transaction writes at a time on either engine, so that what a transaction has looked up stays true until
//! it commits. Times are UTC epoch milliseconds, keys compare byte by byte, letters A to Z are alike in searches.
//!
//! **At the door.** A NUL in a text becomes U+FFFD, since PostgreSQL keeps none. Numbers that are not finite are left out, since
//! neither JSON nor SQLite keeps them.
//!
//! **Nothing clear.** Passwords, sessions, links and tokens come as hashes, secrets as sealed bytes: whoever has the database
//! cannot come in by it.

mod both;
mod error;
mod own;
mod postgres;
mod sqlite;
mod store;
mod url;

mod bulk;
mod row;

mod catalogue;
mod runs;
mod states;

mod outbox;
mod told;

mod audit;
mod identity;
mod secrets;

mod retention;
mod rollups;
mod settings;

mod backup;

pub use audit::{AuditFilter, NewEntry, Seal};
pub use backup::restore;
pub use catalogue::{Fact, HandlingRows, Retired, Snapshot, WindowRow, Write};
pub use error::{Result, StoreError};
pub use identity::{
    Bearer, LinkPurpose, LinkRecord, LinkSpec, PasswordHash, PersonChange, PersonChanged, PersonRecord, PersonSpec,
    ProviderSubject, SessionRecord, SessionSpec, SetUp, SignedIn, TellChange, TokenHolder, TokenOwner, TokenRecord,
    TokenSpec,
};
pub use outbox::NewNotice;
pub use own::{is_open_to_others, own_folder};
pub use retention::Expired;
pub use rollups::{Dirty, Family, Sums, UnitsAt};
pub use runs::{
    Batch, Figures, GroupRecorded, KnownRun, Recorded, RunRecord, RunsFilter, SentGroup, SentRecord, SentRecorded,
    Stretch, VerdictRun,
};
pub use secrets::{SealedSecret, SecretRecord};
pub use store::{Engine, Store};
pub use told::{Telling, ToldRow};
pub use url::StoreUrl;
