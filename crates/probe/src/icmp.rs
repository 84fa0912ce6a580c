//! Pinging: how many packets come back, and how fast?

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod packet;
mod socket;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use model::{Fault, ProbeSpec, Reason, Span};
use rules::{
    assess::{Fact, Trouble},
    kind::{CelKind, Kind, OptionKind},
};
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::{
    Clients, HostKey, Probe,
    attempt::{self, Attempt, Conversation, Party},
    dial::{self, Dial, Target},
    marks::{self, Mark, micros},
    options::{Options, name, optional},
    table::Entry,
};
use packet::Packet;
use socket::Socket;

/// Kept free before the attempt's own end, so that packets that were lost are counted and not a timeout.
const MARGIN: Duration = Duration::from_millis(20);

/// The kind's line in the table.
pub(crate) const ENTRY: Entry = Entry { kind: &KIND, build, whom };

static KIND: Kind = Kind {
    name: "icmp",
    summary: "Sends echo requests, one after the other, and counts what comes back",
    options: &[
        dial::HOST,
        optional("count", OptionKind::Int { min: 1, max: 20 }, Some("3"), "How many packets"),
        optional("interval", OptionKind::Span, Some("200ms"), "From one packet to the next, at least"),
        optional(
            "wait",
            OptionKind::Span,
            Some("1s"),
            "How long to wait for each, at most; less if the timeout is near",
        ),
        optional("size", OptionKind::Int { min: 16, max: 1_400 }, Some("56"), "Bytes of each packet, headers left out"),
        dial::IP,
        dial::RESOLVE,
    ],
    names: &[
        name("latency", CelKind::Duration, "The same as rtt_avg"),
        name("sent", CelKind::Int, "Packets sent"),
        name("received", CelKind::Int, "Packets that came back"),
        name("loss", CelKind::Double, "Percent of the packets that did not: 0.0 to 100.0"),
        name("rtt_min", CelKind::Duration, "The shortest time there and back"),
        name("rtt_avg", CelKind::Duration, "The mean of all"),
        name("rtt_max", CelKind::Duration, "The longest"),
        name("jitter", CelKind::Duration, "The mean difference between one and the next"),
    ],
    counts_as_ask: true,
};

fn build(spec: &ProbeSpec, clients: &Clients) -> Result<Arc<dyn Probe>, Vec<Fault>> {
    let mut options = Options::of(&KIND, spec);
    let target = target(&mut options);
    let resolve = dial::resolve(&mut options);
    let (count, size) = (options.int("count"), options.int("size"));
    let (interval, wait) = (options.span("interval"), options.span("wait"));
    let made = match (target, count.and_then(whole), size.and_then(whole), interval, wait) {
        (Some(target), Some(count), Some(size), Some(interval), Some(wait)) => {
            let dial = Dial::to(target, &mut options, clients, resolve);
            let party = Party::of(&dial.target, "PING");
            Some((party, Icmp { dial, count, size: size.into(), interval, wait, told: AtomicU64::new(0) }))
        }
        _ => None,
    };
    attempt::probe(spec, clients, options, made)
}

fn whom(spec: &ProbeSpec) -> Option<HostKey> {
    target(&mut Options::of(&KIND, spec)).map(|target| target.key)
}

fn target(options: &mut Options<'_>) -> Option<Target> {
    let resolve = dial::resolve(options);
    let host = options.text("host")?;
    let host = dial::is_host(options, "host", &host).then_some(host)?;
    Some(Target::portless("icmp", &host, resolve))
}

fn whole(number: i64) -> Option<u16> {
    u16::try_from(number).ok()
}

struct Icmp {
    dial: Dial,
    count: u16,
    size: usize,
    interval: Span,
    wait: Span,
    /// Attempts so far: part of what tells our packets from others'.
    told: AtomicU64,
}

#[async_trait]
impl Conversation for Icmp {
    async fn talk(&self, attempt: &mut Attempt) -> Result<(), Trouble> {
        let addresses = self.dial.addresses().await?;
        let Some(to) = addresses.first().copied() else {
            return Err(Trouble::new(Reason::Dns, format!("the name {} has no address", self.dial.target.host)));
        };
        let socket = Socket::open(to.ip(), &self.dial.target.peer)?;
        marks::stamp(Mark::Ready);
        attempt.peer = Some(to);
        attempt.waiting_for("packets to come back");
        let number = self.told.fetch_add(1, Ordering::Relaxed);
        let process = u64::from(std::process::id()) << 40;
        let token = attempt.asking.at.0.cast_unsigned().rotate_left(20) ^ number ^ process;

        let end = attempt.deadline.checked_sub(MARGIN).unwrap_or(attempt.deadline);
        let mut times = Vec::new();
        for sequence in 0..self.count {
            let began = Instant::now();
            let share = end.saturating_duration_since(began) / u32::from(self.count - sequence);
            let until = began + share.min(self.wait.as_duration());
            let packet = Packet { sequence, token, size: self.size };
            if let Ok(came) = timeout_at(until, socket.there_and_back(&packet)).await {
                came?;
                times.push(micros(began.elapsed()));
            }
            attempt.heard(line(&packet, times.len(), began.elapsed()).as_bytes());
            tell(attempt, i64::from(sequence) + 1, &times);
            if sequence + 1 < self.count {
                sleep_until((began + self.interval.as_duration()).min(began + share)).await;
            }
        }
        if times.is_empty() {
            let message = format!("none of {} packets to {} came back", self.count, self.dial.target.peer);
            return Err(Trouble::new(Reason::Timeout, message));
        }
        Ok(())
    }
}

fn line(packet: &Packet, came: usize, after: Duration) -> String {
    format!("packet {}: {came} came back so far, {after:.1?}\n", packet.sequence + 1)
}

/// Puts what is known after so many packets.
fn tell(attempt: &mut Attempt, sent: i64, times: &[i64]) {
    let received = i64::try_from(times.len()).unwrap_or(sent);
    attempt.put("sent", sent);
    attempt.put("received", received);
    attempt.put("loss", percent(sent - received, sent));
    let Some([least, mean, most, jitter]) = figures(times) else { return };
    attempt.answered_in = Some(mean);
    for (name, us) in [("rtt_min", least), ("rtt_avg", mean), ("rtt_max", most), ("jitter", jitter)] {
        attempt.put(name, Fact::DurationUs(us));
    }
}

/// The least, the mean, the most, and the mean difference between one and the next; `None` of nothing.
fn figures(times: &[i64]) -> Option<[i64; 4]> {
    let mean = |times: &[i64]| times.iter().sum::<i64>() / i64::try_from(times.len()).unwrap_or(1).max(1);
    let steps: Vec<i64> = times.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    Some([*times.iter().min()?, mean(times), *times.iter().max()?, mean(&steps)])
}

#[expect(clippy::cast_precision_loss, reason = "a few packets")]
fn percent(part: i64, whole: i64) -> f64 {
    part as f64 * 100.0 / whole as f64
}

#[cfg(test)]
mod tests {
    use super::{figures, percent};

    #[test]
    fn times_are_summed_up() {
        for (times, summed_up) in
            [(vec![], None), (vec![300], Some([300, 300, 300, 0])), (vec![300, 100, 500], Some([100, 300, 500, 300]))]
        {
            assert_eq!(figures(&times), summed_up, "{times:?}");
        }
    }

    #[test]
    fn loss_is_in_percent() {
        for (lost, sent, loss) in [(0, 3, "0.0"), (1, 3, "33.3"), (3, 3, "100.0")] {
            assert_eq!(format!("{:.1}", percent(lost, sent)), loss);
        }
    }
}
