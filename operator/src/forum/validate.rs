//! From what a user wrote and what was found to what can be built, or to what is wrong with it.

mod check;
mod forum;
mod image;
mod mailbox;
mod points_at;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use folkmoot_common::ServiceName;
use folkmoot_crds::{
    ChatSpec, ComponentSpec, EdgeSpec, ForumInstance, ForumInstanceSpec, ObjectStorageSpec, Scheme,
    condition,
};
use sha2::{Digest as _, Sha256};

use super::{build::metadata, reasons::INVALID_SPEC, references::References};

pub use forum::{Edge, ObjectStore, Store, ValidatedForum};
pub use points_at::{referenced_config_maps, referenced_secrets};

/// Longest part of a forum's name that is kept in its prefix in shared servers.
const INSTANCE_NAME_LENGTH: usize = 31;
/// Bytes of the digest that tells forums of one name apart.
const INSTANCE_DIGEST_BYTES: usize = 4;

/// Something that must be mended before the forum can run as its spec says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The condition that is false because of it, of [`folkmoot_crds::condition`].
    pub condition: &'static str,
    /// CamelCase, stable.
    pub reason: &'static str,
    /// For people; names the thing.
    pub message: String,
}

impl Problem {
    fn invalid(message: impl Into<String>) -> Self {
        Self {
            condition: condition::DEGRADED,
            reason: INVALID_SPEC,
            message: message.into(),
        }
    }
}

/// Checks what the schema cannot, and again what an older schema might not have.
///
/// # Errors
/// Everything that is wrong, in the order of the spec.
pub fn validate(
    forum: &ForumInstance,
    references: &References,
) -> Result<ValidatedForum, Vec<Problem>> {
    let problems = check::all(forum, references);
    if !problems.is_empty() {
        return Err(problems);
    }
    resolve(forum, references).map_err(|problem| vec![problem])
}

fn resolve(forum: &ForumInstance, references: &References) -> Result<ValidatedForum, Problem> {
    let spec = &forum.spec;
    let owner = metadata::owner(forum)
        .ok_or_else(|| Problem::invalid("the object has no name or no uid yet"))?;
    let namespace = forum.metadata.namespace.clone().unwrap_or_default();
    let (postgres, redis, nats) = (&spec.postgres, &spec.redis, &spec.nats);
    Ok(ValidatedForum {
        instance: instance(&namespace, &owner.name),
        public_url: public_url(spec),
        trusted_proxies: spec.edge.proxies_in_front.saturating_add(1),
        host_name: spec.host.as_deref().map(|host| host_name(host).to_owned()),
        scheme: scheme(spec),
        image: spec.image.clone(),
        image_pull_policy: spec.image_pull_policy,
        image_pull_secrets: spec
            .image_pull_secrets
            .iter()
            .map(|secret| secret.name.clone())
            .collect(),
        auth: spec.auth.mode,
        registration: spec.auth.registration,
        public_read: spec.auth.public_read,
        email_verification: spec.auth.email_verification,
        mail: spec.mail.clone(),
        edge: edge(&spec.edge)?,
        postgres: store(
            "postgres",
            postgres.managed.as_ref(),
            postgres.external.as_ref(),
        )?,
        redis: store("redis", redis.managed.as_ref(), redis.external.as_ref())?,
        nats: store("nats", nats.managed.as_ref(), nats.external.as_ref())?,
        objects: objects(&spec.object_storage)?,
        components: components(spec),
        drain_seconds: spec.chat.drain_seconds,
        monitoring: spec.monitoring.clone(),
        references: references.clone(),
        name: owner.name.clone(),
        namespace,
        owner,
    })
}

/// Where browsers reach the forum; for the status of a forum that cannot be built, too.
#[must_use]
pub fn public_url(spec: &ForumInstanceSpec) -> String {
    let scheme = match scheme(spec) {
        Scheme::Http => "http",
        Scheme::Https => "https",
    };
    let host = spec.host.as_deref().unwrap_or("localhost:8080");
    format!("{scheme}://{host}")
}

fn scheme(spec: &ForumInstanceSpec) -> Scheme {
    let default = if spec.host.is_some() {
        Scheme::Https
    } else {
        Scheme::Http
    };
    spec.scheme.unwrap_or(default)
}

fn host_name(host: &str) -> &str {
    host.split_once(':').map_or(host, |(name, _)| name)
}

/// The prefix of a forum in servers that it shares: what the services accept, and never that of another forum.
fn instance(namespace: &str, name: &str) -> String {
    let digest = Sha256::digest(format!("{namespace}/{name}"));
    let cut: String = name.chars().take(INSTANCE_NAME_LENGTH).collect();
    let digest: String = digest
        .iter()
        .take(INSTANCE_DIGEST_BYTES)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{cut}-{digest}")
}

fn edge(spec: &EdgeSpec) -> Result<Edge, Problem> {
    match (&spec.nginx, &spec.ingress, &spec.gateway) {
        (Some(nginx), None, None) => Ok(Edge::Nginx(Box::new(nginx.clone()))),
        (None, Some(ingress), None) => Ok(Edge::Ingress(ingress.clone())),
        (None, None, Some(gateway)) => Ok(Edge::Gateway(gateway.clone())),
        _ => Err(Problem::invalid(
            "edge: set exactly one of nginx, ingress and gateway",
        )),
    }
}

fn store(
    field: &str,
    managed: Option<&folkmoot_crds::ManagedStore>,
    external: Option<&folkmoot_crds::ExternalStore>,
) -> Result<Store, Problem> {
    match (managed, external) {
        (Some(managed), None) => Ok(Store::Managed(managed.clone())),
        (None, Some(external)) => Ok(Store::External(external.url.clone())),
        _ => Err(Problem::invalid(format!(
            "{field}: set exactly one of managed and external"
        ))),
    }
}

fn objects(spec: &ObjectStorageSpec) -> Result<ObjectStore, Problem> {
    let external = match (&spec.managed, &spec.external) {
        (Some(managed), None) => return Ok(ObjectStore::Managed(managed.clone())),
        (None, Some(external)) => external,
        _ => {
            return Err(Problem::invalid(
                "objectStorage: set exactly one of managed and external",
            ));
        }
    };
    match (&external.url, &external.s3) {
        (Some(url), None) => Ok(ObjectStore::Url(url.clone())),
        (None, Some(s3)) => Ok(ObjectStore::S3(s3.clone())),
        _ => Err(Problem::invalid(
            "objectStorage.external: set exactly one of url and s3",
        )),
    }
}

fn components(spec: &ForumInstanceSpec) -> BTreeMap<ServiceName, ComponentSpec> {
    let component = |service| match service {
        ServiceName::Identity => spec.identity.clone(),
        ServiceName::Discussion => spec.discussion.clone(),
        ServiceName::Feed => spec.feed.clone(),
        ServiceName::Chat => chat(&spec.chat),
        ServiceName::Presence => spec.presence.clone(),
        ServiceName::Notification => spec.notification.clone(),
        ServiceName::File => spec.file.clone(),
        ServiceName::Web => spec.web.clone(),
    };
    ServiceName::ALL
        .into_iter()
        .map(|service| (service, component(service)))
        .collect()
}

/// Chat as one of the services; its number of pods is told to the build.
fn chat(spec: &ChatSpec) -> ComponentSpec {
    ComponentSpec {
        replicas: None,
        resources: spec.resources.clone(),
        pod_template: spec.pod_template.clone(),
    }
}
