//! The managed stores.

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::fixtures;

fn object(spec: &Value, key: &str) -> Value {
    fixtures::by_name(spec)
        .remove(key)
        .unwrap_or_else(|| panic!("there is no {key}"))
}

fn container(spec: &Value, part: &str) -> Value {
    object(spec, &format!("StatefulSet/demo-{part}"))["spec"]["template"]["spec"]["containers"][0]
        .clone()
}

/// Every script that a pod runs.
fn scripts() -> Vec<(String, String)> {
    let mut scripts = Vec::new();
    for (key, template) in fixtures::templates(&fixtures::built(&fixtures::minimal())) {
        let container = &template["spec"]["containers"][0];
        let commands = [
            "/command",
            "/lifecycle/postStart/exec/command",
            "/lifecycle/preStop/exec/command",
        ];
        for command in commands
            .iter()
            .filter_map(|pointer| container.pointer(pointer))
        {
            if command[1] == "-c" {
                scripts.push((
                    key.clone(),
                    command[2].as_str().expect("a script").to_owned(),
                ));
            }
        }
    }
    scripts
}

#[test]
fn scripts_are_what_a_shell_reads_and_kubernetes_leaves_alone() {
    let scripts = scripts();
    assert_eq!(scripts.len(), 5);
    for (key, script) in scripts {
        let shell = Command::new("sh")
            .args(["-n", "-c", &script])
            .stderr(Stdio::piped())
            .output()
            .expect("a shell");
        assert!(
            shell.status.success(),
            "{key}: {}",
            String::from_utf8_lossy(&shell.stderr)
        );
        // Kubernetes makes one dollar of two, and puts variables in the place of $(NAME).
        assert!(!script.contains("$$"), "{key}");
        for name in ["PGDATA", "FORUM_ROLE", "FORUM_PASSWORD", "REDIS_PASSWORD"] {
            assert!(!script.contains(&format!("$({name})")), "{key}");
        }
    }
}

#[test]
fn passwords_are_in_no_command() {
    for (key, template) in fixtures::templates(&fixtures::built(&fixtures::minimal())) {
        for container in template["spec"]["containers"]
            .as_array()
            .expect("containers")
        {
            let words = [&container["command"], &container["args"]];
            let text = words.map(Value::to_string).join(" ");
            assert!(!text.contains("$(SECRET"), "{key}");
            assert!(
                !text.contains("--requirepass") && !text.contains("--pass"),
                "{key}"
            );
        }
    }
}

#[test]
fn a_volume_is_as_large_as_was_said_and_outlives_its_forum_if_it_shall() {
    let spec = json!({"postgres": {"managed": {"storage": "20Gi", "storageClassName": "fast", "retain": true}}});
    let claim = object(&spec, "PersistentVolumeClaim/demo-postgres");
    assert_eq!(
        claim["spec"],
        json!({
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "20Gi"}},
            "storageClassName": "fast",
        })
    );
    assert_eq!(claim["metadata"]["ownerReferences"], Value::Null);
    let other = object(&spec, "PersistentVolumeClaim/demo-redis");
    assert_eq!(other["metadata"]["ownerReferences"][0]["name"], "demo");
    assert_eq!(other["spec"]["resources"]["requests"]["storage"], "1Gi");
    assert_eq!(other["spec"]["storageClassName"], Value::Null);
}

#[test]
fn the_pod_mounts_its_volume() {
    for part in ["postgres", "redis", "nats", "objects"] {
        let set = object(&fixtures::minimal(), &format!("StatefulSet/demo-{part}"));
        let pod = &set["spec"]["template"]["spec"];
        assert_eq!(
            pod["volumes"][0]["persistentVolumeClaim"]["claimName"],
            format!("demo-{part}")
        );
        let mounts = pod["containers"][0]["volumeMounts"]
            .as_array()
            .expect("mounts");
        assert!(mounts.iter().any(|mount| mount["name"] == "data"), "{part}");
        assert_eq!(set["spec"]["replicas"], 1, "{part}");
        // A pod that never became ready must not keep a mended template from it.
        assert_eq!(set["spec"]["podManagementPolicy"], "Parallel", "{part}");
    }
}

#[test]
fn stores_of_others_leave_nothing_to_run() {
    let objects = fixtures::by_name(&fixtures::external());
    for part in ["postgres", "redis", "nats", "objects"] {
        for kind in [
            "StatefulSet",
            "Service",
            "PersistentVolumeClaim",
            "ConfigMap",
            "NetworkPolicy",
        ] {
            let key = format!("{kind}/demo-{part}");
            assert!(!objects.contains_key(&key), "{key}");
        }
    }
}

#[test]
fn redis_refuses_before_the_kernel_kills() {
    let with = |resources: Value| {
        let spec = json!({"redis": {"managed": {"resources": resources}}});
        let template = json!({"spec": {"containers": [container(&spec, "redis")]}});
        let variable = fixtures::variable(&template, "REDIS_MAX_MEMORY").expect("a variable");
        variable["value"]
            .as_str()
            .expect("a text")
            .parse::<u64>()
            .expect("bytes")
    };
    let default = (128 << 20) * 5 / 8;
    assert_eq!(with(json!({})), default);
    assert_eq!(
        with(json!({"limits": {"memory": "1Gi"}})),
        (1 << 30) * 5 / 8
    );
    assert_eq!(
        with(json!({"limits": {"memory": "not a quantity"}})),
        default
    );
}

#[test]
fn streams_fit_on_their_volume() {
    let files = |storage: &str| {
        let spec = json!({"nats": {"managed": {"storage": storage}}});
        let text = object(&spec, "ConfigMap/demo-nats")["data"]["nats.conf"]
            .as_str()
            .expect("a text")
            .to_owned();
        let line = text.lines().find_map(|line| {
            line.trim()
                .strip_prefix("max_file_store: ")
                .map(str::to_owned)
        });
        line.expect("a line").parse::<u64>().expect("bytes")
    };
    assert_eq!(files("10"), 9);
    assert_eq!(files("1Gi"), (1 << 30) / 10 * 9);
    assert_eq!(files("20Gi"), (20 << 30) / 10 * 9);
}

#[test]
fn images_are_the_operators_choice_unless_they_are_named() {
    for (part, field, image) in [
        ("postgres", "postgres", folkmoot_crds::POSTGRES_IMAGE),
        ("redis", "redis", folkmoot_crds::REDIS_IMAGE),
        ("nats", "nats", folkmoot_crds::NATS_IMAGE),
        ("objects", "objectStorage", folkmoot_crds::OBJECTS_IMAGE),
    ] {
        assert_eq!(container(&fixtures::minimal(), part)["image"], image);
        let spec = json!({field: {"managed": {"image": "registry.example.org/mine:1"}}});
        assert_eq!(
            container(&spec, part)["image"],
            "registry.example.org/mine:1"
        );
    }
}
