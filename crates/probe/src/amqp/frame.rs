//! Frames of AMQP 0-9-1 (section 2.3), and methods within them.

use model::Reason;
use rules::assess::Trouble;

use super::refused;
use crate::{attempt::Attempt, octets::Octets, wire::Wire};

/// Bytes of one frame's payload at most, which the server is told; also before it was agreed on.
pub(super) const LARGEST: u32 = 131_072;

/// Frames that are heard in one attempt at most.
const MOST_FRAMES: usize = 1_000;

/// A method: its class, its number, and its arguments.
pub(super) type Method = (u16, u16);

pub(super) const START: Method = (10, 10);
pub(super) const START_OK: Method = (10, 11);
pub(super) const TUNE: Method = (10, 30);
pub(super) const TUNE_OK: Method = (10, 31);
pub(super) const OPEN: Method = (10, 40);
pub(super) const OPEN_OK: Method = (10, 41);
pub(super) const CLOSE: Method = (10, 50);
pub(super) const BLOCKED: Method = (10, 60);
pub(super) const UNBLOCKED: Method = (10, 61);
pub(super) const CHANNEL_OPEN: Method = (20, 10);
pub(super) const CHANNEL_OPEN_OK: Method = (20, 11);
pub(super) const CHANNEL_CLOSE: Method = (20, 40);
pub(super) const DECLARE: Method = (50, 10);
pub(super) const DECLARE_OK: Method = (50, 11);
pub(super) const CONSUME: Method = (60, 20);
pub(super) const CONSUME_OK: Method = (60, 21);
pub(super) const PUBLISH: Method = (60, 40);
pub(super) const RETURN: Method = (60, 50);
pub(super) const DELIVER: Method = (60, 60);

const METHOD: u8 = 1;
const HEADER: u8 = 2;
const BODY: u8 = 3;
const HEARTBEAT: u8 = 8;
const END: u8 = 0xce;

/// What a frame holds.
pub(super) enum Frame {
    /// A method and its arguments.
    Method(Method, Vec<u8>),
    /// A message of so many bytes follows.
    Header(u64),
    /// A piece of it.
    Body(Vec<u8>),
    /// A sign of life.
    Heartbeat,
}

/// A connection on which frames go to and fro.
pub(super) struct Frames<'p> {
    pub(super) wire: Wire,
    pub(super) peer: &'p str,
    heard: usize,
}

impl<'p> Frames<'p> {
    pub(super) const fn over(wire: Wire, peer: &'p str) -> Self {
        Self { wire, peer, heard: 0 }
    }

    /// Sends a method; `shown` is what is kept of it.
    pub(super) async fn send(
        &mut self,
        attempt: &mut Attempt,
        channel: u16,
        (class, number): Method,
        arguments: &[u8],
        shown: &str,
    ) -> Result<(), Trouble> {
        let mut payload = [class.to_be_bytes(), number.to_be_bytes()].concat();
        payload.extend_from_slice(arguments);
        let bytes = framed(METHOD, channel, &payload);
        self.wire.send_secret(attempt, &bytes, &format!("{shown}\n")).await
    }

    /// Sends a message after its `basic.publish`: a header of class 60 without properties, then the body.
    pub(super) async fn content(&mut self, attempt: &mut Attempt, channel: u16, body: &[u8]) -> Result<(), Trouble> {
        let mut header = vec![0, 60, 0, 0];
        header.extend_from_slice(&(body.len() as u64).to_be_bytes());
        header.extend_from_slice(&[0, 0]);
        let bytes = [framed(HEADER, channel, &header), framed(BODY, channel, body)].concat();
        let shown = format!("{}\n", String::from_utf8_lossy(body));
        self.wire.send_secret(attempt, &bytes, &shown).await
    }

    /// The arguments of the method that is awaited. Signs of life are passed over; a refusal is trouble.
    pub(super) async fn expect(
        &mut self,
        attempt: &mut Attempt,
        awaited: Method,
        what: &'static str,
    ) -> Result<Vec<u8>, Trouble> {
        loop {
            match self.next(attempt, what).await? {
                Frame::Method(method, arguments) if method == awaited => return Ok(arguments),
                Frame::Method(BLOCKED | UNBLOCKED, _) | Frame::Heartbeat => {}
                Frame::Method((class, number), _) => {
                    return Err(self.unlike(&format!("the method {class}.{number} instead of {what}")));
                }
                Frame::Header(_) | Frame::Body(_) => return Err(self.unlike(&format!("a message instead of {what}"))),
            }
        }
    }

