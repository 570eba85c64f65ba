//! What is true of every object.

use std::collections::BTreeSet;

use serde_json::json;

use super::fixtures;
use crate::forum::build::build;

#[test]
fn every_object_has_our_labels_and_its_forum_as_owner() {
    for (forum, spec) in fixtures::all() {
        for (key, object) in fixtures::built(&spec) {
            let labels = &object["metadata"]["labels"];
            assert_eq!(
                labels["app.kubernetes.io/name"], "folkmoot",
                "{forum}: {key}"
            );
            assert_eq!(
                labels["app.kubernetes.io/instance"], "demo",
                "{forum}: {key}"
            );
            assert_eq!(
                labels["app.kubernetes.io/managed-by"], "folkmoot-operator",
                "{forum}: {key}"
            );
            assert!(
                labels["app.kubernetes.io/component"].is_string(),
                "{forum}: {key}"
            );
            assert_eq!(object["metadata"]["namespace"], "talk", "{forum}: {key}");
            let retained = forum == "everything"
                && ["demo-postgres", "demo-nats", "demo-objects"]
                    .map(|name| format!("PersistentVolumeClaim/{name}"))
                    .contains(&key);
            let owner = json!([{
                "apiVersion": "folkmoot.dev/v1alpha1",
                "kind": "ForumInstance",
                "name": "demo",
                "uid": "0d9c2a2e-6a0c-4c62-8a2f-1d3c5b7e9f00",
                "controller": true,
                "blockOwnerDeletion": true,
            }]);
            let expected = if retained { None } else { Some(&owner) };
            assert_eq!(
                object["metadata"].get("ownerReferences"),
                expected,
                "{forum}: {key}"
            );
        }
    }
}

#[test]
fn no_two_objects_of_a_kind_have_one_name_and_no_name_is_too_long() {
    let name = "a".repeat(folkmoot_crds::MAX_NAME_LENGTH);
    for (forum, spec) in fixtures::all() {
        let mut object = fixtures::forum(&spec);
        object.metadata.name = Some(name.clone());
        let mut references = fixtures::found(&object);
        for secret in crate::forum::generate::needed(&object) {
            let keys = references.secrets[&secret.name("demo")].clone();
            references.secrets.insert(secret.name(&name), keys);
        }
        let valid = crate::forum::validate::validate(&object, &references).expect("a valid forum");
        let mut seen = BTreeSet::new();
        for (key, object) in fixtures::objects(build(&valid, 1)) {
            let name = object["metadata"]["name"].as_str().expect("a name");
            assert!(name.len() <= 63, "{forum}: {key}");
            assert!(seen.insert(key.clone()), "{forum}: {key} is doubled");
        }
    }
}

#[test]
fn selectors_are_the_three_labels_that_never_change() {
    for (forum, spec) in fixtures::all() {
        for (key, object) in fixtures::built(&spec) {
            let selector = match key.split('/').next() {
                Some("Deployment" | "StatefulSet") => &object["spec"]["selector"]["matchLabels"],
                Some("Service") => &object["spec"]["selector"],
                _ => continue,
            };
            let component = key.strip_prefix("Deployment/demo-");
            let component = component.or_else(|| key.strip_prefix("StatefulSet/demo-"));
            let component = component.or_else(|| key.strip_prefix("Service/demo-"));
            let expected = json!({
                "app.kubernetes.io/name": "folkmoot",
                "app.kubernetes.io/instance": "demo",
                "app.kubernetes.io/component": component,
            });
            assert_eq!(*selector, expected, "{forum}: {key}");
            if let Some(labels) = object.pointer("/spec/template/metadata/labels") {
                for (label, value) in expected.as_object().expect("labels") {
                    assert_eq!(labels[label], *value, "{forum}: {key}");
                }
            }
        }
    }
}

#[test]
fn the_same_forum_is_built_the_same_each_time() {
    for (forum, spec) in fixtures::all() {
        let text = || serde_json::to_string(&fixtures::built(&spec)).expect("JSON");
        assert_eq!(text(), text(), "{forum}");
    }
}

/// Else every upgrade of the operator would restart every pod of every forum.
#[test]
fn nothing_says_which_operator_made_it() {
    let mut spec = fixtures::everything();
    // The services' own version is in the image, which the spec names.
    spec["image"] = json!("registry.example.org/folkmoot");
    let version = env!("CARGO_PKG_VERSION");
    for (key, object) in fixtures::built(&spec) {
        let text = object.to_string();
        assert!(!text.contains(version), "{key} has {version}");
        assert!(!text.contains("app.kubernetes.io/version"), "{key}");
    }
}

#[test]
fn waves_come_in_order_and_empty_ones_do_not_come() {
    let names = |spec| {
        let waves = build(&fixtures::validated(&spec), 1).waves;
        waves.iter().map(|wave| wave.name).collect::<Vec<_>>()
    };
    assert_eq!(
        names(fixtures::minimal()),
        [
            "stores",
            "migration",
            "identity",
            "services",
            "chat",
            "edge"
        ]
    );
    assert_eq!(
        names(fixtures::external()),
        ["migration", "identity", "services", "chat"]
    );
}
