//! Every reason that a condition can have. The page on troubleshooting is checked against this table.

use folkmoot_crds::condition::{DEGRADED, PAUSED, POSTGRES_READY, PROGRESSING, READY};

/// One reason of one condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason {
    /// Type of the condition; `*` for those of dependencies.
    pub condition: &'static str,
    /// Status with which it comes.
    pub status: &'static str,
    /// CamelCase, stable.
    pub reason: &'static str,
    /// What is the case.
    pub meaning: &'static str,
    /// What to do about it; empty if nothing.
    pub remedy: &'static str,
}

/// Everything runs as the spec says.
pub const ALL_READY: &str = "AllReady";
/// A change is being rolled out.
pub const ROLLING_OUT: &str = "RollingOut";
/// Fewer pods serve than should.
pub const PODS_NOT_READY: &str = "PodsNotReady";
/// A rollout is over.
pub const ROLLED_OUT: &str = "RolledOut";
/// A rollout stands still because of a failure.
pub const ROLLOUT_BLOCKED: &str = "RolloutBlocked";
/// Nothing is known to be wrong.
pub const AS_EXPECTED: &str = "AsExpected";
/// `spec.paused` is set.
pub const PAUSED_BY_SPEC: &str = "PausedBySpec";
/// `spec.paused` is not set.
pub const NOT_PAUSED: &str = "NotPaused";
/// A dependency answers.
pub const REACHED: &str = "Reached";
/// A dependency does not answer.
pub const NOT_REACHED: &str = "NotReached";
/// No pod has been asked yet.
pub const NOT_KNOWN: &str = "NotKnown";
/// At least one dependency does not answer.
pub const DEPENDENCY_LOST: &str = "DependencyLost";
/// The spec cannot be understood or contradicts itself.
pub const INVALID_SPEC: &str = "InvalidSpec";
/// A Secret that the spec names, or one of the forum's own, is not there.
pub const SECRET_NOT_FOUND: &str = "SecretNotFound";
/// A Secret lacks a key.
pub const SECRET_KEY_NOT_FOUND: &str = "SecretKeyNotFound";
/// A ConfigMap that the spec names is not there.
pub const CONFIG_MAP_NOT_FOUND: &str = "ConfigMapNotFound";
/// A ConfigMap lacks a key.
pub const CONFIG_MAP_KEY_NOT_FOUND: &str = "ConfigMapKeyNotFound";
/// The cluster has no kind HTTPRoute.
pub const GATEWAY_API_MISSING: &str = "GatewayApiMissing";
/// An object of the same name belongs to somebody else.
pub const NAME_TAKEN: &str = "NameTaken";
/// A field that cannot be changed would have to be.
pub const FIELD_IMMUTABLE: &str = "FieldImmutable";
/// The API refuses an object.
pub const OBJECT_REJECTED: &str = "ObjectRejected";
/// The API does not let the operator write an object.
pub const OBJECT_FORBIDDEN: &str = "ObjectForbidden";
/// An image cannot be pulled.
pub const IMAGE_PULL_FAILED: &str = "ImagePullFailed";
/// A container ends again and again.
pub const POD_CRASH_LOOPING: &str = "PodCrashLooping";
/// A container cannot be made.
pub const POD_CONFIG_INVALID: &str = "PodConfigInvalid";
/// A pod failed for another reason.
pub const POD_FAILED: &str = "PodFailed";
/// No node takes a pod.
pub const UNSCHEDULABLE: &str = "Unschedulable";
/// Pods do not become ready in time.
pub const ROLLOUT_TIMED_OUT: &str = "RolloutTimedOut";
/// Pods cannot be made.
pub const PODS_NOT_CREATED: &str = "PodsNotCreated";
/// The migrations end with an error.
pub const MIGRATION_FAILED: &str = "MigrationFailed";

