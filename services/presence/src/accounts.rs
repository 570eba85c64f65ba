//! Who is gone is not online any more. Nothing else is kept here; what they type runs out in seconds.

use folkmoot_common::{
    bus::{ConsumerSpec, Event},
    events::identity::{USER_DELETED, UserDeleted},
    id,
    kv::KvError,
};

use crate::AppState;

const SPEC: ConsumerSpec = ConsumerSpec {
    durable: "presence",
    types: &[USER_DELETED],
};

/// Begins to hear of accounts that go.
pub(crate) fn start(state: &AppState) {
    let state = state.clone();
    state.ctx.bus.clone().consume(SPEC, move |event| {
        let state = state.clone();
        async move { Ok(handle(&state, &event).await?) }
    });
}

/// # Errors
/// If the key-value store is not available: the event comes again.
pub(crate) async fn handle(state: &AppState, event: &Event) -> Result<(), KvError> {
    match event.parse_or_skip::<UserDeleted>() {
        Some(deleted) if id::is_valid(&deleted.user_id) => {
            state.leases.leave(&deleted.user_id).await
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use folkmoot_common::{Context, ServiceName, config::parse_args};
    use serde_json::json;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::{leases::Leases, model::Status};

    #[tokio::test]
    async fn who_is_gone_is_offline_and_nobody_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let settings = parse_args(&["--data-dir", folder.path().to_str().unwrap()]).unwrap();
        let ctx = Context::new(settings, CancellationToken::new())
            .await
            .unwrap();
        let leases = Leases::new(&ctx, &parse_args(&[]).unwrap());
        let state = AppState { ctx, leases };
        for user in ["ann", "bob"] {
            state.leases.beat(user, user).await.unwrap();
        }
        let event = |data| Event::new(&state.ctx, ServiceName::Identity, USER_DELETED, &data);
        let at = state.ctx.clock.now();
        for data in [
            json!({"user_id": "ann", "deleted_at": at}),
            json!({"user_id": "ann", "deleted_at": at}),
            json!({"user_id": "../bob", "deleted_at": at}),
            json!(["bob"]),
        ] {
            handle(&state, &event(data).unwrap()).await.unwrap();
        }
        let status = async |user| state.leases.find(user).await.unwrap().status;
        assert_eq!(status("ann").await, Status::Offline);
        assert_eq!(status("bob").await, Status::Online);
    }
}
