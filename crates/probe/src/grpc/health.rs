//! The messages of the standard health service (grpc.health.v1), in Protocol Buffers, and what its codes mean.

use model::Reason;
use rules::assess::Trouble;

/// The method.
pub(super) const CHECK: &str = "/grpc.health.v1.Health/Check";

/// Bytes of an answer at most; one that says how a service is has two.
pub(super) const LARGEST: usize = 65_536;

/// A request for how a service is, with its length in front: field 1 is the service's name.
pub(super) fn request(service: &str) -> Vec<u8> {
    let mut message = Vec::new();
    if !service.is_empty() {
        message.push(0x0a);
        put_varint(&mut message, service.len());
        message.extend_from_slice(service.as_bytes());
    }
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
    [&[0][..], &length.to_be_bytes(), &message].concat()
}

/// How a service is, by an answer with its length in front: field 1, of which the last one counts; absent it is 0.
pub(super) fn status(framed: &[u8]) -> Option<u64> {
    let (head, message) = framed.split_first_chunk::<5>()?;
    let [compressed, length @ ..] = *head;
    if compressed != 0 || usize::try_from(u32::from_be_bytes(length)).ok()? != message.len() {
        return None;
    }
    let (mut left, mut status) = (message, 0);
    while !left.is_empty() {
        let key = varint(&mut left)?;
        match key & 0b111 {
            0 => {
                let value = varint(&mut left)?;
                if key >> 3 == 1 {
                    status = value;
                }
            }
            1 => left = left.get(8..)?,
            2 => {
                let length = usize::try_from(varint(&mut left)?).ok()?;
                left = left.get(length..)?;
            }
            5 => left = left.get(4..)?,
            _ => return None,
        }
    }
    Some(status)
}

/// A status by its name.
pub(super) const fn named(status: u64) -> &'static str {
    match status {
        0 => "UNKNOWN",
        1 => "SERVING",
        2 => "NOT_SERVING",
        3 => "SERVICE_UNKNOWN",
        _ => "UNRECOGNIZED",
    }
}

/// What a code other than 0 says (the status codes of gRPC).
pub(super) fn refused(peer: &str, code: i64, message: &str) -> Trouble {
    let (reason, name) = match code {
        1 => (Reason::ServerError, "CANCELLED"),
        2 => (Reason::ServerError, "UNKNOWN"),
        3 => (Reason::ClientError, "INVALID_ARGUMENT"),
        4 => (Reason::Timeout, "DEADLINE_EXCEEDED"),
        5 => (Reason::NotFound, "NOT_FOUND"),
        7 => (Reason::Auth, "PERMISSION_DENIED"),
        8 => (Reason::RateLimit, "RESOURCE_EXHAUSTED"),
        12 => (Reason::NotFound, "UNIMPLEMENTED, so it has no health service"),
        13 => (Reason::ServerError, "INTERNAL"),
        14 => (Reason::ServerError, "UNAVAILABLE"),
        16 => (Reason::Auth, "UNAUTHENTICATED"),
        _ => (Reason::ServerError, "an error"),
    };
    let said: String = message.chars().take(200).collect();
    let said = if said.is_empty() { said } else { format!(": {said}") };
    Trouble::new(reason, format!("{peer} answered {name} ({code}){said}"))
}

fn put_varint(bytes: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

fn varint(left: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for place in 0..10 {
        let (byte, rest) = left.split_first()?;
        *left = rest;
        number |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{request, status};

    #[test]
    fn a_request_names_the_service() {
        assert_eq!(request(""), [0, 0, 0, 0, 0]);
        assert_eq!(request("erp"), *b"\0\0\0\0\x05\x0a\x03erp");
        assert_eq!(request(&"x".repeat(200))[..8], [0, 0, 0, 0, 203, 0x0a, 0xc8, 1]);
    }

    #[test]
    fn an_answer_says_how_the_service_is() {
        for (framed, said) in [
            (b"\0\0\0\0\x02\x08\x01".as_slice(), Some(1)),
            (b"\0\0\0\0\0", Some(0)),
            (b"\0\0\0\0\x06\x12\x02hi\x08\x02", Some(2)),
            (b"\x01\0\0\0\x02\x08\x01", None),
            (b"\0\0\0\0\x03\x08\x01", None),
            (b"\0\0\0\0\x03\x12\x7fh", None),
            (b"\0\0\0\0\x02\x08\xff", None),
            (b"\0\0\0", None),
        ] {
            assert_eq!(status(framed), said, "{framed:?}");
        }
    }
}
