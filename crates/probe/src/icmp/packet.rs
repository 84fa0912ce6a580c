//! Echo request and reply: RFC 792, page 14, and RFC 4443, section 4.

/// What tells the kinds of messages of both versions.
const REQUEST: [u8; 2] = [8, 128];
const REPLY: [u8; 2] = [0, 129];

const HEADER: usize = 8;

/// One echo request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Packet {
    /// From 0.
    pub(super) sequence: u16,
    /// What tells it from the packets of others.
    pub(super) token: u64,
    /// Bytes after the header, at least 8.
    pub(super) size: usize,
}

impl Packet {
    /// As it is sent. The kernel writes the identifier and the checksum of a ping socket, and the checksum of version 6; a raw socket
    /// of version 4 wants both from us.
    pub(super) fn request(&self, six: bool) -> Vec<u8> {
        let [a, b, ..] = self.token.to_be_bytes();
        let [high, low] = self.sequence.to_be_bytes();
        let mut bytes = vec![REQUEST[usize::from(six)], 0, 0, 0, a, b, high, low];
        bytes.extend_from_slice(&self.token.to_be_bytes());
        bytes.resize(HEADER + self.size.max(8), 0x42);
        if !six {
            let sum = checksum(&bytes).to_be_bytes();
            bytes[2..4].copy_from_slice(&sum);
        }
        bytes
    }

    /// Whether these bytes are the reply to it; before them there is a header of IP where `with_header`.
    pub(super) fn is_answered_by(&self, bytes: &[u8], six: bool, with_header: bool) -> bool {
        let bytes = if with_header { without_header(bytes) } else { bytes };
        let Some((header, payload)) = bytes.split_at_checked(HEADER) else { return false };
        header[0] == REPLY[usize::from(six)]
            && header[1] == 0
            && header[6..8] == self.sequence.to_be_bytes()
            && payload.starts_with(&self.token.to_be_bytes())
    }
}

/// What follows the header of IP, version 4, whose length is in its first byte.
fn without_header(bytes: &[u8]) -> &[u8] {
    let length = bytes.first().map_or(0, |first| usize::from(first & 0x0f) * 4);
    bytes.get(length..).unwrap_or_default()
}

/// The sum of RFC 1071.
fn checksum(bytes: &[u8]) -> u16 {
    let pairs = bytes.chunks(2).map(|pair| (u32::from(pair[0]) << 8) | u32::from(pair.get(1).copied().unwrap_or(0)));
    let mut sum: u32 = pairs.sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !u16::try_from(sum).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Packet, checksum};

    const PACKET: Packet = Packet { sequence: 258, token: 0x0102_0304_0506_0708, size: 16 };

    #[test]
    fn a_request_sums_up_to_nothing() {
        let bytes = PACKET.request(false);
        assert_eq!((bytes[0], bytes.len(), checksum(&bytes)), (8, 24, 0));
        assert_eq!(PACKET.request(true)[..4], [128, 0, 0, 0]);
    }

    #[test]
    fn only_its_own_reply_answers_it() {
        let mut reply = PACKET.request(false);
        assert!(!PACKET.is_answered_by(&reply, false, false), "it is a request");
        reply[0] = 0;
        assert!(PACKET.is_answered_by(&reply, false, false));
        let other = Packet { sequence: 259, ..PACKET };
        assert!(!other.is_answered_by(&reply, false, false));
        let other = Packet { token: 1, ..PACKET };
        assert!(!other.is_answered_by(&reply, false, false));
        assert!(!PACKET.is_answered_by(&reply[..10], false, false));
        assert!(!PACKET.is_answered_by(&[], false, true));

        let header = [&[0x46][..], &[0; 23]].concat();
        assert!(PACKET.is_answered_by(&[header, reply].concat(), false, true));
    }
}
