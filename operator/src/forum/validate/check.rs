//! What can be wrong with a spec that the schema took, or that an older schema would have taken.

use std::collections::BTreeMap;

use folkmoot_crds::{
    AuthMode, EmailVerification, ForumInstance, MAX_NAME_LENGTH, MAX_REPLICAS, ManagedStore,
    NginxSpec, PodTemplateSpec, Scheme, condition,
};
use k8s_openapi::api::core::v1::EnvVar;

use super::{
    Problem, components, image, mailbox,
    points_at::{self, Pointer, config_map_of, secret_of},
};
use crate::forum::{
    build::OWNED_VARIABLES,
    generate,
    reasons::{
        CONFIG_MAP_KEY_NOT_FOUND, CONFIG_MAP_NOT_FOUND, GATEWAY_API_MISSING, SECRET_KEY_NOT_FOUND,
        SECRET_NOT_FOUND,
    },
    references::{References, SecretDigest},
};

/// Everything that is wrong: the spec's own mistakes first, then what is missing beside it.
pub(super) fn all(forum: &ForumInstance, references: &References) -> Vec<Problem> {
    let mut problems = Vec::new();
    name(forum, &mut problems);
    images(forum, &mut problems);
    address(forum, &mut problems);
    auth(forum, &mut problems);
    mail(forum, &mut problems);
    numbers(forum, &mut problems);
    for (field, template) in points_at::pod_templates(forum) {
        let owned: &[&str] = if field == "edge.nginx" {
            &[]
        } else {
            &OWNED_VARIABLES
        };
        variables(field, template, owned, &mut problems);
    }
    for pointer in points_at::servers(forum) {
        problems.extend(missing_key(&pointer, references));
    }
    generated(forum, references, &mut problems);
    for (field, template) in points_at::pod_templates(forum) {
        problems.extend(
            template
                .env
                .iter()
                .filter_map(|variable| missing_source(field, variable, references)),
        );
    }
    gateway(forum, references, &mut problems);
    problems
}

fn name(forum: &ForumInstance, problems: &mut Vec<Problem>) {
    let name = forum.metadata.name.as_deref().unwrap_or_default();
    if name.len() > MAX_NAME_LENGTH {
        problems.push(Problem::invalid(format!(
            "metadata.name must be at most {MAX_NAME_LENGTH} characters long, because Services are named after it"
        )));
    }
    let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let begins = name
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_lowercase());
    if !begins || name.ends_with('-') || !name.bytes().all(letters) {
        problems.push(Problem::invalid(
            "metadata.name must begin with a letter and hold only lower-case letters, digits and -, because Services are named after it",
        ));
    }
}

fn images(forum: &ForumInstance, problems: &mut Vec<Problem>) {
    let spec = &forum.spec;
    let of =
        |store: &Option<ManagedStore>| store.as_ref().and_then(|managed| managed.image.clone());
    let nginx = spec
        .edge
        .nginx
        .as_ref()
        .and_then(|nginx| nginx.image.clone());
    for (field, reference) in [
        ("image", Some(spec.image.clone())),
        ("edge.nginx.image", nginx),
        ("postgres.managed.image", of(&spec.postgres.managed)),
        ("redis.managed.image", of(&spec.redis.managed)),
        ("nats.managed.image", of(&spec.nats.managed)),
        (
            "objectStorage.managed.image",
            of(&spec.object_storage.managed),
        ),
    ] {
        let Some(reference) = reference else { continue };
        if let Err(why) = image::check(&reference) {
            problems.push(Problem::invalid(format!(
                "{field} {reference:?} is no image reference: {why}"
            )));
        }
    }
}

