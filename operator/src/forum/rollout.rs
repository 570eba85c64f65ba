//! How far a workload is rolled out, and what stands in its way. Pure.

use chrono::{DateTime, TimeDelta, Utc};
use k8s_openapi::api::{
    apps::v1::{Deployment, StatefulSet},
    batch::v1::{Job, JobCondition},
};

use super::reasons;
use crate::pods::PodView;

/// For so long a pod may wait for a node or a volume before that counts as trouble.
const SCHEDULING_GRACE: TimeDelta = TimeDelta::seconds(15);

/// How far a workload is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Its pods are those of its current template, and they serve (or, of a Job, it has succeeded).
    Done,
    /// It is on its way.
    Rolling(String),
    /// Its pods are the right ones, but some do not serve.
    Unready(String),
    /// Something stands in its way.
    Failing {
        /// Of [`reasons`].
        reason: &'static str,
        /// For people.
        message: String,
    },
}

/// How far a Deployment is. `pods` are those of its component.
#[must_use]
pub fn of_deployment(live: &Deployment, pods: &[&PodView], now: DateTime<Utc>) -> Progress {
    let status = live.status.clone().unwrap_or_default();
    let wanted = live
        .spec
        .as_ref()
        .and_then(|spec| spec.replicas)
        .unwrap_or(1);
    let count = Count {
        wanted,
        total: status.replicas.unwrap_or(0),
        updated: status.updated_replicas.unwrap_or(0),
        serving: status.available_replicas.unwrap_or(0),
        observed: status.observed_generation == live.metadata.generation,
    };
    let settled = count.progress();
    if settled == Progress::Done {
        return settled;
    }
    if let Some(trouble) = trouble(&newest(pods), now) {
        return trouble;
    }
    let conditions = status.conditions.iter().flatten();
    let failed = conditions.clone().find(|condition| {
        condition.type_ == "ReplicaFailure" && condition.status == "True" && count.observed
    });
    if let Some(failed) = failed {
        return failing(
            reasons::PODS_NOT_CREATED,
            failed.message.as_deref().unwrap_or("no reason given"),
        );
    }
    let late = conditions.clone().any(|condition| {
        condition.type_ == "Progressing"
            && condition.reason.as_deref() == Some("ProgressDeadlineExceeded")
    });
    if late && count.observed {
        return failing(
            reasons::ROLLOUT_TIMED_OUT,
            "its new pods did not become ready in time",
        );
    }
    settled
}

/// How far a StatefulSet is. `pods` are those of its component.
#[must_use]
pub fn of_stateful_set(live: &StatefulSet, pods: &[&PodView], now: DateTime<Utc>) -> Progress {
    let status = live.status.clone().unwrap_or_default();
    let wanted = live
        .spec
        .as_ref()
        .and_then(|spec| spec.replicas)
        .unwrap_or(1);
    // The server counts updated pods only while there are two revisions.
    let one_revision = status.current_revision == status.update_revision;
    let count = Count {
        wanted,
        total: status.replicas,
        updated: if one_revision {
            status.replicas
        } else {
            status.updated_replicas.unwrap_or(0)
        },
        serving: status
            .available_replicas
            .or(status.ready_replicas)
            .unwrap_or(0),
        observed: status.observed_generation == live.metadata.generation,
    };
    match count.progress() {
        Progress::Done => Progress::Done,
        settled => trouble(pods, now).unwrap_or(settled),
    }
}

/// How far the migrations are. `pods` are those of the Job's component: other versions' Jobs have some too.
#[must_use]
pub fn of_job(live: &Job, pods: &[&PodView], now: DateTime<Utc>) -> Progress {
    let prefix = format!("{}-", live.metadata.name.as_deref().unwrap_or_default());
    let own = pods.iter().copied();
    let pods: Vec<&PodView> = own.filter(|pod| pod.name.starts_with(&prefix)).collect();
    let status = live.status.clone().unwrap_or_default();
    if job_condition(live, "Complete").is_some() {
        return Progress::Done;
    }
    let failed = status.failed.unwrap_or(0);
    let mut of_pods = pods.iter().filter_map(|pod| {
        let failure = pod.failure.as_ref()?;
        Some(format!("pod {}: {failure}", pod.name))
    });
    let said = of_pods.next_back();
    if let Some(condition) = job_condition(live, "Failed") {
        let own = condition.message.clone().unwrap_or_default();
        return failing(reasons::MIGRATION_FAILED, &said.unwrap_or(own));
    }
    if failed > 0 {
        let attempts = format!("{failed} of its attempts failed");
        return failing(reasons::MIGRATION_FAILED, &said.unwrap_or(attempts));
    }
    let running: Vec<&PodView> = pods.iter().copied().filter(|pod| pod.is_active()).collect();
    match trouble(&running, now) {
        Some(Progress::Failing {
            reason: reasons::POD_CRASH_LOOPING | reasons::POD_FAILED,
            message,
        }) => failing(reasons::MIGRATION_FAILED, &message),
        Some(trouble) => trouble,
        None => Progress::Rolling("it has not completed yet".to_owned()),
    }
}

