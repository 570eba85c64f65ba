//! Which chat pod goes, and how its ReplicaSet is told: by the annotation with the deletion cost.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};

/// The cost that marks a pod: the lowest there is. Pods without the annotation cost 0.
pub const MARK: &str = "-2147483648";

/// A pod that may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its name.
    pub name: String,
    /// Whether it serves. A ReplicaSet deletes one that does not before all others, whatever they cost.
    pub ready: bool,
    /// Its open sockets, if known.
    pub sockets: Option<u32>,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// Its deletion cost, if it is annotated with one.
    pub cost: Option<String>,
}

/// What is to be written on pods.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// The pod to be marked.
    pub set: Option<String>,
    /// Pods that are marked and should not be.
    pub clear: Vec<String>,
}

impl Marks {
    /// Whether nothing is to be written.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.set.is_none() && self.clear.is_empty()
    }
}

/// The pod that should go: one that does not serve, else the one with the fewest sockets, else the youngest.
#[must_use]
pub fn choose(candidates: &[Candidate]) -> Option<&Candidate> {
    let first = candidates.iter().min_by_key(|pod| rank(pod))?;
    // One that is marked stays so, unless the other is clearly better: each mark is a write.
    let marked = candidates
        .iter()
        .filter(|pod| is_marked(pod))
        .min_by_key(|pod| rank(pod));
    Some(
        marked
            .filter(|marked| is_about(marked, first))
            .unwrap_or(first),
    )
}

fn rank(pod: &Candidate) -> (bool, u32, Reverse<DateTime<Utc>>, &str) {
    (
        pod.ready,
        pod.sockets.unwrap_or(u32::MAX),
        Reverse(pod.created),
        &pod.name,
    )
}

fn is_about(pod: &Candidate, best: &Candidate) -> bool {
    let sockets = |pod: &Candidate| pod.sockets.unwrap_or(u32::MAX);
    let most = sockets(best)
        .saturating_add(sockets(best) / 4)
        .saturating_add(10);
    pod.ready == best.ready && sockets(pod) <= most
}

fn is_marked(pod: &Candidate) -> bool {
    pod.cost.as_deref() == Some(MARK)
}

/// What is to be written so that `victim`, and nobody else, is marked. Costs that others wrote are left alone: none is
/// lower than ours.
#[must_use]
pub fn marks(candidates: &[Candidate], victim: Option<&Candidate>) -> Marks {
    let is_victim = |pod: &Candidate| victim.is_some_and(|victim| victim.name == pod.name);
    let stale = candidates
        .iter()
        .filter(|pod| is_marked(pod) && !is_victim(pod));
    Marks {
        set: victim
            .filter(|victim| !is_marked(victim))
            .map(|victim| victim.name.clone()),
        clear: stale.map(|pod| pod.name.clone()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn pod(name: &str, ready: bool, sockets: Option<u32>, age: i64) -> Candidate {
        let created = DateTime::UNIX_EPOCH + TimeDelta::days(20_000) - TimeDelta::seconds(age);
        Candidate {
            name: name.to_owned(),
            ready,
            sockets,
            created,
            cost: None,
        }
    }

    fn marked(mut pod: Candidate) -> Candidate {
        pod.cost = Some(MARK.to_owned());
        pod
    }

    fn chosen(pods: &[Candidate]) -> &str {
        &choose(pods).unwrap().name
    }

    #[test]
    fn the_least_loaded_goes_and_the_youngest_of_equals() {
        let cases = [
            (
                vec![pod("a", true, Some(9), 50), pod("b", true, Some(3), 60)],
                "b",
            ),
            (
                vec![pod("a", true, Some(3), 50), pod("b", true, Some(3), 60)],
                "a",
            ),
            (
                vec![pod("b", true, Some(3), 50), pod("a", true, Some(3), 50)],
                "a",
            ),
            (
                vec![pod("a", true, Some(0), 50), pod("b", false, Some(7), 60)],
                "b",
            ),
            (
                vec![pod("a", true, None, 50), pod("b", true, Some(900), 60)],
                "b",
            ),
            (
                vec![pod("a", false, None, 50), pod("b", true, Some(0), 60)],
                "a",
            ),
        ];
        for (pods, expected) in cases {
            assert_eq!(chosen(&pods), expected, "{pods:?}");
        }
        assert_eq!(choose(&[]), None);
    }

    #[test]
    fn a_marked_pod_stays_marked_until_another_is_clearly_better() {
        let old = marked(pod("a", true, Some(108), 50));
        assert_eq!(chosen(&[old.clone(), pod("b", true, Some(100), 50)]), "a");
        assert_eq!(chosen(&[old.clone(), pod("b", true, Some(20), 50)]), "b");
        assert_eq!(chosen(&[old, pod("b", false, Some(200), 50)]), "b");
    }

    #[test]
    fn only_what_differs_is_written() {
        let mut other = pod("c", true, Some(5), 50);
        other.cost = Some("-5".to_owned());
        let pods = [
            marked(pod("a", true, Some(500), 50)),
            pod("b", true, Some(1), 50),
            other,
        ];
        let victim = choose(&pods).unwrap();
        let expected = Marks {
            set: Some("b".to_owned()),
            clear: vec!["a".to_owned()],
        };
        assert_eq!(marks(&pods, Some(victim)), expected);
        assert!(marks(&pods[1..], None).is_empty());
        assert!(marks(&pods[..1], Some(&pods[0])).is_empty());
        assert_eq!(marks(&pods, None).clear, ["a"]);
    }
}
