//! Asking `MySQL`, `MariaDB`, and what speaks like them, by version 10 of the protocol.

mod packet;
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
    marks::{self, Mark},
    wire::Wire,
};
use packet::{Fields, Talk, text};

/// What a packet of a command begins with.
const QUERY: u8 = 3;
const QUIT: u8 = 1;

/// Asks once.
pub(super) async fn ask(server: &Server, question: &Question, attempt: &mut Attempt) -> Result<Table, Trouble> {
    let began = Instant::now();
    let peer = question.peer.as_str();
    let stream = server.dial.stream(attempt, None).await?;
    let talk = Talk::new(Wire::unkept(stream, peer), peer, question.limits.bytes + 65_536);
    let (mut talk, version) = sign_in::sign_in(talk, server, attempt).await?;
    attempt.version = Some(version.clone());
    attempt.put_time("login_time", began);

    let time = question.time(attempt);
    let began = Instant::now();
    for statement in [&*limit(&version, time), "SET SESSION TRANSACTION READ ONLY", "START TRANSACTION READ ONLY"] {
        let answer = talk.command(attempt, QUERY, statement.as_bytes(), "the transaction").await?;
        if answer.first() != Some(&0) {
            return Err(talk.unlike());
        }
    }
    let table = rows(&mut talk, attempt, question).await?;
    attempt.put_time("query_time", began);
    talk.begin();
    // A word of farewell; whether it arrives tells nothing.
    let _farewell = talk.send(attempt, &[QUIT]).await;
    Ok(table)
}

/// What makes the server end a query by itself: the two families name it differently.
fn limit(version: &str, time: Duration) -> String {
    let ms = time.as_millis().clamp(1, 86_400_000);
    if version.contains("MariaDB") {
        // In seconds, with a fraction.
        return format!("SET SESSION max_statement_time = {}.{:03}", ms / 1_000, ms % 1_000);
    }
    format!("SET SESSION max_execution_time = {ms}")
}

async fn rows(talk: &mut Talk<'_>, attempt: &mut Attempt, question: &Question) -> Result<Table, Trouble> {
    let mut table = Table::new(talk.peer, question.limits);
    let answer = talk.command(attempt, QUERY, question.query.as_bytes(), "the rows").await?;
    let count = match answer.first() {
        // Nothing but how it went.
        Some(0) => return Ok(table),
        // It wants a file of ours.
        Some(0xfb) | None => return Err(talk.unlike()),
        Some(_) => Fields(&answer).number().and_then(|count| usize::try_from(count).ok()),
    };
    let count = count.ok_or_else(|| talk.unlike())?;
    Table::wide(talk.peer, count)?;
    marks::stamp(Mark::FirstByte);
    let mut columns = Vec::with_capacity(count);
    for _column in 0..count {
        let definition = talk.packet(attempt, "the columns").await?;
        columns.push(described(&definition).ok_or_else(|| talk.unlike())?);
    }
    table.name(columns.iter().map(|(name, _)| name.clone()).collect());
    if !is_end(&talk.packet(attempt, "the end of the columns").await?) {
        return Err(talk.unlike());
    }
    loop {
        let packet = talk.packet(attempt, "the rows").await?;
        if is_end(&packet) {
            return Ok(table);
        }
        let row = row(&columns, &packet).ok_or_else(|| talk.unlike())?;
        table.push(row, packet.len())?;
    }
}

/// The packet that ends a list. A row may begin with the same byte, but is longer then.
fn is_end(packet: &[u8]) -> bool {
    packet.first() == Some(&0xfe) && packet.len() < 9
}

/// The name of a column, and how its values are read.
fn described(definition: &[u8]) -> Option<(String, Reads)> {
    let mut fields = Fields(definition);
    for _unused in ["catalogue", "database", "table", "original table"] {
        fields.counted()?;
    }
    let name = text(fields.counted()?);
    let _original = fields.counted()?;
    let _sizes = fields.take(1 + 2 + 4)?;
    Some((name, reads(fields.byte()?)))
}

/// By the number of a type in the protocol.
fn reads(kind: u8) -> Reads {
    match kind {
        1 | 2 | 3 | 8 | 9 | 13 => Reads::Int,
        0 | 4 | 5 | 246 => Reads::Number,
        _ => Reads::Text,
    }
}

fn row(columns: &[(String, Reads)], packet: &[u8]) -> Option<Vec<Fact>> {
    let mut fields = Fields(packet);
    let value = |(_, reads): &(String, Reads)| {
        if fields.0.first() == Some(&0xfb) {
            fields.byte()?;
            return Some(Fact::Null);
        }
        Some(reads.fact(fields.counted()?))
    };
    columns.iter().map(value).collect()
}

/// The trouble of an error, by `MySQL`'s and `MariaDB`'s lists of them.
fn refused(peer: &str, code: u16, said: &str) -> Trouble {
    let reason = match code {
        1044 | 1045 | 1142 | 1143 | 1227 | 1251 | 1698 | 3118 => Reason::Auth,
        1049 => Reason::NotFound,
        1205 | 1969 | 3024 => Reason::Timeout,
        1792 => Reason::Config,
        1040 | 1203 | 1226 => Reason::RateLimit,
        1021 | 1037 | 1041 | 1053 | 1129 | 1130 | 1194 | 1195 | 1213 | 1290 | 1836 | 1927 => Reason::ServerError,
        _ => Reason::ClientError,
    };
    Trouble::new(reason, format!("{peer} answered {code}: {said}"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{is_end, limit};

    #[test]
    fn each_family_is_told_in_its_own_words_how_long_a_query_may_take() {
        let time = Duration::from_millis(4_050);
        assert_eq!(limit("8.4.3", time), "SET SESSION max_execution_time = 4050");
        assert_eq!(limit("10.11.19-MariaDB-0+deb12u1", time), "SET SESSION max_statement_time = 4.050");
    }

    #[test]
    fn a_long_value_at_the_front_of_a_row_ends_nothing() {
        assert!(is_end(&[0xfe, 0, 0, 2, 0]));
        assert!(!is_end(&[0xfe, 0, 0, 0, 1, 0, 0, 0, 0]));
        assert!(!is_end(&[]));
    }
}