/// When a Job gave up.
#[must_use]
pub fn job_failed_at(live: &Job) -> Option<DateTime<Utc>> {
    let condition = job_condition(live, "Failed")?;
    let seconds = condition.last_transition_time.as_ref()?.0.as_second();
    DateTime::from_timestamp(seconds, 0)
}

/// Whether a Job has succeeded.
#[must_use]
pub fn job_is_complete(live: &Job) -> bool {
    job_condition(live, "Complete").is_some()
}

fn job_condition<'a>(live: &'a Job, kind: &str) -> Option<&'a JobCondition> {
    let conditions = live.status.as_ref()?.conditions.as_ref()?;
    conditions
        .iter()
        .find(|condition| condition.type_ == kind && condition.status == "True")
}

struct Count {
    wanted: i32,
    total: i32,
    updated: i32,
    serving: i32,
    observed: bool,
}

impl Count {
    fn progress(&self) -> Progress {
        let Self {
            wanted,
            total,
            updated,
            serving,
            observed,
        } = *self;
        if !observed {
            return Progress::Rolling("Kubernetes has not looked at it yet".to_owned());
        }
        if updated < wanted {
            return Progress::Rolling(format!("{updated} of {wanted} pods are updated"));
        }
        if total > updated {
            return Progress::Rolling(format!("{} old pods have not ended yet", total - updated));
        }
        if serving < wanted {
            return Progress::Unready(format!("{serving} of {wanted} pods serve"));
        }
        if total > wanted {
            return Progress::Rolling(format!(
                "{} pods too many have not ended yet",
                total - wanted
            ));
        }
        Progress::Done
    }
}

/// The pods of the revision of which the newest pod is: what older ones suffer from is being replaced.
fn newest<'a>(pods: &[&'a PodView]) -> Vec<&'a PodView> {
    let active = pods.iter().copied().filter(|pod| pod.is_active());
    let Some(newest) = active.clone().max_by_key(|pod| pod.created) else {
        return Vec::new();
    };
    active
        .filter(|pod| pod.revision == newest.revision)
        .collect()
}

fn trouble(pods: &[&PodView], now: DateTime<Utc>) -> Option<Progress> {
    let troubles = pods
        .iter()
        .filter(|pod| !pod.is_ready() && pod.ends.is_none());
    let mut troubles = troubles.filter_map(|pod| {
        let failure = pod.failure.as_ref()?;
        let reason = reason_of(&failure.reason)?;
        let young = (now - pod.created).abs() < SCHEDULING_GRACE;
        if reason == reasons::UNSCHEDULABLE && young {
            return None;
        }
        Some(failing(reason, &format!("pod {}: {failure}", pod.name)))
    });
    troubles.next()
}

/// Our word for Kubernetes' reason; `None` if it passes by itself.
fn reason_of(kubernetes: &str) -> Option<&'static str> {
    match kubernetes {
        "ImagePullBackOff" | "ErrImagePull" | "ErrImageNeverPull" | "InvalidImageName"
        | "ImageInspectError" => Some(reasons::IMAGE_PULL_FAILED),
        "CrashLoopBackOff" | "OOMKilled" => Some(reasons::POD_CRASH_LOOPING),
        "CreateContainerConfigError" | "CreateContainerError" | "RunContainerError" => {
            Some(reasons::POD_CONFIG_INVALID)
        }
        "Unschedulable" => Some(reasons::UNSCHEDULABLE),
        // It ended once; if it does so again, it is a loop.
        "Error" | "SchedulerError" | "SchedulingGated" => None,
        _ => Some(reasons::POD_FAILED),
    }
}

fn failing(reason: &'static str, message: &str) -> Progress {
    Progress::Failing {
        reason,
        message: message.to_owned(),
    }
}

#[cfg(test)]
#[path = "rollout_tests.rs"]
mod tests;
