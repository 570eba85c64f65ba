//! Which events a change of status is worth: each once, when it happens. Pure.

use folkmoot_crds::{ForumInstanceStatus, condition};
use kube::runtime::events::{Event, EventType};

use super::{
    conditions::{find, is_true},
    reasons,
};

/// The kinds of events, for the documentation.
pub const EVENTS: [(&str, &str); 10] = [
    ("RolloutStarted", "A change begins to be rolled out."),
    ("RolloutFinished", "All waves run what the spec says."),
    (
        "RolloutBlocked",
        "Something keeps the forum from being as its spec says; the note has Degraded's reason.",
    ),
    ("Recovered", "What was wrong is not wrong any more."),
    ("ScaledUp", "There should be more chat pods."),
    ("ScaledDown", "There should be fewer chat pods."),
    (
        "SocketsMoved",
        "Chat pods were asked to move sockets to emptier ones.",
    ),
    ("DependencyLost", "Pods do not reach a server any more."),
    ("DependencyBack", "All pods reach it again."),
    ("Paused", "spec.paused was set, or taken back (Resumed)."),
];

/// What the operator does when it tells of something, unless it is something else.
pub const RECONCILE: &str = "Reconcile";

/// What is to be told of a change from `old` to `new`.
#[must_use]
pub fn events(old: Option<&ForumInstanceStatus>, new: &ForumInstanceStatus) -> Vec<Event> {
    let none = ForumInstanceStatus::default();
    let old = old.unwrap_or(&none);
    let mut events = Vec::new();
    rollout(old, new, &mut events);
    trouble(old, new, &mut events);
    paused(old, new, &mut events);
    for kind in [
        condition::POSTGRES_READY,
        condition::REDIS_READY,
        condition::NATS_READY,
        condition::OBJECT_STORAGE_READY,
    ] {
        dependency(kind, old, new, &mut events);
    }
    events
}

fn rollout(old: &ForumInstanceStatus, new: &ForumInstanceStatus, events: &mut Vec<Event>) {
    let (was, is) = both(old, new, condition::PROGRESSING);
    if is && !was {
        events.push(normal(
            "RolloutStarted",
            message(new, condition::PROGRESSING),
        ));
    }
    // Not by Ready: a pod may stop serving for a moment just when the last wave is done.
    let progress = find(&new.conditions, condition::PROGRESSING);
    let is_done = progress.is_some_and(|progress| progress.reason == reasons::ROLLED_OUT);
    if is_done && (was || old.version != new.version) {
        let version = new.version.clone().unwrap_or_default();
        events.push(normal("RolloutFinished", format!("version {version} runs")));
    }
}

fn trouble(old: &ForumInstanceStatus, new: &ForumInstanceStatus, events: &mut Vec<Event>) {
    let reason = |status: &ForumInstanceStatus| {
        let degraded = find(&status.conditions, condition::DEGRADED)?;
        let own = degraded.reason != reasons::DEPENDENCY_LOST && degraded.status == "True";
        own.then(|| degraded.reason.clone())
    };
    match (reason(old), reason(new)) {
        (before, Some(now)) if before.as_ref() != Some(&now) => {
            let note = format!("{now}: {}", message(new, condition::DEGRADED));
            events.push(warning("RolloutBlocked", note));
        }
        (Some(before), None) => events.push(normal("Recovered", format!("{before} is over"))),
        _ => {}
    }
}

fn paused(old: &ForumInstanceStatus, new: &ForumInstanceStatus, events: &mut Vec<Event>) {
    match both(old, new, condition::PAUSED) {
        (false, true) => events.push(normal(
            "Paused",
            "nothing is changed while spec.paused is true".to_owned(),
        )),
        (true, false) => events.push(normal("Resumed", "spec.paused is false".to_owned())),
        _ => {}
    }
}

fn dependency(
    kind: &str,
    old: &ForumInstanceStatus,
    new: &ForumInstanceStatus,
    events: &mut Vec<Event>,
) {
    let status = |status: &ForumInstanceStatus| {
        find(&status.conditions, kind).map(|condition| condition.status.clone())
    };
    match (status(old).as_deref(), status(new).as_deref()) {
        (Some("True" | "Unknown") | None, Some("False")) => {
            events.push(warning(
                "DependencyLost",
                format!("{kind}: {}", message(new, kind)),
            ));
        }
        (Some("False"), Some("True")) => events.push(normal("DependencyBack", kind.to_owned())),
        _ => {}
    }
}

