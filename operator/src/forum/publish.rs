//! Writes a forum's status, when it changed, and tells the events of the change.

use std::{borrow::Cow, time::Duration};

use folkmoot_crds::{ForumInstance, ForumInstanceStatus, condition};
use kube::{
    Api, Resource, ResourceExt,
    api::{Patch, PatchParams},
    runtime::events::{Event, EventType},
};
use serde_json::json;
use tracing::{debug, info};

use super::{
    conditions::{find, is_true},
    error::Error,
    events::{event, events},
    scale::Notice,
    status::{Findings, SOCKETS_EVERY, damp, status},
};
use crate::{
    cache::{Key, version_of},
    context::Context,
    metrics,
    names::FIELD_MANAGER,
};

/// The forum with the status that was written last, if the watch has not told of it yet.
#[must_use]
pub fn with_newest_status<'a>(
    context: &Context,
    forum: &'a ForumInstance,
) -> Cow<'a, ForumInstance> {
    let memory = context.memories.get(&key(forum));
    let Some((written, status)) = memory.written else {
        return Cow::Borrowed(forum);
    };
    let version = version_of(&forum.metadata);
    if version.is_none_or(|version| version >= written) {
        return Cow::Borrowed(forum);
    }
    let mut newest = forum.clone();
    newest.status = Some(status);
    Cow::Owned(newest)
}

/// Writes what `findings` mean for the status, if that is not what it says already. Answers when to look again, if
/// something was left to be written later.
///
/// # Errors
/// If the API does not take it.
pub async fn publish(
    context: &Context,
    forum: &ForumInstance,
    findings: &Findings,
    notices: &[Notice],
) -> Result<Option<Duration>, Error> {
    let now = context.clock.now();
    let key = key(forum);
    let memory = context.memories.get(&key);
    let found = status(forum, findings, now);
    let new = damp(&found, forum.status.as_ref(), memory.written_at, now);
    if forum.status.as_ref() != Some(&new) {
        write(context, forum, &key, &new).await?;
        note_ready(forum, &new, now);
        for event in events(forum.status.as_ref(), &new) {
            tell(context, forum, event).await;
        }
    }
    for notice in notices {
        let event = event(EventType::Normal, notice.reason, &notice.note, "Scale");
        tell(context, forum, event).await;
    }
    Ok((new != found).then(|| SOCKETS_EVERY.to_std().unwrap_or_default()))
}

async fn write(
    context: &Context,
    forum: &ForumInstance,
    key: &Key,
    new: &ForumInstanceStatus,
) -> Result<(), Error> {
    let api: Api<ForumInstance> = Api::namespaced(context.client.clone(), &key.namespace);
    let patch = json!({
        "apiVersion": ForumInstance::api_version(&()),
        "kind": ForumInstance::kind(&()),
        // With the uid, another forum of that name refuses it.
        "metadata": {"name": key.name, "uid": forum.uid()},
        "status": new,
    });
    let parameters = PatchParams::apply(FIELD_MANAGER).force();
    metrics::write_of("ForumInstance", "patch");
    match api
        .patch_status(&key.name, &parameters, &Patch::Apply(patch))
        .await
    {
        Ok(answer) => {
            let version = version_of(&answer.metadata);
            context.memories.change(key, |memory| {
                memory.written = version.map(|version| (version, new.clone()));
                memory.written_at = Some(context.clock.now());
            });
            Ok(())
        }
        // It is gone, or another forum of that name is there.
        Err(kube::Error::Api(status)) if status.is_not_found() || status.is_conflict() => Ok(()),
        Err(error) => Err(Error::api(
            "write the status of",
            "ForumInstance",
            key,
            error,
        )),
    }
}

fn note_ready(
    forum: &ForumInstance,
    new: &ForumInstanceStatus,
    now: chrono::DateTime<chrono::Utc>,
) {
    let was_ready = forum
        .status
        .as_ref()
        .is_some_and(|old| old.version.is_some());
    if was_ready || !is_true(&new.conditions, condition::READY) {
        return;
    }
    let created = forum
        .creation_timestamp()
        .map(|created| created.0.as_second());
    let seconds = created.map(|created| now.timestamp() - created);
    if let Some(seconds) = seconds.and_then(|seconds| u64::try_from(seconds).ok()) {
        metrics::became_ready(Duration::from_secs(seconds));
    }
    let reason = find(&new.conditions, condition::READY).map(|ready| ready.reason.as_str());
    info!(forum = %key(forum), seconds, reason, "ready for the first time");
}

/// That an event cannot be told is no reason for a pass to fail.
pub async fn tell(context: &Context, forum: &impl Resource<DynamicType = ()>, event: Event) {
    let mut reference = forum.object_ref(&());
    // What the watch knows has no version of its own here: events of two versions are events of one object.
    reference.resource_version = None;
    metrics::write_of("Event", "create");
    if let Err(error) = context.recorder.publish(&event, &reference).await {
        debug!(%error, reason = event.reason, "an event cannot be told");
    }
}

/// Namespace and name of a forum.
#[must_use]
pub fn key(forum: &impl ResourceExt) -> Key {
    Key::new(forum.namespace().unwrap_or_default(), forum.name_any())
}
