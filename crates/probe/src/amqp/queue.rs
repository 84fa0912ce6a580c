//! A queue, counted, and a message there and back.

use std::time::Instant;

use model::Reason;
use rules::assess::Trouble;

use super::{
    CHANNEL,
    frame::{self, Frame, Frames, put_long, put_short, short_text},
    refused,
};
use crate::{attempt::Attempt, octets::Octets};

/// Bits of `queue.declare`: it must be there; it is ours alone and goes with us.
pub(super) const PASSIVE: u8 = 1;
const EXCLUSIVE_AUTO_DELETE: u8 = 0b1100;

/// Its name, messages and consumers.
pub(super) async fn declare(
    attempt: &mut Attempt,
    frames: &mut Frames<'_>,
    queue: &str,
    bits: u8,
) -> Result<(String, u32, u32), Trouble> {
    let mut arguments = vec![0, 0];
    put_short(&mut arguments, queue);
    arguments.push(bits);
    put_long(&mut arguments, &[]);
    frames.send(attempt, CHANNEL, frame::DECLARE, &arguments, &format!("queue.declare {queue}")).await?;
    let answer = frames.expect(attempt, frame::DECLARE_OK, "the answer to queue.declare").await?;
    let mut octets = Octets::of(&answer);
    let read = short_text(&mut octets).zip(octets.u32()).zip(octets.u32());
    let ((name, messages), consumers) =
        read.ok_or_else(|| frames.unlike("an answer to queue.declare that is cut off"))?;
    Ok((name, messages, consumers))
}

/// Publishes to a queue of our own and waits until the message is back. Nobody else knows the queue, so what comes is ours.
pub(super) async fn there_and_back(attempt: &mut Attempt, frames: &mut Frames<'_>) -> Result<(), Trouble> {
    const PAYLOAD: &[u8] = b"bridgewatch: there and back";
    let (queue, ..) = declare(attempt, frames, "", EXCLUSIVE_AUTO_DELETE).await?;
    let mut arguments = vec![0, 0];
    put_short(&mut arguments, &queue);
    put_short(&mut arguments, "");
    // No acknowledgements.
    arguments.push(0b10);
    put_long(&mut arguments, &[]);
    frames.send(attempt, CHANNEL, frame::CONSUME, &arguments, "basic.consume").await?;
    frames.expect(attempt, frame::CONSUME_OK, "the answer to basic.consume").await?;
    let mut arguments = vec![0, 0, 0];
    put_short(&mut arguments, &queue);
    // It is to be returned if it cannot be routed.
    arguments.push(1);
    let began = Instant::now();
    frames.send(attempt, CHANNEL, frame::PUBLISH, &arguments, "basic.publish").await?;
    frames.content(attempt, CHANNEL, PAYLOAD).await?;
    let (mut awaited, mut came) = (None, Vec::new());
    while awaited != Some(came.len() as u64) {
        match frames.next(attempt, "the message that was published").await? {
            Frame::Method(frame::BLOCKED, arguments) => {
                let why = short_text(&mut Octets::of(&arguments)).unwrap_or_default();
                let message = format!("{} takes no messages: {why}", frames.peer);
                return Err(Trouble::new(Reason::ServerError, message));
            }
            Frame::Method(frame::RETURN, arguments) => {
                let mut octets = Octets::of(&arguments);
                let code = octets.u16().unwrap_or_default();
                let text = short_text(&mut octets).unwrap_or_default();
                return Err(refused(frames.peer, code, &text));
            }
            Frame::Header(size) if size != PAYLOAD.len() as u64 => break,
            Frame::Header(size) => awaited = Some(size),
            Frame::Body(piece) if came.len() + piece.len() > PAYLOAD.len() => break,
            Frame::Body(piece) => came.extend(piece),
            Frame::Method(frame::DELIVER | frame::UNBLOCKED, _) | Frame::Heartbeat => {}
            Frame::Method((class, number), _) => {
                return Err(frames.unlike(&format!("the method {class}.{number} instead of the message")));
            }
        }
    }
    if came != PAYLOAD {
        return Err(Trouble::new(Reason::Protocol, format!("{} gave back another message", frames.peer)));
    }
    attempt.put_time("round_trip_time", began);
    attempt.heard(&came);
    Ok(())
}
