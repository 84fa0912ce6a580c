//! Answers that come packed.

use std::io::Read;

use hyper::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HeaderMap, HeaderValue};

/// What is accepted.
const ACCEPTED: HeaderValue = HeaderValue::from_static("gzip, br, deflate");

/// Bytes that br keeps at once.
const BUFFER: usize = 4_096;

/// Says what is accepted, unless somebody said so.
pub(super) fn accept(headers: &mut HeaderMap) {
    headers.entry(ACCEPT_ENCODING).or_insert(ACCEPTED);
}

/// How an answer is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Gzip,
    Brotli,
    Deflate,
}

/// Why it could not be unpacked.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unpacking {
    /// It holds more than is read.
    TooLarge,
    /// It is not what it says.
    Broken,
}

impl Packing {
    /// What the headers say; `None`: not at all, or in a way that was not asked for, and then it stays as it is.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let word = headers.get(CONTENT_ENCODING)?.to_str().ok()?.trim();
        match word.to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Some(Self::Gzip),
            "br" => Some(Self::Brotli),
            "deflate" => Some(Self::Deflate),
            _ => None,
        }
    }

    /// What is packed, `limit` bytes of it at most; what could be read stands in `unpacked` whatever comes of it.
    pub(super) fn unpack(self, packed: &[u8], limit: usize, unpacked: &mut Vec<u8>) -> Result<(), Unpacking> {
        let room = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        let read = match self {
            _ if packed.is_empty() => Ok(0),
            Self::Gzip => flate2::read::MultiGzDecoder::new(packed).take(room).read_to_end(unpacked),
            Self::Brotli => brotli::Decompressor::new(packed, BUFFER).take(room).read_to_end(unpacked),
            Self::Deflate => flate2::read::ZlibDecoder::new(packed).take(room).read_to_end(unpacked),
        };
        if unpacked.len() > limit {
            unpacked.truncate(limit);
            return Err(Unpacking::TooLarge);
        }
        read.map(|_| ()).map_err(|_| Unpacking::Broken)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{
        Compression,
        write::{GzEncoder, ZlibEncoder},
    };

    use super::{Packing, Unpacking};

    fn packed(packing: Packing, text: &[u8]) -> Vec<u8> {
        match packing {
            Packing::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
                encoder.write_all(text).expect("written");
                encoder.finish().expect("packed")
            }
            Packing::Deflate => {
                let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
                encoder.write_all(text).expect("written");
                encoder.finish().expect("packed")
            }
            Packing::Brotli => {
                let mut encoder = brotli::CompressorWriter::new(Vec::new(), 4_096, 5, 20);
                encoder.write_all(text).expect("written");
                encoder.into_inner()
            }
        }
    }

    #[test]
    fn what_was_packed_comes_back_and_no_more_than_fits() {
        let text = "sound and safe ".repeat(1_000).into_bytes();
        for packing in [Packing::Gzip, Packing::Brotli, Packing::Deflate] {
            let packed = packed(packing, &text);
            let unpack = |bytes: &[u8], limit| {
                let mut unpacked = Vec::new();
                (packing.unpack(bytes, limit, &mut unpacked), unpacked)
            };
            assert_eq!(unpack(&packed, text.len()), (Ok(()), text.clone()), "{packing:?}");
            let (told, unpacked) = unpack(&packed, 100);
            assert_eq!((told, unpacked.as_slice()), (Err(Unpacking::TooLarge), &text[..100]), "{packing:?}");
            let half = &packed[..packed.len() / 2];
            assert_eq!(unpack(half, text.len()).0, Err(Unpacking::Broken), "{packing:?}");
            assert_eq!(unpack(b"no packing at all", 100).0, Err(Unpacking::Broken), "{packing:?}");
            assert_eq!(unpack(b"", 100), (Ok(()), Vec::new()), "{packing:?}");
        }
    }
}
