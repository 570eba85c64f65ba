//! Makes one object be as wanted, with no request at all when it is.
//!
//! Server-side apply under one field manager: what others set is left alone, what we set is taken back.

use std::sync::Arc;

use k8s_openapi::api::batch::v1::Job;
use kube::{
    Api, Client,
    api::{DeleteParams, Patch, PatchParams, Preconditions, PropagationPolicy},
    core::{DynamicObject, PartialObjectMeta, Status},
};
use serde_json::{Value, json};
use tracing::{info, warn};

use super::{
    compare::difference,
    desired::Desired,
    error::{Error, Trouble},
    reasons, rollout,
};
use crate::{
    cache::{Cache, Live},
    kinds::Kind,
    metrics,
    names::{FIELD_MANAGER, HANDOVER_MANAGER},
};

/// The forum whose objects are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Where it is.
    pub namespace: String,
    /// What it is called.
    pub name: String,
    /// Which object of that name.
    pub uid: String,
}

/// What became of one object.
#[derive(Debug, Clone)]
pub enum Ensured {
    /// It is as wanted.
    Live(Arc<Live>),
    /// An older one must go first.
    Waiting(String),
    /// It cannot be as wanted.
    Blocked(Trouble),
}

/// Writes the objects of one forum.
pub struct Applier<'a> {
    /// To write with.
    pub client: &'a Client,
    /// What is there.
    pub cache: &'a Cache,
    /// Whose objects they are.
    pub forum: &'a Identity,
}

