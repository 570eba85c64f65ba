use serde_json::json;

use super::*;

fn deployment() -> Value {
    json!({
        "metadata": {"labels": {"a": "b"}},
        "spec": {
            "paused": false,
            "template": {"spec": {
                "nodeSelector": {},
                "containers": [{
                    "name": "chat",
                    "args": ["serve", "chat"],
                    "env": [{"name": "A", "value": "1"}, {"name": "B", "value": ""}],
                    "ports": [{"name": "http", "containerPort": 8020}],
                    "resources": {"limits": {"cpu": "1000m", "memory": "1Gi"}},
                    "volumeMounts": [{"name": "data", "mountPath": "/data"}],
                }],
                "volumes": [{"name": "data", "emptyDir": {}}],
            }},
        },
    })
}

/// As the server answers it, with what it and others filled in.
fn live() -> Value {
    json!({
        "apiVersion": "apps/v1",
        "metadata": {"labels": {"a": "b", "theirs": "x"}, "annotations": {"kubectl": "y"}, "uid": "u"},
        "spec": {
            "replicas": 5,
            "template": {
                "metadata": {"annotations": {"kubectl.kubernetes.io/restartedAt": "now"}},
                "spec": {
                    "restartPolicy": "Always",
                    "containers": [
                        {"name": "sidecar"},
                        {
                            "name": "chat",
                            "args": ["serve", "chat"],
                            "env": [{"name": "X", "value": "0"}, {"name": "B"}, {"name": "A", "value": "1"}],
                            "ports": [{"name": "http", "containerPort": 8020, "protocol": "TCP"}],
                            "resources": {"limits": {"cpu": "1", "memory": "1073741824"}},
                            "volumeMounts": [{"name": "data", "mountPath": "/data"}],
                            "terminationMessagePath": "/dev/termination-log",
                        },
                    ],
                    "volumes": [{"name": "token"}, {"name": "data", "emptyDir": {}}],
                },
            },
        },
        "status": {"replicas": 5},
    })
}

#[test]
fn what_the_server_and_others_added_is_no_difference() {
    assert_eq!(difference(&deployment(), &live()), None);
}

#[test]
fn what_an_object_is_need_not_be_said_again() {
    let named = json!({"apiVersion": "v1", "kind": "Service", "spec": {"ownerReferences": [{"uid": "u", "kind": "A"}]}});
    assert_eq!(
        difference(
            &named,
            &json!({"spec": {"ownerReferences": [{"uid": "u", "kind": "A"}]}})
        ),
        None
    );
    assert!(
        difference(
            &named,
            &json!({"spec": {"ownerReferences": [{"uid": "u", "kind": "B"}]}})
        )
        .is_some()
    );
}

#[test]
fn every_kind_of_change_is_a_difference_and_named() {
    let cases = [
        ("/metadata/labels/a", json!("c"), "metadata.labels.a"),
        ("/metadata/labels/a", json!(null), "metadata.labels.a"),
        (
            "/spec/template/spec/containers/1/args",
            json!(["serve"]),
            "args",
        ),
        (
            "/spec/template/spec/containers/1/args",
            json!(["serve", "file"]),
            "args.[1]",
        ),
        (
            "/spec/template/spec/containers/1/env/2/value",
            json!("2"),
            "env.[A].value",
        ),
        (
            "/spec/template/spec/containers/1/env/1",
            json!({"name": "B", "value": "x"}),
            "env.[B].value",
        ),
        (
            "/spec/template/spec/containers/1/ports/0/containerPort",
            json!(1),
            "ports.[8020]",
        ),
        (
            "/spec/template/spec/containers/1/resources/limits/cpu",
            json!("2"),
            "limits.cpu",
        ),
        (
            "/spec/template/spec/containers/1/resources/limits/memory",
            json!("1G"),
            "limits.memory",
        ),
        (
            "/spec/template/spec/containers/1/name",
            json!("other"),
            "containers.[chat]",
        ),
        (
            "/spec/template/spec/volumes/1",
            json!({"name": "data", "hostPath": {}}),
            "emptyDir",
        ),
        ("/spec/template", json!(null), "spec.template"),
    ];
    for (pointer, value, named) in cases {
        let mut live = live();
        *live.pointer_mut(pointer).unwrap() = value.clone();
        let found = difference(&deployment(), &live);
        let found = found.unwrap_or_else(|| panic!("{pointer} = {value} is not noticed"));
        assert!(found.ends_with(named), "{pointer} = {value}: {found}");
    }
}

#[test]
fn a_list_without_keys_is_compared_as_a_whole() {
    let rule = |ports: Value| json!({"spec": {"ingress": [{"ports": ports}]}});
    let wanted = rule(json!([{"port": 8020}]));
    assert_eq!(
        difference(&wanted, &rule(json!([{"port": 8020, "protocol": "TCP"}]))),
        None
    );
    let more = rule(json!([{"port": 8020, "protocol": "TCP"}, {"port": 1, "protocol": "TCP"}]));
    assert!(difference(&wanted, &more).is_some());
    let denied = json!({"spec": {"ingress": []}});
    assert!(difference(&denied, &rule(json!([]))).is_some());
    assert_eq!(difference(&denied, &json!({"spec": {}})), None);
}

#[test]
fn a_port_of_a_service_is_found_by_its_number() {
    let wanted = json!({"ports": [{"name": "http", "port": 80, "targetPort": "http"}]});
    let live = json!({"ports": [
        {"name": "theirs", "port": 81, "protocol": "TCP", "targetPort": 81},
        {"name": "http", "port": 80, "protocol": "TCP", "targetPort": "http", "nodePort": 30_000},
    ]});
    assert_eq!(difference(&wanted, &live), None);
    let wanted = json!({"ports": [{"name": "dns", "port": 80, "protocol": "UDP"}]});
    assert!(difference(&wanted, &live).is_some());
}

#[test]
fn quantities_are_compared_by_amount_and_only_where_quantities_are() {
    let request = |amount: Value| json!({"requests": {"storage": amount}});
    for (wanted, live, same) in [
        (json!("1Gi"), json!("1024Mi"), true),
        (json!("0.5"), json!("500m"), true),
        (json!(2), json!("2"), true),
        (json!("1e3"), json!("1k"), true),
        (json!("1Gi"), json!("1G"), false),
        (json!("x"), json!("1"), false),
    ] {
        let found = difference(&request(wanted.clone()), &request(live.clone()));
        assert_eq!(found.is_none(), same, "{wanted} and {live}");
    }
    let env = |value: &str| json!({"env": [{"name": "A", "value": value}]});
    assert!(difference(&env("1"), &env("1000m")).is_some());
}

#[test]
fn types_that_differ_are_a_difference_and_no_panic() {
    for live in [
        json!(null),
        json!(1),
        json!("x"),
        json!([1]),
        json!({"a": [1]}),
    ] {
        assert!(
            difference(&json!({"a": {"b": [{"name": 1}]}}), &live).is_some(),
            "{live}"
        );
    }
}