/// The host goes into URLs, an Ingress and an HTTPRoute.
fn address(forum: &ForumInstance, problems: &mut Vec<Problem>) {
    let spec = &forum.spec;
    let Some(host) = &spec.host else {
        let wanted = match (&spec.edge.ingress, &spec.edge.gateway, spec.scheme) {
            (None, None, Some(Scheme::Https)) => "scheme https",
            (None, None, _) => return,
            _ => "edge.ingress and edge.gateway, which route by it",
        };
        problems.push(Problem::invalid(format!("host must be set with {wanted}")));
        return;
    };
    let (name, port) = host
        .split_once(':')
        .map_or((host.as_str(), None), |(name, port)| (name, Some(port)));
    if port.is_some_and(|port| !port.parse::<u16>().is_ok_and(|port| port > 0)) {
        problems.push(Problem::invalid(format!(
            "host {host:?} has a port that is none"
        )));
    }
    let label = |label: &str| {
        let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(letters)
    };
    if name.len() > 253 || !name.split('.').all(label) {
        problems.push(Problem::invalid(format!(
            "host {host:?} is no name of a host"
        )));
    }
    let is_address = name
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_address && (spec.edge.ingress.is_some() || spec.edge.gateway.is_some()) {
        problems.push(Problem::invalid(format!(
            "host {host:?} must be a name with edge.ingress and edge.gateway"
        )));
    }
}

fn auth(forum: &ForumInstance, problems: &mut Vec<Problem>) {
    let auth = &forum.spec.auth;
    if auth.mode == AuthMode::Open && !auth.allow_open {
        problems.push(Problem::invalid(
            "auth.mode open lets anybody act as anybody: set auth.allowOpen to true as well if that is wanted",
        ));
    }
    let asks = |nginx: &NginxSpec| nginx.forward_auth;
    if auth.mode == AuthMode::Open && forum.spec.edge.nginx.as_ref().is_some_and(asks) {
        problems.push(Problem::invalid(
            "auth.mode must be required with edge.nginx.forwardAuth, which asks about tokens",
        ));
    }
    if auth.email_verification == EmailVerification::Required && forum.spec.mail.is_none() {
        problems.push(Problem::invalid(
            "mail must be set with auth.emailVerification required, or nobody could prove an address",
        ));
    }
}

/// What does not end up in the header of a mail as it was meant could end up as another header.
fn mail(forum: &ForumInstance, problems: &mut Vec<Problem>) {
    let Some(mail) = &forum.spec.mail else { return };
    if !mailbox::is_mailbox(&mail.from) {
        problems.push(Problem::invalid(format!(
            "mail.from {:?} is no address of mail",
            mail.from
        )));
    }
}

fn numbers(forum: &ForumInstance, problems: &mut Vec<Problem>) {
    let spec = &forum.spec;
    let replicas = components(spec).into_iter().map(|(service, component)| {
        (
            format!("{service}.replicas"),
            component.replicas.unwrap_or(0),
            MAX_REPLICAS,
        )
    });
    let nginx = spec.edge.nginx.as_ref().and_then(|nginx| nginx.replicas);
    let others = [
        ("chat.replicas".to_owned(), spec.chat.replicas, MAX_REPLICAS),
        (
            "chat.drainSeconds".to_owned(),
            spec.chat.drain_seconds,
            3600,
        ),
        (
            "edge.nginx.replicas".to_owned(),
            nginx.unwrap_or(0),
            MAX_REPLICAS,
        ),
    ];
    for (field, number, most) in replicas.chain(others) {
        if !(0..=most).contains(&number) {
            problems.push(Problem::invalid(format!("{field} must be 0 to {most}")));
        }
    }
    if let Some(autoscaling) = &spec.chat.autoscaling
        && autoscaling.min_replicas > autoscaling.max_replicas
    {
        problems.push(Problem::invalid(
            "chat.autoscaling.minReplicas must not be larger than maxReplicas",
        ));
    }
}

fn variables(field: &str, template: &PodTemplateSpec, owned: &[&str], problems: &mut Vec<Problem>) {
    let mut seen = BTreeMap::new();
    for variable in &template.env {
        let name = variable.name.as_str();
        let complaint = if owned.contains(&name) {
            "the operator sets that variable itself, from other fields"
        } else if seen.insert(name, ()).is_some() {
            "the variable is set twice"
        } else if !is_variable(name) {
            "that is no name of a variable"
        } else if variable.value.is_some() && variable.value_from.is_some() {
            "set only one of value and valueFrom"
        } else {
            continue;
        };
        problems.push(Problem::invalid(format!(
            "{field}.podTemplate.env {name:?}: {complaint}"
        )));
    }
}

