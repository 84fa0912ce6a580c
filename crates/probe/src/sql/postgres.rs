//! Asking PostgreSQL, and what speaks like it, by version 3 of its protocol.

mod message;
mod scram;
mod sign_in;

use std::time::{Duration, Instant};

use model::Reason;
use rules::assess::{Fact, Trouble};

use super::{
    Question, Server,
    table::{Reads, Table},
};
use crate::{
    attempt::Attempt,
    dial::Stream,
    marks::{self, Mark},
    wire::Wire,
};
use message::{Fields, Talk, framed, text};

/// What asks for TLS; there is no such version of the protocol.
const ASK_FOR_TLS: u32 = 80_877_103;

/// Asks once.
pub(super) async fn ask(server: &Server, question: &Question, attempt: &mut Attempt) -> Result<Table, Trouble> {
    let began = Instant::now();
    let peer = question.peer.as_str();
    let stream = secured(server, attempt, peer).await?;
    let mut talk = Talk { wire: Wire::unkept(stream, peer), peer, longest: question.limits.bytes + 65_536 };
    sign_in::sign_in(&mut talk, attempt, &server.login, server.tls.is_some()).await?;
    attempt.put_time("login_time", began);

    let time = question.time(attempt);
    let began = Instant::now();
    talk.run(attempt, &begin(time)).await?;
    let table = rows(&mut talk, attempt, question).await?;
    attempt.put_time("query_time", began);
    // So that whoever keeps connections in between need not throw this one away.
    talk.run(attempt, "ROLLBACK").await?;
    // A word of farewell; whether it arrives tells nothing.
    let _farewell = talk.wire.send(attempt, &framed(b'X', &[])).await;
    Ok(table)
}

/// A connection, with TLS around it if that is wanted; it is asked for in clear first.
async fn secured(server: &Server, attempt: &mut Attempt, peer: &str) -> Result<Stream, Trouble> {
    let stream = server.dial.stream(attempt, None).await?;
    let Some(tls) = &server.tls else { return Ok(stream) };
    let mut wire = Wire::unkept(stream, peer);
    wire.send(attempt, &[8_u32.to_be_bytes(), ASK_FOR_TLS.to_be_bytes()].concat()).await?;
    match wire.exactly(attempt, 1, "the answer to the request for TLS").await?.as_slice() {
        b"S" => server.dial.secure(attempt, tls, wire.into_stream()?).await,
        b"N" => Err(Trouble::new(Reason::Tls, format!("{peer} does not offer TLS"))),
        _ => Err(Trouble::new(Reason::Protocol, format!("{peer} does not speak the protocol of PostgreSQL"))),
    }
}

/// What the query runs in. The server ends it by itself if nobody is left to wait.
fn begin(time: Duration) -> String {
    let ms = time.as_millis().clamp(1, 86_400_000);
    format!("BEGIN READ ONLY; SET LOCAL statement_timeout = {ms}; SET LOCAL idle_in_transaction_session_timeout = {ms}")
}

/// Asks the query, as one that the server prepares, so that there can be no second one behind it.
async fn rows(talk: &mut Talk<'_>, attempt: &mut Attempt, question: &Question) -> Result<Table, Trouble> {
    let most = u32::try_from(question.limits.rows + 1).unwrap_or(u32::MAX);
    let prepare = [&b"\0"[..], question.query.as_bytes(), b"\0\0\0"].concat();
    // No parameters, and every value as text: the one form that is told for every type.
    let bind = [0_u8, 0, 0, 0, 0, 0, 0, 0];
    let execute = [&[0_u8][..], &most.to_be_bytes()].concat();
    let all =
        [framed(b'P', &prepare), framed(b'D', b"S\0"), framed(b'B', &bind), framed(b'E', &execute), framed(b'S', &[])];
    talk.wire.send(attempt, &all.concat()).await?;

    let mut table = Table::new(talk.peer, question.limits);
    let mut columns = Vec::new();
    loop {
        let (kind, body) = talk.message(attempt, "the rows").await?;
        match kind {
            b'T' => {
                marks::stamp(Mark::FirstByte);
                columns = described(talk, &body)?;
                table.name(columns.iter().map(|(name, _)| name.clone()).collect());
            }
            b'D' => table.push(row(talk, &columns, &body)?, body.len())?,
            // As many as were asked for, which is one more than there may be.
            b's' => return Err(table.too_many()),
            b'Z' => return Ok(table),
            b'1' | b'2' | b't' | b'n' | b'C' | b'I' => {}
            _ => return Err(talk.unlike()),
        }
    }
}

/// The names of columns, and how their values are read.
fn described(talk: &Talk<'_>, body: &[u8]) -> Result<Vec<(String, Reads)>, Trouble> {
    let mut fields = Fields(body);
    let count = fields.short().map(usize::from).ok_or_else(|| talk.unlike())?;
    Table::wide(talk.peer, count)?;
    let column = |fields: &mut Fields<'_>| {
        let name = text(fields.until_nul()?);
        let _table = fields.take(6)?;
        let reads = reads(fields.int()?);
        let _sizes = fields.take(8)?;
        Some((name, reads))
    };
    let columns: Option<Vec<_>> = (0..count).map(|_| column(&mut fields)).collect();
    columns.ok_or_else(|| talk.unlike())
}

/// By the number that a type has in every server.
fn reads(oid: u32) -> Reads {
    match oid {
        16 => Reads::Bool,
        20 | 21 | 23 | 26 => Reads::Int,
        700 | 701 | 1700 => Reads::Number,
        _ => Reads::Text,
    }
}

fn row(talk: &Talk<'_>, columns: &[(String, Reads)], body: &[u8]) -> Result<Vec<Fact>, Trouble> {
    let mut fields = Fields(body);
    let count = fields.short().map(usize::from).filter(|count| *count == columns.len());
    count.ok_or_else(|| talk.unlike())?;
    let value = |(_, reads): &(String, Reads)| {
        let length = fields.int()?;
        if length == u32::MAX {
            return Some(Fact::Null);
        }
        Some(reads.fact(fields.take(usize::try_from(length).ok()?)?))
    };
    let values: Option<Vec<_>> = columns.iter().map(value).collect();
    values.ok_or_else(|| talk.unlike())
}
