//! Lists of people, and the counts of who follows whom.

use std::collections::BTreeMap;

use folkmoot_common::{db::sqlx, in_transaction, row, with_reader};
use uuid::Uuid;

use super::Store;
use crate::people::{
    model::ListedRow,
    relation::{End, Kind},
};

/// Who has a relation of a kind to somebody, the newest first.
const OF_TARGET: &str = "select relations.id as relation_id, users.id, username, display_name, avatar_file_id \
    from relations join users on users.id = relations.user_id left join profiles on profiles.user_id = users.id \
    where relations.target_id = $1 and relations.kind = $2 and relations.id < $3 order by relations.id desc limit $4";
/// To whom somebody has a relation of a kind, the newest first.
const OF_USER: &str = "select relations.id as relation_id, users.id, username, display_name, avatar_file_id \
    from relations join users on users.id = relations.target_id left join profiles on profiles.user_id = users.id \
    where relations.user_id = $1 and relations.kind = $2 and relations.id < $3 order by relations.id desc limit $4";

/// The statements differ in nothing but the order of bytes, which PostgreSQL has to be asked for.
macro_rules! search {
    ($key:literal) => {
        concat!(
            "select users.id as relation_id, users.id, username, display_name, avatar_file_id \
             from users left join profiles on profiles.user_id = users.id where ",
            $key,
            " >= $1 and ",
            $key,
            " < $2 and ",
            $key,
            " > $3 \
             and not exists (select 1 from relations where relations.user_id = users.id \
             and relations.kind = 'block' and relations.target_id = $4) order by ",
            $key,
            " limit $5"
        )
    };
}
const SEARCH_SQLITE: &str = search!("username_key");
const SEARCH_POSTGRES: &str = search!("username_key collate \"C\"");

const TAKE_SQLITE: &str = "delete from follow_changes where id in \
    (select id from follow_changes order by id limit $1) returning user_id, followers, following";
/// What another replica is adding up is passed over.
const TAKE_POSTGRES: &str = "delete from follow_changes where id in \
    (select id from follow_changes order by id limit $1 for update skip locked) returning user_id, followers, following";
const ADD: &str = "update users set follower_count = follower_count + $2, \
    following_count = following_count + $3 where id = $1";

/// Changes that are added up at a time.
const BATCH: i64 = 500;
/// Behind every character of a name.
const AFTER_NAMES: char = '~';

row! {
    struct ChangeRow {
        user_id: Uuid,
        followers: i64,
        following: i64,
    }
}

impl Store {
    /// People at the other end of somebody's relations, made before `before`, the newest first.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn related(
        &self,
        kind: Kind,
        listed: End,
        of: Uuid,
        before: Option<Uuid>,
        limit: u32,
    ) -> sqlx::Result<Vec<ListedRow>> {
        let statement = match listed {
            End::User => OF_TARGET,
            End::Target => OF_USER,
        };
        let before = before.unwrap_or(Uuid::max());
        with_reader!(&self.db, db => {
            sqlx::query_as(statement)
                .bind(of).bind(kind.as_str()).bind(before).bind(i64::from(limit))
                .fetch_all(db).await
        })
    }

    /// People whose names begin with `prefix`, by name, behind the name `after`; without those who block `me`.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn search(
        &self,
        prefix: &str,
        after: &str,
        me: Uuid,
        limit: u32,
    ) -> sqlx::Result<Vec<ListedRow>> {
        let statement = self.db.choose(SEARCH_SQLITE, SEARCH_POSTGRES);
        let end = format!("{prefix}{AFTER_NAMES}");
        with_reader!(&self.db, db => {
            sqlx::query_as(statement)
                .bind(prefix).bind(&end).bind(after).bind(me).bind(i64::from(limit))
                .fetch_all(db).await
        })
    }

    /// Adds up a batch of changes. True if there may be more.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) async fn fold_follow_changes(&self) -> sqlx::Result<bool> {
        let take = self.db.choose(TAKE_SQLITE, TAKE_POSTGRES);
        if !self.has_follow_changes().await? {
            return Ok(false);
        }
        let taken = in_transaction!(&self.db, tx => {
            let changes: Vec<ChangeRow> = sqlx::query_as(take).bind(BATCH).fetch_all(&mut *tx).await?;
            // In one order everywhere, so that two replicas never wait for each other.
            for (user_id, (followers, following)) in add_up(&changes) {
                sqlx::query(ADD).bind(user_id).bind(followers).bind(following).execute(&mut *tx).await?;
            }
            changes.len()
        });
        Ok(taken as i64 == BATCH)
    }

    /// A look before the write lock is taken: most of the time there is nothing.
    async fn has_follow_changes(&self) -> sqlx::Result<bool> {
        with_reader!(&self.db, db => {
            let found = sqlx::query("select 1 from follow_changes limit 1").fetch_optional(db).await?;
            Ok(found.is_some())
        })
    }
}

fn add_up(changes: &[ChangeRow]) -> BTreeMap<Uuid, (i64, i64)> {
    let mut sums = BTreeMap::new();
    for change in changes {
        let (followers, following) = sums.entry(change.user_id).or_insert((0, 0));
        *followers += change.followers;
        *following += change.following;
    }
    sums
}
