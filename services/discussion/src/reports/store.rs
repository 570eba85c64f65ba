//! The tables of reports and of the audit log.

use chrono::{DateTime, Utc};
use folkmoot_common::{
    auth::Principal,
    db::{sqlx, unique_violation},
    in_transaction, row, with_reader,
};
use serde_json::Value;
use uuid::Uuid;

use super::model::{Actor, LogEntry, Report, Reported};
use crate::{
    audit::Entry, model::CategoryRef, policy::Reader, record, remember_member, search::plain,
    store::Store, store::rows, visible,
};

const INSERT: &str = "insert into reports (id, thread_id, comment_id, reporter_id, reason, status, created_at) \
    values ($1, $2, $3, $4, $5, 'open', $6)";

/// Reports of what a moderator may read. Who wrote what was reported is `m`, who reported it `r`.
macro_rules! reports {
    ($condition:literal) => {
        concat!(
            "select p.id, p.thread_id, t.title, p.comment_id, coalesce(c.body_html, t.excerpt) as text, t.category_id, \
             g.slug as category_slug, g.name as category_name, coalesce(c.deleted_at, t.deleted_at) as deleted_at, \
             coalesce(c.author_id, t.author_id) as author_id, m.username, m.avatar_url, \
             m.deleted_at as author_deleted_at, p.reporter_id, r.username as reporter_name, \
             r.avatar_url as reporter_avatar_url, r.deleted_at as reporter_deleted_at, p.reason, p.status, p.resolved_by, \
             p.resolved_at, p.resolution, p.created_at \
             from reports p join threads t on t.id = p.thread_id join categories g on g.id = t.category_id \
             left join comments c on c.id = p.comment_id \
             left join members m on m.user_id = coalesce(c.author_id, t.author_id) \
             left join members r on r.user_id = p.reporter_id where ",
            $condition,
            " and ",
            visible!("$2")
        )
    };
}

const FIND: &str = reports!("p.id = $1");
const LIST: &str = concat!(
    reports!("p.status = $1"),
    " and p.id < $3 order by p.id desc limit $4"
);
const CLOSE: &str = "update reports set status = $2, resolved_by = $3, resolved_at = $4, resolution = $5 \
    where id = $1 and status = 'open'";
const CLOSE_ALL: &str = "update reports set status = $3, resolved_by = $4, resolved_at = $5, resolution = $6 \
    where thread_id = $1 and coalesce(comment_id, thread_id) = $2 and status = 'open'";
const LOG: &str = concat!(
    "select a.id, a.actor_id, a.actor_name, a.action, a.target_type, a.target_id, a.detail, a.created_at \
     from audit_log a left join categories g on g.id = a.category_id \
     where (a.category_id is null or $1 = '*' or (g.id is not null and ",
    visible!("$1"),
    ")) and a.id < $2 and ($3 = '' or a.actor_id = $3) and ($4 = '' or a.target_id = $4) order by a.id desc limit $5"
);

row! {
    /// A report with what it is about.
    #[derive(Debug, Clone)]
    pub(crate) struct ReportRow {
        pub(crate) id: Uuid,
        pub(crate) thread_id: Uuid,
        pub(crate) title: String,
        pub(crate) comment_id: Option<Uuid>,
        pub(crate) text: String,
        pub(crate) category_id: Uuid,
        pub(crate) category_slug: String,
        pub(crate) category_name: String,
        pub(crate) deleted_at: Option<DateTime<Utc>>,
        pub(crate) author_id: String,
        pub(crate) username: Option<String>,
        pub(crate) avatar_url: Option<String>,
        pub(crate) author_deleted_at: Option<DateTime<Utc>>,
        pub(crate) reporter_id: String,
        pub(crate) reporter_name: Option<String>,
        pub(crate) reporter_avatar_url: Option<String>,
        pub(crate) reporter_deleted_at: Option<DateTime<Utc>>,
        pub(crate) reason: String,
        pub(crate) status: String,
        pub(crate) resolved_by: Option<String>,
        pub(crate) resolved_at: Option<DateTime<Utc>>,
        pub(crate) resolution: Option<String>,
        pub(crate) created_at: DateTime<Utc>,
    }
}

row! {
    struct LogRow {
        id: Uuid,
        actor_id: String,
        actor_name: String,
        action: String,
        target_type: String,
        target_id: String,
        detail: String,
        created_at: DateTime<Utc>,
    }
}

/// How a report ends.
#[derive(Debug, Clone)]
pub(super) struct Closing<'a> {
    /// `resolved` or `dismissed`.
    pub(super) status: &'static str,
    pub(super) note: &'a str,
    /// Whether all open reports of the same thing end with it.
    pub(super) all: bool,
    pub(super) entry: Entry,
}

impl Store {
    /// Stores a report. `None` if the reporter has an open one of the same thing.
    pub(super) async fn report(
        &self,
        reporter: &Principal,
        thread_id: Uuid,
        comment_id: Option<Uuid>,
        reason: String,
    ) -> sqlx::Result<Option<Reported>> {
        let reported = Reported {
            id: self.ctx.ids.next(),
            thread_id,
            comment_id,
            reason,
            status: "open".to_owned(),
            created_at: self.ctx.clock.now(),
        };
        match self.insert_report(reporter, &reported).await {
            Err(error) if unique_violation(&error).is_some() => Ok(None),
            stored => stored.map(|()| Some(reported)),
        }
    }

