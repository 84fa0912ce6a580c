//! When each phase of one connection began and ended.
//!
//! The HTTP client tells nobody how far it is. The places that know (resolver, TLS session store, connector) run within the
//! task that asks, so they stamp marks that this task carries.

use std::{
    cell::Cell,
    future::Future,
    time::{Duration, Instant},
};

use model::Phases;

tokio::task_local! {
    static MARKS: Marks;
}

struct Marks {
    began: Instant,
    lookup_began: Cell<Option<Instant>>,
    lookup_ended: Cell<Option<Instant>>,
    /// Whether the lookup waits for others of ours.
    lookup_queued: Cell<bool>,
    tls_began: Cell<Option<Instant>>,
    connected: Cell<Option<Instant>>,
    /// When the connection stood on which TLS was begun later.
    plain: Cell<Option<Instant>>,
    first_byte: Cell<Option<Instant>>,
    no_connection: Cell<bool>,
}

/// A moment worth stamping.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Mark {
    /// A name is about to be resolved.
    LookupBegan,
    /// It has to wait until fewer are being resolved; it begins anew when it need not any more.
    LookupQueued,
    /// It is resolved.
    LookupEnded,
    /// TCP stands, TLS begins; or it begins on a connection that was used in clear before.
    TlsBegan,
    /// The connection stands and can carry a request.
    Connected,
    /// There is nothing to connect: a datagram can be sent, a program begins.
    Ready,
    /// The answer begins to come.
    FirstByte,
}

/// Stamps now. Outside [`marked`] it does nothing.
pub(crate) fn stamp(mark: Mark) {
    // An error means that nobody is measuring.
    let _unmeasured = MARKS.try_with(|marks| {
        marks.lookup_queued.set(matches!(mark, Mark::LookupQueued));
        let cell = match mark {
            Mark::LookupQueued => return,
            Mark::LookupBegan => &marks.lookup_began,
            Mark::LookupEnded => &marks.lookup_ended,
            Mark::TlsBegan => {
                marks.plain.set(marks.connected.take());
                &marks.tls_began
            }
            Mark::Connected => &marks.connected,
            Mark::Ready => {
                marks.no_connection.set(true);
                &marks.connected
            }
            Mark::FirstByte => &marks.first_byte,
        };
        cell.set(Some(Instant::now()));
    });
}

/// Runs `hop` and tells what was stamped meanwhile.
pub(crate) async fn marked<T>(hop: impl Future<Output = T>) -> (T, Moments) {
    let marks = Marks {
        began: Instant::now(),
        lookup_began: Cell::new(None),
        lookup_ended: Cell::new(None),
        lookup_queued: Cell::new(false),
        tls_began: Cell::new(None),
        connected: Cell::new(None),
        plain: Cell::new(None),
        first_byte: Cell::new(None),
        no_connection: Cell::new(false),
    };
    let measured = async {
        let made = hop.await;
        (made, MARKS.with(Moments::read))
    };
    MARKS.scope(marks, measured).await
}

/// What was stamped, and when it was over: answered, failed or given up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moments {
    began: Instant,
    lookup_began: Option<Instant>,
    lookup_ended: Option<Instant>,
    lookup_queued: bool,
    tls_began: Option<Instant>,
    connected: Option<Instant>,
    plain: Option<Instant>,
    first_byte: Option<Instant>,
    no_connection: bool,
    over: Instant,
}

/// What was going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The name was not even asked for: others of ours were being resolved.
    Queue,
    /// The name was being resolved.
    Lookup,
    /// TCP was being connected.
    Connect,
    /// TLS was shaking hands.
    Tls,
    /// The request was out, no answer yet.
    FirstByte,
    /// The answer was being read.
    Transfer,
}

impl Stage {
    /// What one was doing in it.
    pub(crate) const fn doing(self) -> &'static str {
        match self {
            Self::Queue => "waiting to resolve the name",
            Self::Lookup => "resolving the name",
            Self::Connect => "connecting",
            Self::Tls => "shaking hands in TLS",
            Self::FirstByte => "waiting for the first byte",
            Self::Transfer => "reading the answer",
        }
    }
}

impl Moments {
    fn read(marks: &Marks) -> Self {
        Self {
            began: marks.began,
            lookup_began: marks.lookup_began.get(),
            lookup_ended: marks.lookup_ended.get(),
            lookup_queued: marks.lookup_queued.get(),
            tls_began: marks.tls_began.get(),
            connected: marks.connected.get(),
            plain: marks.plain.get(),
            first_byte: marks.first_byte.get(),
            no_connection: marks.no_connection.get(),
            over: Instant::now(),
        }
    }

    /// When it was over.
    pub(crate) fn over(&self) -> Instant {
        self.over
    }

    /// What was going on when it was over.
    pub(crate) fn stage(&self) -> Stage {
        if self.lookup_queued {
            return Stage::Queue;
        }
        if self.connected.is_some() && self.first_byte.is_some() {
            return Stage::Transfer;
        }
        match (self.connected, self.tls_began, self.lookup_began, self.lookup_ended) {
            (Some(_), ..) => Stage::FirstByte,
            (None, Some(_), ..) => Stage::Tls,
            (None, None, Some(_), None) => Stage::Lookup,
            (None, None, ..) => Stage::Connect,
        }
    }

    /// How long each phase took. The one in which it was over lasts until then, the ones after it are absent. What was said in clear
    /// before TLS began counts as waiting for the first byte.
    pub(crate) fn phases(&self) -> Phases {
        // Waiting for others of ours is no part of it.
        let dns = self.lookup_began.filter(|_| !self.lookup_queued);
        let dns = dns.map(|began| until(began, self.lookup_ended.unwrap_or(self.over)));
        let stands = self.plain.or(self.tls_began).or(self.connected).unwrap_or(self.over);
        let connect = (!matches!(self.stage(), Stage::Queue | Stage::Lookup) && !self.no_connection)
            .then(|| until(self.lookup_ended.unwrap_or(self.began), stands));
        let tls = self.tls_began.map(|began| until(began, self.connected.unwrap_or(self.over)));
        let in_clear = self.plain.zip(self.tls_began).map(|(plain, tls)| until(plain, tls));
        let first_byte = self.connected.map(|connected| until(connected, self.first_byte.unwrap_or(self.over)));
        let first_byte = first_byte.map(|us| us + in_clear.unwrap_or(0)).or(in_clear);
        let transfer = self.first_byte.map(|first| until(first, self.over));
        Phases { dns_us: dns, connect_us: connect, tls_us: tls, first_byte_us: first_byte, transfer_us: transfer }
    }
}

/// Sums phases over hops; what happened in neither stays absent.
pub(crate) fn add(sum: &mut Phases, more: Phases) {
    for (into, from) in [
        (&mut sum.dns_us, more.dns_us),
        (&mut sum.connect_us, more.connect_us),
        (&mut sum.tls_us, more.tls_us),
        (&mut sum.first_byte_us, more.first_byte_us),
        (&mut sum.transfer_us, more.transfer_us),
    ] {
        if let Some(us) = from {
            *into = Some(into.unwrap_or(0) + us);
        }
    }
}

/// Whole microseconds of a length of time.
pub(crate) fn micros(length: Duration) -> i64 {
    i64::try_from(length.as_micros()).unwrap_or(i64::MAX)
}

fn until(from: Instant, to: Instant) -> i64 {
    micros(to.saturating_duration_since(from))
}