fn both(old: &ForumInstanceStatus, new: &ForumInstanceStatus, kind: &str) -> (bool, bool) {
    (
        is_true(&old.conditions, kind),
        is_true(&new.conditions, kind),
    )
}

fn message(status: &ForumInstanceStatus, kind: &str) -> String {
    find(&status.conditions, kind)
        .map(|condition| condition.message.clone())
        .unwrap_or_default()
}

fn normal(reason: &str, note: impl Into<String>) -> Event {
    event(EventType::Normal, reason, &note.into(), RECONCILE)
}

fn warning(reason: &str, note: impl Into<String>) -> Event {
    event(EventType::Warning, reason, &note.into(), RECONCILE)
}

/// An event with a note of a length that the API takes.
#[must_use]
pub fn event(type_: EventType, reason: &str, note: &str, action: &str) -> Event {
    // The API takes notes of at most 1 kB.
    let note = note
        .char_indices()
        .take_while(|(at, _)| *at < 1_000)
        .map(|(_, c)| c)
        .collect();
    Event {
        type_,
        reason: reason.to_owned(),
        note: Some(note),
        action: action.to_owned(),
        secondary: None,
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::forum::conditions::{Verdict, merge};

    fn status(said: &[(&'static str, bool, &'static str)]) -> ForumInstanceStatus {
        let verdicts = said
            .iter()
            .map(|(kind, holds, reason)| Verdict::new(kind, *holds, reason, "why"));
        ForumInstanceStatus {
            conditions: merge(&[], verdicts.collect(), None, DateTime::UNIX_EPOCH),
            ..ForumInstanceStatus::default()
        }
    }

    fn told(old: &ForumInstanceStatus, new: &ForumInstanceStatus) -> Vec<String> {
        events(Some(old), new)
            .into_iter()
            .map(|event| event.reason)
            .collect()
    }

    #[test]
    fn each_change_is_told_once_and_what_stays_is_not() {
        let idle = status(&[
            (condition::READY, true, "AllReady"),
            (condition::PROGRESSING, false, reasons::ROLLED_OUT),
            (condition::REDIS_READY, true, "Reached"),
        ]);
        let unready = status(&[
            (condition::READY, false, "PodsNotReady"),
            (condition::PROGRESSING, false, reasons::ROLLED_OUT),
        ]);
        let rolling = status(&[
            (condition::READY, false, "RollingOut"),
            (condition::PROGRESSING, true, "RollingOut"),
        ]);
        let broken = status(&[(condition::DEGRADED, true, "ImagePullFailed")]);
        let lost = status(&[
            (condition::READY, true, "AllReady"),
            (condition::REDIS_READY, false, "NotReached"),
        ]);
        let held = status(&[(condition::PAUSED, true, "PausedBySpec")]);
        for same in [&idle, &rolling, &broken, &lost, &held] {
            assert!(told(same, same).is_empty());
        }
        assert_eq!(told(&idle, &rolling), ["RolloutStarted"]);
        assert_eq!(told(&rolling, &idle), ["RolloutFinished"]);
        assert_eq!(told(&rolling, &unready), ["RolloutFinished"]);
        assert!(told(&unready, &idle).is_empty());
        assert!(told(&idle, &unready).is_empty());
        assert_eq!(told(&rolling, &broken), ["RolloutBlocked"]);
        assert_eq!(told(&broken, &rolling), ["RolloutStarted", "Recovered"]);
        assert_eq!(told(&idle, &lost), ["DependencyLost"]);
        assert_eq!(told(&lost, &idle), ["DependencyBack"]);
        assert_eq!(told(&status(&[]), &held), ["Paused"]);
        assert_eq!(told(&held, &status(&[])), ["Resumed"]);
    }

    #[test]
    fn a_note_has_the_length_that_the_api_takes() {
        let event = normal("X", "é".repeat(5_000));
        assert!(event.note.unwrap().len() <= 1_024);
    }
}
