//! The objects of a forum as JSON with the hash of each: what is compared and sent.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::resources::{Resources, Wave, Workload};
use crate::{
    cache::{Key, sha256_hex},
    kinds::Kind,
    names::{ANNOTATION_APPLIED_HASH, LABEL_COMPONENT},
};

/// Hexadecimal digits of a hash that are kept: 64 bits.
const HASH_LENGTH: usize = 16;

/// One object that should be there.
#[derive(Debug, Clone)]
pub struct Desired {
    /// What it is.
    pub kind: Kind,
    /// Where it should be.
    pub key: Key,
    /// What it should hold, with its hash as an annotation.
    pub value: Value,
    /// Of what it should hold, without the number of its pods.
    pub hash: String,
}

/// Workloads that are rolled out together.
#[derive(Debug, Clone)]
pub struct DesiredWave {
    /// For conditions and events.
    pub name: &'static str,
    /// What runs.
    pub workloads: Vec<Desired>,
}

/// All objects that a forum should have.
#[derive(Debug, Clone)]
pub struct DesiredState {
    /// What is applied at once.
    pub objects: Vec<Desired>,
    /// What is applied wave by wave.
    pub waves: Vec<DesiredWave>,
}

impl DesiredState {
    /// Takes `resources` apart.
    ///
    /// # Errors
    /// If an object cannot be written as JSON.
    pub fn new(resources: Resources) -> serde_json::Result<Self> {
        // Without `..`, so that no kind is forgotten.
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
        let mut objects = Vec::new();
        add(&mut objects, Kind::ServiceAccount, service_accounts)?;
        add(&mut objects, Kind::ConfigMap, config_maps)?;
        add(&mut objects, Kind::PersistentVolumeClaim, volume_claims)?;
        add(&mut objects, Kind::Service, services)?;
        add(&mut objects, Kind::NetworkPolicy, network_policies)?;
        add(&mut objects, Kind::PodDisruptionBudget, disruption_budgets)?;
        add(&mut objects, Kind::Ingress, ingresses)?;
        add(&mut objects, Kind::HttpRoute, http_routes)?;
        add(&mut objects, Kind::ServiceMonitor, service_monitors)?;
        let waves = waves.iter().map(wave);
        Ok(Self {
            objects,
            waves: waves.collect::<Result<_, _>>()?,
        })
    }

    /// All objects, those of waves last.
    pub fn all(&self) -> impl Iterator<Item = &Desired> {
        let workloads = self.waves.iter().flat_map(|wave| &wave.workloads);
        self.objects.iter().chain(workloads)
    }
}

impl Desired {
    /// One object.
    ///
    /// # Errors
    /// If it cannot be written as JSON.
    pub fn new(kind: Kind, object: &impl Serialize) -> serde_json::Result<Self> {
        let mut value = serde_json::to_value(object)?;
        let resource = kind.resource();
        let fields = as_map(&mut value);
        fields.insert("apiVersion".to_owned(), json!(resource.api_version));
        fields.insert("kind".to_owned(), json!(resource.kind));
        // Not ours to set: the answer of the server has it.
        fields.remove("status");
        let hash = hash(&mut value);
        let metadata = as_map(fields_of(&mut value, "metadata"));
        let text = |name: &str| {
            metadata
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let key = Key::new(text("namespace"), text("name"));
        let annotations = as_map(metadata.entry("annotations").or_insert_with(|| json!({})));
        annotations.insert(ANNOTATION_APPLIED_HASH.to_owned(), json!(hash));
        Ok(Self {
            kind,
            key,
            value,
            hash,
        })
    }

    /// The part of the forum that it is of.
    #[must_use]
    pub fn component(&self) -> &str {
        let label = &self.value["metadata"]["labels"][LABEL_COMPONENT];
        label.as_str().unwrap_or_default()
    }

    /// The number of pods that it asks for, if it does.
    #[must_use]
    pub fn replicas(&self) -> Option<i64> {
        self.value.get("spec")?.get("replicas")?.as_i64()
    }

    /// Whether an owner is named: what is to outlive its forum has none.
    #[must_use]
    pub fn has_owner(&self) -> bool {
        self.value["metadata"].get("ownerReferences").is_some()
    }

    /// Stands for all that it should hold.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&self.hash, self.replicas()).hash(&mut hasher);
        hasher.finish()
    }

