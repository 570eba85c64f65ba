//! What keeps a pod from running, in words.

use k8s_openapi::api::core::v1::{ContainerStateTerminated, ContainerStatus, Pod, PodStatus};

use super::view::condition;
use crate::text::one_line;

/// Restarts after which a container that is not ready counts as crashing, although it runs again at the moment.
const CRASHING: i32 = 3;
/// What Kubernetes calls a container that ends again and again.
const CRASH_LOOP: &str = "CrashLoopBackOff";

/// States of waiting that do not pass by themselves.
const STUCK: [&str; 10] = [
    "ImagePullBackOff",
    "ErrImagePull",
    "ErrImageNeverPull",
    "InvalidImageName",
    "ImageInspectError",
    "CreateContainerConfigError",
    "CreateContainerError",
    "RunContainerError",
    "PreCreateHookError",
    "PostStartHookError",
];

/// What keeps a pod from running.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// CamelCase, as Kubernetes has it: `ImagePullBackOff`, `CrashLoopBackOff`, `OOMKilled`, `Unschedulable`, ...
    pub reason: String,
    /// For people, in one line.
    pub message: String,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.reason, self.message)
    }
}

/// What keeps a pod from running, if something does.
#[must_use]
pub fn of(pod: &Pod) -> Option<Failure> {
    let status = pod.status.as_ref()?;
    let init = status.init_container_statuses.iter().flatten();
    let main = status.container_statuses.iter().flatten();
    ended(status)
        .or_else(|| init.chain(main).find_map(container))
        .or_else(|| unschedulable(status))
}

/// The pod as a whole has failed: it was evicted, or its node ran out of something.
fn ended(status: &PodStatus) -> Option<Failure> {
    if status.phase.as_deref() != Some("Failed") {
        return None;
    }
    let reason = status.reason.clone()?;
    let message = status.message.as_deref().unwrap_or("the pod has failed");
    Some(Failure {
        reason,
        message: one_line(message),
    })
}

fn unschedulable(status: &PodStatus) -> Option<Failure> {
    let scheduled = condition(status, "PodScheduled").filter(|it| it.status == "False")?;
    Some(Failure {
        reason: scheduled.reason.clone()?,
        message: one_line(scheduled.message.as_deref().unwrap_or("no node takes it")),
    })
}

fn container(status: &ContainerStatus) -> Option<Failure> {
    let state = status.state.as_ref()?;
    let last = status.last_state.as_ref();
    let last = last.and_then(|last| last.terminated.as_ref());
    if let Some(terminated) = &state.terminated {
        return termination(status, terminated, None);
    }
    if state.running.is_some() {
        let crashing = !status.ready && status.restart_count >= CRASHING;
        let last = last.filter(|_| crashing)?;
        return termination(status, last, Some(CRASH_LOOP));
    }
    let waiting = state.waiting.as_ref()?;
    let reason = waiting.reason.as_deref()?;
    let message = waiting.message.as_deref();
    if reason == CRASH_LOOP {
        return last
            .and_then(|last| termination(status, last, Some(reason)))
            .or_else(|| Some(waits(status, reason, message)));
    }
    STUCK
        .contains(&reason)
        .then(|| waits(status, reason, message))
}

fn waits(status: &ContainerStatus, reason: &str, message: Option<&str>) -> Failure {
    let container = &status.name;
    let message = message.unwrap_or("the kubelet does not say why");
    Failure {
        reason: reason.to_owned(),
        message: one_line(&format!("container {container}: {message}")),
    }
}

/// A container that ended with an error. What killed it matters more than that it is tried again.
fn termination(
    status: &ContainerStatus,
    ended: &ContainerStateTerminated,
    waiting: Option<&str>,
) -> Option<Failure> {
    let code = ended.exit_code;
    let own = ended.reason.as_deref().unwrap_or("Error");
    if code == 0 && waiting.is_none() {
        return None;
    }
    let reason = match (own, waiting) {
        ("OOMKilled", _) => own,
        (_, Some(waiting)) => waiting,
        (own, None) => own,
    };
    let container = &status.name;
    let how = match own {
        "OOMKilled" => "needed more memory than its limit".to_owned(),
        _ => format!("ended with exit code {code}"),
    };
    let restarts = match status.restart_count {
        0 => String::new(),
        1 => " after 1 restart".to_owned(),
        n => format!(" after {n} restarts"),
    };
    let said = ended.message.as_deref().and_then(last_line);
    let said = said.map(|line| format!(": {line}")).unwrap_or_default();
    Some(Failure {
        reason: reason.to_owned(),
        message: one_line(&format!("container {container} {how}{restarts}{said}")),
    })
}

/// The end of a log says why it ended.
fn last_line(text: &str) -> Option<&str> {
    text.lines().map(str::trim).rfind(|line| !line.is_empty())
}

#[cfg(test)]
#[path = "failure_tests.rs"]
mod tests;
