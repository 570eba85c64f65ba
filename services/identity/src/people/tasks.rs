//! What runs beside the requests.

use std::time::Duration;

use folkmoot_common::{
    ServiceName,
    bus::{ConsumerSpec, Event},
    exports::{self, EXPORT_WRITTEN, ExportWritten, Lines, PAGE, PARTS},
    objects::ObjectError,
};
use tracing::warn;
use uuid::Uuid;

use super::{export::PartRow, model::Profile, relation::Kind};
use crate::routes::App;

/// How often the changes of who follows whom are added up.
const FOLD_EVERY: Duration = Duration::from_secs(2);
/// How often exports are looked after.
const LOOK_AFTER_EXPORTS_EVERY: Duration = Duration::from_secs(30);
/// How often the accounts that were deleted long ago are forgotten.
const FORGET_EVERY: Duration = Duration::from_secs(60 * 60);

const SPEC: ConsumerSpec = ConsumerSpec {
    durable: "identity-export-parts",
    types: &EXPORT_WRITTEN,
};

pub(super) fn start(app: &App) {
    app.ctx.every(FOLD_EVERY, app.clone(), fold);
    app.ctx
        .every(LOOK_AFTER_EXPORTS_EVERY, app.clone(), look_after_exports);
    app.ctx.every(FORGET_EVERY, app.clone(), forget);
    let taken = app.clone();
    app.ctx.bus.consume(SPEC, move |event| {
        let app = taken.clone();
        async move { take_part(&app, &event).await }
    });
    let own = app.clone();
    exports::start(&app.ctx, ServiceName::Identity, move |user_id, lines| {
        let app = own.clone();
        async move { export(&app, &user_id, lines).await }
    });
}

async fn fold(app: App) {
    loop {
        match app.store.fold_follow_changes().await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => return warn!(%error, "cannot add up who follows whom now"),
        }
    }
}

/// Asks again for what is missing, and removes what is too old.
pub(crate) async fn look_after_exports(app: App) {
    if let Err(error) = app.store.ask_for_exports_again().await {
        warn!(%error, "cannot ask for parts of exports now");
    }
    if let Err(error) = remove_expired(&app).await {
        warn!(
            error = format!("{error:#}"),
            "cannot remove old exports now"
        );
    }
}

async fn remove_expired(app: &App) -> anyhow::Result<()> {
    let expired = app.store.expired_exports().await?;
    if expired.is_empty() {
        return Ok(());
    }
    let objects = app.export_objects().await?;
    for export_id in expired {
        for service in PARTS {
            objects
                .delete(&exports::key(export_id, service), None)
                .await?;
        }
        app.store.forget_export(export_id).await?;
    }
    Ok(())
}

async fn forget(app: App) {
    if let Err(error) = app.store.forget_deleted_users().await {
        warn!(%error, "cannot forget accounts that are gone");
    }
}

/// A service says that its part is there. What is not to be found is not taken note of: it is asked for again.
async fn take_part(app: &App, event: &Event) -> anyhow::Result<()> {
    let Some((export_id, service, written)) = part_of(event) else {
        warn!(event.id = %event.id, event.r#type, "news of a part of an export cannot be read and is skipped");
        return Ok(());
    };
    let (objects, key) = (
        app.export_objects().await?,
        exports::key(export_id, service),
    );
    if !app.store.is_export(export_id).await? {
        // Its owner is gone, or it came a week too late.
        objects.delete(&key, None).await?;
        return Ok(());
    }
    let bytes = match objects.size(&key).await {
        Ok(bytes) => bytes,
        Err(ObjectError::NotFound) => {
            warn!(%service, %export_id, "a part of an export is not in our object store; is it given another one?");
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let part = PartRow {
        export_id,
        service: service.as_str().to_owned(),
        bytes: i64::try_from(bytes)?,
        written_at: written.written_at,
    };
    Ok(app.store.add_export_part(&part).await?)
}

/// The service is the one whose type of event it is, whatever the data says.
fn part_of(event: &Event) -> Option<(Uuid, ServiceName, ExportWritten)> {
    let index = EXPORT_WRITTEN
        .iter()
        .position(|r#type| *r#type == event.r#type)?;
    let written: ExportWritten = event.parse().ok()?;
    Some((
        Uuid::try_parse(&written.export_id).ok()?,
        PARTS[index],
        written,
    ))
}

/// Identity's own part.
async fn export(app: &App, user_id: &str, mut lines: Lines) -> anyhow::Result<Lines> {
    let Ok(user_id) = Uuid::try_parse(user_id) else {
        return Ok(lines);
    };
    if let Some(account) = app.store.account_line(user_id).await? {
        lines.write("account", &account).await?;
    }
    if let Some(profile) = app.store.profile(user_id).await? {
        lines.write("profile", &Profile::from(profile)).await?;
    }
    let mut after = Uuid::nil();
    loop {
        let sessions = app.store.session_lines(user_id, after, PAGE).await?;
        for session in &sessions {
            lines.write("session", session).await?;
        }
        let Some(last) = sessions.last() else { break };
        after = last.id;
    }
    for kind in [Kind::Follow, Kind::Block, Kind::Mute] {
        lines = export_relations(app, user_id, kind, lines).await?;
    }
    Ok(lines)
}

async fn export_relations(
    app: &App,
    user_id: Uuid,
    kind: Kind,
    mut lines: Lines,
) -> anyhow::Result<Lines> {
    let mut after = Uuid::nil();
    loop {
        let relations = app
            .store
            .relation_lines(user_id, kind.as_str(), after, PAGE)
            .await?;
        for relation in &relations {
            lines.write(kind.as_str(), relation).await?;
        }
        let Some(last) = relations.last() else {
            return Ok(lines);
        };
        after = last.id;
    }
}
