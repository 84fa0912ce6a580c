//! Packed bodies, and cookies.

use hyper::header::{HeaderMap, HeaderValue, SET_COOKIE};
use model::Timestamp;
use reqwest::Url;

use super::{
    cookies::Jar,
    unpack::{Packing, Unpacking},
};
use crate::redact::Masks;

/// Bytes that are unpacked.
const LIMIT: usize = 100_000;

/// Whether it is packed in any way. No more than the limit is unpacked, and never less than that of what is too large.
pub(crate) fn packed(input: &[u8]) -> bool {
    let mut any = false;
    for packing in [Packing::Gzip, Packing::Brotli, Packing::Deflate] {
        let mut unpacked = Vec::new();
        let whole = packing.unpack(input, LIMIT, &mut unpacked);
        assert!(unpacked.len() <= LIMIT && unpacked.capacity() <= 4 * LIMIT);
        assert!(whole != Err(Unpacking::TooLarge) || unpacked.len() == LIMIT);
        any |= whole.is_ok() && !unpacked.is_empty();
    }
    any
}

/// Whether any of the lines sets a cookie that goes back to where it came from. To strangers goes none of them.
pub(crate) fn cookies(input: &[u8]) -> bool {
    let lines = input.split(|byte| *byte == b'\n').filter_map(|line| HeaderValue::from_bytes(line).ok());
    let headers: HeaderMap = lines.map(|line| (SET_COOKIE, line)).collect();
    let url = |text: &str| Url::parse(text).expect("an address");
    let from = url("https://shop.erp.example/orders/late");
    let mut jar = Jar::default();
    jar.take(&from, &headers, Timestamp(1_795_392_000_000), &Masks::default());
    for stranger in ["https://other.example/", "https://example/", "https://aerp.example/", "https://127.0.0.1/"] {
        assert_eq!(jar.header(&url(stranger)), None, "{stranger}");
    }
    jar.header(&from).is_some()
}
