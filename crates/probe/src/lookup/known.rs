//! Names that are being looked up, and what was answered for a moment.

use std::{collections::HashMap, io, net::IpAddr, sync::Arc, time::Duration};

use tokio::{sync::watch, time::Instant};

/// How long an answer holds: the steps of one check and the probes of one host share it, and a change is seen at the next round.
pub(super) const KEPT: Duration = Duration::from_secs(5);

/// The same of a failure.
pub(super) const KEPT_FAILED: Duration = Duration::from_secs(1);

/// How long it is remembered that a name had no answer.
const DOUBTED: Duration = Duration::from_mins(5);

/// From so many names on, those that tell nothing any more are looked for and left out.
const FIRST_SWEEP: usize = 1_024;

/// Names that are remembered for having had no answer, at most.
const MOST_DOUBTED: usize = 16_384;

/// What was answered, shared by all who asked.
pub(super) type Answer = Result<Arc<[IpAddr]>, Arc<io::Error>>;

/// How a lookup stands.
#[derive(Debug, Clone)]
pub(super) enum State {
    /// It has no place yet.
    Queued,
    /// The resolver was asked.
    Asked,
    /// It is over.
    Answered(Answer),
}

enum Entry {
    UnderWay(Arc<watch::Sender<State>>),
    Answered { answer: Answer, at: Instant },
}

impl Entry {
    fn holds(&self, now: Instant) -> bool {
        match self {
            Self::UnderWay(_) => true,
            Self::Answered { answer: Ok(_), at } => now < *at + KEPT,
            Self::Answered { answer: Err(_), at } => now < *at + KEPT_FAILED,
        }
    }

    fn is_doubtful(&self, now: Instant) -> bool {
        matches!(self, Self::Answered { answer: Err(_), at } if now < *at + DOUBTED)
    }
}

/// By name, in lower case.
pub(super) struct Known {
    names: HashMap<String, Entry>,
    sweep_at: usize,
}

impl Default for Known {
    fn default() -> Self {
        Self { names: HashMap::new(), sweep_at: FIRST_SWEEP }
    }
}

impl Known {
    /// A lookup that is under way, or one that is over and still holds.
    pub(super) fn find(&self, host: &str, now: Instant) -> Option<watch::Receiver<State>> {
        match self.names.get(host).filter(|entry| entry.holds(now))? {
            Entry::UnderWay(told) => Some(told.subscribe()),
            Entry::Answered { answer, .. } => Some(watch::channel(State::Answered(answer.clone())).1),
        }
    }

    /// Begins a lookup; whether the name had no answer the last time.
    pub(super) fn begin(&mut self, host: &str, told: Arc<watch::Sender<State>>, now: Instant) -> bool {
        self.sweep(now);
        let last = self.names.insert(host.to_owned(), Entry::UnderWay(told));
        last.is_some_and(|entry| entry.is_doubtful(now))
    }

    /// Keeps what was answered.
    pub(super) fn keep(&mut self, host: &str, answer: Answer, at: Instant) {
        self.names.insert(host.to_owned(), Entry::Answered { answer, at });
    }

    /// Leaves a lookup out that nobody waits for; whether nobody does.
    pub(super) fn leave(&mut self, host: &str, told: &Arc<watch::Sender<State>>) -> bool {
        // Nobody can join meanwhile: who would has to find it here.
        let nobody = told.receiver_count() == 0;
        if nobody {
            self.forget(host, told);
        }
        nobody
    }

    /// Leaves a lookup out, unless it was answered or is another one by now.
    pub(super) fn forget(&mut self, host: &str, told: &Arc<watch::Sender<State>>) {
        let is_it = |entry: &Entry| matches!(entry, Entry::UnderWay(other) if Arc::ptr_eq(other, told));
        if self.names.get(host).is_some_and(is_it) {
            self.names.remove(host);
        }
    }

    fn sweep(&mut self, now: Instant) {
        if self.names.len() < self.sweep_at {
            return;
        }
        self.names.retain(|_, entry| entry.holds(now) || entry.is_doubtful(now));
        if self.names.len() > MOST_DOUBTED {
            self.names.retain(|_, entry| entry.holds(now));
        }
        self.sweep_at = FIRST_SWEEP.max(self.names.len() * 2);
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        net::{IpAddr, Ipv4Addr},
        sync::Arc,
        time::Duration,
    };

    use tokio::{sync::watch, time::Instant};

    use super::{DOUBTED, FIRST_SWEEP, KEPT, KEPT_FAILED, Known, State};

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn names_that_tell_nothing_any_more_take_no_room() {
        let (mut known, now) = (Known::default(), Instant::now());
        for number in 0..FIRST_SWEEP {
            let name = format!("a{number}.example");
            known.keep(&name, Ok(Arc::from([HERE])), now);
        }
        known.keep("bad.example", Err(Arc::new(io::Error::other("no such name"))), now);

        let told = Arc::new(watch::channel(State::Queued).0);
        assert!(!known.begin("new.example", Arc::clone(&told), now + KEPT));

        assert_eq!(known.names.len(), 2, "what is under way, and what was doubtful");
        assert!(known.begin("bad.example", told, now + KEPT));
    }

    #[test]
    fn a_failure_holds_shorter_than_an_answer_and_is_remembered_longer() {
        let (mut known, now) = (Known::default(), Instant::now());
        known.keep("good.example", Ok(Arc::from([HERE])), now);
        known.keep("bad.example", Err(Arc::new(io::Error::other("no such name"))), now);
        let almost = |length: Duration| now + length.saturating_sub(Duration::from_millis(1));
        assert!(known.find("good.example", almost(KEPT)).is_some() && known.find("good.example", now + KEPT).is_none());
        let failed = |at| known.find("bad.example", at).is_some();
        assert!(failed(almost(KEPT_FAILED)) && !failed(now + KEPT_FAILED));
        let told = Arc::new(watch::channel(State::Queued).0);
        assert!(known.begin("bad.example", told, almost(DOUBTED)));
    }
}