const fn reason(
    condition: &'static str,
    status: &'static str,
    reason: &'static str,
    meaning: &'static str,
    remedy: &'static str,
) -> Reason {
    Reason {
        condition,
        status,
        reason,
        meaning,
        remedy,
    }
}

/// Every reason, with every condition that it comes with.
pub const REASONS: &[Reason] = &[
    reason(
        READY,
        "True",
        ALL_READY,
        "Everything runs as the spec says.",
        "",
    ),
    reason(
        READY,
        "False",
        ROLLING_OUT,
        "A change is being rolled out; the message names what is waited for.",
        "Wait.",
    ),
    reason(
        READY,
        "False",
        PODS_NOT_READY,
        "The rollout is over and fewer pods serve than should.",
        "Look at the pods that the message names; they come back by themselves if their node or store does.",
    ),
    reason(
        READY,
        "False",
        "any reason of Degraded",
        "The rollout stands still for the reason that Degraded names.",
        "See there.",
    ),
    reason(
        PROGRESSING,
        "True",
        ROLLING_OUT,
        "A wave of the rollout is not done yet.",
        "",
    ),
    reason(
        PROGRESSING,
        "False",
        ROLLED_OUT,
        "All waves are rolled out.",
        "",
    ),
    reason(
        PROGRESSING,
        "False",
        ROLLOUT_BLOCKED,
        "The rollout stands still; Degraded says why. The pods of before serve.",
        "Mend what Degraded names, or apply the spec of before.",
    ),
    reason(
        PROGRESSING,
        "False",
        PAUSED_BY_SPEC,
        "Nothing is changed while `spec.paused` is set.",
        "Set `spec.paused` to false.",
    ),
    reason(
        PAUSED,
        "True",
        PAUSED_BY_SPEC,
        "Nothing is changed while `spec.paused` is set; the status is kept current.",
        "Set `spec.paused` to false.",
    ),
    reason(
        PAUSED,
        "False",
        NOT_PAUSED,
        "The operator keeps the forum as its spec says.",
        "",
    ),
    reason(
        DEGRADED,
        "False",
        AS_EXPECTED,
        "Nothing is known to be wrong.",
        "",
    ),
    reason(
        DEGRADED,
        "True",
        INVALID_SPEC,
        "The spec cannot be understood or contradicts itself; nothing was changed.",
        "Correct the field that the message names.",
    ),
    reason(
        DEGRADED,
        "True",
        SECRET_NOT_FOUND,
        "There is no Secret of the name that the field in the message names; nothing was changed.",
        "Make the Secret, or correct the field; the operator sees it at once.",
    ),
    reason(
        DEGRADED,
        "True",
        SECRET_KEY_NOT_FOUND,
        "The Secret is there and lacks the named key; nothing was changed.",
        "Add the key, or correct the field. One of the forum's own Secrets is made anew when it is deleted.",
    ),
    reason(
        DEGRADED,
        "True",
        CONFIG_MAP_NOT_FOUND,
        "There is no ConfigMap of the name that the field in the message names; nothing was changed.",
        "Make the ConfigMap, or correct the field.",
    ),
    reason(
        DEGRADED,
        "True",
        CONFIG_MAP_KEY_NOT_FOUND,
        "The ConfigMap is there and lacks the named key; nothing was changed.",
        "Add the key, or correct the field.",
    ),
    reason(
        DEGRADED,
        "True",
        GATEWAY_API_MISSING,
        "`edge.gateway` is set and the cluster does not know the kind HTTPRoute; nothing was changed.",
        "Install the Gateway API, or choose another edge.",
    ),
    reason(
        DEGRADED,
        "True",
        NAME_TAKEN,
        "An object of the name that the forum needs belongs to somebody else. It is not touched.",
        "Rename or delete that object, or give the forum another name.",
    ),
    reason(
        DEGRADED,
        "True",
        FIELD_IMMUTABLE,
        "Kubernetes does not let the named field be changed.",
        "Take the change back, or delete the named object so that it is made anew (a volume's data goes with it).",
    ),
    reason(
        DEGRADED,
        "True",
        OBJECT_REJECTED,
        "Kubernetes refuses an object; the message is its own.",
        "Correct the part of the spec from which the object is made, often `podTemplate` or `resources`.",
    ),
    reason(
        DEGRADED,
        "True",
        OBJECT_FORBIDDEN,
        "Kubernetes does not let the operator write an object: a quota, an admission policy or missing rights.",
        "The message names which; raise the quota, change the policy, or install the operator's roles.",
    ),
    reason(
        DEGRADED,
        "True",
        IMAGE_PULL_FAILED,
        "An image cannot be pulled.",
        "Correct `spec.image` or `imagePullSecrets`, or apply the image of before.",
    ),
    reason(
        DEGRADED,
        "True",
        POD_CRASH_LOOPING,
        "A container ends again and again; the message has its last words.",
        "`kubectl logs POD --previous`; apply the spec of before to go back.",
    ),
    reason(
        DEGRADED,
        "True",
        POD_CONFIG_INVALID,
        "A container cannot be made, often because a Secret or a key of one is missing.",
        "Make what the message names.",
    ),
    reason(
        DEGRADED,
        "True",
        POD_FAILED,
        "A pod failed for the reason that the message names.",
        "`kubectl describe pod POD`.",
    ),
    reason(
        DEGRADED,
        "True",
        UNSCHEDULABLE,
        "No node takes a pod.",
        "Add nodes, or ask for less in `resources`, `nodeSelector` or `affinity`.",
    ),
    reason(
        DEGRADED,
        "True",
        ROLLOUT_TIMED_OUT,
        "New pods did not become ready in time.",
        "`kubectl describe pod POD` and the pod's logs; apply the spec of before to go back.",
    ),
    reason(
        DEGRADED,
        "True",
        PODS_NOT_CREATED,
        "Kubernetes does not make the pods of a workload, often because of a quota or an admission policy.",
        "The message is Kubernetes' own.",
    ),
    reason(
        DEGRADED,
        "True",
        MIGRATION_FAILED,
        "The migrations end with an error; no new pod was started. They are tried again.",
        "`kubectl logs job/JOB`; mend the database, or apply the image of before.",
    ),
    reason(
        DEGRADED,
        "True",
        DEPENDENCY_LOST,
        "Pods do not reach a server that they stand on; the condition of that server says which pods and why.",
        "See the condition of that server.",
    ),
    reason(
        POSTGRES_READY,
        "False",
        MIGRATION_FAILED,
        "The migrations end with an error, and no pod has used the database yet.",
        "The message has the migrations' last words: a wrong address or password, or what the database refuses.",
    ),
    reason(
        "*",
        "True",
        REACHED,
        "Every pod that was asked reaches it.",
        "",
    ),
    reason(
        "*",
        "False",
        NOT_REACHED,
        "At least one pod does not reach it; the message has that pod's reason.",
        "Look at the server, at its Secret and at network policies between.",
    ),
    reason(
        "*",
        "False",
        SECRET_NOT_FOUND,
        "There is no Secret of the name that the spec names for that server; nothing was changed.",
        "Make the Secret, or correct the field; the operator sees it at once.",
    ),
    reason(
        "*",
        "False",
        SECRET_KEY_NOT_FOUND,
        "The Secret is there and lacks the named key; nothing was changed.",
        "Add the key, or correct the field.",
    ),
    reason("*", "Unknown", NOT_KNOWN, "No pod has been asked yet.", ""),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_reason_is_said_once_a_condition_and_explained() {
        let mut seen = BTreeSet::new();
        for reason in REASONS {
            assert!(seen.insert((reason.condition, reason.reason)), "{reason:?}");
            assert!(!reason.meaning.is_empty(), "{reason:?}");
        }
    }
}
