//! Sends what is in the queue.

use std::time::Duration;

use anyhow::Context as _;
use chrono::TimeDelta;
use tracing::{info, warn};
use uuid::Uuid;

use super::{Kind, MOST, letter::Letter, transport::Failure};
use crate::{
    model::UserRow,
    one_time_code::OneTimeCode,
    policy::AccountKey,
    routes::App,
    store::{CodeKind, Pending, Waiting},
};

/// How often the queue is looked into, for mail that other replicas left or that is to be tried again.
const EVERY: Duration = Duration::from_secs(2);
/// How long a replica may take for one mail before another does it.
const LEASE: TimeDelta = TimeDelta::minutes(2);
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(10);
const LONGEST_PAUSE: TimeDelta = TimeDelta::minutes(10);
/// How long a mail is tried.
const GIVE_UP: TimeDelta = TimeDelta::hours(6);
/// The order of tries is kept in so many steps.
const MAX_STEPS: i32 = 10;

/// An address and what goes there.
type Addressed = (String, Letter);

/// Sends until the process stops.
pub(crate) fn start(app: &App) {
    let (app, shutdown) = (app.clone(), app.ctx.shutdown.clone());
    app.ctx.clone().tasks.spawn(async move {
        shutdown.run_until_cancelled(run(app)).await;
    });
}

async fn run(app: App) {
    loop {
        match round(&app).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => warn!(error = format!("{error:#}"), "cannot send mail"),
        }
        let _ = tokio::time::timeout(EVERY, app.store.mail_waits.notified()).await;
    }
}

/// Handles what is due; true if there may be more.
async fn round(app: &App) -> anyhow::Result<bool> {
    let due = app.store.due_mails().await?;
    for mail in &due {
        if !app.store.claim_mail(mail, LEASE).await? {
            continue;
        }
        match handle(app, mail).await {
            Ok(Some(Failure::Outage)) => return Ok(false),
            Ok(_) => {}
            Err(error) => {
                app.store.retry_mail(mail.id, pause(mail.attempts)).await?;
                return Err(error);
            }
        }
    }
    Ok(!due.is_empty())
}

async fn handle(app: &App, mail: &Waiting) -> anyhow::Result<Option<Failure>> {
    let kind = Kind::parse(&mail.kind).context("a mail of an unknown kind")?;
    if app.store.count_mails(&mail.email_key, kind).await? > MOST {
        metrics::counter!("folkmoot_mails_total", "outcome" => "limited").increment(1);
        app.store.drop_mail(mail.id).await?;
        return Ok(None);
    }
    let Some((to, letter)) = letter(app, kind, mail).await? else {
        app.store.drop_mail(mail.id).await?;
        return Ok(None);
    };
    let sent = app
        .mail
        .send((mail.id, mail.attempts), &to, &letter, app.ctx.clock.now())
        .await;
    let Err(failure) = sent else {
        metrics::counter!("folkmoot_mails_total", "outcome" => "sent").increment(1);
        app.store.mail_sent(mail.id).await?;
        return Ok(None);
    };
    failed(app, mail, failure).await?;
    Ok(Some(failure))
}

async fn failed(app: &App, mail: &Waiting, failure: Failure) -> anyhow::Result<()> {
    let age = app.ctx.clock.now() - mail.created_at;
    if failure == Failure::Refused || age > GIVE_UP {
        metrics::counter!("folkmoot_mails_total", "outcome" => "failed").increment(1);
        info!(mail = %mail.id, kind = mail.kind, ?failure, "a mail cannot be delivered");
        return Ok(app.store.drop_mail(mail.id).await?);
    }
    warn!(mail = %mail.id, kind = mail.kind, ?failure, "a mail did not leave; it is tried again");
    Ok(app.store.retry_mail(mail.id, pause(mail.attempts)).await?)
}

fn pause(attempts: i32) -> TimeDelta {
    let pause = FIRST_PAUSE * 2_i32.pow(attempts.clamp(0, MAX_STEPS).unsigned_abs());
    pause.min(LONGEST_PAUSE)
}

