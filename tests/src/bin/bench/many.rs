//! Lateness and memory of a large company: 10,000 probes every minute, one an integration, while some targets hang.

use model::Span;

use crate::{
    Tried,
    cpu::Bare,
    lab::Lab,
    late::{self, Case},
    table::Table,
};

const PROBES: usize = 10_000;
const PERIOD: Span = Span::minutes(1);
/// Memory that they may take, in MiB.
const MOST_MIB: f64 = 250.0;

/// With none hanging, and with as many as is promised.
pub async fn measure(lab: &Lab, bare: Bare, table: &mut Table) -> Tried<()> {
    for percent in [0, 20] {
        let periods = lab.plan.many_periods;
        let case = Case { probes: PROBES, period: PERIOD, percent, periods, most_mib: MOST_MIB };
        late::watch(lab, &case, bare, table).await?;
    }
    Ok(())
}
