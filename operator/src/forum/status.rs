//! From what was found and done to the status of a forum. Pure.

use chrono::{DateTime, TimeDelta, Utc};
use folkmoot_crds::{ChatStatus, ComponentStatus, ForumInstance, ForumInstanceStatus, condition};

use super::{
    conditions::{Verdict, find, merge},
    error::Trouble,
    reasons,
    validate::{Problem, public_url},
};
use crate::pods::{Dependency, Reach};

/// The number of sockets is written no more often: it changes all the time.
pub const SOCKETS_EVERY: TimeDelta = TimeDelta::seconds(15);

/// Reasons of Degraded that come and go while their cause stays: a container runs for a while between two crashes.
const STICKY: [&str; 2] = [reasons::POD_CRASH_LOOPING, reasons::MIGRATION_FAILED];

/// How far the waves are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Rollout {
    /// All are rolled out and serve.
    #[default]
    Done,
    /// One is on its way; for people.
    Rolling(String),
    /// All are rolled out, some pods do not serve; for people.
    Unready(String),
    /// One stands still.
    Failing(Trouble),
}

/// What was found and done in one pass.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// What is wrong with the spec or with what it points at.
    pub problems: Vec<Problem>,
    /// What the API did not take.
    pub blocked: Vec<Trouble>,
    /// How far the waves are.
    pub rollout: Rollout,
    /// The parts.
    pub components: Vec<ComponentStatus>,
    /// Chat.
    pub chat: Option<ChatStatus>,
    /// What pods say that they reach.
    pub reach: Reach,
}

impl Findings {
    /// What keeps the forum from being as its spec says, the most important first.
    #[must_use]
    pub fn trouble(&self) -> Option<Trouble> {
        let of_spec = self.problems.first().map(|problem| Trouble {
            reason: problem.reason,
            message: messages(self.problems.iter().map(|problem| problem.message.as_str())),
        });
        let of_api = self.blocked.first().map(|trouble| Trouble {
            reason: trouble.reason,
            message: messages(self.blocked.iter().map(|trouble| trouble.message.as_str())),
        });
        let of_rollout = match &self.rollout {
            Rollout::Failing(trouble) => Some(trouble.clone()),
            _ => None,
        };
        of_spec.or(of_api).or(of_rollout)
    }
}

fn messages<'a>(all: impl Iterator<Item = &'a str>) -> String {
    all.collect::<Vec<_>>().join("; ")
}

/// The status of `forum` after a pass that found `findings`.
#[must_use]
pub fn status(
    forum: &ForumInstance,
    findings: &Findings,
    now: DateTime<Utc>,
) -> ForumInstanceStatus {
    let old = forum.status.clone().unwrap_or_default();
    let generation = forum.metadata.generation;
    let trouble = findings
        .trouble()
        .or_else(|| sticky(&old, generation, findings));
    let verdicts = verdicts(forum, findings, trouble.as_ref());
    let done = trouble.is_none() && matches!(findings.rollout, Rollout::Done | Rollout::Unready(_));
    let version = if done && !forum.spec.paused {
        Some(version(&forum.spec.image))
    } else {
        old.version.clone()
    };
    let mut components = findings.components.clone();
    components.sort_by(|one, other| one.name.cmp(&other.name));
    ForumInstanceStatus {
        observed_generation: generation,
        conditions: merge(&old.conditions, verdicts, generation, now),
        url: Some(public_url(&forum.spec)),
        version,
        components,
        chat: findings.chat.clone().or(old.chat),
    }
}

