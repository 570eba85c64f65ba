//! The definition is one that Kubernetes takes without a warning and that cannot be filled without end.

use folkmoot_crds::{ForumInstance, definition};
use serde_json::json;

use crate::walk::{self, schema};

/// What etcd and the annotation of `kubectl apply` take is 256 KiB; half of it leaves room for the years to come.
const LARGEST_DEFINITION: usize = 128 * 1024;

/// Affinity is as long as Kubernetes lets an object be.
fn is_affinity(path: &str) -> bool {
    path.contains(".affinity.")
}

#[test]
fn everything_has_a_bound() {
    let mut unbounded = Vec::new();
    walk::schemas(schema(), &mut |path, schema| {
        let bounded = match schema["type"].as_str() {
            Some("string") => schema["maxLength"].is_u64() || schema["enum"].is_array(),
            Some("array") => schema["maxItems"].is_u64(),
            Some("object") if schema["additionalProperties"].is_object() => {
                schema["maxProperties"].is_u64()
            }
            Some("integer")
                if path.starts_with(".spec") && !path.ends_with(".tolerationSeconds") =>
            {
                schema["maximum"].is_number() && schema["minimum"].is_number()
            }
            Some("object" | "integer" | "boolean") => true,
            None => schema["maxLength"].is_u64(),
            Some(_) => false,
        };
        let open = schema["x-kubernetes-preserve-unknown-fields"] == true;
        if !bounded || (open && !is_affinity(path)) {
            unbounded.push(path.to_owned());
        }
    });
    assert!(unbounded.is_empty(), "without a bound: {unbounded:#?}");
}

#[test]
fn only_formats_that_kubernetes_knows() {
    walk::schemas(schema(), &mut |path, schema| {
        if let Some(format) = schema["format"].as_str() {
            let known = ["int32", "int64", "date-time"].contains(&format);
            assert!(known, "{path}: {format}");
        }
    });
}

#[test]
fn nothing_is_nullable() {
    walk::schemas(schema(), &mut |path, schema| {
        assert!(schema.get("nullable").is_none(), "{path}");
    });
}

#[test]
fn every_field_of_ours_is_described() {
    const KUBERNETES_OWN: [&str; 6] = [
        ".affinity",
        ".conditions[]",
        ".env[]",
        ".resources",
        ".tolerations[]",
        "{}",
    ];
    walk::schemas(schema(), &mut |path, schema| {
        let ours = !KUBERNETES_OWN.iter().any(|part| path.contains(part));
        let described = schema["description"]
            .as_str()
            .is_some_and(|d| !d.is_empty());
        assert!(described || !ours, "{path} has no description");
    });
}

#[test]
fn far_from_the_largest_object() {
    let size = serde_json::to_vec(&definition()).unwrap().len();
    assert!(size < LARGEST_DEFINITION, "{size} bytes");
}

#[test]
fn scaled_by_the_number_of_chat_pods() {
    let definition = serde_json::to_value(definition()).unwrap();
    assert_eq!(
        definition["spec"]["versions"][0]["subresources"],
        json!({
            "status": {},
            "scale": {
                "specReplicasPath": ".spec.chat.replicas",
                "statusReplicasPath": ".status.chat.replicas",
                "labelSelectorPath": ".status.chat.selector",
            },
        })
    );
}

/// The operator's choice of an image is made once for a forum: an upgrade of the operator restarts none of its pods.
#[test]
fn every_image_is_written_into_new_forums() {
    let mut images = 0;
    walk::schemas(schema(), &mut |path, schema| {
        if path.starts_with(".spec") && path.ends_with(".image") {
            let default = schema["default"].as_str();
            assert!(default.is_some_and(|image| image.contains(':')), "{path}");
            images += 1;
        }
    });
    assert_eq!(images, 6);
}

#[test]
fn a_forum_that_says_nothing_decodes() {
    let forum: ForumInstance = serde_json::from_value(json!({
        "apiVersion": "folkmoot.dev/v1alpha1",
        "kind": "ForumInstance",
        "metadata": {"name": "forum"},
        "spec": {},
    }))
    .unwrap();
    assert_eq!(forum.spec.image, folkmoot_crds::DEFAULT_IMAGE);
    assert_eq!(forum.spec.chat.replicas, 1);
    assert!(forum.spec.edge.nginx.is_some());
    assert!(forum.spec.postgres.managed.is_some());
}
