//! Which pods are replaced when something changes: those that it concerns, and no others.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::fixtures;
use crate::forum::{
    build::{Part, build},
    references::References,
    validate::validate,
};

/// Pod templates by part.
fn templates(spec: &Value, change: impl FnOnce(&mut References)) -> BTreeMap<String, Value> {
    let forum = fixtures::forum(spec);
    let mut references = fixtures::found(&forum);
    change(&mut references);
    let valid = validate(&forum, &references).expect("a valid forum");
    let templates = fixtures::templates(&fixtures::objects(build(&valid, 2)));
    let part = |template: &Value| {
        let label = &template["metadata"]["labels"]["app.kubernetes.io/component"];
        label.as_str().expect("a part").to_owned()
    };
    templates
        .into_values()
        .map(|template| (part(&template), template))
        .collect()
}

/// The parts whose template is in both and differs.
fn changed(before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>) -> BTreeSet<String> {
    let differs = |(part, template): &(&String, &Value)| {
        after.get(*part).is_some_and(|other| other != *template)
    };
    before
        .iter()
        .filter(differs)
        .map(|(part, _)| part.clone())
        .collect()
}

fn words(text: &str) -> BTreeSet<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// As `kubectl patch --type=merge` does.
fn merged(mut into: Value, patch: &Value) -> Value {
    let Some(fields) = patch.as_object() else {
        return patch.clone();
    };
    for (name, value) in fields {
        let before = into.get(name).cloned().unwrap_or_default();
        let before = if before.is_object() {
            before
        } else {
            json!({})
        };
        into[name] = merged(before, value);
        if into[name].is_null() {
            into.as_object_mut().expect("an object").remove(name);
        }
    }
    into
}

const SERVICES: &str = "chat discussion feed file identity notification presence web";
/// Those that keep tables, and hear and tell of changes.
const WITH_TABLES: &str = "chat discussion feed file identity notification";
/// Those of which something can be exported.
const WITH_OBJECTS: &str = "chat discussion file identity notification";
const STORES: &str = "postgres redis nats objects";

