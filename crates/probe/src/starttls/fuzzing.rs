//! Answers to who asks for TLS in clear.

use model::Reason;

use super::StartTls;
use crate::fuzzing::{PIECES, attempt, rest, talk};

/// The protocols, and how the line begins behind which TLS does.
const PROTOCOLS: [(&str, &str); 4] = [("smtp", "220"), ("imap", "a1 OK"), ("pop3", "+OK"), ("postgres", "S")];

/// Whether it agrees to TLS in any protocol, and says nothing beyond that. Whatever was said before TLS begins agrees to it by itself,
/// and ends with the line that does: nothing said in clear is taken for what comes within TLS.
pub(crate) fn agrees(input: &[u8]) -> bool {
    let mut agreed = false;
    for (word, begins) in PROTOCOLS {
        let protocol = StartTls::of(word).expect(word);
        let [whole, pieces] = PIECES.map(|piece| in_clear(protocol, input, piece));
        if let (Err(whole), Err(pieces)) = (&whole, &pieces) {
            assert_eq!(whole, pieces, "{word}: it matters how much comes at once");
        }
        for said in [&whole, &pieces].into_iter().flatten() {
            for again in PIECES.map(|piece| in_clear(protocol, said, piece)) {
                assert_eq!(again.as_ref(), Ok(said), "{word}: it does not agree by itself");
            }
            let lines = said.strip_suffix(b"\n").unwrap_or(said);
            let last = lines.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
            assert!(last.starts_with(begins.as_bytes()), "{word}: {:?}", String::from_utf8_lossy(last));
        }
        agreed |= whole.is_ok();
    }
    agreed
}

/// What was said in clear, or why TLS does not begin.
fn in_clear(protocol: StartTls, input: &[u8], piece: usize) -> Result<Vec<u8>, Reason> {
    talk(input, piece, |stream| async move {
        let mut attempt = attempt();
        let asked = protocol.ask(&mut attempt, stream, "peer.example:25").await;
        let left = rest(asked.map_err(|trouble| trouble.reason)?).await;
        Ok::<_, Reason>(input[..input.len() - left.len()].to_vec())
    })
}
