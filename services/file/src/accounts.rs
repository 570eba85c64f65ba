//! What ends with an account, and what is handed out to its owner.
//!
//! The files of somebody who is gone are removed, as if they had deleted each. An upload that was running when the news
//! came may still become a file; so files are looked for again for as long as an upload may take.

use std::time::Duration;

use folkmoot_common::{
    ServiceName,
    bus::{ConsumerSpec, Event},
    db::sqlx,
    events::identity::{USER_DELETED, UserDeleted},
    exports::{self, Lines, PAGE},
    id,
};
use tracing::warn;
use uuid::Uuid;

use crate::{App, model::File};

const SPEC: ConsumerSpec = ConsumerSpec {
    durable: "file",
    types: &[USER_DELETED],
};
const LOOK_AGAIN_EVERY: Duration = Duration::from_secs(300);
/// Accounts that are looked after at a time.
const BATCH: u32 = 1_000;

/// Begins to hear of accounts that go and of exports.
pub(crate) fn start(app: &App) {
    let heard = app.clone();
    app.ctx.bus.consume(SPEC, move |event| {
        let app = heard.clone();
        async move { Ok(handle(&app, &event).await?) }
    });
    let exported = app.clone();
    exports::start(&app.ctx, ServiceName::File, move |user_id, lines| {
        let app = exported.clone();
        async move { export(&app, &user_id, lines).await }
    });
    app.ctx.every(LOOK_AGAIN_EVERY, app.clone(), async |app| {
        if let Err(error) = look_again(&app).await {
            warn!(%error, "cannot look after accounts that are gone now");
        }
    });
}

/// # Errors
/// If the database is not available: the event comes again.
pub(crate) async fn handle(app: &App, event: &Event) -> sqlx::Result<()> {
    let Some(deleted) = event.parse_or_skip::<UserDeleted>() else {
        return Ok(());
    };
    if !id::is_valid(&deleted.user_id) {
        return Ok(());
    }
    let (user_id, now) = (&deleted.user_id, app.ctx.clock.now());
    app.store.remember_deleted(user_id, now).await?;
    remove_files(app, user_id).await
}

/// # Errors
/// If the database is not available.
pub(crate) async fn look_again(app: &App) -> sqlx::Result<()> {
    for user_id in app.store.remembered_deleted(BATCH).await? {
        remove_files(app, &user_id).await?;
    }
    let before = app.ctx.clock.now() - app.settings.pending_age();
    app.store.forget_deleted(before).await
}

async fn remove_files(app: &App, user_id: &str) -> sqlx::Result<()> {
    let mut after = Uuid::nil();
    loop {
        let files = app.store.files_of(user_id, after, PAGE).await?;
        let Some(last) = files.last() else {
            return Ok(());
        };
        after = last.id;
        for file in &files {
            if app.store.delete(file, app.ctx.clock.now()).await? {
                app.pending
                    .remove(&app.objects, file.id, &file.object_key)
                    .await;
            }
        }
    }
}

async fn export(app: &App, user_id: &str, mut lines: Lines) -> anyhow::Result<Lines> {
    let mut after = Uuid::nil();
    loop {
        let files = app.store.files_of(user_id, after, PAGE).await?;
        let Some(last) = files.last() else {
            return Ok(lines);
        };
        after = last.id;
        for file in files {
            lines.write("file", &File::from(file)).await?;
        }
    }
}
