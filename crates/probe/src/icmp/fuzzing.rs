//! What may be a reply to a packet of ours.

use super::packet::Packet;

const OURS: Packet = Packet { sequence: 258, token: 0x0102_0304_0506_0708, size: 16 };

/// Whether it is one; then it is none to another packet.
pub(crate) fn reply(input: &[u8]) -> bool {
    let others = [Packet { sequence: 259, ..OURS }, Packet { token: 9, ..OURS }];
    let mut any = false;
    for (six, with_header) in [(false, false), (false, true), (true, false)] {
        let ours = OURS.is_answered_by(input, six, with_header);
        assert!(!ours || !others.iter().any(|other| other.is_answered_by(input, six, with_header)));
        any |= ours;
    }
    any
}