#[test]
fn a_change_of_the_spec_replaces_only_the_pods_that_it_concerns() {
    let everywhere = format!("{SERVICES} {STORES} edge migration");
    let services = |more: &str| format!("{SERVICES} {more}");
    let cases: &[(Value, &str)] = &[
        (
            json!({"image": "registry.example.org/folkmoot:3"}),
            &services("migration"),
        ),
        (json!({"imagePullPolicy": "Always"}), &everywhere),
        (
            json!({"imagePullSecrets": [{"name": "registry"}]}),
            &everywhere,
        ),
        (
            json!({"host": "forum.example.org", "scheme": "http"}),
            &services(""),
        ),
        (json!({"host": "forum.example.org"}), &services("edge")),
        (
            json!({"auth": {"mode": "open", "allowOpen": true}}),
            &services(""),
        ),
        (json!({"auth": {"allowOpen": true}}), ""),
        (json!({"auth": {"registration": "closed"}}), "identity"),
        (json!({"auth": {"publicRead": false}}), &services("")),
        (
            json!({"mail": {"from": "forum@example.org", "smtp": {"url": {"name": "mail", "key": "url"}}}}),
            "identity",
        ),
        (json!({"edge": {"nginx": {"forwardAuth": true}}}), "edge"),
        (
            json!({"feed": {"resources": {"limits": {"memory": "1Gi"}}}}),
            "feed",
        ),
        (
            json!({"discussion": {"podTemplate": {"annotations": {"a": "b"}}}}),
            "discussion",
        ),
        (json!({"paused": true}), ""),
        (
            json!({"monitoring": {"serviceMonitor": true, "namespace": "monitoring"}}),
            "",
        ),
        (json!({"postgres": {"managed": {"storage": "5Gi"}}}), ""),
        (
            json!({"postgres": {"managed": {"storageClassName": "fast", "retain": true}}}),
            "",
        ),
        (
            json!({"postgres": {"managed": {"image": "registry.example.org/postgres:18"}}}),
            "postgres",
        ),
        (
            json!({"redis": {"managed": {"resources": {"limits": {"memory": "1Gi"}}}}}),
            "redis",
        ),
        (json!({"nats": {"managed": {"storage": "5Gi"}}}), "nats"),
        (
            json!({"objectStorage": {"managed": {"image": "registry.example.org/s3:1"}}}),
            "objects",
        ),
        (
            json!({"postgres": {"managed": null, "external": {"url": {"name": "db", "key": "uri"}}}}),
            &format!("{WITH_TABLES} migration"),
        ),
        (
            json!({"redis": {"managed": null, "external": {"url": {"name": "kv", "key": "url"}}}}),
            &format!("{WITH_TABLES} presence"),
        ),
        (
            json!({"nats": {"managed": null, "external": {"url": {"name": "bus", "key": "url"}}}}),
            WITH_TABLES,
        ),
        (
            json!({"objectStorage": {"managed": null, "external": {"url": {"name": "bucket", "key": "url"}}}}),
            WITH_OBJECTS,
        ),
        (
            json!({"identity": {"replicas": 3}, "web": {"replicas": 0}}),
            "",
        ),
        (
            json!({"presence": {"resources": {"limits": {"memory": "1Gi"}}}}),
            "presence",
        ),
        (
            json!({"web": {"podTemplate": {"annotations": {"a": "b"}}}}),
            "web",
        ),
        (
            json!({"notification": {"podTemplate": {"env": [{"name": "LOG", "value": "debug"}]}}}),
            "notification",
        ),
        // The migrations run where identity does.
        (
            json!({"identity": {"podTemplate": {"nodeSelector": {"a": "b"}}}}),
            "identity migration",
        ),
        (
            json!({"identity": {"podTemplate": {"annotations": {"a": "b"}}}}),
            "identity",
        ),
        (
            json!({"chat": {"podTemplate": {"tolerations": [{"operator": "Exists"}]}}}),
            "chat",
        ),
        (
            json!({"chat": {"replicas": 7, "autoscaling": {"maxReplicas": 9}}}),
            "",
        ),
        // The proxy closes its sockets when chat has had the time to.
        (json!({"chat": {"drainSeconds": 60}}), "chat edge"),
        (
            json!({"file": {"podTemplate": {"env": [{"name": "FILE_MAX_BYTES", "value": "1000"}]}}}),
            "file edge",
        ),
        (
            json!({"file": {"podTemplate": {"affinity": {"podAffinity": {}}}}}),
            "file",
        ),
        (
            json!({"edge": {"nginx": {"serviceType": "NodePort", "replicas": 3}}}),
            "",
        ),
        (json!({"edge": {"proxiesInFront": 2}}), &services("")),
        (
            json!({"edge": {"nginx": {"image": "registry.example.org/nginx:1"}}}),
            "edge",
        ),
        (
            json!({"edge": {"nginx": null, "ingress": {}}, "host": "localhost:8080", "scheme": "http"}),
            "",
        ),
    ];
    // With each part of the spec written out, so that a patch changes only what it names.
    let base = json!({
        "edge": {"nginx": {}},
        "postgres": {"managed": {}},
        "redis": {"managed": {}},
        "nats": {"managed": {}},
        "objectStorage": {"managed": {}},
    });
    let before = templates(&base, |_| ());
    assert_eq!(
        before,
        templates(&fixtures::minimal(), |_| ()),
        "the defaults"
    );
    for (patch, expected) in cases {
        let after = templates(&merged(base.clone(), patch), |_| ());
        assert_eq!(changed(&before, &after), words(expected), "{patch}");
    }
}

#[test]
fn a_changed_key_of_a_secret_replaces_only_the_pods_that_use_it() {
    let base = fixtures::minimal();
    let before = templates(&base, |_| ());
    for (secret, key, expected) in [
        ("demo-signing-keys", "signing-key.pem", "identity"),
        ("demo-admin", "token", "chat"),
        ("demo-postgres", "uri", &format!("{WITH_TABLES} migration")),
        ("demo-postgres", "password", "postgres"),
        ("demo-postgres", "port", ""),
        ("demo-redis", "uri", &format!("{WITH_TABLES} presence")),
        ("demo-redis", "password", "redis"),
        ("demo-nats", "uri", WITH_TABLES),
        ("demo-nats", "user", "nats"),
        (
            "demo-objects",
            "secret-key",
            &format!("{WITH_OBJECTS} objects"),
        ),
    ] {
        let after = templates(&base, |references| {
            let keys = references
                .secrets
                .get_mut(secret)
                .expect("a Secret")
                .as_mut()
                .expect("keys");
            keys.0.insert(key.to_owned(), "another digest".to_owned());
        });
        assert_eq!(changed(&before, &after), words(expected), "{secret}/{key}");
    }
}

