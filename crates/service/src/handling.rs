//! What people do with integrations and probes: pauses, silences, acknowledgements.

use model::{Handling, HandlingAction, Problem, Slug, Timestamp};
use rules::{
    catalogue::check_act,
    handling::{after, trouble},
};
use serde_json::Value;
use store::Write;

use crate::{
    audit::Act,
    change::commit,
    permission::{self, Right},
    probes,
    sight::Sight,
};

/// Does something with an integration, also with one that comes from a catalogue; answers what holds now.
pub(crate) async fn of_integration(sight: &Sight<'_>, slug: &Slug, body: &Value) -> Result<Handling, Problem> {
    let act = check_act(body, sight.now()).map_err(Problem::invalid)?;
    allowed(sight, act.action)?;
    let _one_at_a_time = sight.changing.lock().await;
    let (now, row) = (sight.now(), sight.row(slug)?);
    let before = &row.handling;
    let began = trouble(row.standing.level, row.standing.since);
    troubled(act.action, began, || format!("The integration `{slug}`"))?;
    let handling = after(before, &act, &by(sight), now);
    if handling != *before {
        let told = told(action_of_integration(act.action), format!("integration {slug}"), before, &handling);
        let write = Write::HandleIntegration { integration: slug.clone(), handling: handling.clone() };
        commit(sight, vec![write], told).await?;
    }
    Ok(handling.holding(now, began))
}

/// The same with a probe.
pub(crate) async fn of_probe(
    sight: &Sight<'_>,
    integration: &Slug,
    probe: &Slug,
    body: &Value,
) -> Result<Handling, Problem> {
    let act = check_act(body, sight.now()).map_err(Problem::invalid)?;
    allowed(sight, act.action)?;
    let _one_at_a_time = sight.changing.lock().await;
    let (now, row) = (sight.now(), sight.row(integration)?);
    let level = probes::level(sight, &row, probes::of_row(&row, probe)?, now);
    let began = trouble(level.level, level.since);
    troubled(act.action, began, || format!("The probe `{integration}/{probe}`"))?;
    let before = row.probe_handling.get(probe).cloned().unwrap_or_default();
    let handling = after(&before, &act, &by(sight), now);
    if handling != before {
        let told = told(action_of_probe(act.action), format!("probe {integration}/{probe}"), &before, &handling);
        let (integration, probe) = (integration.clone(), probe.clone());
        let write = Write::HandleProbe { integration, probe, handling: handling.clone() };
        commit(sight, vec![write], told).await?;
    }
    Ok(handling.holding(now, began))
}

/// Whoever may not ask may not stop the asking either.
fn allowed(sight: &Sight<'_>, action: HandlingAction) -> Result<(), Problem> {
    match action {
        HandlingAction::Pause | HandlingAction::Resume => permission::decide(sight.caller(), Right::Operate),
        HandlingAction::Mute | HandlingAction::Unmute | HandlingAction::Acknowledge | HandlingAction::Withdraw => {
            Ok(())
        }
    }
}

/// An acknowledgement is of present trouble; one that was said before there is any would hide what comes.
fn troubled(action: HandlingAction, began: Option<Timestamp>, whose: impl Fn() -> String) -> Result<(), Problem> {
    if action != HandlingAction::Acknowledge || began.is_some() {
        return Ok(());
    }
    Err(Problem::conflict(format!(
        "{} has no trouble that could be acknowledged. To be told nothing of what is coming, mute it.",
        whose()
    )))
}

/// What the caller is called where people read it.
fn by(sight: &Sight<'_>) -> String {
    sight.caller().identity().map_or_else(|| "this machine".to_owned(), |identity| identity.name.clone())
}

fn told(action: &'static str, subject: String, before: &Handling, after: &Handling) -> Act {
    let some = |handling: &Handling| (!handling.is_empty()).then(|| handling.clone());
    Act::new(action, subject).before(some(before)).after(some(after))
}

const fn action_of_integration(action: HandlingAction) -> &'static str {
    match action {
        HandlingAction::Pause => "integration.pause",
        HandlingAction::Resume => "integration.resume",
        HandlingAction::Mute => "integration.mute",
        HandlingAction::Unmute => "integration.unmute",
        HandlingAction::Acknowledge => "integration.acknowledge",
        HandlingAction::Withdraw => "integration.withdraw",
    }
}

const fn action_of_probe(action: HandlingAction) -> &'static str {
    match action {
        HandlingAction::Pause => "probe.pause",
        HandlingAction::Resume => "probe.resume",
        HandlingAction::Mute => "probe.mute",
        HandlingAction::Unmute => "probe.unmute",
        HandlingAction::Acknowledge => "probe.acknowledge",
        HandlingAction::Withdraw => "probe.withdraw",
    }
}