/// To whom the mail goes and what it says now, with a new code; nothing if there is nobody to tell. Mail about an account goes
/// to the address as the account has it, not as somebody typed it.
async fn letter(app: &App, kind: Kind, mail: &Waiting) -> anyhow::Result<Option<Addressed>> {
    match kind {
        Kind::Reset => match of_address(app, mail).await? {
            Some(user) => reset(app, user).await.map(Some),
            None => Ok(None),
        },
        Kind::Verify => match of_address(app, mail).await? {
            Some(user) => verify(app, user).await,
            None => {
                let key = AccountKey::Email(mail.email_key.clone());
                registration(app, app.store.newest_pending(&key).await?).await
            }
        },
        Kind::Registration => match of_address(app, mail).await? {
            Some(user) => Ok(Some(in_use(user))),
            None => registration(app, pending(app, mail.about).await?).await,
        },
        Kind::Change => {
            let owner = of_address(app, mail).await?;
            match (owner, about(app, mail.about).await?) {
                (Some(owner), Some(user)) if owner.id != user.id => Ok(Some(in_use(owner))),
                (_, Some(user)) => change(app, user, &mail.email).await.map(Some),
                (_, None) => Ok(None),
            }
        }
        Kind::PasswordChanged | Kind::EmailChanged => {
            let user = about(app, mail.about).await?;
            Ok(user.map(|user| (mail.email.clone(), notice(kind, user.username))))
        }
    }
}

async fn of_address(app: &App, mail: &Waiting) -> anyhow::Result<Option<UserRow>> {
    let key = AccountKey::Email(mail.email_key.clone());
    Ok(app.store.find(&key).await?)
}

fn in_use(user: UserRow) -> Addressed {
    let username = user.username;
    (user.email, Letter::AddressInUse { username })
}

fn notice(kind: Kind, username: String) -> Letter {
    match kind {
        Kind::EmailChanged => Letter::EmailChanged { username },
        _ => Letter::PasswordChanged { username },
    }
}

async fn about(app: &App, id: Option<Uuid>) -> anyhow::Result<Option<UserRow>> {
    match id {
        Some(id) => Ok(app.store.user(id).await?),
        None => Ok(None),
    }
}

async fn pending(app: &App, id: Option<Uuid>) -> anyhow::Result<Option<Pending>> {
    match id {
        Some(id) => Ok(app.store.pending(id).await?),
        None => Ok(None),
    }
}

async fn reset(app: &App, user: UserRow) -> anyhow::Result<Addressed> {
    let code = OneTimeCode::random()?;
    app.store
        .put_code(&code, CodeKind::Reset, user.id, &user.email)
        .await?;
    let letter = Letter::Reset {
        username: user.username,
        email: user.email.clone(),
        code,
    };
    Ok((user.email, letter))
}

async fn verify(app: &App, user: UserRow) -> anyhow::Result<Option<Addressed>> {
    if user.email_verified_at.is_some() {
        return Ok(None);
    }
    let code = OneTimeCode::random()?;
    app.store
        .put_code(&code, CodeKind::Verify, user.id, &user.email)
        .await?;
    Ok(Some((user.email, Letter::Verify { code })))
}

async fn registration(app: &App, pending: Option<Pending>) -> anyhow::Result<Option<Addressed>> {
    let Some(pending) = pending else {
        return Ok(None);
    };
    let code = OneTimeCode::random()?;
    app.store.put_registration_code(pending.id, &code).await?;
    Ok(Some((pending.email, Letter::Verify { code })))
}

async fn change(app: &App, user: UserRow, email: &str) -> anyhow::Result<Addressed> {
    let code = OneTimeCode::random()?;
    app.store
        .put_code(&code, CodeKind::Change, user.id, email)
        .await?;
    Ok((email.to_owned(), Letter::Change { code }))
}
