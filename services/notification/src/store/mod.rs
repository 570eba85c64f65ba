//! The tables of the notification service.

/// Stores a notification unless its event has told its user already; an expression of the driver's result.
macro_rules! insert {
    ($executor:expr, $notification:expr, $event_id:expr) => {{
        let Notification {
            id,
            user_id,
            title,
            body,
            notif_type,
            room_id,
            created_at,
            ..
        } = $notification;
        let event_id: Option<Uuid> = $event_id;
        let query = sqlx::query(crate::store::INSERT)
            .bind(id)
            .bind(user_id)
            .bind(event_id)
            .bind(notif_type);
        query
            .bind(title)
            .bind(body)
            .bind(room_id)
            .bind(created_at)
            .execute($executor)
            .await
    }};
}

mod mentions;

use folkmoot_common::{
    Context,
    clock::{Ids, SharedClock},
    db::{Db, Migrations, sqlx},
    with_reader, with_writer,
};
use uuid::Uuid;

use crate::{
    Settings,
    model::{NewNotification, Notification},
};

/// The schema.
pub const MIGRATIONS: Migrations = Migrations::new(&[(
    "0001_init",
    include_str!("../../migrations/sqlite/0001_init.sql"),
    include_str!("../../migrations/postgres/0001_init.sql"),
)]);

/// Most rows that one statement of the sweeper deletes, so that it holds up nobody.
const SWEEP_BATCH: i64 = 1000;

const LIST: &str = "select id, user_id, title, body, notif_type, room_id, is_read, created_at \
    from notifications where user_id = $1 and id < $2 order by id desc limit $3";
const LIST_UNREAD: &str = "select id, user_id, title, body, notif_type, room_id, is_read, created_at \
    from notifications where user_id = $1 and id < $2 and not is_read order by id desc limit $3";
const COUNT_UNREAD: &str = "select count(*) from notifications where user_id = $1 and not is_read";
const INSERT: &str = "insert into notifications \
    (id, user_id, event_id, notif_type, title, body, room_id, is_read, created_at) \
    values ($1, $2, $3, $4, $5, $6, $7, false, $8) on conflict (event_id, user_id) do nothing";
const MARK_READ: &str = "update notifications set is_read = true \
    where id = $1 and (cast($2 as text) is null or user_id = cast($2 as text)) \
    returning id, user_id, title, body, notif_type, room_id, is_read, created_at";
const MARK_ALL_READ: &str =
    "update notifications set is_read = true where user_id = $1 and not is_read";
const DELETE: &str = "delete from notifications \
    where id = $1 and (cast($2 as text) is null or user_id = cast($2 as text)) returning user_id";
// The oldest of the newest that are kept: what is older goes.
const TRIM: &str = "delete from notifications where user_id = $1 and id < ( \
    select id from (select id from notifications where user_id = $1 order by id desc limit $2) newest \
    order by id limit 1)";

/// Notifications and who they are for.
#[derive(Clone)]
pub(crate) struct Store {
    db: Db,
    clock: SharedClock,
    ids: Ids,
    kept_per_user: i64,
}

impl Store {
    pub(crate) fn new(ctx: &Context, db: Db, settings: &Settings) -> Self {
        Self {
            db,
            clock: ctx.clock.clone(),
            ids: ctx.ids.clone(),
            kept_per_user: settings.notifications_per_user.into(),
        }
    }

    pub(crate) fn db(&self) -> &Db {
        &self.db
    }

    /// Stores what somebody posted.
    pub(crate) async fn create(&self, new: NewNotification) -> sqlx::Result<Notification> {
        let notification = self.make(new);
        with_writer!(&self.db, db => insert!(db, &notification, None).map(|_| ()))?;
        self.trim(&notification.user_id).await?;
        Ok(notification)
    }

    fn make(&self, new: NewNotification) -> Notification {
        Notification {
            id: self.ids.next(),
            user_id: new.user_id,
            title: new.title,
            body: new.body,
            notif_type: new.notif_type,
            room_id: new.room_id,
            is_read: false,
            created_at: self.clock.now(),
        }
    }

    /// The newest of a user's notifications that are older than `before`.
    pub(crate) async fn list(
        &self,
        user_id: &str,
        unread_only: bool,
        before: Option<Uuid>,
        limit: u32,
    ) -> sqlx::Result<Vec<Notification>> {
        let statement = if unread_only { LIST_UNREAD } else { LIST };
        let before = before.unwrap_or(Uuid::max());
        with_reader!(&self.db, db => {
            sqlx::query_as(statement).bind(user_id).bind(before).bind(i64::from(limit)).fetch_all(db).await
        })
    }

    /// Counted in an index each time: at most as many as are kept for a user.
    pub(crate) async fn count_unread(&self, user_id: &str) -> sqlx::Result<i64> {
        with_reader!(&self.db, db => sqlx::query_scalar(COUNT_UNREAD).bind(user_id).fetch_one(db).await)
    }

    /// Marks one as read, if there is one of that id (and of that user).
    pub(crate) async fn mark_read(
        &self,
        id: Uuid,
        owner: Option<&str>,
    ) -> sqlx::Result<Option<Notification>> {
        with_writer!(&self.db, db => sqlx::query_as(MARK_READ).bind(id).bind(owner).fetch_optional(db).await)
    }

    /// Marks all of a user's as read; says how many were not.
    pub(crate) async fn mark_all_read(&self, user_id: &str) -> sqlx::Result<u64> {
        with_writer!(&self.db, db => {
            sqlx::query(MARK_ALL_READ).bind(user_id).execute(db).await.map(|done| done.rows_affected())
        })
    }

    /// Deletes one, if there is one of that id (and of that user); says whose it was.
    pub(crate) async fn delete(
        &self,
        id: Uuid,
        owner: Option<&str>,
    ) -> sqlx::Result<Option<String>> {
        with_writer!(&self.db, db => sqlx::query_scalar(DELETE).bind(id).bind(owner).fetch_optional(db).await)
    }

    /// Deletes a user's oldest beyond those that are kept.
    async fn trim(&self, user_id: &str) -> sqlx::Result<()> {
        with_writer!(&self.db, db => {
            sqlx::query(TRIM).bind(user_id).bind(self.kept_per_user).execute(db).await.map(|_| ())
        })
    }
}
