//! Forums, and what is built of them.

use std::collections::BTreeMap;

use folkmoot_crds::ForumInstance;
use serde::Serialize;
use serde_json::{Value, json};

use crate::forum::{
    build::build,
    generate,
    references::{Platform, References, SecretDigest},
    resources::{Resources, Workload},
    validate::{ValidatedForum, referenced_config_maps, referenced_secrets, validate},
};

/// A forum with `spec`, as the API server returns it.
pub(crate) fn forum(spec: &Value) -> ForumInstance {
    let object = json!({
        "apiVersion": "folkmoot.dev/v1alpha1",
        "kind": "ForumInstance",
        "metadata": {
            "name": "demo",
            "namespace": "talk",
            "uid": "0d9c2a2e-6a0c-4c62-8a2f-1d3c5b7e9f00",
            "generation": 1,
        },
        "spec": spec,
    });
    serde_json::from_value(object).expect("a forum")
}

/// What is found when everything that `forum` points at is there.
pub(crate) fn found(forum: &ForumInstance) -> References {
    let generated = generate::needed(forum)
        .into_iter()
        .map(|secret| secret.name("demo"));
    let secrets = referenced_secrets(forum).into_iter().chain(generated);
    References {
        secrets: secrets
            .map(|name| (name.clone(), Some(keys(&name))))
            .collect(),
        config_maps: referenced_config_maps(forum)
            .into_iter()
            .map(|name| (name.clone(), Some(keys(&name))))
            .collect(),
        platform: Platform {
            http_route: true,
            service_monitor: true,
            operator_namespace: "folkmoot-system".to_owned(),
        },
    }
}

/// Every key that a test names, each with a digest of its own.
fn keys(name: &str) -> SecretDigest {
    let all = [
        "access-key",
        "colour",
        "dbname",
        "host",
        "password",
        "port",
        "secret-key",
        "signing-key.pem",
        "token",
        "uri",
        "url",
        "user",
        "username",
    ];
    SecretDigest(
        all.map(|key| (key.to_owned(), format!("digest of {name}/{key}")))
            .into(),
    )
}

pub(crate) fn validated(spec: &Value) -> ValidatedForum {
    let forum = forum(spec);
    validate(&forum, &found(&forum)).expect("a valid forum")
}

/// All objects of the forum with `spec`, by `Kind/name`, in the order in which they are applied.
pub(crate) fn built(spec: &Value) -> Vec<(String, Value)> {
    objects(build(&validated(spec), 2))
}

/// As [`built`], by `Kind/name` alone.
pub(crate) fn by_name(spec: &Value) -> BTreeMap<String, Value> {
    built(spec).into_iter().collect()
}

pub(crate) fn objects(resources: Resources) -> Vec<(String, Value)> {
    let Resources {
        service_accounts,
        config_maps,
        volume_claims,
        services,
        network_policies,
        disruption_budgets,
        ingresses,
        http_routes,
        service_monitors,
        waves,
    } = resources;
    let workloads = waves.into_iter().flat_map(|wave| wave.workloads);
    let workloads = workloads.map(|workload| match workload {
        Workload::Deployment(deployment) => value(&deployment),
        Workload::StatefulSet(set) => value(&set),
        Workload::Job(job) => value(&job),
    });
    values(&service_accounts)
        .chain(values(&config_maps))
        .chain(values(&volume_claims))
        .chain(values(&services))
        .chain(values(&network_policies))
        .chain(values(&disruption_budgets))
        .chain(values(&ingresses))
        .chain(values(&http_routes))
        .chain(values(&service_monitors))
        .chain(workloads)
        .map(|object| (key(&object), object))
        .collect()
}

fn values<T: Serialize>(objects: &[T]) -> impl Iterator<Item = Value> + use<T> {
    let values: Vec<_> = objects.iter().map(value).collect();
    values.into_iter()
}

fn value(object: &impl Serialize) -> Value {
    serde_json::to_value(object).expect("an object")
}

fn key(object: &Value) -> String {
    let text = |pointer| {
        object
            .pointer(pointer)
            .and_then(Value::as_str)
            .expect("a text")
    };
    format!("{}/{}", text("/kind"), text("/metadata/name"))
}

/// The pod templates among `objects`.
pub(crate) fn templates(objects: &[(String, Value)]) -> BTreeMap<String, Value> {
    let templates = objects.iter().filter_map(|(key, object)| {
        let template = object.pointer("/spec/template")?;
        Some((key.clone(), template.clone()))
    });
    templates.collect()
}

/// The value of a variable of the first container of `template`.
pub(crate) fn variable<'a>(template: &'a Value, name: &str) -> Option<&'a Value> {
    let variables = template.pointer("/spec/containers/0/env")?.as_array()?;
    variables.iter().find(|variable| variable["name"] == name)
}

fn spec(text: &str) -> Value {
    serde_json::from_str(text).expect("a spec")
}

/// What a new user applies.
pub(crate) fn minimal() -> Value {
    spec(include_str!("specs/minimal.json"))
}

/// Servers of others, named as their operators name their Secrets.
pub(crate) fn external() -> Value {
    spec(include_str!("specs/external.json"))
}

/// Every field set.
pub(crate) fn everything() -> Value {
    spec(include_str!("specs/everything.json"))
}

/// A forum behind a Gateway.
pub(crate) fn gateway() -> Value {
    spec(include_str!("specs/gateway.json"))
}

/// A forum for members alone, whose edge asks who they are and whose mails are sent.
pub(crate) fn guarded() -> Value {
    spec(include_str!("specs/guarded.json"))
}

/// The forums by name.
pub(crate) fn all() -> [(&'static str, Value); 5] {
    [
        ("minimal", minimal()),
        ("external", external()),
        ("everything", everything()),
        ("gateway", gateway()),
        ("guarded", guarded()),
    ]
}
