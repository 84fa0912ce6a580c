//! What people do with an integration or a probe while it is as it is: what it makes of what was done before.

use model::{Acknowledged, Handling, HandlingAct, HandlingAction, Level, Muted, Paused, Timestamp};

/// When the trouble began that somebody may acknowledge, of what is at this level since then; `None`: there is no trouble. Where it
/// is not known when it began, every acknowledgement is about it.
pub fn trouble(level: Level, since: Option<Timestamp>) -> Option<Timestamp> {
    (level >= Level::Attention).then(|| since.unwrap_or(Timestamp::MIN))
}

/// What was done after an act of `by` at `now`. What has ended by itself is forgotten; a pause and a silence that go on begin where
/// they began. A silence without an end, which no check lets pass, is none.
#[must_use]
pub fn after(before: &Handling, act: &HandlingAct, by: &str, now: Timestamp) -> Handling {
    let (by, until, note) = (by.to_owned(), act.until, act.note.clone());
    let mut after = Handling {
        paused: before.paused.clone().filter(|paused| paused.until.is_none_or(|until| now < until)),
        muted: before.muted.clone().filter(|muted| now < muted.until),
        acknowledged: before.acknowledged.clone(),
    };
    match act.action {
        HandlingAction::Pause => {
            let since = before.paused_at(now).map_or(now, |paused| paused.since);
            after.paused = Some(Paused { by, since, until, note });
        }
        HandlingAction::Resume => after.paused = None,
        HandlingAction::Mute => {
            let since = after.muted.as_ref().filter(|muted| muted.since <= now).map_or(now, |muted| muted.since);
            after.muted = until.map(|until| Muted { by, since, until, note });
        }
        HandlingAction::Unmute => after.muted = None,
        HandlingAction::Acknowledge => after.acknowledged = Some(Acknowledged { by, at: now, note }),
        HandlingAction::Withdraw => after.acknowledged = None,
    }
    after
}

#[cfg(test)]
mod tests {
    use model::{Handling, HandlingAct, HandlingAction, Level, Timestamp};

    use super::{after, trouble};

    fn act(action: HandlingAction, until: Option<i64>) -> HandlingAct {
        HandlingAct { action, until: until.map(Timestamp), note: Some("why".to_owned()) }
    }

    #[test]
    fn each_act_does_one_thing_and_its_opposite_takes_it_back() {
        use HandlingAction::{Acknowledge, Mute, Pause, Resume, Unmute, Withdraw};
        let now = Timestamp(10);
        for (does, until, undoes) in [(Pause, None, Resume), (Mute, Some(20), Unmute), (Acknowledge, None, Withdraw)] {
            let done = after(&Handling::default(), &act(does, until), "Ada", now);
            let held = [done.paused.is_some(), done.muted.is_some(), done.acknowledged.is_some()];
            assert_eq!(held, [does == Pause, does == Mute, does == Acknowledge], "{does}");
            assert_eq!(after(&done, &act(undoes, None), "Ben", now), Handling::default(), "{undoes}");
        }
    }

    #[test]
    fn what_goes_on_began_when_it_began_and_what_has_ended_begins_anew() {
        let paused = |before: &Handling, now, until, by| {
            after(before, &act(HandlingAction::Pause, until), by, Timestamp(now)).paused.expect("a pause")
        };
        let first = after(&Handling::default(), &act(HandlingAction::Pause, Some(20)), "Ada", Timestamp(10));
        let longer = paused(&first, 15, Some(90), "Ben");
        assert_eq!((longer.since, longer.until, longer.by.as_str()), (Timestamp(10), Some(Timestamp(90)), "Ben"));
        let again = paused(&first, 20, None, "Ben");
        assert_eq!((again.since, again.until), (Timestamp(20), None));

        // What is done beside an ended pause forgets it.
        let seen = after(&first, &act(HandlingAction::Acknowledge, None), "Ada", Timestamp(20));
        assert_eq!((seen.paused, seen.acknowledged.map(|seen| seen.at)), (None, Some(Timestamp(20))));
    }

    #[test]
    fn only_trouble_is_acknowledged() {
        let since = Some(Timestamp(7));
        for (level, began) in [
            (Level::Paused, None),
            (Level::Okay, None),
            (Level::Unknown, None),
            (Level::Attention, since),
            (Level::Problem, since),
        ] {
            assert_eq!(trouble(level, since), began, "{level}");
        }
        assert_eq!(trouble(Level::Problem, None), Some(Timestamp::MIN));
    }
}
