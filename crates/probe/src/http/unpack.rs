//! Answers that come packed.

use std::{
    io::{self, Read},
    time::Instant,
};

use hyper::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HeaderMap, HeaderValue};
use rules::assess::Trouble;

use crate::aside::{LARGE, aside};

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
    /// It took too long.
    TooLate,
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
        if packed.is_empty() { Ok(()) } else { self.through(packed, limit, unpacked) }
    }

    /// The same, given up at `end`.
    fn unpack_until(self, packed: &[u8], limit: usize, end: Instant, unpacked: &mut Vec<u8>) -> Result<(), Unpacking> {
        if packed.is_empty() { Ok(()) } else { self.through(Timed { packed, end }, limit, unpacked) }
    }

    fn through(self, packed: impl Read, limit: usize, unpacked: &mut Vec<u8>) -> Result<(), Unpacking> {
        let room = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        let read = match self {
            Self::Gzip => flate2::read::MultiGzDecoder::new(packed).take(room).read_to_end(unpacked),
            Self::Brotli => brotli::Decompressor::new(packed, BUFFER).take(room).read_to_end(unpacked),
            Self::Deflate => flate2::read::ZlibDecoder::new(packed).take(room).read_to_end(unpacked),
        };
        if unpacked.len() > limit {
            unpacked.truncate(limit);
            return Err(Unpacking::TooLarge);
        }
        match read {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::TimedOut => Err(Unpacking::TooLate),
            Err(_) => Err(Unpacking::Broken),
        }
    }

    /// The same for who carries other probes meanwhile: what turns out to be large is unpacked aside.
    pub(super) async fn unpack_well(
        self,
        packed: Vec<u8>,
        limit: usize,
        deadline: tokio::time::Instant,
    ) -> Result<(Result<(), Unpacking>, Vec<u8>), Trouble> {
        let at_once = limit.min(LARGE);
        if packed.len() <= LARGE {
            let mut unpacked = Vec::new();
            let whole = self.unpack(&packed, at_once, &mut unpacked);
            if at_once == limit || whole != Err(Unpacking::TooLarge) {
                return Ok((whole, unpacked));
            }
        }
        let unpacking = aside(deadline, "unpacking the answer", move || {
            let mut unpacked = Vec::new();
            let whole = self.unpack_until(&packed, limit, deadline.into_std(), &mut unpacked);
            (whole, unpacked)
        });
        unpacking.await
    }
}

/// What is packed, which cannot be read any more once it is too late. It is read a few KiB at a time.
struct Timed<'p> {
    packed: &'p [u8],
    end: Instant,
}

impl Read for Timed<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if Instant::now() >= self.end {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let piece = into.len().min(BUFFER);
        self.packed.read(&mut into[..piece])
    }
}

#[cfg(test)]
mod tests {
    use std::{io::Write, time::Duration};

    use flate2::{
        Compression,
        write::{GzEncoder, ZlibEncoder},
    };
    use tokio::time::Instant;

    use super::{LARGE, Packing, Unpacking};

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

    #[tokio::test]
    async fn what_is_large_comes_back_as_well_and_no_more_than_fits_or_there_is_time_for() {
        let text = "sound and safe ".repeat(LARGE / 4).into_bytes();
        let (now, later) = (Instant::now(), Instant::now() + Duration::from_secs(20));
        for packing in [Packing::Gzip, Packing::Brotli, Packing::Deflate] {
            let packed = packed(packing, &text);
            let unpack = |limit, deadline| packing.unpack_well(packed.clone(), limit, deadline);
            assert_eq!(unpack(text.len(), later).await, Ok((Ok(()), text.clone())), "{packing:?}");
            let cut = text[..text.len() - 1].to_vec();
            assert_eq!(unpack(cut.len(), later).await, Ok((Err(Unpacking::TooLarge), cut)), "{packing:?}");
            let small = text[..100].to_vec();
            assert_eq!(unpack(100, now).await, Ok((Err(Unpacking::TooLarge), small)), "{packing:?}: at once");

            let mut unpacked = Vec::new();
            let late = packing.unpack_until(&packed, text.len(), now.into_std(), &mut unpacked);
            assert_eq!((late, unpacked.len()), (Err(Unpacking::TooLate), 0), "{packing:?}");
        }
    }
}
