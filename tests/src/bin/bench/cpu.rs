//! CPU per check: the whole house with its commits against the bare loop, at 100 checks a second and saturated.

use model::Span;

use crate::{
    Tried,
    lab::Lab,
    landscape::Landscape,
    plan::Watch,
    protocol::Protocol,
    sample::{self, median},
    table::{Table, number},
};

/// Hosts of the paced load, 25 probes each.
const HOSTS: usize = 40;
/// Hosts of the saturated load: with the house's 32 slots a host, 128 checks are on the network at once.
const FEW_HOSTS: usize = 4;
const AT_ONCE: u32 = 128;
/// A rate is sustained if so much of it is stored.
const SUSTAINED: f64 = 0.97;
/// Below this, looking on is of no use.
const LOWEST_RATE: usize = 100;
/// Beyond this no machine of today is expected to come.
const HIGHEST_RATE: usize = 60_000;

/// CPU microseconds per check of the bare loop.
#[derive(Debug, Clone, Copy)]
pub struct Bare {
    /// At 100 a second.
    pub paced_us: f64,
    /// As fast as it can.
    pub saturated_us: f64,
}

/// What a stored run may cost, as a multiple of the bare loop's check.
const fn most(protocol: Protocol) -> f64 {
    match protocol {
        Protocol::Http | Protocol::Tcp => 1.5,
        Protocol::Https => 1.3,
    }
}

/// The bare loop alone, for parts that only need something to compare with.
pub async fn bare_only(lab: &Lab) -> Tried<Bare> {
    eprintln!("the bare loop");
    let paced = sample::bare(lab, Protocol::Http, 1_000, 10_000, HOSTS).await?;
    let saturated = sample::bare(lab, Protocol::Http, AT_ONCE, 0, FEW_HOSTS).await?;
    Ok(Bare { paced_us: paced.us, saturated_us: saturated.us })
}

/// All of it, over one protocol.
pub async fn measure(lab: &Lab, protocol: Protocol, table: &mut Table) -> Tried<Bare> {
    let paced_us = paced(lab, protocol, table).await?;
    let saturated_us = saturated(lab, protocol, table).await?;
    Ok(Bare { paced_us, saturated_us })
}

/// At 100 checks a second; answers what the bare loop costs.
async fn paced(lab: &Lab, protocol: Protocol, table: &mut Table) -> Tried<f64> {
    eprintln!("{protocol}: CPU per check at 100/s");
    let thousand = Landscape { protocol, ..Landscape::of(1_000, Span::seconds(10), HOSTS) };
    let (mut bares, mut houses) = (Vec::new(), Vec::new());
    for _ in 0..runs(lab, protocol) {
        bares.push(sample::bare(lab, protocol, 1_000, 10_000, HOSTS).await?);
        houses.push(sample::house(lab, &thousand, lab.plan.house).await?);
    }
    let name = |what: &str| format!("{protocol}, {what}");
    let (paced_us, house_us) = (median(&bares, |sample| sample.us), median(&houses, |sample| sample.us));
    table.row(&name("bare loop at 100/s: CPU per check"), format!("{paced_us:.0}"), "us");
    table.cost_within(&name("house at 100/s: CPU per stored run"), house_us, "us", paced_us, most(protocol));
    table.row(&name("house at 100/s: stored"), format!("{:.1}", median(&houses, |sample| sample.rate)), "runs/s");
    table.note(
        "CPU of the house is that of its whole process (schedule, probes, assertions, commits, board, roll-ups, idle web), \
         over whole minutes that hold one roll-up each. At 100/s it has 1,000 integrations with a probe each. The target runs in a \
         process of its own on the same cores.",
    );
    table.note(
        "The bare loop has fresh connections and resumes no TLS session, as the house: over HTTP and HTTPS it is reqwest, which \
         reads status and body, over TCP it connects.",
    );
    Ok(paced_us)
}

