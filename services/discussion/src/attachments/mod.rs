//! Files of threads: their bytes in the object store, who may have them decided by their thread each time.
//!
//! A file is pending from its first byte until the transaction that makes it an attachment, and again from the one that
//! deletes it: a trigger moves the row of whatever takes an attachment away, so that no object is ever left behind.

mod receive;
mod routes;
mod store;

use std::time::Duration;

use chrono::TimeDelta;
use folkmoot_common::{
    Context,
    db::Db,
    http::{ApiError, ApiResult},
    objects::Objects,
    upload::{FormLimits, Full, Intake, PendingObjects, Slot, Slots},
};

pub(crate) use receive::{Submission, is_form, receive};
pub(crate) use routes::{linger_forms, router};
#[cfg(test)]
pub(crate) use store::Attached;

use crate::{AppState, Settings};

/// Most files of a thread.
pub(crate) const MAX_FILES: u32 = 10;
/// What one request may bring: the text of a thread and its files.
const LIMITS: FormLimits = FormLimits {
    file_bytes: 10 << 20,
    files: MAX_FILES,
    other_bytes: 512 << 10,
    idle: Duration::from_secs(30),
};
/// Longest time of one request.
const MAX_TIME: Duration = Duration::from_secs(900);
/// How old a pending object is before it is removed: longer than any request takes.
const PENDING_FOR: TimeDelta = TimeDelta::hours(1);
/// Requests with files of one member that are received at the same time.
const SLOTS_PER_MEMBER: u32 = 2;
/// When there is room again, probably.
const BUSY: Duration = Duration::from_secs(5);

/// The object store and what is pending in it.
#[derive(Debug, Clone)]
pub(crate) struct Attachments {
    objects: Objects,
    pending: PendingObjects,
    intake: Intake,
    slots: Slots,
}

impl Attachments {
    /// Opens the object store.
    ///
    /// # Errors
    /// If a setting cannot be used, or a local folder cannot be made.
    pub(crate) async fn open(ctx: &Context, db: &Db, settings: &Settings) -> anyhow::Result<Self> {
        let objects = Objects::open(&ctx.settings, &ctx.health).await?;
        let pending = PendingObjects::new(db);
        Ok(Self {
            intake: Intake::new(ctx, &objects, &pending, "attachments", LIMITS),
            slots: Slots::new(
                settings.discussion_concurrent_uploads.get(),
                SLOTS_PER_MEMBER,
            ),
            objects,
            pending,
        })
    }

    #[cfg(test)]
    pub(crate) fn objects(&self) -> &Objects {
        &self.objects
    }

    #[cfg(test)]
    pub(crate) fn pending(&self) -> &PendingObjects {
        &self.pending
    }

    fn admit(&self, user_id: &str) -> ApiResult<Slot> {
        self.slots.take(user_id).map_err(|full| match full {
            Full::User => ApiError::too_many_requests(BUSY),
            Full::Total => {
                ApiError::unavailable("too many uploads are running").with_retry_after(BUSY)
            }
        })
    }
}

/// Begins to remove what was given up or deleted.
pub(crate) fn start(state: &AppState) {
    let attachments = &state.attachments;
    attachments
        .pending
        .start_sweeping(&state.ctx, &attachments.objects, PENDING_FOR);
}