    async fn insert_report(&self, reporter: &Principal, new: &Reported) -> sqlx::Result<()> {
        in_transaction!(&self.db, tx => {
            remember_member!(tx, reporter);
            let query = sqlx::query(INSERT).bind(new.id).bind(new.thread_id).bind(new.comment_id);
            let query = query.bind(&reporter.user_id).bind(&new.reason).bind(new.created_at);
            query.execute(&mut *tx).await?;
        });
        Ok(())
    }

    /// A report of what the moderator may read.
    pub(super) async fn find_report(
        &self,
        id: Uuid,
        moderator: &Reader,
    ) -> sqlx::Result<Option<ReportRow>> {
        with_reader!(&self.db, db => {
            sqlx::query_as(FIND).bind(id).bind(&*moderator.roles_key()).fetch_optional(db).await
        })
    }

    /// Reports of what the moderator may read, newest first.
    pub(super) async fn reports(
        &self,
        moderator: &Reader,
        status: &str,
        before: Option<Uuid>,
        limit: u32,
    ) -> sqlx::Result<Vec<ReportRow>> {
        let (before, roles) = (before.unwrap_or(Uuid::max()), moderator.roles_key());
        with_reader!(&self.db, db => {
            let query = sqlx::query_as(LIST).bind(status).bind(&*roles);
            query.bind(before).bind(i64::from(limit)).fetch_all(db).await
        })
    }

    /// Ends a report. False if it was not open any more.
    pub(super) async fn close_report(
        &self,
        report: &ReportRow,
        moderator_id: &str,
        closing: &Closing<'_>,
    ) -> sqlx::Result<bool> {
        let now = self.ctx.clock.now();
        let Closing { status, note, .. } = *closing;
        in_transaction!(&self.db, tx => {
            let query = sqlx::query(CLOSE).bind(report.id).bind(status).bind(moderator_id);
            let closed = query.bind(now).bind(note).execute(&mut *tx).await?;
            if closed.rows_affected() == 0 {
                return Ok(false);
            }
            if closing.all {
                let target = report.comment_id.unwrap_or(report.thread_id);
                let query = sqlx::query(CLOSE_ALL).bind(report.thread_id).bind(target).bind(status);
                query.bind(moderator_id).bind(now).bind(note).execute(&mut *tx).await?;
            }
            record!(tx, self.ctx, closing.entry);
        });
        Ok(true)
    }

    /// What was done to what the moderator may read, newest first.
    pub(super) async fn audit_log(
        &self,
        moderator: &Reader,
        actor_id: &str,
        target_id: &str,
        before: Option<Uuid>,
        limit: u32,
    ) -> sqlx::Result<Vec<LogEntry>> {
        let (before, roles) = (before.unwrap_or(Uuid::max()), moderator.roles_key());
        let rows: Vec<LogRow> = with_reader!(&self.db, db => {
            let query = sqlx::query_as(LOG).bind(&*roles).bind(before).bind(actor_id);
            query.bind(target_id).bind(i64::from(limit)).fetch_all(db).await
        })?;
        Ok(rows.into_iter().map(entry).collect())
    }
}

impl ReportRow {
    /// As moderators see it.
    pub(super) fn into_report(self) -> Report {
        let excerpt = match self.comment_id {
            Some(_) => plain(&self.text),
            None => self.text,
        };
        let excerpt: Vec<&str> = excerpt.split_whitespace().collect();
        let most = folkmoot_common::events::discussion::EXCERPT_CHARS;
        Report {
            excerpt: excerpt.join(" ").chars().take(most).collect(),
            category: CategoryRef {
                id: self.category_id,
                slug: self.category_slug,
                name: self.category_name,
            },
            author: rows::author(
                &self.author_id,
                self.username.as_deref(),
                self.avatar_url.as_deref(),
                self.author_deleted_at.is_some(),
            ),
            reporter: rows::author(
                &self.reporter_id,
                self.reporter_name.as_deref(),
                self.reporter_avatar_url.as_deref(),
                self.reporter_deleted_at.is_some(),
            ),
            id: self.id,
            thread_id: self.thread_id,
            title: self.title,
            comment_id: self.comment_id,
            is_deleted: self.deleted_at.is_some(),
            reason: self.reason,
            status: self.status,
            resolved_by: self.resolved_by,
            resolved_at: self.resolved_at,
            resolution: self.resolution,
            created_at: self.created_at,
        }
    }
}

fn entry(row: LogRow) -> LogEntry {
    LogEntry {
        id: row.id,
        actor: Actor {
            user_id: row.actor_id,
            username: row.actor_name,
        },
        action: row.action,
        target_type: row.target_type,
        target_id: row.target_id,
        detail: serde_json::from_str(&row.detail).unwrap_or(Value::Null),
        created_at: row.created_at,
    }
}
