//! `/ws/threads/{id}`: what happens in a thread, told to its open pages.
//!
//! Who may read a thread can change while pages are open. A topic is therefore named by the thread *and* by who may read
//! it ([`Access`]): what is told after a change reaches none of the sockets that joined before it. Every replica looks at
//! the threads of its sockets again and again ([`REVIEW_EVERY`]) and closes what is outdated: to come back, or for good.

mod members;
mod review;
mod routes;
mod socket;

use std::time::Duration;

use folkmoot_common::{db::sqlx, row, with_reader};
use folkmoot_realtime::{Frame, Publication};
use tracing::{debug, error};
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

pub(crate) use members::Sockets;

use crate::{AppState, live::Change, policy::Reader};

/// How often the threads with open pages are looked at.
const REVIEW_EVERY: Duration = Duration::from_secs(1);

const ACCESS: &str = concat!(
    "select ",
    crate::access_columns!(),
    " from threads t join categories g on g.id = t.category_id where t.id = $1"
);

row! {
    /// Who may read a thread: [`access_columns!`](crate::access_columns).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct Access {
        id: Uuid,
        category_id: Uuid,
        read_role: Option<String>,
        is_deleted: bool,
    }
}

impl Access {
    fn topic(&self) -> String {
        let role = self.read_role.as_deref().unwrap_or_default();
        let state = if self.is_deleted { "deleted" } else { "" };
        format!("{}:{}:{state}:{role}", self.id, self.category_id)
    }

    fn allows(&self, reader: &Reader) -> bool {
        crate::policy::may_read_category(reader, self.read_role.as_deref())
            && (!self.is_deleted || reader.is_moderator())
    }
}

impl crate::store::Store {
    async fn access(&self, thread_id: Uuid) -> sqlx::Result<Option<Access>> {
        with_reader!(&self.db, db => sqlx::query_as(ACCESS).bind(thread_id).fetch_optional(db).await)
    }
}

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(utoipa_axum::routes!(routes::open))
}

/// Begins to look at the threads with open pages.
pub(crate) fn start(state: &AppState) {
    review::start(state);
}

/// Tells the sockets of its thread, on all replicas, what was committed.
pub(crate) async fn tell(state: &AppState, change: &Change) {
    let thread_id = change.thread_id();
    let access = match state.store.access(thread_id).await {
        Ok(Some(access)) => access,
        Ok(None) => return,
        // Pages read again when they come back.
        Err(error) => return debug!(%error, "cannot tell who may hear of a change"),
    };
    let access = match change {
        // For those who could read it before.
        Change::ThreadDeleted { .. } => Access {
            is_deleted: false,
            ..access
        },
        _ => access,
    };
    tell_those(state, &access, change).await;
}

/// As [`tell`], if who may read the thread was read after the commit.
pub(crate) async fn tell_those(state: &AppState, access: &Access, change: &Change) {
    match Frame::json(change) {
        Ok(frame) => {
            let publication = Publication::message(access.topic(), frame);
            state.engine.publish(vec![publication]).await;
        }
        Err(error) => error!(%error, "a frame has no JSON form"),
    }
}
