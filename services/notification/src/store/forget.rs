//! An account is gone, and so is what is kept of it.

use folkmoot_common::{
    db::sqlx, events::identity::UserDeleted, in_transaction, with_reader, with_writer,
};

use super::{
    BATCH, Store,
    sql::{Sql, values},
};

const MARK: &str = "insert into members (user_id, deleted_at) values ($1, $2) \
    on conflict (user_id) do update set deleted_at = excluded.deleted_at";
const NAME: &str = "select username_key from directory where user_id = $1";
/// What is small.
const OWN: [&str; 3] = [
    "delete from directory where user_id = $1",
    "delete from member_roles where user_id = $1",
    "delete from preferences where user_id = $1",
];
const NAMED: [&str; 2] = [
    "delete from pending_mentions where username_key = $1",
    "delete from waiting_mentions where username_key = $1",
];
/// What can be much. Each is run until there is nothing left of it.
const MUCH: [&str; 4] = [
    "delete from notifications where id in (select id from notifications where user_id = $1 limit $2)",
    "delete from relations where (user_id, target_id, kind) in ( \
        select user_id, target_id, kind from relations where user_id = $1 limit $2)",
    "delete from relations where (user_id, target_id, kind) in ( \
        select user_id, target_id, kind from relations where target_id = $1 limit $2)",
    // A title of chat's holds the name; all others are made when they are shown.
    "update notifications set title = 'Somebody mentioned you' where id in (select id from notifications \
        where actor_id = $1 and room_id is not null and title <> 'Somebody mentioned you' limit $2)",
];
// Who is gone follows nobody. What they liked stays liked.
const FOLLOWED: &str = "select n.user_id from group_actors a join notifications n on n.id = a.notification_id \
    where a.actor_id = $1 and a.group_key like 'user:%' and a.is_active limit $2";

impl Store {
    /// Forgets somebody, in steps that may be done again: the last time may have ended anywhere.
    pub(crate) async fn forget_user(&self, deleted: &UserDeleted) -> sqlx::Result<()> {
        let user_id = deleted.user_id.as_str();
        let name: Option<(String,)> = with_reader!(&self.db, db => {
            let mut db = db.clone();
            db.first(NAME, values![user_id]).await?
        });
        in_transaction!(&self.db, tx => {
            tx.run(MARK, values![user_id, deleted.deleted_at]).await?;
            if let Some((key,)) = &name {
                for statement in NAMED {
                    tx.run(statement, values![key]).await?;
                }
            }
            for statement in OWN {
                tx.run(statement, values![user_id]).await?;
            }
        });
        for statement in MUCH {
            while self.forget_some(statement, user_id).await? {}
        }
        while self.unfollow_some(user_id).await? {}
        Ok(())
    }

    async fn forget_some(&self, statement: &'static str, user_id: &str) -> sqlx::Result<bool> {
        let forgotten = with_writer!(&self.db, db => {
            let mut db = db.clone();
            db.run(statement, values![user_id, BATCH]).await?
        });
        Ok(forgotten == BATCH.unsigned_abs())
    }

    async fn unfollow_some(&self, user_id: &str) -> sqlx::Result<bool> {
        const AT_ONCE: i64 = 100;
        let followed = in_transaction!(&self.db, tx => {
            let followed: Vec<(String,)> = tx.all(FOLLOWED, values![user_id, AT_ONCE]).await?;
            for (followed,) in &followed {
                self.part_follower(&mut *tx, followed, user_id).await?;
            }
            followed.len()
        });
        Ok(followed == usize::try_from(AT_ONCE).unwrap_or(usize::MAX))
    }
}