fn is_variable(name: &str) -> bool {
    let begins = name
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    begins
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A server's Secret, or the key in it, that is not there.
fn missing_key(pointer: &Pointer<'_>, references: &References) -> Option<Problem> {
    let (name, key) = (&pointer.key.name, &pointer.key.key);
    let (reason, what) = missing(&references.secrets, "Secret", name, key)?;
    Some(Problem {
        condition: pointer.condition,
        reason,
        message: format!("{what}, which {} names", pointer.field),
    })
}

/// Keys of the forum's own Secrets: somebody may have made or changed one.
fn generated(forum: &ForumInstance, references: &References, problems: &mut Vec<Problem>) {
    let forum_name = forum.metadata.name.as_deref().unwrap_or_default();
    for secret in generate::needed(forum) {
        let name = secret.name(forum_name);
        let mut used = secret.used_keys().iter();
        let missing = used.find_map(|key| missing_generated(&references.secrets, &name, key));
        if let Some((reason, what)) = missing {
            problems.push(Problem {
                condition: secret.condition(),
                reason,
                message: format!("{what}; deleted, the Secret is made anew"),
            });
        }
    }
}

fn missing_generated(
    found: &BTreeMap<String, Option<SecretDigest>>,
    name: &str,
    key: &str,
) -> Option<(&'static str, String)> {
    let is_ending = key.starts_with('.');
    let keys = found.get(name).and_then(Option::as_ref);
    let ends_so = keys.is_some_and(|keys| keys.0.keys().any(|other| other.ends_with(key)));
    if is_ending && ends_so {
        return None;
    }
    missing(found, "Secret", name, key)
}

/// What a user's variable comes from and is not there. Kubernetes would start no pod.
fn missing_source(field: &str, variable: &EnvVar, references: &References) -> Option<Problem> {
    let secret = secret_of(variable).map(|source| ("Secret", &references.secrets, source));
    let config_map =
        config_map_of(variable).map(|source| ("ConfigMap", &references.config_maps, source));
    let (kind, found, (name, key, optional)) = secret.or(config_map)?;
    if optional {
        return None;
    }
    let (reason, what) = missing(found, kind, name, key)?;
    Some(Problem {
        condition: condition::DEGRADED,
        reason,
        message: format!(
            "{what}, which {field}.podTemplate.env {:?} names",
            variable.name
        ),
    })
}

fn missing(
    found: &BTreeMap<String, Option<SecretDigest>>,
    kind: &str,
    name: &str,
    key: &str,
) -> Option<(&'static str, String)> {
    let is_secret = kind == "Secret";
    let Some(keys) = found.get(name).and_then(Option::as_ref) else {
        let reason = if is_secret {
            SECRET_NOT_FOUND
        } else {
            CONFIG_MAP_NOT_FOUND
        };
        return Some((reason, format!("there is no {kind} {name:?}")));
    };
    if keys.0.contains_key(key) {
        return None;
    }
    let reason = if is_secret {
        SECRET_KEY_NOT_FOUND
    } else {
        CONFIG_MAP_KEY_NOT_FOUND
    };
    Some((reason, format!("the {kind} {name:?} has no key {key:?}")))
}

fn gateway(forum: &ForumInstance, references: &References, problems: &mut Vec<Problem>) {
    if forum.spec.edge.gateway.is_some() && !references.platform.http_route {
        problems.push(Problem {
            condition: condition::DEGRADED,
            reason: GATEWAY_API_MISSING,
            message: "edge.gateway needs the kind HTTPRoute of gateway.networking.k8s.io/v1, which this cluster does not have"
                .to_owned(),
        });
    }
}
