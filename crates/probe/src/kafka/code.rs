//! What Kafka's error codes mean, by the table of its protocol guide.

use model::Reason;
use rules::assess::Trouble;

/// The reason and the guide's name of a code.
fn of(code: i16) -> (Reason, &'static str) {
    match code {
        3 => (Reason::NotFound, "UNKNOWN_TOPIC_OR_PARTITION"),
        5 => (Reason::ServerError, "LEADER_NOT_AVAILABLE"),
        6 => (Reason::ServerError, "NOT_LEADER_OR_FOLLOWER"),
        7 => (Reason::ServerError, "REQUEST_TIMED_OUT"),
        8 => (Reason::ServerError, "BROKER_NOT_AVAILABLE"),
        9 => (Reason::ServerError, "REPLICA_NOT_AVAILABLE"),
        10 => (Reason::TooLarge, "MESSAGE_TOO_LARGE"),
        14 => (Reason::ServerError, "COORDINATOR_LOAD_IN_PROGRESS"),
        15 => (Reason::ServerError, "COORDINATOR_NOT_AVAILABLE"),
        16 => (Reason::ServerError, "NOT_COORDINATOR"),
        17 => (Reason::ClientError, "INVALID_TOPIC_EXCEPTION"),
        19 => (Reason::ServerError, "NOT_ENOUGH_REPLICAS"),
        20 => (Reason::ServerError, "NOT_ENOUGH_REPLICAS_AFTER_APPEND"),
        24 => (Reason::ClientError, "INVALID_GROUP_ID"),
        29 => (Reason::Auth, "TOPIC_AUTHORIZATION_FAILED"),
        30 => (Reason::Auth, "GROUP_AUTHORIZATION_FAILED"),
        31 => (Reason::Auth, "CLUSTER_AUTHORIZATION_FAILED"),
        33 => (Reason::Auth, "UNSUPPORTED_SASL_MECHANISM"),
        34 => (Reason::Auth, "ILLEGAL_SASL_STATE"),
        35 => (Reason::Protocol, "UNSUPPORTED_VERSION"),
        42 => (Reason::ClientError, "INVALID_REQUEST"),
        44 => (Reason::ClientError, "POLICY_VIOLATION"),
        56 => (Reason::ServerError, "KAFKA_STORAGE_ERROR"),
        58 => (Reason::Auth, "SASL_AUTHENTICATION_FAILED"),
        87 => (Reason::ClientError, "INVALID_RECORD"),
        89 => (Reason::RateLimit, "THROTTLING_QUOTA_EXCEEDED"),
        _ => (Reason::ServerError, "an error"),
    }
}

/// Trouble, unless the code is 0. `to` is what was asked: `Produce to orders/0`.
pub(super) fn check(peer: &str, to: &str, code: i16, why: Option<&str>) -> Result<(), Trouble> {
    if code == 0 {
        return Ok(());
    }
    let (reason, name) = of(code);
    let why = why.map(|why| format!(": {why}")).unwrap_or_default();
    Err(Trouble::new(reason, format!("{peer} answered {to} with {name} ({code}){why}")))
}
