//! Names, labels and owners.

use std::collections::BTreeMap;

use folkmoot_crds::ForumInstance;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta, OwnerReference};
use kube::Resource as _;

use super::part::Part;
use crate::forum::validate::ValidatedForum;

/// What the operator calls itself: as field manager, and as the value of [`MANAGED_BY`].
pub const OPERATOR: &str = "folkmoot-operator";
/// The label that says who made an object.
pub const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// The label that says which application an object belongs to.
pub const NAME: &str = "app.kubernetes.io/name";
/// The label that says which forum an object belongs to.
pub const INSTANCE: &str = "app.kubernetes.io/instance";
/// The label that says which part of a forum an object belongs to.
pub const COMPONENT: &str = "app.kubernetes.io/component";
/// The value of [`NAME`].
pub const APPLICATION: &str = "folkmoot";

/// The labels by which a part's pods are selected. They never change: a Deployment's selector cannot.
#[must_use]
pub fn selector_labels(forum: &str, part: Part) -> BTreeMap<String, String> {
    let mut labels = forum_labels(forum);
    labels.insert(COMPONENT.to_owned(), part.as_str().to_owned());
    labels
}

/// The labels by which all pods of a forum are selected.
#[must_use]
pub fn forum_labels(forum: &str) -> BTreeMap<String, String> {
    [(NAME, APPLICATION), (INSTANCE, forum)]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

/// The labels of everything that belongs to a part.
#[must_use]
pub fn labels(forum: &str, part: Part) -> BTreeMap<String, String> {
    let mut labels = selector_labels(forum, part);
    labels.insert(MANAGED_BY.to_owned(), OPERATOR.to_owned());
    labels
}

/// Points from what belongs to `forum` to it; `None` before it is stored.
#[must_use]
pub fn owner(forum: &ForumInstance) -> Option<OwnerReference> {
    Some(OwnerReference {
        block_owner_deletion: Some(true),
        ..forum.controller_owner_ref(&())?
    })
}

impl ValidatedForum {
    pub(super) fn selector(&self, part: Part) -> LabelSelector {
        LabelSelector {
            match_labels: Some(selector_labels(&self.name, part)),
            match_expressions: None,
        }
    }

    /// Of an object that is named after its part.
    pub(super) fn metadata(&self, part: Part) -> ObjectMeta {
        self.named_metadata(part, part.object_name(&self.name))
    }

    /// Of an object with a name of its own.
    pub(super) fn named_metadata(&self, part: Part, name: String) -> ObjectMeta {
        ObjectMeta {
            name: Some(name),
            namespace: Some(self.namespace.clone()),
            labels: Some(labels(&self.name, part)),
            owner_references: Some(vec![self.owner.clone()]),
            ..ObjectMeta::default()
        }
    }
}

/// Of an object that outlives its forum.
pub(super) fn without_owner(metadata: ObjectMeta) -> ObjectMeta {
    ObjectMeta {
        owner_references: None,
        ..metadata
    }
}
