//! Which of the servers that a forum stands on is lost, and to which pods.

use std::collections::BTreeMap;

use folkmoot_crds::condition;

use super::{PodView, Readings, answer::Problems};

/// Most pods that a message names.
const NAMED: usize = 3;

/// A server that the pods of a forum stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dependency {
    /// PostgreSQL.
    Database,
    /// Redis.
    Redis,
    /// NATS.
    Nats,
    /// The object store.
    Objects,
}

impl Dependency {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Database, Self::Redis, Self::Nats, Self::Objects];

    /// The condition that speaks of it.
    #[must_use]
    pub const fn condition(self) -> &'static str {
        match self {
            Self::Database => condition::POSTGRES_READY,
            Self::Redis => condition::REDIS_READY,
            Self::Nats => condition::NATS_READY,
            Self::Objects => condition::OBJECT_STORAGE_READY,
        }
    }

    /// Its name in a sentence.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Database => "PostgreSQL",
            Self::Redis => "Redis",
            Self::Nats => "NATS",
            Self::Objects => "the object store",
        }
    }

    /// Which one a part of a process speaks to, by the part's name in `/readyz`.
    #[must_use]
    pub fn of_part(part: &str) -> Option<Self> {
        match part {
            "database" => Some(Self::Database),
            "redis" | "pubsub" => Some(Self::Redis),
            "nats" => Some(Self::Nats),
            "objects" => Some(Self::Objects),
            _ => None,
        }
    }
}

/// A pod that does not reach something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// The pod.
    pub pod: String,
    /// What it says.
    pub reason: String,
}

/// What the pods of a forum reach.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// The pods that do not reach a server, by server.
    pub lost: BTreeMap<Dependency, Vec<Loss>>,
    /// Pods that have answered.
    pub answered: usize,
    /// Pods that should answer and have not, with why.
    pub silent: Vec<Loss>,
}

impl Reach {
    /// In one sentence, which pods do not reach a server and why; `None` if none says so.
    #[must_use]
    pub fn sentence(&self, dependency: Dependency) -> Option<String> {
        let lost = self.lost.get(&dependency)?;
        let named: Vec<_> = lost
            .iter()
            .take(NAMED)
            .map(|loss| format!("{} ({})", loss.pod, loss.reason))
            .collect();
        let more = match lost.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        Some(format!(
            "{} is not reached by {}{more}",
            dependency.name(),
            named.join(", ")
        ))
    }
}

/// What the pods of one forum say that they reach. Pods that end are not asked: they let go of everything.
#[must_use]
pub fn reach(pods: &[PodView], readings: &Readings) -> Reach {
    let mut reach = Reach::default();
    for pod in pods
        .iter()
        .filter(|pod| pod.is_active() && pod.can_answer())
    {
        let Some(reading) = readings.of(&pod.uid) else {
            continue;
        };
        match reading.problems {
            Ok(problems) => {
                reach.answered += 1;
                add(&mut reach.lost, &pod.name, problems);
            }
            Err(reason) => reach.silent.push(Loss {
                pod: pod.name.clone(),
                reason,
            }),
        }
    }
    reach
}

/// A pod counts once for each server, with the first of its parts that lost it.
fn add(lost: &mut BTreeMap<Dependency, Vec<Loss>>, pod: &str, problems: Problems) {
    for (part, reason) in problems {
        let Some(dependency) = Dependency::of_part(&part) else {
            continue;
        };
        let losses = lost.entry(dependency).or_default();
        if losses.last().is_none_or(|last| last.pod != pod) {
            losses.push(Loss {
                pod: pod.to_owned(),
                reason,
            });
        }
    }
}