    /// The image of its first container.
    #[must_use]
    pub fn image(&self) -> Option<&str> {
        self.value
            .pointer("/spec/template/spec/containers/0/image")?
            .as_str()
    }
}

fn wave(wave: &Wave) -> serde_json::Result<DesiredWave> {
    let workloads = wave.workloads.iter().map(|workload| match workload {
        Workload::Deployment(object) => Desired::new(Kind::Deployment, object),
        Workload::StatefulSet(object) => Desired::new(Kind::StatefulSet, object),
        Workload::Job(object) => Desired::new(Kind::Job, object),
    });
    Ok(DesiredWave {
        name: wave.name,
        workloads: workloads.collect::<Result<_, _>>()?,
    })
}

fn add<T: Serialize>(
    objects: &mut Vec<Desired>,
    kind: Kind,
    all: Vec<T>,
) -> serde_json::Result<()> {
    for object in all {
        objects.push(Desired::new(kind, &object)?);
    }
    Ok(())
}

/// The number of pods changes often and is compared by itself: of it, the hash holds only whether we set it.
fn hash(value: &mut Value) -> String {
    let replicas = value
        .pointer_mut("/spec/replicas")
        .map(|replicas| std::mem::replace(replicas, json!("set")));
    // serde_json's maps are sorted, so that the text of equal values is equal.
    let mut hash = sha256_hex(value.to_string().as_bytes());
    if let (Some(replicas), Some(place)) = (replicas, value.pointer_mut("/spec/replicas")) {
        *place = replicas;
    }
    hash.truncate(HASH_LENGTH);
    hash
}

fn as_map(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = json!({});
    }
    match value {
        Value::Object(map) => map,
        _ => unreachable!("it was made an object above"),
    }
}

fn fields_of<'a>(value: &'a mut Value, name: &str) -> &'a mut Value {
    as_map(value).entry(name).or_insert_with(|| json!({}))
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::apps::v1::{Deployment, DeploymentSpec};
    use kube::core::ObjectMeta;

    use super::*;

    fn deployment(replicas: Option<i32>, seconds: i32) -> Desired {
        let object = Deployment {
            metadata: ObjectMeta {
                name: Some("demo-chat".to_owned()),
                namespace: Some("n".to_owned()),
                ..ObjectMeta::default()
            },
            spec: Some(DeploymentSpec {
                replicas,
                min_ready_seconds: Some(seconds),
                ..DeploymentSpec::default()
            }),
            status: None,
        };
        Desired::new(Kind::Deployment, &object).unwrap()
    }

    #[test]
    fn an_object_says_what_it_is_and_carries_its_hash() {
        let desired = deployment(Some(2), 1);
        assert_eq!(desired.value["apiVersion"], "apps/v1");
        assert_eq!(desired.value["kind"], "Deployment");
        assert_eq!(desired.key, Key::new("n", "demo-chat"));
        let annotations = &desired.value["metadata"]["annotations"];
        assert_eq!(annotations[ANNOTATION_APPLIED_HASH], desired.hash.as_str());
        assert_eq!(desired.hash.len(), HASH_LENGTH);
    }

    #[test]
    fn the_hash_is_of_everything_but_the_number_of_pods() {
        assert_eq!(deployment(Some(2), 1).hash, deployment(Some(3), 1).hash);
        assert_ne!(deployment(Some(2), 1).hash, deployment(None, 1).hash);
        assert_ne!(deployment(Some(2), 1).hash, deployment(Some(2), 2).hash);
    }
}
