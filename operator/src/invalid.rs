//! A forum that cannot be parsed: it says so itself, and blocks no other.

use chrono::{DateTime, Utc};
use folkmoot_crds::{ForumInstance, condition};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::{
    Api, Resource, ResourceExt,
    api::{ApiResource, Patch, PatchParams},
    core::{DynamicObject, error_boundary::InvalidObject},
    runtime::events::EventType,
};
use serde_json::json;

use crate::{
    cache::Key,
    context::Context,
    forum::{
        conditions::{Verdict, find, merge},
        error::Error,
        events::{RECONCILE, event},
        publish, reasons,
    },
    metrics,
    names::FIELD_MANAGER,
    text::one_line,
};

/// Writes the parser's message into the status, if it is not there already.
///
/// # Errors
/// If the API cannot be asked.
pub async fn report(context: &Context, invalid: &InvalidObject) -> Result<(), Error> {
    let metadata = &invalid.metadata;
    let key = Key::new(
        metadata.namespace.clone().unwrap_or_default(),
        metadata.name.clone().unwrap_or_default(),
    );
    let resource = ApiResource::erase::<ForumInstance>(&());
    let api: Api<DynamicObject> =
        Api::namespaced_with(context.client.clone(), &key.namespace, &resource);
    let found = api
        .get_opt(&key.name)
        .await
        .map_err(|error| Error::api("get", "ForumInstance", &key, error))?;
    let Some(found) = found else {
        return Ok(());
    };
    let old = conditions(&found);
    let new = verdict(
        &old,
        &invalid.error,
        found.metadata.generation,
        context.clock.now(),
    );
    if new == old {
        return Ok(());
    }
    let patch =
        json!({"status": {"observedGeneration": found.metadata.generation, "conditions": new}});
    let parameters = PatchParams {
        field_manager: Some(FIELD_MANAGER.to_owned()),
        ..PatchParams::default()
    };
    metrics::write_of("ForumInstance", "patch");
    match api
        .patch_status(&key.name, &parameters, &Patch::Merge(patch))
        .await
    {
        Ok(_) => {}
        Err(kube::Error::Api(status)) if status.is_not_found() => return Ok(()),
        Err(error) => {
            return Err(Error::api(
                "write the status of",
                "ForumInstance",
                &key,
                error,
            ));
        }
    }
    tell(context, &found, &invalid.error).await;
    Ok(())
}

fn conditions(found: &DynamicObject) -> Vec<Condition> {
    let conditions = found.data.pointer("/status/conditions").cloned();
    conditions
        .and_then(|conditions| serde_json::from_value(conditions).ok())
        .unwrap_or_default()
}

fn verdict(
    old: &[Condition],
    error: &str,
    generation: Option<i64>,
    now: DateTime<Utc>,
) -> Vec<Condition> {
    let message = format!("the object is not understood: {}", one_line(error));
    let said = [
        (condition::READY, false),
        (condition::DEGRADED, true),
        (condition::PROGRESSING, false),
    ];
    let verdicts = said
        .map(|(kind, holds)| Verdict::new(kind, holds, reasons::INVALID_SPEC, message.as_str()));
    let new = merge(old, verdicts.to_vec(), generation, now);
    let kept = old
        .iter()
        .filter(|old| find(&new, &old.type_).is_none())
        .cloned();
    let kept: Vec<Condition> = kept.collect();
    new.into_iter().chain(kept).collect()
}

async fn tell(context: &Context, found: &DynamicObject, error: &str) {
    let mut forum = ForumInstance::new(
        &found.name_any(),
        serde_json::from_value(json!({}))
            .unwrap_or_else(|_| unreachable!("every field of the spec has a default")),
    );
    *forum.meta_mut() = found.metadata.clone();
    let note = one_line(error);
    let event = event(EventType::Warning, reasons::INVALID_SPEC, &note, RECONCILE);
    publish::tell(context, &forum, event).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_once_and_other_conditions_stay() {
        let paused = merge(
            &[],
            vec![Verdict::new(
                condition::PAUSED,
                false,
                reasons::NOT_PAUSED,
                "",
            )],
            None,
            DateTime::UNIX_EPOCH,
        );
        let first = verdict(&paused, "missing field\n`x`", Some(2), DateTime::UNIX_EPOCH);
        assert_eq!(
            find(&first, condition::READY).unwrap().reason,
            reasons::INVALID_SPEC
        );
        assert!(
            find(&first, condition::READY)
                .unwrap()
                .message
                .ends_with("missing field `x`")
        );
        assert!(find(&first, condition::PAUSED).is_some());
        let later = DateTime::from_timestamp(90, 0).unwrap();
        assert_eq!(verdict(&first, "missing field\n`x`", Some(2), later), first);
    }
}
