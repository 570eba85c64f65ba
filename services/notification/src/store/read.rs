//! What a user sees of their notifications, and what they do with them.

use std::collections::BTreeMap;

use folkmoot_common::{db::sqlx, with_reader, with_writer};
use uuid::Uuid;

use super::{
    Store,
    sql::{Sql, Value, listed, listing, values},
    visible::{from_notifications, has_role, visible},
};
use crate::{model::Notification, render::Stored};

macro_rules! select {
    ($rest:expr) => {
        concat!(
            "select n.id, n.user_id, n.title, n.body, n.notif_type, n.room_id, n.is_read, n.created_at, \
             coalesce(n.updated_at, n.created_at) as updated_at, coalesce(n.sort_id, n.id) as sort_id, n.actor_id, \
             n.thread_id, n.comment_id, coalesce(n.excerpt, t.excerpt) as excerpt, n.group_key, n.actor_count, n.recent_actors, t.title as thread_title",
            from_notifications!(), "where ", visible!(), $rest
        )
    };
}

// The cursor is a notification's id, whose place may be another.
macro_rules! page {
    ($filter:literal) => {
        select!(concat!(
            " and n.user_id = $1 and coalesce(n.sort_id, n.id) < coalesce( \
                (select coalesce(p.sort_id, p.id) from notifications p where p.id = $2 and p.user_id = $1), $2) \
              and (cast($3 as text) is null or n.notif_type = cast($3 as text))",
            $filter,
            " order by coalesce(n.sort_id, n.id) desc limit $4"
        ))
    };
}

const LIST: &str = page!("");
const LIST_UNREAD: &str = page!(" and not n.is_read");
const BY_IDS: &str = select!(" and n.id in ({})");
const OF_OWNER: &str =
    select!(" and n.id = $1 and (cast($2 as text) is null or n.user_id = cast($2 as text))");
const COUNT_UNREAD: &str = concat!(
    "select n.notif_type, count(*)",
    from_notifications!(),
    "where n.user_id = $1 and not n.is_read and ",
    visible!(),
    " group by n.notif_type"
);
const COUNT_UNREAD_OF: &str = concat!(
    "select n.user_id, count(*)",
    from_notifications!(),
    "where n.user_id in ({}) and not n.is_read and ",
    visible!(),
    " group by n.user_id"
);
const MARK_READ: &str = "update notifications set is_read = true where id = $1";
const MARK_THESE_READ: &str = "update notifications set is_read = true \
    where user_id = $1 and not is_read and coalesce(sort_id, id) in ({})";
const MARK_ALL_READ: &str = concat!(
    "update notifications set is_read = true where user_id = $1 and not is_read and id in (select n.id",
    from_notifications!(),
    "where n.user_id = $1 and not n.is_read and ",
    visible!(),
    ")"
);
const DELETE: &str = "delete from notifications where id = $1";
const NAMES: &str = "select user_id, username from directory where user_id in ({})";

/// Which of a user's notifications.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    pub(crate) unread_only: bool,
    pub(crate) kind: Option<String>,
    /// The last one of the page before.
    pub(crate) after: Option<Uuid>,
}

/// Some of a user's notifications, and their places at that moment.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    pub(crate) notifications: Vec<Notification>,
    places: Vec<Uuid>,
}

impl Store {
    /// The newest of a user's notifications, at most `limit`: two statements.
    pub(crate) async fn list(
        &self,
        user_id: &str,
        filter: &Filter,
        limit: u32,
    ) -> sqlx::Result<Shown> {
        let statement = if filter.unread_only {
            LIST_UNREAD
        } else {
            LIST
        };
        let after = filter.after.unwrap_or(Uuid::max());
        let stored = with_reader!(&self.db, db => {
            let mut db = db.clone();
            db.all(statement, values![user_id, after, filter.kind.as_deref(), i64::from(limit)]).await?
        });
        self.show(stored).await
    }

