//! The rules of the restricted Pod Security Standard, applied to every pod.

use serde_json::{Value, json};

use super::fixtures;

/// What `template` breaks.
fn broken(template: &Value) -> Vec<String> {
    let pod = &template["spec"];
    let mut broken = Vec::new();
    for field in ["hostNetwork", "hostPID", "hostIPC", "hostUsers"] {
        if !pod[field].is_null() {
            broken.push(format!("{field} is set"));
        }
    }
    let allowed = [
        "configMap",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "persistentVolumeClaim",
        "projected",
        "secret",
    ];
    for volume in list(&pod["volumes"]) {
        let kinds = volume.as_object().expect("a volume").keys();
        let kinds: Vec<_> = kinds.filter(|key| *key != "name").collect();
        if kinds.iter().any(|kind| !allowed.contains(&kind.as_str())) {
            broken.push(format!("volume {volume}"));
        }
    }
    for container in list(&pod["initContainers"])
        .iter()
        .chain(list(&pod["containers"]))
    {
        let name = &container["name"];
        let complaints = of_container(container, &pod["securityContext"]);
        broken.extend(
            complaints
                .into_iter()
                .map(|rule| format!("container {name}: {rule}")),
        );
    }
    broken
}

fn of_container(container: &Value, pod: &Value) -> Vec<&'static str> {
    let own = &container["securityContext"];
    let either = |field: &str| {
        if own[field].is_null() {
            &pod[field]
        } else {
            &own[field]
        }
    };
    let ports = list(&container["ports"]);
    let add = &own["capabilities"]["add"];
    [
        (either("runAsNonRoot") != &json!(true), "may run as root"),
        (either("runAsUser") == &json!(0), "runs as root"),
        (
            own["allowPrivilegeEscalation"] != false,
            "may gain privileges",
        ),
        (own["privileged"] == true, "is privileged"),
        (
            own["capabilities"]["drop"] != json!(["ALL"]),
            "keeps capabilities",
        ),
        (
            !add.is_null() && *add != json!(["NET_BIND_SERVICE"]),
            "adds capabilities",
        ),
        (
            either("seccompProfile")["type"] != "RuntimeDefault",
            "has no seccomp profile",
        ),
        (!own["procMount"].is_null(), "changes /proc"),
        (
            ports.iter().any(|port| !port["hostPort"].is_null()),
            "takes a port of the node",
        ),
    ]
    .into_iter()
    .filter_map(|(is_broken, rule)| is_broken.then_some(rule))
    .collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[test]
fn the_checker_sees_what_is_wrong() {
    let pod = json!({"spec": {
        "hostNetwork": true,
        "volumes": [{"name": "root", "hostPath": {"path": "/"}}],
        "containers": [{"name": "bad", "ports": [{"hostPort": 80}], "securityContext": {"privileged": true}}],
    }});
    assert_eq!(broken(&pod).len(), 8, "{:#?}", broken(&pod));
}

#[test]
fn every_pod_is_restricted() {
    for (forum, spec) in fixtures::all() {
        for (key, template) in fixtures::templates(&fixtures::built(&spec)) {
            assert_eq!(broken(&template), Vec::<String>::new(), "{forum}: {key}");
        }
    }
}

/// More than the standard asks for.
#[test]
fn every_pod_has_a_root_that_cannot_be_written_no_token_and_a_limit_of_memory() {
    for (forum, spec) in fixtures::all() {
        for (key, template) in fixtures::templates(&fixtures::built(&spec)) {
            let pod = &template["spec"];
            assert_eq!(pod["automountServiceAccountToken"], false, "{forum}: {key}");
            assert_eq!(pod["serviceAccountName"], "demo", "{forum}: {key}");
            assert_eq!(pod["enableServiceLinks"], false, "{forum}: {key}");
            for container in list(&pod["initContainers"])
                .iter()
                .chain(list(&pod["containers"]))
            {
                assert_eq!(
                    container["securityContext"]["readOnlyRootFilesystem"], true,
                    "{forum}: {key}"
                );
                assert!(
                    container["resources"]["limits"]["memory"].is_string(),
                    "{forum}: {key}"
                );
            }
        }
    }
}
