#![expect(clippy::needless_pass_by_value, reason = "json!(...) is given")]

use serde_json::{Value, json};

use super::*;
use crate::pods::Failure;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn pod(name: &str, revision: &str, age: i64, failure: Option<&str>) -> PodView {
    let mut pod =
        PodView::of(&serde_json::from_value(json!({"metadata": {"name": name}})).unwrap());
    pod.revision = Some(revision.to_owned());
    pod.created = now() - TimeDelta::seconds(age);
    pod.failure = failure.map(|reason| Failure {
        reason: reason.to_owned(),
        message: "words".to_owned(),
    });
    pod
}

fn deployment(status: Value) -> Deployment {
    serde_json::from_value(json!({
        "metadata": {"name": "demo-chat", "generation": 4},
        "spec": {"replicas": 2, "selector": {}, "template": {}},
        "status": status,
    }))
    .unwrap()
}

fn deployed(status: Value, pods: &[PodView]) -> Progress {
    let pods: Vec<&PodView> = pods.iter().collect();
    of_deployment(&deployment(status), &pods, now())
}

fn counts(observed: i64, total: i32, updated: i32, available: i32) -> Value {
    json!({"observedGeneration": observed, "replicas": total, "updatedReplicas": updated, "availableReplicas": available})
}

fn reason(progress: &Progress) -> &'static str {
    match progress {
        Progress::Failing { reason, .. } => reason,
        other => panic!("{other:?} does not fail"),
    }
}

#[test]
fn a_deployment_is_done_only_when_every_number_says_so() {
    assert_eq!(deployed(counts(4, 2, 2, 2), &[]), Progress::Done);
    assert!(matches!(
        deployed(counts(3, 2, 2, 2), &[]),
        Progress::Rolling(_)
    ));
    assert!(matches!(
        deployed(counts(4, 3, 1, 3), &[]),
        Progress::Rolling(_)
    ));
    assert!(matches!(
        deployed(counts(4, 3, 2, 3), &[]),
        Progress::Rolling(_)
    ));
    assert!(matches!(
        deployed(counts(4, 2, 2, 1), &[]),
        Progress::Unready(_)
    ));
    assert!(matches!(deployed(json!({}), &[]), Progress::Rolling(_)));
}

#[test]
fn a_failing_pod_of_the_new_revision_is_named_and_one_of_the_old_is_not() {
    let old = pod("old", "a", 900, Some("CrashLoopBackOff"));
    let new = pod("new", "b", 30, None);
    let waits = deployed(counts(4, 3, 1, 2), &[old.clone(), new]);
    assert!(matches!(waits, Progress::Rolling(_)), "{waits:?}");
    let broken = pod("new", "b", 30, Some("ImagePullBackOff"));
    let failing = deployed(counts(4, 3, 1, 2), &[old, broken]);
    let message = "pod new: ImagePullBackOff: words".to_owned();
    assert_eq!(
        failing,
        Progress::Failing {
            reason: reasons::IMAGE_PULL_FAILED,
            message
        }
    );
}

#[test]
fn reasons_are_told_apart() {
    let cases = [
        ("CrashLoopBackOff", reasons::POD_CRASH_LOOPING),
        ("OOMKilled", reasons::POD_CRASH_LOOPING),
        ("CreateContainerConfigError", reasons::POD_CONFIG_INVALID),
        ("Unschedulable", reasons::UNSCHEDULABLE),
        ("Evicted", reasons::POD_FAILED),
    ];
    for (kubernetes, ours) in cases {
        let found = deployed(counts(4, 2, 1, 1), &[pod("p", "a", 60, Some(kubernetes))]);
        assert_eq!(reason(&found), ours, "{kubernetes}");
    }
}

#[test]
fn a_pod_may_wait_a_little_for_a_node() {
    let waits = deployed(
        counts(4, 2, 1, 1),
        &[pod("p", "a", 5, Some("Unschedulable"))],
    );
    assert!(matches!(waits, Progress::Rolling(_)), "{waits:?}");
}

#[test]
fn kubernetes_own_verdict_counts() {
    let mut status = counts(4, 2, 1, 1);
    status["conditions"] =
        json!([{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}]);
    assert_eq!(reason(&deployed(status, &[])), reasons::ROLLOUT_TIMED_OUT);
    let mut status = counts(4, 1, 1, 1);
    status["conditions"] =
        json!([{"type": "ReplicaFailure", "status": "True", "message": "exceeded quota"}]);
    assert_eq!(reason(&deployed(status, &[])), reasons::PODS_NOT_CREATED);
}

fn job(status: Value) -> Job {
    serde_json::from_value(json!({"metadata": {"name": "m"}, "status": status})).unwrap()
}

#[test]
fn migrations_are_done_when_complete_and_fail_at_the_first_failed_attempt() {
    let complete = json!({"conditions": [{"type": "Complete", "status": "True"}]});
    assert_eq!(of_job(&job(complete), &[], now()), Progress::Done);
    assert!(matches!(
        of_job(&job(json!({"active": 1})), &[], now()),
        Progress::Rolling(_)
    ));
    let failed = pod("m-1", "", 60, Some("Error"));
    let attempts = of_job(&job(json!({"active": 1, "failed": 1})), &[&failed], now());
    assert_eq!(reason(&attempts), reasons::MIGRATION_FAILED);
    let gave_up = job(json!({"failed": 7, "conditions": [{
        "type": "Failed", "status": "True", "message": "Job has reached the specified backoff limit",
        "lastTransitionTime": "2026-01-02T03:04:05Z",
    }]}));
    assert_eq!(
        reason(&of_job(&gave_up, &[], now())),
        reasons::MIGRATION_FAILED
    );
    assert_eq!(job_failed_at(&gave_up).unwrap().timestamp(), 1_767_323_045);
    let of_another_version = pod("other-1", "", 60, Some("ErrImagePull"));
    let begun = of_job(&job(json!({"active": 1})), &[&of_another_version], now());
    assert!(matches!(begun, Progress::Rolling(_)), "{begun:?}");
    let image = pod("m-1", "", 60, Some("ErrImagePull"));
    let image = of_job(&job(json!({"active": 1})), &[&image], now());
    assert_eq!(reason(&image), reasons::IMAGE_PULL_FAILED);
}

fn stateful(status: Value) -> StatefulSet {
    serde_json::from_value(json!({
        "metadata": {"generation": 1},
        "spec": {"replicas": 1, "selector": {}, "serviceName": "s", "template": {}},
        "status": status,
    }))
    .unwrap()
}

#[test]
fn a_stateful_set_counts_updated_pods_while_there_are_two_revisions() {
    let status = |current: &str, updated: i32| {
        json!({"observedGeneration": 1, "replicas": 1, "updatedReplicas": updated, "availableReplicas": 1,
            "currentRevision": current, "updateRevision": "b"})
    };
    assert_eq!(
        of_stateful_set(&stateful(status("b", 0)), &[], now()),
        Progress::Done
    );
    assert!(matches!(
        of_stateful_set(&stateful(status("a", 0)), &[], now()),
        Progress::Rolling(_)
    ));
    let broken = pod("p", "b", 60, Some("CrashLoopBackOff"));
    let mut none = status("b", 0);
    none["availableReplicas"] = json!(0);
    assert_eq!(
        reason(&of_stateful_set(&stateful(none), &[&broken], now())),
        reasons::POD_CRASH_LOOPING
    );
}
