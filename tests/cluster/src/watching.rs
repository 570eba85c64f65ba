//! Waiting until an object is as a test wants it.

use std::{fmt::Debug, time::Duration};

use folkmoot_tests::wait::try_until_every;
use kube::Api;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Between two looks: an apiserver shares two processors with all that it serves.
const PAUSE: Duration = Duration::from_millis(100);

/// Asks `probe` until it answers or `limit` has passed.
pub(crate) async fn until<T>(limit: Duration, probe: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    try_until_every(PAUSE, limit, probe).await
}

/// Reads the object `name` until `test` says yes of it, and gives it. An apiserver that is away is asked again.
///
/// # Panics
/// If it is not so within `limit`; the message says `what` was waited for and how the object is.
pub async fn wait_for<K>(
    api: &Api<K>,
    name: &str,
    what: &str,
    limit: Duration,
    test: impl Fn(&K) -> bool,
) -> K
where
    K: Clone + Debug + DeserializeOwned + Serialize,
{
    let mut last = Value::Null;
    let found = until(limit, async || match api.get_opt(name).await {
        Ok(Some(object)) if test(&object) => Some(object),
        Ok(object) => {
            last = serde_json::to_value(object).unwrap_or_default();
            None
        }
        Err(error) => {
            last = Value::String(error.to_string());
            None
        }
    });
    if let Some(object) = found.await {
        return object;
    }
    panic!("waited {limit:?} in vain: {name}: {what}. It is {last:#}");
}

/// Waits until the condition `kind` of the object `name` is `status` (`True`, `False` or `Unknown`).
///
/// # Panics
/// If it is not so within `limit`.
pub async fn wait_for_condition<K>(
    api: &Api<K>,
    name: &str,
    kind: &str,
    status: &str,
    limit: Duration,
) -> K
where
    K: Clone + Debug + DeserializeOwned + Serialize,
{
    let what = format!("condition {kind}={status}");
    wait_for(api, name, &what, limit, |object| {
        condition(object, kind).is_some_and(|condition| condition["status"] == status)
    })
    .await
}

/// The condition `kind` of any object.
pub fn condition(object: &impl Serialize, kind: &str) -> Option<Value> {
    let object = serde_json::to_value(object).ok()?;
    let conditions = object["status"]["conditions"].as_array()?;
    conditions
        .iter()
        .find(|condition| condition["type"] == kind)
        .cloned()
}

/// Waits until there is no object `name`.
///
/// # Panics
/// If there is one after `limit`.
pub async fn wait_until_gone<K>(api: &Api<K>, name: &str, limit: Duration)
where
    K: Clone + Debug + DeserializeOwned,
{
    let gone = until(limit, async || match api.get_opt(name).await {
        Ok(None) => Some(()),
        Ok(Some(_)) | Err(_) => None,
    });
    if gone.await.is_none() {
        panic!("{name} is still there after {limit:?}");
    }
}