/// The number of sockets is kept as it was if nothing else changed and it was written a moment ago.
#[must_use]
pub fn damp(
    new: &ForumInstanceStatus,
    old: Option<&ForumInstanceStatus>,
    written: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> ForumInstanceStatus {
    let recent = written.is_some_and(|written| (now - written).abs() < SOCKETS_EVERY);
    let before = old.and_then(|old| old.chat.as_ref());
    let (true, Some(before), Some(chat)) = (recent, before, &new.chat) else {
        return new.clone();
    };
    let damped = ForumInstanceStatus {
        chat: Some(ChatStatus {
            sockets: before.sockets,
            reason: before.reason.clone(),
            ..chat.clone()
        }),
        ..new.clone()
    };
    if old == Some(&damped) {
        damped
    } else {
        new.clone()
    }
}

fn sticky(
    old: &ForumInstanceStatus,
    generation: Option<i64>,
    findings: &Findings,
) -> Option<Trouble> {
    if !matches!(findings.rollout, Rollout::Rolling(_) | Rollout::Unready(_)) {
        return None;
    }
    let degraded = find(&old.conditions, condition::DEGRADED)?;
    let same_spec = degraded.observed_generation == generation && degraded.status == "True";
    let reason = STICKY
        .into_iter()
        .find(|reason| degraded.reason == *reason)?;
    same_spec.then(|| Trouble {
        reason,
        message: degraded.message.clone(),
    })
}

fn verdicts(forum: &ForumInstance, findings: &Findings, trouble: Option<&Trouble>) -> Vec<Verdict> {
    let mut verdicts = vec![
        ready(findings, trouble),
        progressing(forum.spec.paused, findings, trouble),
        degraded(findings, trouble),
        paused(forum.spec.paused),
    ];
    verdicts.extend(Dependency::ALL.map(|dependency| reached(dependency, findings, trouble)));
    verdicts
}

fn ready(findings: &Findings, trouble: Option<&Trouble>) -> Verdict {
    let no = |reason, message: &str| Verdict::new(condition::READY, false, reason, message);
    match (trouble, &findings.rollout) {
        (Some(trouble), _) => no(trouble.reason, &trouble.message),
        (None, Rollout::Failing(trouble)) => no(trouble.reason, &trouble.message),
        (None, Rollout::Rolling(message)) => no(reasons::ROLLING_OUT, message),
        (None, Rollout::Unready(message)) => no(reasons::PODS_NOT_READY, message),
        (None, Rollout::Done) => Verdict::new(
            condition::READY,
            true,
            reasons::ALL_READY,
            "everything runs as the spec says",
        ),
    }
}

fn progressing(is_paused: bool, findings: &Findings, trouble: Option<&Trouble>) -> Verdict {
    let no = |reason, message: &str| Verdict::new(condition::PROGRESSING, false, reason, message);
    if is_paused {
        return no(reasons::PAUSED_BY_SPEC, "spec.paused is true");
    }
    match (trouble, &findings.rollout) {
        (Some(trouble), _) => no(reasons::ROLLOUT_BLOCKED, &trouble.message),
        (None, Rollout::Rolling(message)) => Verdict::new(
            condition::PROGRESSING,
            true,
            reasons::ROLLING_OUT,
            message.as_str(),
        ),
        _ => no(reasons::ROLLED_OUT, "all waves are rolled out"),
    }
}

fn degraded(findings: &Findings, trouble: Option<&Trouble>) -> Verdict {
    if let Some(trouble) = trouble {
        return Verdict::new(
            condition::DEGRADED,
            true,
            trouble.reason,
            trouble.message.as_str(),
        );
    }
    let lost: Vec<String> = Dependency::ALL
        .into_iter()
        .filter_map(|dependency| findings.reach.sentence(dependency))
        .collect();
    if lost.is_empty() {
        return Verdict::new(
            condition::DEGRADED,
            false,
            reasons::AS_EXPECTED,
            "nothing is known to be wrong",
        );
    }
    Verdict::new(
        condition::DEGRADED,
        true,
        reasons::DEPENDENCY_LOST,
        lost.join("; "),
    )
}

fn paused(is_paused: bool) -> Verdict {
    if is_paused {
        return Verdict::new(
            condition::PAUSED,
            true,
            reasons::PAUSED_BY_SPEC,
            "spec.paused is true: nothing is changed",
        );
    }
    Verdict::new(
        condition::PAUSED,
        false,
        reasons::NOT_PAUSED,
        "spec.paused is false",
    )
}

fn reached(dependency: Dependency, findings: &Findings, trouble: Option<&Trouble>) -> Verdict {
    let kind = dependency.condition();
    // Nobody else has spoken to the database yet.
    let failed = trouble.filter(|trouble| trouble.reason == reasons::MIGRATION_FAILED);
    if let (Dependency::Database, 0, Some(failed)) = (dependency, findings.reach.answered, failed) {
        return Verdict::new(
            kind,
            false,
            reasons::MIGRATION_FAILED,
            failed.message.as_str(),
        );
    }
    let mut problems = findings
        .problems
        .iter()
        .filter(|problem| problem.condition == kind);
    if let Some(problem) = problems.next() {
        return Verdict::new(kind, false, problem.reason, problem.message.as_str());
    }
    if let Some(sentence) = findings.reach.sentence(dependency) {
        return Verdict::new(kind, false, reasons::NOT_REACHED, sentence);
    }
    if findings.reach.answered == 0 {
        return Verdict {
            kind,
            status: "Unknown",
            reason: reasons::NOT_KNOWN,
            message: "no pod has said yet whether it reaches it".to_owned(),
        };
    }
    Verdict::new(
        kind,
        true,
        reasons::REACHED,
        "every pod that was asked reaches it",
    )
}

/// The tag of an image, or its digest, or all of it.
#[must_use]
pub fn version(image: &str) -> String {
    if let Some((_, digest)) = image.split_once('@') {
        return digest.to_owned();
    }
    let last = image.rsplit('/').next().unwrap_or(image);
    last.split_once(':')
        .map_or(image, |(_, tag)| tag)
        .to_owned()
}

#[cfg(test)]
#[path = "status_tests.rs"]
mod tests;
