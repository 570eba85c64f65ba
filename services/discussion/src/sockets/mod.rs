use folkmoot_common::events::ReadRole;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use crate::{AppState, live::Change};

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
}

/// Starts the consumers and tasks of this part.
pub(crate) fn start(_state: &AppState) {}

/// Tells the sockets of its thread, on all replicas, what was committed.
pub(crate) async fn tell(state: &AppState, change: &Change) {
    let _ = (state, change.thread_id());
}

/// Who may read a category has changed: sockets of its threads are looked at again, on all replicas.
pub(crate) async fn category_changed(state: &AppState, category_id: Uuid, read_role: ReadRole) {
    let _ = (state, category_id, read_role);
}

/// A thread was moved or deleted: its sockets are looked at again, on all replicas.
pub(crate) async fn thread_closed(state: &AppState, thread_id: Uuid) {
    let _ = (state, thread_id);
}
