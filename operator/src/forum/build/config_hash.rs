//! The digest by which pods are replaced when what they were started with changes.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1::{Container, PodSpec};
use sha2::{Digest as _, Sha256};

use crate::forum::references::{References, SecretDigest};

/// The annotation of pods with a digest of the keys of Secrets and ConfigMaps that they use.
pub const CONFIG_HASH: &str = "folkmoot.dev/config-hash";

/// The digest of exactly what `pod` uses; `None` if it uses nothing. `rendered` are ConfigMaps of the forum's own, by name.
pub(super) fn of(
    pod: &PodSpec,
    references: &References,
    rendered: &BTreeMap<String, String>,
) -> Option<String> {
    let used = used(pod);
    if used.is_empty() {
        return None;
    }
    let mut digest = Sha256::new();
    for source in used {
        let found = match source {
            Used::Secret(name, key) => found(&references.secrets, name, key),
            Used::ConfigMap(name, key) => rendered
                .get(name)
                .map(String::as_str)
                .or_else(|| found(&references.config_maps, name, key)),
            Used::WholeSecret(name) => {
                add_all(&mut digest, &references.secrets, name);
                continue;
            }
        };
        add(
            &mut digest,
            &[&format!("{source:?}"), found.unwrap_or_default()],
        );
    }
    Some(hex(&digest.finalize()))
}

/// The first bytes of `digest` in hexadecimal: short enough to read, long enough to differ.
pub(super) fn hex(digest: &[u8]) -> String {
    digest
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The digest of `text`, in the same form.
pub(super) fn hex_of(text: &str) -> String {
    hex(&Sha256::digest(text))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Used<'a> {
    Secret(&'a str, &'a str),
    WholeSecret(&'a str),
    /// A whole ConfigMap of the forum's own has no key here.
    ConfigMap(&'a str, &'a str),
}

type Found = BTreeMap<String, Option<SecretDigest>>;

fn found<'a>(all: &'a Found, name: &str, key: &str) -> Option<&'a str> {
    all.get(name)?.as_ref()?.0.get(key).map(String::as_str)
}

fn add_all(digest: &mut Sha256, all: &Found, name: &str) {
    add(digest, &["whole", name]);
    let keys = all.get(name).and_then(Option::as_ref);
    for (key, value) in keys.iter().flat_map(|keys| &keys.0) {
        add(digest, &[key, value]);
    }
}

/// With lengths, so that no two lists of words give the same bytes.
fn add(digest: &mut Sha256, words: &[&str]) {
    for word in words {
        digest.update(word.len().to_le_bytes());
        digest.update(word);
    }
}

fn used(pod: &PodSpec) -> BTreeSet<Used<'_>> {
    let init = pod.init_containers.iter().flatten();
    let variables = init.chain(&pod.containers).flat_map(variables);
    let volumes = pod.volumes.iter().flatten();
    let secrets = volumes.clone().filter_map(|volume| {
        let secret = volume.secret.as_ref()?;
        Some(Used::WholeSecret(secret.secret_name.as_deref()?))
    });
    let config_maps = volumes.filter_map(|volume| {
        let config_map = volume.config_map.as_ref()?;
        Some(Used::ConfigMap(&config_map.name, ""))
    });
    variables.chain(secrets).chain(config_maps).collect()
}

fn variables(container: &Container) -> impl Iterator<Item = Used<'_>> {
    container.env.iter().flatten().filter_map(|variable| {
        let source = variable.value_from.as_ref()?;
        if let Some(secret) = &source.secret_key_ref {
            return Some(Used::Secret(&secret.name, &secret.key));
        }
        let config_map = source.config_map_key_ref.as_ref()?;
        Some(Used::ConfigMap(&config_map.name, &config_map.key))
    })
}
