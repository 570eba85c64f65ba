//! Looking again at who may read the threads with open pages.

use std::{collections::HashMap, sync::LazyLock};

use folkmoot_common::{db::sqlx, with_reader};
use folkmoot_realtime::close;
use tracing::debug;
use uuid::Uuid;

use super::{Access, REVIEW_EVERY};
use crate::{AppState, store::Store};

/// Threads of one statement.
const BATCH: usize = 100;

static ACCESSES: LazyLock<String> = LazyLock::new(|| {
    let places: Vec<String> = (1..=BATCH).map(|place| format!("${place}")).collect();
    format!(
        concat!(
            "select ",
            crate::access_columns!(),
            " from threads t join categories g on g.id = t.category_id where t.id in ({})"
        ),
        places.join(", ")
    )
});

/// Looks at all of them, now and then.
pub(super) fn start(state: &AppState) {
    state.ctx.every(REVIEW_EVERY, state.clone(), all);
}

/// Closes the sockets of this replica for whose threads something has changed.
async fn all(state: AppState) {
    for batch in state.sockets.threads().chunks(BATCH) {
        let found = match state.store.accesses(batch).await {
            Ok(found) => found,
            // Nothing is told to anybody either while the database is away.
            Err(error) => return debug!(%error, "cannot look at who may read threads now"),
        };
        for thread_id in batch {
            close_outdated(&state, *thread_id, found.get(thread_id));
        }
    }
}

fn close_outdated(state: &AppState, thread_id: Uuid, access: Option<&Access>) {
    for member in state.sockets.outdated(thread_id, access) {
        if access.is_some_and(|access| access.allows(&member.reader)) {
            member.connection.close(close::RESYNC, "connect again");
        } else {
            member
                .connection
                .close(close::POLICY, "there is no such thread for you any more");
        }
    }
}

impl Store {
    async fn accesses(&self, threads: &[Uuid]) -> sqlx::Result<HashMap<Uuid, Access>> {
        let found: Vec<Access> = with_reader!(&self.db, db => {
            let mut query = sqlx::query_as(ACCESSES.as_str());
            for place in 0..BATCH {
                // One text for any number: the places that are left name nothing.
                query = query.bind(threads.get(place).copied().unwrap_or_default());
            }
            query.fetch_all(db).await
        })?;
        Ok(found
            .into_iter()
            .map(|access| (access.id, access))
            .collect())
    }
}