#[test]
fn a_key_that_is_added_to_a_mounted_secret_replaces_its_pods() {
    let base = fixtures::minimal();
    let after = templates(&base, |references| {
        let keys = references
            .secrets
            .get_mut("demo-signing-keys")
            .expect("a Secret")
            .as_mut()
            .expect("keys");
        keys.0.insert("next.pem".to_owned(), "a digest".to_owned());
    });
    assert_eq!(
        changed(&templates(&base, |_| ()), &after),
        words("identity")
    );
}

#[test]
fn variables_of_the_users_count_wherever_they_come_from() {
    let spec = fixtures::everything();
    let before = templates(&spec, |_| ());
    let secret = templates(&spec, |references| {
        let keys = references
            .secrets
            .get_mut("extra")
            .expect("a Secret")
            .as_mut()
            .expect("keys");
        keys.0
            .insert("token".to_owned(), "another digest".to_owned());
    });
    assert_eq!(
        changed(&before, &secret),
        words("chat discussion feed identity notification presence web edge")
    );
    let config_map = templates(&spec, |references| {
        let keys = references
            .config_maps
            .get_mut("colours")
            .expect("a ConfigMap")
            .as_mut()
            .expect("keys");
        keys.0
            .insert("colour".to_owned(), "another digest".to_owned());
    });
    assert_eq!(
        changed(&before, &config_map),
        words("chat discussion feed identity notification presence web edge")
    );
}

#[test]
fn what_the_cluster_offers_replaces_no_pod() {
    let base = fixtures::everything();
    let after = templates(&base, |references| {
        references.platform.service_monitor = false;
        references.platform.http_route = false;
        references.platform.operator_namespace = "elsewhere".to_owned();
    });
    assert_eq!(changed(&templates(&base, |_| ()), &after), BTreeSet::new());
}

#[test]
fn the_migrations_run_again_when_their_image_or_database_changes_and_not_else() {
    let name = |spec: &Value| {
        let names = fixtures::built(spec).into_iter().map(|(key, _)| key);
        let mut jobs = names.filter(|key| key.starts_with("Job/demo-migrate-"));
        jobs.next().expect("a Job")
    };
    let before = name(&fixtures::minimal());
    for (patch, same) in [
        (json!({"image": "registry.example.org/folkmoot:3"}), false),
        (
            json!({"postgres": {"external": {"url": {"name": "db", "key": "uri"}}}}),
            false,
        ),
        (
            json!({"redis": {"external": {"url": {"name": "kv", "key": "url"}}}}),
            true,
        ),
        (json!({"chat": {"replicas": 4, "drainSeconds": 1}}), true),
        (json!({"host": "forum.example.org"}), true),
    ] {
        assert_eq!(name(&patch) == before, same, "{patch}");
    }
}

#[test]
fn only_chat_has_a_number_of_pods_that_the_build_is_told() {
    let objects = |chat_replicas| {
        let spec = json!({"web": {"replicas": 4}, "edge": {"nginx": {"replicas": 0}}, "chat": {"replicas": 9}});
        let built = build(&fixtures::validated(&spec), chat_replicas);
        fixtures::objects(built)
            .into_iter()
            .collect::<BTreeMap<_, _>>()
    };
    let (few, many) = (objects(0), objects(6));
    let replicas = |objects: &BTreeMap<String, Value>, part: &str| {
        objects[&format!("Deployment/demo-{part}")]["spec"]["replicas"].clone()
    };
    assert_eq!(
        (replicas(&few, "chat"), replicas(&many, "chat")),
        (json!(0), json!(6))
    );
    assert_eq!(replicas(&few, "web"), 4);
    assert_eq!(replicas(&few, "edge"), 0);
    // Somebody else's, or the server's default.
    assert_eq!(replicas(&few, "identity"), Value::Null);
    for (key, object) in &few {
        assert!(
            key == "Deployment/demo-chat" || many[key] == *object,
            "{key}"
        );
    }
}

#[test]
fn every_part_with_pods_is_in_the_templates() {
    let parts: BTreeSet<_> = templates(&fixtures::minimal(), |_| ())
        .into_keys()
        .collect();
    let stores = Part::STORES.map(Part::as_str);
    assert_eq!(
        parts,
        words(&format!("{SERVICES} edge migration {}", stores.join(" ")))
    );
}