    /// The next frame. One that ends the connection or the channel is trouble.
    pub(super) async fn next(&mut self, attempt: &mut Attempt, what: &str) -> Result<Frame, Trouble> {
        self.heard += 1;
        if self.heard > MOST_FRAMES {
            let message = format!("{} sent {MOST_FRAMES} frames without {what}", self.peer);
            return Err(Trouble::new(Reason::TooLarge, message));
        }
        let head = self.wire.exactly(attempt, 7, what.to_owned()).await?;
        let mut octets = Octets::of(&head);
        let (kind, _channel, size) = (octets.u8(), octets.u16(), octets.u32().unwrap_or_default());
        if head.starts_with(b"AMQP") {
            return Err(self.unlike("a header that asks for another version of AMQP than 0-9-1"));
        }
        if !matches!(kind, Some(METHOD | HEADER | BODY | HEARTBEAT)) {
            let shown = String::from_utf8_lossy(&head).escape_debug().to_string();
            return Err(self.unlike(&format!("`{shown}` where a frame should begin")));
        }
        if size > LARGEST {
            let message = format!("{} announced a frame of {size} bytes, at most {LARGEST} are read", self.peer);
            return Err(Trouble::new(Reason::TooLarge, message));
        }
        let mut payload = self.wire.exactly(attempt, size as usize + 1, what.to_owned()).await?;
        if payload.pop() != Some(END) {
            return Err(self.unlike("a frame without its end"));
        }
        match kind {
            Some(METHOD) => self.method(attempt, &payload),
            Some(HEADER) => {
                let mut octets = Octets::of(&payload);
                let size = octets.u32().and_then(|_class_and_weight| octets.u64());
                Ok(Frame::Header(size.ok_or_else(|| self.unlike("a header that is cut off"))?))
            }
            Some(BODY) => Ok(Frame::Body(payload)),
            _ => Ok(Frame::Heartbeat),
        }
    }

    fn method(&self, attempt: &mut Attempt, payload: &[u8]) -> Result<Frame, Trouble> {
        let mut octets = Octets::of(payload);
        let Some((class, number)) = octets.u16().zip(octets.u16()) else {
            return Err(self.unlike("a method that is cut off"));
        };
        let method = (class, number);
        let arguments = octets.rest();
        if matches!(method, CLOSE | CHANNEL_CLOSE) {
            let mut octets = Octets::of(arguments);
            let said = octets.u16().zip(short_text(&mut octets));
            let Some((code, text)) = said else { return Err(self.unlike("a close that is cut off")) };
            attempt.heard(format!("close {code} {text}\n").as_bytes());
            return Err(refused(self.peer, code, &text));
        }
        Ok(Frame::Method(method, arguments.to_vec()))
    }

    pub(super) fn unlike(&self, what: &str) -> Trouble {
        Trouble::new(Reason::Protocol, format!("{} does not speak AMQP 0-9-1 as it should: it sent {what}", self.peer))
    }
}

fn framed(kind: u8, channel: u16, payload: &[u8]) -> Vec<u8> {
    let size = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    let mut bytes = vec![kind];
    bytes.extend_from_slice(&channel.to_be_bytes());
    bytes.extend_from_slice(&size.to_be_bytes());
    bytes.extend_from_slice(payload);
    bytes.push(END);
    bytes
}

/// A text of 255 bytes at most; who makes one has bounded it.
pub(super) fn put_short(bytes: &mut Vec<u8>, text: &str) {
    let length = u8::try_from(text.len()).unwrap_or(u8::MAX);
    bytes.push(length);
    bytes.extend_from_slice(&text.as_bytes()[..usize::from(length)]);
}

/// A text with four bytes of length in front.
pub(super) fn put_long(bytes: &mut Vec<u8>, text: &[u8]) {
    bytes.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
    bytes.extend_from_slice(text);
}

/// The next text of 255 bytes at most.
pub(super) fn short_text(octets: &mut Octets<'_>) -> Option<String> {
    let length = octets.u8()?;
    octets.take(usize::from(length)).map(|text| String::from_utf8_lossy(text).into_owned())
}

/// The next longer text.
pub(super) fn long_text(octets: &mut Octets<'_>) -> Option<String> {
    let length = usize::try_from(octets.u32()?).ok()?;
    octets.take(length).map(|text| String::from_utf8_lossy(text).into_owned())
}

#[cfg(test)]
mod tests {
    use super::{METHOD, framed, long_text, put_long, put_short, short_text};
    use crate::octets::Octets;

    #[test]
    fn a_frame_has_its_kind_channel_size_and_end() {
        assert_eq!(framed(METHOD, 1, b"ab"), b"\x01\0\x01\0\0\0\x02ab\xce");
    }

    #[test]
    fn texts_are_read_as_they_are_written_and_never_past_the_end() {
        let mut bytes = Vec::new();
        put_short(&mut bytes, "queue");
        put_long(&mut bytes, b"PLAIN");
        let mut octets = Octets::of(&bytes);
        assert_eq!(short_text(&mut octets).as_deref(), Some("queue"));
        assert_eq!(long_text(&mut octets).as_deref(), Some("PLAIN"));
        assert_eq!(long_text(&mut Octets::of(b"\xff\xff\xff\xffa")), None);
    }
}
