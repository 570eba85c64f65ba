//! The tables of the notification service.

mod forget;
mod forum;
mod groups;
mod jobs;
mod mentions;
mod preferences;
mod projections;
mod read;
pub(crate) mod sql;
mod sweep;
mod tell;
mod visible;
mod waiting;

use folkmoot_common::{
    Context,
    clock::{Ids, SharedClock},
    db::{Db, Migrations, sqlx},
    with_reader, with_writer,
};
use uuid::Uuid;

pub(crate) use forum::{Outcome, Tie};
pub(crate) use preferences::MAX_PREFERENCES;
pub(crate) use read::Filter;

use jobs::Job;

use crate::{Settings, kinds::Kind, model::NewNotification};
use sql::{Sql, values};
use tell::Draft;

/// The schema.
pub const MIGRATIONS: Migrations = Migrations::new(&[
    (
        "0001_init",
        include_str!("../../migrations/sqlite/0001_init.sql"),
        include_str!("../../migrations/postgres/0001_init.sql"),
    ),
    (
        "0002_forum",
        include_str!("../../migrations/sqlite/0002_forum.sql"),
        include_str!("../../migrations/postgres/0002_forum.sql"),
    ),
    (
        "0003_one_list",
        include_str!("../../migrations/sqlite/0003_one_list.sql"),
        include_str!("../../migrations/postgres/0003_one_list.sql"),
    ),
]);

/// Most rows that one statement deletes, so that it holds up nobody.
const BATCH: i64 = 1000;
/// One of so many notifications has its user's oldest deleted.
const TRIM_ONE_OF: u64 = 64;

// The oldest of those that are kept: what is older goes.
const TRIM: &str = "delete from notifications where user_id = $1 and coalesce(sort_id, id) < ( \
    select place from (select coalesce(sort_id, id) as place from notifications where user_id = $1 \
        order by coalesce(sort_id, id) desc limit $2) newest order by place limit 1)";

/// A notification that somebody is to be told of now.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Told {
    pub(crate) user_id: String,
    pub(crate) id: Uuid,
}

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

    /// Stores what somebody posted: as read already if its user does not want to be told of its kind.
    pub(crate) async fn create(&self, new: &NewNotification) -> sqlx::Result<Told> {
        let kind = Kind::parse(&new.notif_type);
        let off = match kind {
            Some(kind) => self.has_turned_off(&new.user_id, kind).await?,
            None => false,
        };
        let draft = Draft {
            title: &new.title,
            body: &new.body,
            room_id: new.room_id.as_deref(),
            is_read: off,
            ..Draft::new(&new.user_id, &new.notif_type)
        };
        let (id, now) = (self.ids.next(), self.clock.now());
        with_writer!(&self.db, db => { let mut db = db.clone(); draft.insert(&mut db, (id, now), None).await? });
        self.trim(&new.user_id).await?;
        Ok(Told {
            user_id: new.user_id.clone(),
            id,
        })
    }

    async fn has_turned_off(&self, user_id: &str, kind: Kind) -> sqlx::Result<bool> {
        const OFF: &str =
            "select 1 from preferences where user_id = $1 and kind = $2 and not in_app";
        let found: Option<(i32,)> = with_reader!(&self.db, db => {
            let mut db = db.clone();
            db.first(OFF, values![user_id, kind.as_str()]).await?
        });
        Ok(found.is_some())
    }

    /// Deletes a user's oldest beyond those that are kept.
    async fn trim(&self, user_id: &str) -> sqlx::Result<()> {
        with_writer!(&self.db, db => {
            let mut db = db.clone();
            db.run(TRIM, values![user_id, self.kept_per_user]).await?
        });
        Ok(())
    }

    /// The same for those who were told of something, now and then: a few more may be kept meanwhile.
    async fn trim_some(&self, told: &[Told]) -> sqlx::Result<()> {
        for told in told.iter().filter(|told| is_trimmed(told)) {
            self.trim(&told.user_id).await?;
        }
        Ok(())
    }
}

/// Whose turn it is to have their oldest deleted: ids of notifications are spread evenly.
fn is_trimmed(told: &Told) -> bool {
    u64::from(told.id.as_bytes()[15]) % TRIM_ONE_OF == 0
}
