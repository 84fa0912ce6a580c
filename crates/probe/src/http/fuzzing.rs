//! Packed bodies, cookies, and proxies that are asked for a way.

use std::sync::LazyLock;

use hyper::header::{HeaderMap, HeaderValue, SET_COOKIE};
use model::{ProbeSpec, Timestamp};
use reqwest::Url;
use rules::assess::Trouble;
use serde_json::json;

use super::{
    KIND,
    cookies::Jar,
    proxy::{LONGEST_ANSWER, Proxy},
    unpack::{Packing, Unpacking},
};
use crate::{
    Clients,
    fuzzing::{PIECES, rest, talk},
    options::Options,
    redact::Masks,
};

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

/// A proxy that is told who asks.
static PROXY: LazyLock<Proxy> = LazyLock::new(|| {
    let options = json!({"url": "https://erp.example/", "proxy": "http://watch:hush-silence@proxy.example:3128"});
    let spec = json!({"slug": "peer", "kind": "http", "options": options, "every": "1h"});
    let spec: ProbeSpec = serde_json::from_value(spec).expect("a probe");
    let clients = Clients::new().expect("TLS can be set up");
    Proxy::read(&mut Options::of(&KIND, &spec), &clients).expect("a proxy")
});

/// Whether a proxy that answers so opens a way. It says that by one whole answer, of which the end is known, and what follows is left
/// to TLS. Who asks stands in no sentence.
pub(crate) fn tunnel(input: &[u8]) -> bool {
    let [whole, pieces] = PIECES.map(|piece| answered(input, piece));
    assert_eq!(whole, pieces, "it matters how much comes at once");
    let answer = match whole {
        Ok(answer) => answer,
        Err(Trouble { message, .. }) => {
            assert!(message.chars().count() <= 200, "{message}");
            let secrets = PROXY.pair().into_iter().chain(["hush-silence".to_owned()]);
            assert!(secrets.into_iter().all(|secret| !message.contains(&secret)), "{message}");
            return false;
        }
    };
    let end = input.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4);
    assert_eq!(Some(answer), end, "more or less than the answer was read");
    assert!(answer <= LONGEST_ANSWER);
    let Some([minor, b' ', b'2', tens, ones, b' ' | b'\r' | b'\n', ..]) = input.strip_prefix(b"HTTP/1.") else {
        panic!("{:?} opens no way", String::from_utf8_lossy(input));
    };
    assert!([minor, tens, ones].into_iter().all(u8::is_ascii_digit));
    true
}

/// Bytes that were taken for the answer.
fn answered(input: &[u8], piece: usize) -> Result<usize, Trouble> {
    let proxy = &*PROXY;
    talk(input, piece, |mut stream| async move {
        proxy.tunnel(&mut stream, "erp.example:443").await?;
        Ok::<_, Trouble>(input.len() - rest(stream).await.len())
    })
}
