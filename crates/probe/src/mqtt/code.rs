//! What the codes of an answer mean: return codes of version 3.1.1 (section 3.2.2.3), reason codes of version 5 (section 2.4).

use model::Reason;

/// The reason and the specification's words for the code of a CONNACK.
pub(super) fn of_connect(code: u8, five: bool) -> (Reason, &'static str) {
    if five {
        return of_five(code);
    }
    match code {
        1 => (Reason::Protocol, "unacceptable protocol version"),
        2 => (Reason::ClientError, "identifier rejected"),
        3 => (Reason::ServerError, "server unavailable"),
        4 => (Reason::Auth, "bad user name or password"),
        5 => (Reason::Auth, "not authorized"),
        _ => (Reason::Protocol, "no code of this version"),
    }
}

/// The same for one that refuses a subscription.
pub(super) fn of_subscribe(code: u8, five: bool) -> (Reason, &'static str) {
    if five { of_five(code) } else { (Reason::ClientError, "failure: not allowed, or not possible") }
}

/// The same for any code of version 5.
pub(super) fn of_five(code: u8) -> (Reason, &'static str) {
    match code {
        0x80 => (Reason::ServerError, "unspecified error"),
        0x81 => (Reason::Protocol, "malformed packet"),
        0x82 => (Reason::Protocol, "protocol error"),
        0x83 => (Reason::ServerError, "implementation specific error"),
        0x84 => (Reason::Protocol, "unsupported protocol version"),
        0x85 => (Reason::ClientError, "client identifier not valid"),
        0x86 => (Reason::Auth, "bad user name or password"),
        0x87 => (Reason::Auth, "not authorized"),
        0x88 => (Reason::ServerError, "server unavailable"),
        0x89 => (Reason::ServerError, "server busy"),
        0x8a => (Reason::Auth, "banned"),
        0x8b => (Reason::ServerError, "server shutting down"),
        0x8c => (Reason::Auth, "bad authentication method"),
        0x8d => (Reason::ServerError, "keep alive timeout"),
        0x8e => (Reason::ClientError, "session taken over"),
        0x8f => (Reason::ClientError, "topic filter invalid"),
        0x90 => (Reason::ClientError, "topic name invalid"),
        0x95 => (Reason::TooLarge, "packet too large"),
        0x96 => (Reason::RateLimit, "message rate too high"),
        0x97 => (Reason::RateLimit, "quota exceeded"),
        0x98 => (Reason::ServerError, "administrative action"),
        0x99 => (Reason::ClientError, "payload format invalid"),
        0x9a => (Reason::ClientError, "retain not supported"),
        0x9b => (Reason::ClientError, "QoS not supported"),
        0x9c => (Reason::ServerError, "use another server"),
        0x9d => (Reason::ServerError, "server moved"),
        0x9e => (Reason::ClientError, "shared subscriptions not supported"),
        0x9f => (Reason::RateLimit, "connection rate exceeded"),
        0xa2 => (Reason::ClientError, "wildcard subscriptions not supported"),
        _ => (Reason::Protocol, "a code that is not known here"),
    }
}
