//! Deletes what belongs to a forum and is not part of it any more.
//!
//! Volumes and generated Secrets stay until the forum goes: data and the keys to it outlive a change of mind.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    apply::{Applier, Identity},
    desired::DesiredState,
    error::Error,
    rollout::job_is_complete,
};
use crate::{
    cache::{Cache, Key, Live},
    kinds::Kind,
};

/// What belongs to `forum` and is not part of `desired`.
#[must_use]
pub fn orphans(cache: &Cache, forum: &Identity, desired: &DesiredState) -> Vec<(Kind, Arc<Live>)> {
    let wanted: BTreeSet<(Kind, &Key)> = desired
        .all()
        .map(|object| (object.kind, &object.key))
        .collect();
    let mut orphans = Vec::new();
    for (kind, table) in cache.tables() {
        if kind == Kind::PersistentVolumeClaim {
            continue;
        }
        let ours = table.of_forum(&forum.namespace, &forum.name).into_iter();
        let unwanted = ours.filter(|live| {
            live.ours
                && live.is_owned_by(&forum.uid)
                && !live.deleting
                && !wanted.contains(&(kind, &live.key))
        });
        orphans.extend(unwanted.map(|live| (kind, live)));
    }
    orphans
}

/// Deletes them.
///
/// # Errors
/// If the API does not.
pub async fn prune(applier: &Applier<'_>, desired: &DesiredState) -> Result<(), Error> {
    for (kind, live) in orphans(applier.cache, applier.forum, desired) {
        applier.delete(kind, &live).await?;
    }
    Ok(())
}

/// Deletes the migrations of versions that are not wanted any more and that have not completed: while they try on,
/// they would go into the way of those that are wanted.
///
/// # Errors
/// If the API does not.
pub async fn stop_superseded_jobs(
    applier: &Applier<'_>,
    desired: &DesiredState,
) -> Result<(), Error> {
    for (kind, live) in orphans(applier.cache, applier.forum, desired) {
        if kind == Kind::Job && !job_is_complete(&live.read()?) {
            applier.delete(kind, &live).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use kube::runtime::watcher::Event;
    use serde_json::json;

    use super::*;

    fn live(name: &str, uid: &str, managed_by: &str) -> Live {
        let object = json!({
            "metadata": {
                "name": name, "namespace": "n", "uid": name, "resourceVersion": "1",
                "labels": {"app.kubernetes.io/managed-by": managed_by},
                "ownerReferences": [{
                    "apiVersion": "folkmoot.dev/v1alpha1", "kind": "ForumInstance", "name": "demo", "uid": uid,
                }],
            },
        });
        Live::new(serde_json::from_value(object).unwrap())
    }

    #[test]
    fn only_what_is_ours_and_of_this_forum_and_unwanted_goes() {
        let cache = Cache::default();
        let put = |kind: Kind, live: Live| cache.table(kind).take("", Event::Apply(live));
        put(Kind::Service, live("demo-edge", "f", "folkmoot-operator"));
        put(
            Kind::Service,
            live("demo-old", "another", "folkmoot-operator"),
        );
        put(Kind::Service, live("demo-theirs", "f", "helm"));
        put(
            Kind::PersistentVolumeClaim,
            live("demo-postgres", "f", "folkmoot-operator"),
        );
        let forum = Identity {
            namespace: "n".to_owned(),
            name: "demo".to_owned(),
            uid: "f".to_owned(),
        };
        let mut desired = DesiredState {
            objects: Vec::new(),
            waves: Vec::new(),
        };
        let found = orphans(&cache, &forum, &desired);
        let names: Vec<&str> = found
            .iter()
            .map(|(_, live)| live.key.name.as_str())
            .collect();
        assert_eq!(names, ["demo-edge"]);

        let service = json!({"metadata": {"name": "demo-edge", "namespace": "n"}});
        desired.objects =
            vec![super::super::desired::Desired::new(Kind::Service, &service).unwrap()];
        assert!(orphans(&cache, &forum, &desired).is_empty());
    }
}