/// Beyond what can be stored; answers what the bare loop costs where it is asked for all it can.
pub async fn saturated(lab: &Lab, protocol: Protocol, table: &mut Table) -> Tried<f64> {
    eprintln!("{protocol}: the highest rate sustained");
    let (sustained, stored) = highest(lab, protocol).await?;
    let name = |what: &str| format!("{protocol}, {what}");
    table.row(&name("checks sustained (97 % of the offered rate stored)"), format!("{sustained:.0}"), "checks/s");
    let offered = flood(protocol, whole(stored * 1.1));
    eprintln!("{protocol}: CPU per check, saturated by {} checks/s", offered.probes);
    let (mut bares, mut houses, mut likes) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..runs(lab, protocol) {
        bares.push(sample::bare(lab, protocol, AT_ONCE, 0, FEW_HOSTS).await?);
        houses.push(sample::house(lab, &offered, lab.plan.house).await?);
    }
    let rate = whole(median(&houses, |sample| sample.rate));
    for _ in 0..runs(lab, protocol) {
        likes.push(sample::bare(lab, protocol, u32::try_from(rate)?, 1_000, FEW_HOSTS).await?);
    }
    let saturated_us = median(&bares, |sample| sample.us);
    let alike_us = median(&likes, |sample| sample.us);
    let house_us = median(&houses, |sample| sample.us);
    let bare_rate = median(&bares, |sample| sample.rate);
    table.row(&name("bare loop saturated: rate"), format!("{bare_rate:.0}"), "checks/s");
    table.row(&name("bare loop saturated: CPU per check"), format!("{saturated_us:.0}"), "us");
    let house_rate = median(&houses, |sample| sample.rate);
    table.row(&name("house saturated: stored"), format!("{house_rate:.0}"), "runs/s");
    table.cost_within(&name("house saturated: CPU per stored run"), house_us, "us", saturated_us, most(protocol));
    table.row(&name("bare loop at the house's saturated rate: CPU per check"), format!("{alike_us:.0}"), "us");
    let alike = name("house saturated, against the bare loop at its rate");
    table.cost_within(&alike, house_us, "us", alike_us, most(protocol));
    let unknown = median(&houses, |sample| number(sample.unknown));
    table.note(format!(
        "{protocol}, saturated: {} checks/s were offered; {unknown:.0} a run could not start within their period: \
         they are stored as unknown and not counted, while their CPU is.",
        offered.probes
    ));
    Ok(saturated_us)
}

/// Runs of which the median is taken.
fn runs(lab: &Lab, protocol: Protocol) -> usize {
    if protocol == Protocol::Http { lab.plan.runs } else { lab.plan.fewer_runs }
}

/// Probes that ask every second: eight an integration, few hosts.
pub fn flood(protocol: Protocol, rate: usize) -> Landscape {
    Landscape { protocol, per_integration: 8, ..Landscape::of(rate, Span::seconds(1), FEW_HOSTS) }
}

/// The highest rate that was sustained, sought in steps of a quarter upwards from the first rate (downwards, where that is too much
/// already), and the most that was stored in a second at any rate.
async fn highest(lab: &Lab, protocol: Protocol) -> Tried<(f64, f64)> {
    let (mut rate, mut sustained, mut most) = (lab.plan.first_rate, None, 0.0_f64);
    let mut too_much = false;
    while (LOWEST_RATE..=HIGHEST_RATE).contains(&rate) {
        let seen = sample::house(lab, &flood(protocol, rate), Watch::For(lab.plan.seek)).await?;
        eprintln!("    {rate} offered, {:.0} stored a second", seen.rate);
        most = most.max(seen.rate);
        let is_sustained = seen.rate >= SUSTAINED * number(rate);
        if is_sustained {
            sustained = Some(seen.rate);
        }
        too_much |= !is_sustained;
        match (is_sustained, too_much, sustained) {
            (true, false, _) => rate += rate / 4,
            (false, _, None) => rate -= rate / 4,
            _ => break,
        }
    }
    Ok((sustained.unwrap_or_default(), most))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate: positive and far below 2^32")]
fn whole(rate: f64) -> usize {
    rate.max(1.0) as usize
}
