//! Which Secrets and ConfigMaps of others a spec points at, and why.

use std::collections::BTreeSet;

use folkmoot_crds::{ForumInstance, PodTemplateSpec, SecretKeyRef, condition};
use k8s_openapi::api::core::v1::EnvVar;

/// A key that must be there, and the condition that is false while it is not.
pub(super) struct Pointer<'a> {
    pub(super) condition: &'static str,
    /// Field of the spec.
    pub(super) field: String,
    pub(super) key: &'a SecretKeyRef,
}

/// The keys of Secrets from which the addresses of servers come.
pub(super) fn servers(forum: &ForumInstance) -> Vec<Pointer<'_>> {
    let spec = &forum.spec;
    let mut pointers = Vec::new();
    let mut add = |condition, field: &str, key| {
        pointers.push(Pointer {
            condition,
            field: field.to_owned(),
            key,
        });
    };
    if let Some(external) = &spec.postgres.external {
        add(
            condition::POSTGRES_READY,
            "postgres.external.url",
            &external.url,
        );
    }
    if let Some(external) = &spec.redis.external {
        add(condition::REDIS_READY, "redis.external.url", &external.url);
    }
    if let Some(external) = &spec.nats.external {
        add(condition::NATS_READY, "nats.external.url", &external.url);
    }
    let ready = condition::OBJECT_STORAGE_READY;
    if let Some(external) = &spec.object_storage.external {
        if let Some(url) = &external.url {
            add(ready, "objectStorage.external.url", url);
        }
        if let Some(s3) = &external.s3 {
            add(ready, "objectStorage.external.s3.accessKey", &s3.access_key);
            add(ready, "objectStorage.external.s3.secretKey", &s3.secret_key);
        }
    }
    if let Some(mail) = &spec.mail {
        add(condition::DEGRADED, "mail.smtp.url", &mail.smtp.url);
    }
    pointers
}

/// What users can set on pods, by the field of the spec.
pub(super) fn pod_templates(forum: &ForumInstance) -> Vec<(&'static str, &PodTemplateSpec)> {
    let spec = &forum.spec;
    let mut templates = vec![
        ("identity", &spec.identity.pod_template),
        ("discussion", &spec.discussion.pod_template),
        ("feed", &spec.feed.pod_template),
        ("chat", &spec.chat.pod_template),
        ("presence", &spec.presence.pod_template),
        ("notification", &spec.notification.pod_template),
        ("file", &spec.file.pod_template),
        ("web", &spec.web.pod_template),
    ];
    if let Some(nginx) = &spec.edge.nginx {
        templates.push(("edge.nginx", &nginx.pod_template));
    }
    templates
}

/// The key of a Secret from which a variable comes: name, key and whether it may be missing.
pub(crate) fn secret_of(variable: &EnvVar) -> Option<(&str, &str, bool)> {
    let source = variable.value_from.as_ref()?.secret_key_ref.as_ref()?;
    Some((&source.name, &source.key, source.optional.unwrap_or(false)))
}

/// As [`secret_of`], of a ConfigMap.
pub(crate) fn config_map_of(variable: &EnvVar) -> Option<(&str, &str, bool)> {
    let source = variable.value_from.as_ref()?.config_map_key_ref.as_ref()?;
    Some((&source.name, &source.key, source.optional.unwrap_or(false)))
}

/// Names of the Secrets that the spec points at, besides those that the operator generates, sorted.
#[must_use]
pub fn referenced_secrets(forum: &ForumInstance) -> Vec<String> {
    let servers = servers(forum);
    let of_servers = servers.iter().map(|pointer| pointer.key.name.as_str());
    let templates = pod_templates(forum);
    let variables = templates.iter().flat_map(|(_, template)| &template.env);
    let of_variables = variables.filter_map(secret_of).map(|(name, _, _)| name);
    sorted(of_servers.chain(of_variables))
}

/// Names of the ConfigMaps that the spec points at, sorted.
#[must_use]
pub fn referenced_config_maps(forum: &ForumInstance) -> Vec<String> {
    let templates = pod_templates(forum);
    let variables = templates.iter().flat_map(|(_, template)| &template.env);
    sorted(variables.filter_map(config_map_of).map(|(name, _, _)| name))
}

fn sorted<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let names: BTreeSet<&str> = names.collect();
    names.into_iter().map(str::to_owned).collect()
}
