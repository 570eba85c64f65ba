//! Conditions: what is the case, since when. Pure.

use chrono::{DateTime, Utc};
use folkmoot_crds::condition;
use k8s_openapi::{
    apimachinery::pkg::apis::meta::v1::{Condition, Time},
    jiff::Timestamp,
};

use crate::text::shorten;

/// Longest message: the API's limit is far above, people's is not.
const MAX_MESSAGE: usize = 1_000;

/// What a condition says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Its type, of [`condition::ALL`].
    pub kind: &'static str,
    /// `True`, `False` or `Unknown`.
    pub status: &'static str,
    /// CamelCase, stable.
    pub reason: &'static str,
    /// For people.
    pub message: String,
}

impl Verdict {
    /// A condition that is true or false.
    pub fn new(
        kind: &'static str,
        holds: bool,
        reason: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            status: if holds { "True" } else { "False" },
            reason,
            message: message.into(),
        }
    }
}

/// The conditions that say `verdicts`, in the order of [`condition::ALL`]. A condition whose status stays keeps its
/// time. `generation` is that of the spec that was looked at.
#[must_use]
pub fn merge(
    old: &[Condition],
    verdicts: Vec<Verdict>,
    generation: Option<i64>,
    now: DateTime<Utc>,
) -> Vec<Condition> {
    let mut conditions: Vec<Condition> = verdicts
        .into_iter()
        .map(|verdict| one(old, verdict, generation, now))
        .collect();
    let place = |condition: &Condition| {
        condition::ALL
            .iter()
            .position(|kind| *kind == condition.type_)
    };
    conditions.sort_by_key(place);
    conditions
}

fn one(
    old: &[Condition],
    verdict: Verdict,
    generation: Option<i64>,
    now: DateTime<Utc>,
) -> Condition {
    let before = find(old, verdict.kind);
    let since = before
        .filter(|before| before.status == verdict.status)
        .map_or_else(
            || to_time(now),
            |before| before.last_transition_time.clone(),
        );
    Condition {
        type_: verdict.kind.to_owned(),
        status: verdict.status.to_owned(),
        reason: verdict.reason.to_owned(),
        message: shorten(verdict.message, MAX_MESSAGE),
        observed_generation: generation,
        last_transition_time: since,
    }
}

/// The condition of a type.
#[must_use]
pub fn find<'a>(conditions: &'a [Condition], kind: &str) -> Option<&'a Condition> {
    conditions.iter().find(|condition| condition.type_ == kind)
}

/// Whether a condition is true.
#[must_use]
pub fn is_true(conditions: &[Condition], kind: &str) -> bool {
    find(conditions, kind).is_some_and(|condition| condition.status == "True")
}

/// In whole seconds, as the API keeps it.
#[must_use]
pub fn to_time(time: DateTime<Utc>) -> Time {
    Time(Timestamp::from_second(time.timestamp()).unwrap_or(Timestamp::UNIX_EPOCH))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn start() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn ready(holds: bool, message: &str) -> Vec<Verdict> {
        vec![Verdict::new(condition::READY, holds, "Because", message)]
    }

    #[test]
    fn the_time_is_kept_until_the_status_changes() {
        let first = merge(&[], ready(false, "a"), Some(1), start());
        let later = start() + TimeDelta::seconds(90);
        let second = merge(&first, ready(false, "b"), Some(2), later);
        assert_eq!(
            second[0].last_transition_time,
            first[0].last_transition_time
        );
        assert_eq!(
            (second[0].message.as_str(), second[0].observed_generation),
            ("b", Some(2))
        );
        let third = merge(&second, ready(true, "b"), Some(2), later);
        assert_eq!(third[0].last_transition_time, to_time(later));
        assert!(is_true(&third, condition::READY));
        assert_eq!(
            merge(
                &third,
                ready(true, "b"),
                Some(2),
                later + TimeDelta::days(1)
            ),
            third
        );
    }

    #[test]
    fn they_are_in_one_order_and_their_messages_have_an_end() {
        let verdicts = vec![
            Verdict::new(condition::DEGRADED, true, "A", "é".repeat(5_000)),
            Verdict::new(condition::READY, false, "B", ""),
        ];
        let conditions = merge(&[], verdicts, None, start());
        assert_eq!(conditions[0].type_, condition::READY);
        assert_eq!(conditions[1].message.chars().count(), MAX_MESSAGE);
    }
}
