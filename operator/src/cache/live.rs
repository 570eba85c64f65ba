//! An object of ours as it was last seen.

use std::hash::{DefaultHasher, Hash, Hasher};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::core::DynamicObject;
use parking_lot::RwLock;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::table::{Entry, Key, version_of};
use crate::names::{ANNOTATION_APPLIED_HASH, LABEL_INSTANCE, LABEL_MANAGED_BY, MANAGED_BY};

/// The ForumInstance that an object belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Its name.
    pub name: String,
    /// Its uid: another forum of the same name has another.
    pub uid: String,
}

/// An object of ours as it was last seen.
#[derive(Debug, Clone)]
pub struct Live {
    /// Where it is.
    pub key: Key,
    /// Which object of that name.
    pub uid: String,
    version: u64,
    /// The forum whose object it is.
    pub owner: Option<Owner>,
    /// The forum by its label.
    pub instance: Option<String>,
    /// Whether its label says that it is ours.
    pub ours: bool,
    /// Hash of what we applied last.
    pub applied_hash: Option<String>,
    /// Whether it is being deleted.
    pub deleting: bool,
    /// Of all but its status: equal as long as nobody changed it.
    pub digest: u64,
    status_digest: u64,
    content: Content,
}

/// The object's JSON. Once all that we want of it was found in it, most of it is let go: it makes up nearly all of the
/// memory that an object takes, and only a change would have it looked at again, which brings it anew.
#[derive(Debug, Default)]
struct Content(RwLock<Inner>);

#[derive(Debug, Clone, Default)]
struct Inner {
    json: Box<str>,
    /// What was found in it, see [`Live::holds`].
    found: Option<u64>,
}

impl Clone for Content {
    fn clone(&self) -> Self {
        Self(RwLock::new(self.0.read().clone()))
    }
}

impl Live {
    /// Takes what is looked at from `object`.
    #[must_use]
    pub fn new(mut object: DynamicObject) -> Self {
        object.metadata.managed_fields = None;
        let metadata = object.metadata.clone();
        let status = object.data.get("status").map(Value::to_string);
        let digest = digest_of(&object);
        Self {
            key: Key::new(
                metadata.namespace.clone().unwrap_or_default(),
                metadata.name.clone().unwrap_or_default(),
            ),
            owner: owner(&metadata),
            instance: label(&metadata, LABEL_INSTANCE),
            ours: label(&metadata, LABEL_MANAGED_BY).as_deref() == Some(MANAGED_BY),
            applied_hash: metadata
                .annotations
                .as_ref()
                .and_then(|annotations| annotations.get(ANNOTATION_APPLIED_HASH).cloned()),
            deleting: metadata.deletion_timestamp.is_some(),
            digest,
            status_digest: hash(&status),
            content: Content(RwLock::new(Inner {
                json: serde_json::to_string(&object)
                    .unwrap_or_default()
                    .into_boxed_str(),
                found: None,
            })),
            version: version_of(&metadata).unwrap_or(0),
            uid: metadata.uid.unwrap_or_default(),
        }
    }

    /// The whole object; only what a rollout looks at once everything wanted was found in it.
    #[must_use]
    pub fn value(&self) -> Value {
        serde_json::from_str(&self.content.0.read().json).unwrap_or_default()
    }

    /// Whether all that `wanted` stands for (a hash of what is wanted) was found in it.
    #[must_use]
    pub fn holds(&self, wanted: u64) -> bool {
        self.content.0.read().found == Some(wanted)
    }

    /// All that `wanted` stands for was found in it.
    pub fn found(&self, wanted: u64) {
        let mut content = self.content.0.write();
        if content.found.is_none() {
            let value = serde_json::from_str(&content.json).unwrap_or_default();
            content.json = slim(value).to_string().into_boxed_str();
        }
        content.found = Some(wanted);
    }

    /// The object as its type.
    ///
    /// # Errors
    /// If the cluster's object is not of that type.
    pub fn read<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_str(&self.content.0.read().json)
    }

    /// Whether it belongs to the forum of this uid.
    #[must_use]
    pub fn is_owned_by(&self, uid: &str) -> bool {
        self.owner.as_ref().is_some_and(|owner| owner.uid == uid)
    }
}

