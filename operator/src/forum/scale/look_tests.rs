use k8s_openapi::api::core::v1::Pod;
use serde_json::{Value, json};

use super::*;
use crate::{
    forum::scale::{Memory, victim::MARK},
    pods::{Reading, answer::Sockets},
};

fn now() -> DateTime<Utc> {
    "2026-01-01T12:00:00Z".parse().unwrap()
}

fn forum(chat: &Value) -> ForumInstance {
    serde_json::from_value(json!({
        "apiVersion": "folkmoot.dev/v1alpha1", "kind": "ForumInstance",
        "metadata": {"name": "demo", "namespace": "n"}, "spec": {"chat": chat},
    }))
    .unwrap()
}

fn pod(name: &str, change: impl Fn(&mut Value)) -> Arc<CachedPod> {
    let mut pod = json!({
        "metadata": {"name": name, "namespace": "n", "uid": name, "resourceVersion": "1",
            "creationTimestamp": "2026-01-01T11:00:00Z", "annotations": {},
            "labels": {"app.kubernetes.io/instance": "demo", "app.kubernetes.io/component": "chat",
                "pod-template-hash": "1"}},
        "spec": {"containers": [{"name": "chat", "ports": [{"name": "admin", "containerPort": 9090}]}]},
        "status": {"podIP": "10.0.0.1", "phase": "Running",
            "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T11:01:00Z"}],
            "containerStatuses": [{"name": "chat", "image": "", "imageID": "", "ready": true,
                "restartCount": 0, "state": {"running": {}}}]},
    });
    change(&mut pod);
    let pod: Pod = serde_json::from_value(pod).unwrap();
    Arc::new(pod.into())
}

fn deployment(wanted: i32, there: i32) -> Deployment {
    serde_json::from_value(json!({
        "metadata": {"name": "demo-chat", "namespace": "n", "generation": 3},
        "spec": {"replicas": wanted, "selector": {}, "template": {}},
        "status": {"observedGeneration": 3, "replicas": there, "updatedReplicas": there, "availableReplicas": there},
    }))
    .unwrap()
}

fn readings(of: &[(&str, Option<u32>)]) -> Readings {
    let readings = Readings::default();
    for (uid, sockets) in of {
        let answer = sockets.map(|sockets| Sockets {
            sockets,
            draining: false,
        });
        let sockets = Some(answer.ok_or_else(|| "it refuses the connection".to_owned()));
        readings.put(
            uid,
            Reading {
                at: now(),
                problems: Ok([].into()),
                sockets,
            },
        );
    }
    readings
}

fn same(_: &mut Value) {}

#[test]
fn what_does_not_run_has_no_sockets_and_what_does_not_answer_is_unknown() {
    let pods = [
        pod("answers", same),
        pod("silent", same),
        pod("starts", |pod| {
            pod["status"] = json!({"phase": "Pending"});
        }),
        pod("evicted", |pod| pod["status"] = json!({"phase": "Failed"})),
        pod("ends", |pod| {
            pod["metadata"]["deletionTimestamp"] = "2026-01-01T12:00:20Z".into();
        }),
        pod("lost", |pod| {
            pod["metadata"]["deletionTimestamp"] = "2026-01-01T11:59:29Z".into();
        }),
        pod("other", |pod| {
            pod["metadata"]["labels"]["app.kubernetes.io/component"] = "file".into();
        }),
    ];
    let readings = readings(&[("answers", Some(7)), ("silent", None), ("ends", Some(3))]);
    let look = Look::of(
        &forum(&json!({})),
        &pods,
        Some(&deployment(3, 3)),
        &readings,
        now(),
    );
    let seen: Vec<_> = look
        .loads
        .iter()
        .map(|load| (load.name.as_str(), load.sockets, load.ready, load.active))
        .collect();
    let expected = [
        ("answers", Some(7), true, true),
        ("silent", None, true, true),
        ("starts", Some(0), false, true),
        ("ends", Some(3), false, false),
    ];
    assert_eq!(seen, expected);
    let late = Look::of(
        &forum(&json!({})),
        &pods[..1],
        None,
        &readings,
        now() + TimeDelta::seconds(61),
    );
    assert_eq!(late.loads[0].sockets, None, "an old answer says nothing");
}

#[test]
fn a_deployment_is_quiet_when_it_has_nothing_left_to_do() {
    assert!(is_quiet(&deployment(2, 2)));
    assert!(is_quiet(&deployment(0, 0)));
    assert!(!is_quiet(&deployment(2, 3)));
    let change = |change: fn(&mut Deployment)| {
        let mut deployment = deployment(2, 2);
        change(&mut deployment);
        is_quiet(&deployment)
    };
    assert!(!change(|it| it.metadata.generation = Some(4)));
    assert!(!change(|it| it.status = None));
    assert!(!change(
        |it| it.status.as_mut().unwrap().updated_replicas = Some(1)
    ));
    assert!(!change(|it| it
        .status
        .as_mut()
        .unwrap()
        .available_replicas = Some(1)));
}