impl Applier<'_> {
    /// Makes an object be as wanted.
    ///
    /// # Errors
    /// If the API cannot be asked.
    pub async fn ensure(&self, desired: &Desired) -> Result<Ensured, Error> {
        let Some(live) = self.cache.table(desired.kind).get(&desired.key) else {
            return self.create(desired).await;
        };
        if live.deleting {
            return Ok(Ensured::Waiting(format!(
                "{} {} is being deleted",
                desired.kind, desired.key.name
            )));
        }
        if let Some(other) = self.not_ours(desired, &live) {
            return Ok(other);
        }
        if desired.kind == Kind::Job
            && is_complete(&live)
            && live.applied_hash.as_ref() != Some(&desired.hash)
        {
            // What has been done is not done again because it would be done otherwise today.
            return Ok(Ensured::Live(live));
        }
        let Some(field) = self.cause_to_write(desired, &live) else {
            return Ok(Ensured::Live(live));
        };
        info!(kind = %desired.kind, name = desired.key.name, field, "apply");
        self.hand_over_replicas(desired, &live).await?;
        self.write(desired).await
    }

    /// Sets the number of pods of a Deployment whose template must not be touched now.
    ///
    /// # Errors
    /// If the API does not do it.
    pub async fn scale(&self, desired: &Desired, live: &Live, replicas: i64) -> Result<(), Error> {
        if live
            .value()
            .pointer("/spec/replicas")
            .and_then(Value::as_i64)
            == Some(replicas)
        {
            return Ok(());
        }
        info!(kind = %desired.kind, name = desired.key.name, replicas, "scale");
        metrics::write(desired.kind, "patch");
        let parameters = PatchParams {
            field_manager: Some(FIELD_MANAGER.to_owned()),
            ..PatchParams::default()
        };
        let patch = Patch::Merge(json!({"spec": {"replicas": replicas}}));
        let answer = self
            .api(desired.kind)
            .patch(&desired.key.name, &parameters, &patch)
            .await;
        let answer =
            answer.map_err(|error| Error::api("scale", desired.kind, &desired.key, error))?;
        self.keep(desired.kind, Live::new(answer));
        Ok(())
    }

    /// Deletes an object, if it is still that one.
    ///
    /// # Errors
    /// If the API does not do it.
    pub async fn delete(&self, kind: Kind, live: &Live) -> Result<(), Error> {
        info!(%kind, name = live.key.name, "delete");
        metrics::write(kind, "delete");
        let parameters = DeleteParams {
            propagation_policy: Some(PropagationPolicy::Background),
            preconditions: Some(Preconditions {
                uid: Some(live.uid.clone()),
                resource_version: None,
            }),
            ..DeleteParams::default()
        };
        match self.api(kind).delete(&live.key.name, &parameters).await {
            Ok(_) => Ok(()),
            // Gone, or already another object of that name.
            Err(kube::Error::Api(status)) if status.is_not_found() || status.is_conflict() => {
                Ok(())
            }
            Err(error) => Err(Error::api("delete", kind, &live.key, error)),
        }
    }

    async fn create(&self, desired: &Desired) -> Result<Ensured, Error> {
        // What is not in the cache may be an object without our labels: of others, or of ours and changed.
        let found = self
            .api(desired.kind)
            .get_metadata_opt(&desired.key.name)
            .await;
        let found = found.map_err(|error| Error::api("get", desired.kind, &desired.key, error))?;
        if let Some(found) = found {
            let live = Live::new(without_content(desired.kind, found));
            if live.deleting {
                return Ok(Ensured::Waiting(format!(
                    "{} {} is being deleted",
                    desired.kind, desired.key.name
                )));
            }
            if let Some(other) = self.not_ours(desired, &live) {
                return Ok(other);
            }
        }
        info!(kind = %desired.kind, name = desired.key.name, "create");
        self.write(desired).await
    }

    fn not_ours(&self, desired: &Desired, live: &Live) -> Option<Ensured> {
        if live.is_owned_by(&self.forum.uid) {
            return None;
        }
        let same_forum = live.ours && live.instance.as_ref() == Some(&self.forum.name);
        if live.owner.is_none() && same_forum && !desired.has_owner() {
            return None;
        }
        let what = format!("{} {}", desired.kind, desired.key.name);
        if live
            .owner
            .as_ref()
            .is_some_and(|owner| owner.name == self.forum.name)
        {
            return Some(Ensured::Waiting(format!(
                "{what} of an earlier forum of this name is being deleted"
            )));
        }
        Some(Ensured::Blocked(Trouble {
            reason: reasons::NAME_TAKEN,
            message: format!("{what} exists and does not belong to this forum"),
        }))
    }

    /// The field that is not as wanted.
    fn cause_to_write(&self, desired: &Desired, live: &Live) -> Option<String> {
        if live.applied_hash.as_ref() == Some(&desired.hash) {
            if live.holds(desired.fingerprint()) {
                return None;
            }
            let Some(field) = difference(&desired.value, &live.value()) else {
                live.found(desired.fingerprint());
                return None;
            };
            return (!self.cache.is_settled(desired.kind, live, &desired.hash)).then_some(field);
        }
        Some("what was applied".to_owned())
    }

    async fn write(&self, desired: &Desired) -> Result<Ensured, Error> {
        metrics::write(desired.kind, "apply");
        let parameters = PatchParams::apply(FIELD_MANAGER).force();
        let patch = Patch::Apply(&desired.value);
        let answer = self
            .api(desired.kind)
            .patch(&desired.key.name, &parameters, &patch)
            .await;
        match answer {
            Ok(object) => {
                let live = Live::new(object);
                match difference(&desired.value, &live.value()) {
                    None => live.found(desired.fingerprint()),
                    Some(field) => {
                        warn!(kind = %desired.kind, name = desired.key.name, field, "the API does not keep a field as applied");
                        self.cache.settle(desired.kind, &live, &desired.hash);
                    }
                }
                Ok(Ensured::Live(self.keep(desired.kind, live)))
            }
            Err(kube::Error::Api(status)) => self.refused(desired, status).await,
            Err(error) => Err(Error::api("apply", desired.kind, &desired.key, error)),
        }
    }

    async fn refused(&self, desired: &Desired, status: Box<Status>) -> Result<Ensured, Error> {
        let terminating = status.message.contains("because it is being terminated");
        if terminating {
            return Ok(Ensured::Waiting(
                "the namespace is being deleted".to_owned(),
            ));
        }
        if status.is_invalid()
            && desired.kind == Kind::Job
            && let Some(live) = self.cache.table(Kind::Job).get(&desired.key)
        {
            return self.make_anew(live).await;
        }
        let reason = match () {
            () if status.is_invalid() && is_immutable(&status.message) => reasons::FIELD_IMMUTABLE,
            () if status.is_invalid() || status.code == 400 => reasons::OBJECT_REJECTED,
            () if status.is_forbidden() => reasons::OBJECT_FORBIDDEN,
            () => {
                return Err(Error::api(
                    "apply",
                    desired.kind,
                    &desired.key,
                    kube::Error::Api(status),
                ));
            }
        };
        let message = crate::text::one_line(&status.message);
        Ok(Ensured::Blocked(Trouble::on(
            reason,
            desired.kind,
            &desired.key,
            message,
        )))
    }

    /// A Job cannot be changed; one that has succeeded need not be.
    async fn make_anew(&self, live: Arc<Live>) -> Result<Ensured, Error> {
        if is_complete(&live) {
            return Ok(Ensured::Live(live));
        }
        self.delete(Kind::Job, &live).await?;
        Ok(Ensured::Waiting(format!(
            "Job {} is made anew",
            live.key.name
        )))
    }

    /// When we no longer set the number of pods and nobody else does, the server would set it to 1. Another manager
    /// holds the number that there is until somebody sets it.
    async fn hand_over_replicas(&self, desired: &Desired, live: &Live) -> Result<(), Error> {
        if desired.kind != Kind::Deployment || desired.replicas().is_some() {
            return Ok(());
        }
        let now = live
            .value()
            .pointer("/spec/replicas")
            .and_then(Value::as_i64);
        let Some(now) = now.filter(|now| *now != 1) else {
            return Ok(());
        };
        let resource = desired.kind.resource();
        let patch = json!({
            "apiVersion": resource.api_version,
            "kind": resource.kind,
            "metadata": {"name": desired.key.name},
            "spec": {"replicas": now},
        });
        let parameters = PatchParams::apply(HANDOVER_MANAGER).force();
        metrics::write(desired.kind, "apply");
        let answer = self
            .api(desired.kind)
            .patch(&desired.key.name, &parameters, &Patch::Apply(patch))
            .await;
        answer.map_err(|error| Error::api("hand over", desired.kind, &desired.key, error))?;
        Ok(())
    }

    fn keep(&self, kind: Kind, live: Live) -> Arc<Live> {
        self.cache.table(kind).written(live.clone());
        Arc::new(live)
    }

    fn api(&self, kind: Kind) -> Api<DynamicObject> {
        Api::namespaced_with(self.client.clone(), &self.forum.namespace, &kind.resource())
    }
}

fn without_content(kind: Kind, found: PartialObjectMeta<DynamicObject>) -> DynamicObject {
    DynamicObject {
        types: None,
        metadata: found.metadata,
        data: json!({ "kind": kind.name() }),
    }
}

fn is_complete(live: &Live) -> bool {
    live.read::<Job>()
        .is_ok_and(|job| rollout::job_is_complete(&job))
}

/// In the words of the API: there is no code for it.
fn is_immutable(message: &str) -> bool {
    [
        "immutable",
        "updates to statefulset spec for fields other than",
        "can not be less than",
        "cannot be changed",
        "may not be changed",
    ]
    .iter()
    .any(|words| message.contains(words))
}
