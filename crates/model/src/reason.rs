//! Why a run was not ok.

crate::outcome::words! {
    /// Low-cardinality class of a not-ok run. Precedence: transport > auth, rate limit, status class > parse > assertion > record.
    Reason, "a reason" {
        /// The name did not resolve.
        Dns = "dns",
        /// No connection: refused, unreachable, reset.
        Connect = "connect",
        /// The handshake or the certificate failed.
        Tls = "tls",
        /// No answer in time.
        Timeout = "timeout",
        /// The answer was not of the protocol.
        Protocol = "protocol",
        /// Too many hops, a loop, or a hop to where we may not go.
        Redirect = "redirect",
        /// The answer was larger than the limit.
        TooLarge = "too_large",
        /// Not signed in or not allowed: 401, 403.
        Auth = "auth",
        /// Too many requests: 429.
        RateLimit = "rate_limit",
        /// Another 4xx.
        ClientError = "client_error",
        /// 404 or 410.
        NotFound = "not_found",
        /// 5xx.
        ServerError = "server_error",
        /// The body could not be read as what it should be.
        Parse = "parse",
        /// An assertion did not hold.
        Assertion = "assertion",
        /// The data is older than promised.
        Stale = "stale",
        /// The target refused records.
        DataRejected = "data_rejected",
        /// A record did not arrive.
        RecordMissing = "record_missing",
        /// A record arrived that was never sent.
        RecordExtra = "record_extra",
        /// A record arrived changed.
        RecordUnequal = "record_unequal",
        /// A record arrived twice.
        RecordDuplicate = "record_duplicate",
        /// A promised run did not come in time.
        Overdue = "overdue",
        /// The integration's program ended by itself.
        Crashed = "crashed",
        /// Ours: the probe could not start within its period.
        SchedulerLate = "scheduler_late",
        /// Ours: the store.
        Store = "store",
        /// Ours: the configuration.
        Config = "config",
        /// Ours: anything else.
        Internal = "internal",
    }
}

impl Reason {
    /// Whether the fault is on our side; such a run is never the target's failure.
    pub const fn is_ours(self) -> bool {
        matches!(self, Self::SchedulerLate | Self::Store | Self::Config | Self::Internal)
    }
}
