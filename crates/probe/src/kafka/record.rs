//! One record, as it is written to a partition and found there again (record batches of version 2, KIP-98).

use crate::octets::Octets;

/// Bytes before the checksum: offset, length, epoch, version, checksum.
const BEFORE_SUM: usize = 8 + 4 + 4 + 1 + 4;

/// A batch of this one record without key and headers. `at` is in milliseconds since 1970.
pub(super) fn batch(value: &[u8], at: i64) -> Vec<u8> {
    let mut record = vec![0, 0, 0];
    put_varint(&mut record, -1);
    put_varint(&mut record, i64::try_from(value.len()).unwrap_or(i64::MAX));
    record.extend_from_slice(value);
    record.push(0);

    let mut summed = vec![0, 0];
    summed.extend_from_slice(&0_i32.to_be_bytes());
    summed.extend_from_slice(&at.to_be_bytes());
    summed.extend_from_slice(&at.to_be_bytes());
    // No producer: id, epoch and sequence are -1.
    summed.extend_from_slice(&[0xff; 8 + 2 + 4]);
    summed.extend_from_slice(&1_i32.to_be_bytes());
    put_varint(&mut summed, i64::try_from(record.len()).unwrap_or(i64::MAX));
    summed.extend_from_slice(&record);

    let mut batch = 0_i64.to_be_bytes().to_vec();
    let length = summed.len() + BEFORE_SUM - 12;
    batch.extend_from_slice(&i32::try_from(length).unwrap_or(i32::MAX).to_be_bytes());
    batch.extend_from_slice(&(-1_i32).to_be_bytes());
    batch.push(2);
    batch.extend_from_slice(&crc32c(&summed).to_be_bytes());
    batch.extend_from_slice(&summed);
    batch
}

/// What is at an offset.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// The record that was written, or a batch that the broker compressed anew.
    Ours,
    /// Something else.
    Other,
    /// Nothing yet.
    Nothing,
}

/// Looks for a value in the first batch that covers this offset.
pub(super) fn find(records: &[u8], offset: i64, value: &[u8]) -> Found {
    let mut octets = Octets::of(records);
    while let Some((base, length)) = octets.i64().zip(octets.i32()) {
        // The last batch of an answer may be cut off.
        let batch = usize::try_from(length).ok().and_then(|length| octets.take(length));
        let Some(batch) = batch else { return Found::Nothing };
        let mut within = Octets::of(batch);
        let _before = within.take(BEFORE_SUM - 12);
        let Some((attributes, last)) = within.u16().zip(within.i32()) else { return Found::Other };
        if offset > base.saturating_add(i64::from(last)) {
            continue;
        }
        let compressed = attributes & 0b111 != 0;
        let holds = compressed || batch.windows(value.len()).any(|window| window == value);
        return if base <= offset && holds { Found::Ours } else { Found::Other };
    }
    Found::Nothing
}

/// Zigzag, then seven bits a byte, the lowest first.
fn put_varint(bytes: &mut Vec<u8>, number: i64) {
    let mut left = (number.cast_unsigned() << 1) ^ (number >> 63).cast_unsigned();
    while left >= 0x80 {
        bytes.push(left.to_le_bytes()[0] | 0x80);
        left >>= 7;
    }
    bytes.push(left.to_le_bytes()[0]);
}

/// The checksum of Castagnoli (RFC 3720, appendix B.4), bit by bit: the batches are small.
fn crc32c(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| if sum & 1 == 1 { (sum >> 1) ^ 0x82f6_3b78 } else { sum >> 1 };
    !bytes.iter().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), step))
}

#[cfg(test)]
mod tests {
    use super::{Found, batch, crc32c, find, put_varint};

    #[test]
    fn the_checksum_is_that_of_the_rfc() {
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
    }

    #[test]
    fn numbers_are_zigzag() {
        for (number, bytes) in
            [(0, [0].as_slice()), (-1, &[1]), (1, &[2]), (63, &[126]), (64, &[0x80, 1]), (-65, &[0x81, 1])]
        {
            let mut written = Vec::new();
            put_varint(&mut written, number);
            assert_eq!(written, bytes, "{number}");
        }
    }

    #[test]
    fn a_record_is_found_at_its_offset_and_nowhere_else() {
        let at = |offset: i64, value: &[u8]| {
            let mut bytes = batch(value, 1_795_392_000_000);
            bytes[..8].copy_from_slice(&offset.to_be_bytes());
            bytes
        };
        let both = [at(6, b"other"), at(7, b"ours")].concat();
        assert_eq!(find(&both, 7, b"ours"), Found::Ours);
        assert_eq!(find(&both, 6, b"ours"), Found::Other);
        assert_eq!(find(&both, 8, b"ours"), Found::Nothing);
        assert_eq!(find(&both[..both.len() - 1], 7, b"ours"), Found::Nothing, "cut off");
        assert_eq!(find(&at(9, b"ours"), 7, b"ours"), Found::Other, "the offset is gone");
        assert_eq!(find(&[], 7, b"ours"), Found::Nothing);
    }
}
