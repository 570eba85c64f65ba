//! The names by which the operator and what it makes are known. They are fixed: objects in clusters carry them.

/// Who owns the fields that the operator sets.
pub const FIELD_MANAGER: &str = "folkmoot-operator";
/// Holds the number of pods for a moment when nobody else does: see [`crate::forum::apply`].
pub const HANDOVER_MANAGER: &str = "folkmoot-operator-handover";
/// Label: which forum an object is of.
pub const LABEL_INSTANCE: &str = "app.kubernetes.io/instance";
/// Label: which part of the forum.
pub const LABEL_COMPONENT: &str = "app.kubernetes.io/component";
/// Label: whose object it is.
pub const LABEL_MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// Value of [`LABEL_MANAGED_BY`].
pub const MANAGED_BY: &str = "folkmoot-operator";
/// Annotation: the hash of what was applied last.
pub const ANNOTATION_APPLIED_HASH: &str = "folkmoot.dev/applied-hash";
/// Annotation of a pod: what taking it away costs, for the ReplicaSet that takes some away.
pub const ANNOTATION_DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";
/// The part that holds the sockets.
pub const CHAT: &str = "chat";

/// Selects what the operator made.
pub const OURS: &str = "app.kubernetes.io/managed-by=folkmoot-operator";
/// Selects what others made.
pub const OTHERS: &str = "app.kubernetes.io/managed-by!=folkmoot-operator";