/// 3 → 1: mark, then lower, then wait, then the same again; stale marks go when nothing is about to happen.
#[test]
fn a_pod_is_marked_before_the_number_is_lowered() {
    let marked = |pod: &mut Value| {
        pod["metadata"]["annotations"][crate::names::ANNOTATION_DELETION_COST] = MARK.into()
    };
    let (a, b, c) = (pod("a", same), pod("b", same), pod("c", same));
    let marked_b = pod("b", marked);
    let readings = readings(&[("a", Some(90)), ("b", Some(10)), ("c", Some(50))]);
    let mut memory = Memory::default();
    let mut pass = |replicas: i32, pods: &[&Arc<CachedPod>], current: i32| {
        let forum = forum(&json!({"replicas": replicas}));
        let pods: Vec<_> = pods.iter().map(|pod| Arc::clone(pod)).collect();
        let there = i32::try_from(pods.len()).unwrap();
        let look = Look::of(
            &forum,
            &pods,
            Some(&deployment(current, there)),
            &readings,
            now(),
        );
        let plan = look.plan(&mut memory);
        let notices: Vec<_> = plan
            .notices
            .iter()
            .map(|notice| notice.note.clone())
            .collect();
        (
            plan.decision.replicas,
            plan.marks.set,
            plan.marks.clear,
            notices,
        )
    };
    let set = Some("b".to_owned());
    assert_eq!(pass(1, &[&a, &b, &c], 3), (3, set, vec![], vec![]));
    let note = "Chat goes from 3 to 2 pods: spec.chat.replicas is 1".to_owned();
    assert_eq!(
        pass(1, &[&a, &marked_b, &c], 3),
        (2, None, vec![], vec![note])
    );
    assert_eq!(
        pass(1, &[&a, &marked_b, &c], 3),
        (2, None, vec![], vec![]),
        "told once"
    );
    // The number is lowered and the pod is still there: its mark is still read.
    assert_eq!(pass(1, &[&a, &marked_b, &c], 2), (2, None, vec![], vec![]));
    assert_eq!(pass(2, &[&a, &marked_b, &c], 2), (2, None, vec![], vec![]));
    assert_eq!(
        pass(1, &[&a, &c], 2),
        (2, Some("c".to_owned()), vec![], vec![])
    );
    // Somebody wants the pods after all.
    assert_eq!(
        pass(2, &[&a, &marked_b], 2),
        (2, None, vec!["b".to_owned()], vec![])
    );
}

#[test]
fn a_paused_forum_is_looked_at_and_left_alone() {
    let mut forum = forum(&json!({"replicas": 1}));
    forum.spec.paused = true;
    let pods = [pod("a", same), pod("b", same)];
    let readings = readings(&[("a", Some(900)), ("b", Some(0))]);
    let look = Look::of(&forum, &pods, Some(&deployment(2, 2)), &readings, now());
    let plan = look.plan(&mut Memory::default());
    assert_eq!(plan.decision.replicas, 2);
    assert!(plan.marks.is_empty() && plan.moves.is_empty() && plan.notices.is_empty());
    let status = look.status(&plan.decision);
    assert_eq!(
        (status.replicas, status.ready_replicas, status.sockets),
        (2, 2, Some(900))
    );
}

#[test]
fn sockets_are_evened_out_only_while_all_is_still() {
    let pods = [pod("a", same), pod("b", same)];
    let young = pod("b", |pod| {
        pod["status"]["conditions"][0]["status"] = "False".into()
    });
    let (known, unknown) = (
        readings(&[("a", Some(900)), ("b", Some(0))]),
        readings(&[("a", Some(900))]),
    );
    let (two, one) = (
        forum(&json!({"replicas": 2})),
        forum(&json!({"replicas": 1})),
    );
    let still = deployment(2, 2);
    let moves = |forum: &ForumInstance,
                 pods: &[Arc<CachedPod>],
                 deployment: &Deployment,
                 readings: &Readings| {
        let look = Look::of(forum, pods, Some(deployment), readings, now());
        look.plan(&mut Memory::default()).moves.len()
    };
    assert_eq!(moves(&two, &pods, &still, &known), 1);
    assert_eq!(moves(&two, &pods, &still, &unknown), 0);
    assert_eq!(moves(&one, &pods, &still, &known), 0);
    assert_eq!(moves(&two, &pods, &deployment(2, 3), &known), 0);
    assert_eq!(moves(&two, &[pods[0].clone(), young], &still, &known), 0);
    let ending = pod("c", |pod| {
        pod["metadata"]["deletionTimestamp"] = "2026-01-01T12:00:20Z".into()
    });
    let three = [pods[0].clone(), pods[1].clone(), ending];
    assert_eq!(moves(&two, &three, &still, &known), 0);
}
