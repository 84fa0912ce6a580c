//! Packets of `MySQL`: three bytes of length, one that counts, and that much.

use model::Reason;
use rules::assess::Trouble;

use super::refused;
use crate::{attempt::Attempt, wire::Wire};

/// A packet of this length goes on in the next one. Such are longer than anything that is read here.
const GOES_ON: usize = 0xff_ffff;

/// Bytes as text.
pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A connection that speaks in packets.
pub(super) struct Talk<'p> {
    pub(super) wire: Wire,
    pub(super) peer: &'p str,
    /// The number of the next packet, from either side.
    next: u8,
    /// Bytes of one packet at most.
    longest: usize,
}

impl<'p> Talk<'p> {
    /// Over this connection.
    pub(super) fn new(wire: Wire, peer: &'p str, longest: usize) -> Self {
        Self { wire, peer, next: 0, longest }
    }

    /// The connection, to be secured, and what goes on over it then: packets are counted on.
    pub(super) fn leave(self) -> (Wire, impl FnOnce(Wire) -> Self) {
        let Self { wire, peer, next, longest } = self;
        (wire, move |wire| Self { wire, peer, next, longest })
    }

    /// Counts from 0 again: a command begins.
    pub(super) fn begin(&mut self) {
        self.next = 0;
    }

    /// Sends a packet. What is sent is far shorter than one may be.
    pub(super) async fn send(&mut self, attempt: &mut Attempt, body: &[u8]) -> Result<(), Trouble> {
        let length = u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes();
        let packet = [&length[..3], &[self.next], body].concat();
        self.next = self.next.wrapping_add(1);
        self.wire.send(attempt, &packet).await
    }

    /// The next packet. One that says an error is trouble.
    pub(super) async fn packet(&mut self, attempt: &mut Attempt, what: &'static str) -> Result<Vec<u8>, Trouble> {
        let head = self.wire.exactly(attempt, 4, what).await?;
        let [low, middle, high, number] = <[u8; 4]>::try_from(head).map_err(|_| self.unlike())?;
        let length = usize::from(low) | usize::from(middle) << 8 | usize::from(high) << 16;
        if number != self.next {
            return Err(self.unlike());
        }
        self.next = number.wrapping_add(1);
        if length > self.longest || length == GOES_ON {
            let message = format!("{} announced {length} bytes at once, at most {} are read", self.peer, self.longest);
            return Err(Trouble::new(Reason::TooLarge, message));
        }
        let body = self.wire.exactly(attempt, length, what).await?;
        if body.first() == Some(&0xff) {
            return Err(self.error(&body));
        }
        Ok(body)
    }

    /// Sends a command and reads the first packet of its answer.
    pub(super) async fn command(
        &mut self,
        attempt: &mut Attempt,
        kind: u8,
        body: &[u8],
        what: &'static str,
    ) -> Result<Vec<u8>, Trouble> {
        self.begin();
        self.send(attempt, &[&[kind][..], body].concat()).await?;
        self.packet(attempt, what).await
    }

    /// What is no packet of the protocol, or not one that belongs here.
    pub(super) fn unlike(&self) -> Trouble {
        let message = format!("{} does not speak the protocol of MySQL as it is known here", self.peer);
        Trouble::new(Reason::Protocol, message)
    }

    fn error(&self, body: &[u8]) -> Trouble {
        let mut fields = Fields(body);
        let code = fields.take(1).and_then(|_| fields.take(2)).and_then(|code| code.try_into().ok());
        let Some(code) = code.map(u16::from_le_bytes) else { return self.unlike() };
        // `#` and five signs of a state stand before the words, except before anybody has signed in.
        let said = fields.0.strip_prefix(b"#").and_then(|said| said.get(5..)).unwrap_or(fields.0);
        refused(self.peer, code, &text(said))
    }
}

/// What is left of a packet. `None` where it ends too early.
pub(super) struct Fields<'b>(pub(super) &'b [u8]);

impl<'b> Fields<'b> {
    pub(super) fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    /// Two bytes, the lower one first.
    pub(super) fn short(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes(self.take(2)?.try_into().ok()?))
    }

    /// A number in as many bytes as it needs.
    pub(super) fn number(&mut self) -> Option<u64> {
        let width = match self.byte()? {
            small @ 0..=0xfa => return Some(u64::from(small)),
            0xfc => 2,
            0xfd => 3,
            0xfe => 8,
            _ => return None,
        };
        let bytes = self.take(width)?;
        Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// As many bytes as a number before them says.
    pub(super) fn counted(&mut self) -> Option<&'b [u8]> {
        let count = self.number()?;
        self.take(usize::try_from(count).ok()?)
    }

    /// Up to a zero, which is passed, or to the end.
    pub(super) fn until_nul(&mut self) -> &'b [u8] {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at(end);
        self.0 = rest.get(1..).unwrap_or_default();
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::Fields;

    #[test]
    fn a_number_takes_as_many_bytes_as_it_needs() {
        for (bytes, number) in [
            (&[0xfa_u8][..], Some(250)),
            (&[0xfc, 1, 2], Some(0x0201)),
            (&[0xfd, 1, 2, 3], Some(0x03_0201)),
            (&[0xfe, 1, 0, 0, 0, 0, 0, 0, 0x80], Some(0x8000_0000_0000_0001)),
            (&[0xfb], None),
            (&[0xff], None),
            (&[0xfc, 1], None),
            (&[], None),
        ] {
            assert_eq!(Fields(bytes).number(), number, "{bytes:?}");
        }
    }

    #[test]
    fn a_text_that_claims_to_be_longer_than_its_packet_is_none() {
        assert_eq!(Fields(&[3, b'a', b'b']).counted(), None);
        assert_eq!(Fields(&[0xfe, 255, 255, 255, 255, 255, 255, 255, 255, b'a']).counted(), None);
        let mut fields = Fields(&[2, b'a', b'b', b'c']);
        assert_eq!(fields.counted(), Some(&b"ab"[..]));
        assert_eq!((fields.until_nul(), fields.until_nul()), (&b"c"[..], &b""[..]));
    }
}