    /// Those of `ids` that their users may see now.
    pub(crate) async fn of_ids(&self, ids: &[Uuid]) -> sqlx::Result<Vec<Notification>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut values = Vec::new();
        listed(&mut values, ids.iter().map(|id| Value::from(*id)));
        let mut stored: Vec<Stored> = with_reader!(&self.db, db => {
            let mut db = db.clone();
            db.all_made(listing(BY_IDS, 1, ids.len()), &values).await?
        });
        stored.sort_by_key(|stored| stored.sort_id);
        Ok(self.show(stored).await?.notifications)
    }

    async fn show(&self, stored: Vec<Stored>) -> sqlx::Result<Shown> {
        let actors = stored.iter().flat_map(Stored::actor_ids);
        let names = self.names(&actors.collect()).await?;
        let places = stored.iter().map(|stored| stored.sort_id).collect();
        let notifications = stored.into_iter().map(|stored| stored.show(&names));
        Ok(Shown {
            notifications: notifications.collect(),
            places,
        })
    }

    async fn names(
        &self,
        users: &std::collections::BTreeSet<String>,
    ) -> sqlx::Result<BTreeMap<String, String>> {
        if users.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut values = Vec::new();
        listed(&mut values, users.iter().map(Value::from));
        let names: Vec<(String, String)> = with_reader!(&self.db, db => {
            let mut db = db.clone();
            db.all_made(listing(NAMES, 1, users.len()), &values).await?
        });
        Ok(names.into_iter().collect())
    }

    /// One that its owner may see, if there is one of that id (and of that user).
    async fn of_owner(&self, id: Uuid, owner: Option<&str>) -> sqlx::Result<Option<Notification>> {
        let stored = with_reader!(&self.db, db => {
            let mut db = db.clone();
            db.all(OF_OWNER, values![id, owner]).await?
        });
        Ok(self.show(stored).await?.notifications.pop())
    }

    /// How many of a user's are not read, by kind. Counted in an index each time: at most as many as are kept.
    pub(crate) async fn count_kinds(&self, user_id: &str) -> sqlx::Result<BTreeMap<String, i64>> {
        let kinds: Vec<(String, i64)> = with_reader!(&self.db, db => {
            let mut db = db.clone();
            db.all(COUNT_UNREAD, values![user_id]).await?
        });
        Ok(kinds.into_iter().collect())
    }

    /// How many of a user's are not read.
    pub(crate) async fn count_unread(&self, user_id: &str) -> sqlx::Result<i64> {
        Ok(self.count_kinds(user_id).await?.values().sum())
    }

    /// How many are not read, for each of several users, in one statement.
    pub(crate) async fn count_unread_of(
        &self,
        users: &[&str],
    ) -> sqlx::Result<BTreeMap<String, i64>> {
        let mut counts: BTreeMap<_, _> = users
            .iter()
            .map(|user_id| ((*user_id).to_owned(), 0))
            .collect();
        if users.is_empty() {
            return Ok(counts);
        }
        let mut values = Vec::new();
        listed(
            &mut values,
            users.iter().map(|user_id| Value::from(*user_id)),
        );
        let counted: Vec<(String, i64)> = with_reader!(&self.db, db => {
            let mut db = db.clone();
            db.all_made(listing(COUNT_UNREAD_OF, 1, users.len()), &values).await?
        });
        counts.extend(counted);
        Ok(counts)
    }

    /// Marks one as read, if there is one of that id (and of that user) that they may see.
    pub(crate) async fn mark_read(
        &self,
        id: Uuid,
        owner: Option<&str>,
    ) -> sqlx::Result<Option<Notification>> {
        let Some(notification) = self.of_owner(id, owner).await? else {
            return Ok(None);
        };
        with_writer!(&self.db, db => { let mut db = db.clone(); db.run(MARK_READ, values![id]).await? });
        Ok(Some(Notification {
            is_read: true,
            ..notification
        }))
    }

    /// Marks what was shown as read, but nothing that was added to it since.
    pub(crate) async fn mark_shown(&self, user_id: &str, shown: &Shown) -> sqlx::Result<u64> {
        if shown.places.is_empty() {
            return Ok(0);
        }
        let mut values = vec![Value::from(user_id)];
        listed(
            &mut values,
            shown.places.iter().map(|place| Value::from(*place)),
        );
        Ok(with_writer!(&self.db, db => {
            let mut db = db.clone();
            db.run_made(listing(MARK_THESE_READ, 2, shown.places.len()), &values).await?
        }))
    }

    /// Marks all of a user's that they may see as read; says how many were not.
    pub(crate) async fn mark_all_read(&self, user_id: &str) -> sqlx::Result<u64> {
        Ok(with_writer!(&self.db, db => {
            let mut db = db.clone();
            db.run(MARK_ALL_READ, values![user_id]).await?
        }))
    }

    /// Deletes one, if there is one of that id (and of that user) that they may see; says whose it was.
    pub(crate) async fn delete(
        &self,
        id: Uuid,
        owner: Option<&str>,
    ) -> sqlx::Result<Option<String>> {
        let Some(notification) = self.of_owner(id, owner).await? else {
            return Ok(None);
        };
        let deleted = with_writer!(&self.db, db => {
            let mut db = db.clone();
            db.run(DELETE, values![id]).await?
        });
        Ok((deleted == 1).then_some(notification.user_id))
    }
}

impl Shown {
    /// Keeps the first `limit`.
    pub(crate) fn truncate_places(&mut self, limit: usize) {
        self.places.truncate(limit);
    }
}