impl Entry for Live {
    fn key(&self) -> &Key {
        &self.key
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn forum(&self) -> Option<&str> {
        let owner = self.owner.as_ref().map(|owner| owner.name.as_str());
        owner.or(self.instance.as_deref())
    }

    fn same(&self, other: &Self) -> bool {
        self.digest == other.digest && self.status_digest == other.status_digest
    }

    fn inherit(&self, old: &Self) {
        let found = old.content.0.read().found;
        if let Some(wanted) = found.filter(|_| old.digest == self.digest) {
            self.found(wanted);
        }
    }
}

/// What is left of an object that is as wanted: of a workload, all that tells how far it is.
fn slim(object: Value) -> Value {
    let (Value::Object(mut object), mut slim) = (object, json!({})) else {
        return Value::Null;
    };
    let Some(Value::Object(mut spec)) = object.remove("spec") else {
        return slim;
    };
    let Some(template) = spec.remove("template") else {
        return slim;
    };
    spec.remove("volumeClaimTemplates");
    let image = template.pointer("/spec/containers/0/image");
    let container = json!({"name": "", "image": image});
    spec.insert(
        "template".to_owned(),
        json!({"spec": {"containers": [container]}}),
    );
    for name in [
        "generation",
        "creationTimestamp",
        "name",
        "namespace",
        "uid",
    ] {
        if let Some(value) = object
            .get("metadata")
            .and_then(|metadata| metadata.get(name))
        {
            slim["metadata"][name] = value.clone();
        }
    }
    slim["spec"] = spec.into();
    if let Some(status) = object.remove("status") {
        slim["status"] = status;
    }
    slim
}

fn owner(metadata: &ObjectMeta) -> Option<Owner> {
    let owners = metadata.owner_references.as_ref()?;
    let owner = owners.iter().find(|owner| {
        owner.kind == "ForumInstance" && owner.api_version.starts_with("folkmoot.dev/")
    })?;
    Some(Owner {
        name: owner.name.clone(),
        uid: owner.uid.clone(),
    })
}

fn label(metadata: &ObjectMeta, name: &str) -> Option<String> {
    metadata.labels.as_ref()?.get(name).cloned()
}

/// Of what a person or a controller may have changed: not of the status, and not of what the server counts.
fn digest_of(object: &DynamicObject) -> u64 {
    let metadata = &object.metadata;
    let mut hasher = DefaultHasher::new();
    metadata.uid.hash(&mut hasher);
    metadata.labels.hash(&mut hasher);
    metadata.annotations.hash(&mut hasher);
    metadata.finalizers.hash(&mut hasher);
    metadata.deletion_timestamp.is_some().hash(&mut hasher);
    format!("{:?}", metadata.owner_references).hash(&mut hasher);
    if let Value::Object(fields) = &object.data {
        for (name, value) in fields.iter().filter(|(name, _)| *name != "status") {
            name.hash(&mut hasher);
            value.to_string().hash(&mut hasher);
        }
    }
    hasher.finish()
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn live(version: &str, replicas: i32, ready: i32) -> Live {
        let object = json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {
                "name": "demo-chat", "namespace": "n", "uid": "u", "resourceVersion": version, "generation": 3,
                "labels": {"app.kubernetes.io/managed-by": "folkmoot-operator", "app.kubernetes.io/instance": "demo"},
                "annotations": {"folkmoot.dev/applied-hash": "h"},
                "managedFields": [{"manager": "m", "operation": "Apply", "time": "2026-01-01T00:00:00Z"}],
                "ownerReferences": [
                    {"apiVersion": "folkmoot.dev/v1alpha1", "kind": "ForumInstance", "name": "demo", "uid": "f"},
                ],
            },
            "spec": {"replicas": replicas, "template": {"spec": {"containers": [
                {"name": "chat", "image": "i:1", "env": [{"name": "A", "value": "b"}]},
            ]}}},
            "status": {"readyReplicas": ready},
        });
        Live::new(serde_json::from_value(object).unwrap())
    }

    #[test]
    fn what_is_looked_at_is_taken_out() {
        let live = live("12", 2, 1);
        assert_eq!((live.version(), live.forum()), (12, Some("demo")));
        assert!(live.ours && live.is_owned_by("f") && !live.is_owned_by("g"));
        assert_eq!(live.applied_hash.as_deref(), Some("h"));
        assert_eq!(live.value()["spec"]["replicas"], 2);
        assert!(live.value()["metadata"].get("managedFields").is_none());
    }

    #[test]
    fn what_was_found_is_not_kept_and_what_a_rollout_looks_at_is() {
        let seen = live("1", 2, 1);
        let whole = seen.content.0.read().json.len();
        assert!(!seen.holds(7));
        seen.found(7);
        assert!(seen.holds(7) && !seen.holds(8));
        assert!(seen.content.0.read().json.len() < whole);
        for (pointer, expected) in [
            ("/spec/replicas", json!(2)),
            ("/spec/template/spec/containers/0/image", json!("i:1")),
            ("/status/readyReplicas", json!(1)),
            ("/metadata/generation", json!(3)),
        ] {
            assert_eq!(seen.value().pointer(pointer), Some(&expected), "{pointer}");
        }
        assert!(
            seen.read::<k8s_openapi::api::apps::v1::Deployment>()
                .is_ok()
        );

        let new_status = live("2", 2, 2);
        new_status.inherit(&seen);
        assert!(new_status.holds(7));
        assert_eq!(new_status.value()["status"]["readyReplicas"], 2);
        let changed = live("3", 3, 2);
        changed.inherit(&new_status);
        assert!(!changed.holds(7), "it is to be looked at anew");
    }

    #[test]
    fn a_new_version_alone_is_the_same_and_a_new_status_is_not() {
        assert!(live("1", 2, 1).same(&live("2", 2, 1)));
        assert!(!live("1", 2, 1).same(&live("2", 2, 2)));
        assert!(!live("1", 2, 1).same(&live("2", 3, 1)));
        assert_eq!(live("1", 2, 1).digest, live("2", 2, 2).digest);
    }
}
