//! Records and challenges of a broker.

use super::{
    record::{Found, find},
    scram::{Hash, begin},
};

/// Whether our record is at its offset. What follows makes no difference to what was found.
pub(crate) fn records(input: &[u8]) -> bool {
    let found = find(input, 7, b"ours");
    let more = [input, &[0; 3]].concat();
    assert!(found == Found::Nothing || find(&more, 7, b"ours") == found, "what follows a batch changes it");
    found == Found::Ours
}

/// Whether it is a challenge that is answered; the answer goes on from its nonce.
pub(crate) fn challenge(input: &[u8]) -> bool {
    let challenge = String::from_utf8_lossy(input);
    let mut any = false;
    for hash in [Hash::Sha256, Hash::Sha512] {
        let begun = begin(hash, "user", "rOprNGfwEbeRWgbNEkqO".to_owned());
        if let Ok(challenge) = begun.read(&challenge) {
            let proven = begun.answer(&challenge, &challenge.salting.salted(hash, "pencil"));
            assert!(proven.last.starts_with("c=biws,r=rOprNGfwEbeRWgbNEkqO"), "{}", proven.last);
            assert!(!proven.knows("v="));
            any = true;
        }
    }
    any
}
