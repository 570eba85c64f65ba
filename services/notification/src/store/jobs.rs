//! Work on any number of users, in pieces: each is a transaction that also moves the cursor, so that it goes on where it was
//! when a replica dies, and nothing of it is done twice. Replicas take turns, and so do the jobs.

use folkmoot_common::{db::sqlx, in_transaction, row};
use serde::{Deserialize, Serialize};
use tracing::error;
use uuid::Uuid;

use super::{
    Store, Told,
    forum::Outcome,
    sql::{Sql, Value, values},
    visible::{has_role, is_averse},
};
use crate::{events::News, kinds::Kind};

/// Users of one piece.
const PIECE: usize = 500;

macro_rules! next {
    ($lock:literal) => {
        concat!(
            "select id, payload, after_user_id from jobs order by ran_at, id limit 1",
            $lock
        )
    };
}

const ADD: &str = "insert into jobs (id, payload, after_user_id, ran_at) values ($1, $2, '', $3) on conflict do nothing";
const NEXT: &str = next!("");
const NEXT_UNLOCKED: &str = next!(" for update skip locked");
const MOVE: &str = "update jobs set after_user_id = $2, ran_at = $3 where id = $1";
const DONE: &str = "delete from jobs where id = $1";

// One value of each follower is looked up: "not exists" may be planned as reading whole tables for each piece.
const FOLLOWERS: &str = concat!(
    "select f.user_id, t.is_deleted, ( \
        coalesce((select p.in_app from preferences p where p.user_id = f.user_id and p.kind = 'post'), true) \
     and coalesce((select m.deleted_at is null from members m where m.user_id = f.user_id), true) \
     and not ",
    is_averse!("f.user_id", "$1"),
    " and (coalesce((select m.roles_at is null from members m where m.user_id = f.user_id), true) or ( \
        (t.category_id is null or (c.category_id is not null and ",
    has_role!("f.user_id", "c.read_role"),
    " and ",
    has_role!("f.user_id", "c.also_role"),
    ")) and (t.also_category_id is null or (b.category_id is not null and ",
    has_role!("f.user_id", "b.read_role"),
    " and ",
    has_role!("f.user_id", "b.also_role"),
    "))))) as is_told \
     from (select user_id from relations where target_id = $1 and kind = 'follow' and is_active \
        and user_id > $2 and user_id <> $1 order by user_id limit $3) f \
     join threads t on t.thread_id = $4 \
     left join categories c on c.category_id = t.category_id \
     left join categories b on b.category_id = t.also_category_id order by f.user_id"
);
const POST: &str = "insert into notifications \
    (id, user_id, event_id, notif_type, title, body, is_read, created_at, actor_id, thread_id) \
    select v.column1, v.column2, $1, $2, $3, '', false, $4, $5, $6 from (values {}) v where true \
    on conflict do nothing returning user_id, id";
const OF_THREAD: &str = "select distinct user_id from notifications \
    where thread_id = $1 and not is_read and user_id > $2 order by user_id limit $3";
const OF_CATEGORY: &str = "select distinct n.user_id from notifications n join threads t on t.thread_id = n.thread_id \
    where (t.category_id = $1 or t.also_category_id = $1) and not n.is_read and n.user_id > $2 \
    order by n.user_id limit $3";

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Job {
    /// Followers are told of a new thread.
    Post(News),
    /// A thread is gone or is elsewhere: who has unread notifications of it has another number of them now.
    RecountThread { thread_id: Uuid },
    /// As of a thread, for all of a category.
    RecountCategory { category_id: Uuid },
}

row! {
    struct Waiting {
        id: Uuid,
        payload: String,
        after_user_id: String,
    }
}

row! {
    struct Follower {
        user_id: String,
        is_deleted: bool,
        is_told: bool,
    }
}

/// A piece that is done.
#[derive(Default)]
struct Piece {
    outcome: Outcome,
    /// The last user of it, if there may be more.
    last: Option<String>,
}

impl Store {
    /// Adds a job, once for each `id`.
    pub(super) async fn add_job(
        &self,
        sql: &mut impl Sql,
        id: Uuid,
        job: &Job,
    ) -> sqlx::Result<()> {
        let payload =
            serde_json::to_string(job).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
        let added = values![id, &payload, self.clock.now()];
        sql.run(ADD, added).await.map(|_| ())
    }

    /// Does a piece of the job that waits longest. Nothing if none waits that no other replica works on.
    pub(crate) async fn work(&self) -> sqlx::Result<Option<Outcome>> {
        let next = self.db.choose(NEXT, NEXT_UNLOCKED);
        let piece = in_transaction!(&self.db, tx => {
            match tx.first(next, values![]).await? {
                Some(job) => Some(self.work_on(&mut *tx, &job).await?),
                None => None,
            }
        });
        let Some(outcome) = piece else {
            return Ok(None);
        };
        self.trim_some(&outcome.told).await?;
        Ok(Some(outcome))
    }

    async fn work_on(&self, sql: &mut impl Sql, waiting: &Waiting) -> sqlx::Result<Outcome> {
        let after = waiting.after_user_id.as_str();
        let piece = match serde_json::from_str(&waiting.payload) {
            Ok(Job::Post(news)) => self.tell_followers(sql, &news, after).await?,
            Ok(Job::RecountThread { thread_id }) => {
                recount(sql, OF_THREAD, thread_id, after).await?
            }
            Ok(Job::RecountCategory { category_id }) => {
                recount(sql, OF_CATEGORY, category_id, after).await?
            }
            Err(error) => {
                error!(%error, "a job cannot be read and is dropped");
                Piece::default()
            }
        };
        match &piece.last {
            Some(last) => {
                sql.run(MOVE, values![waiting.id, last, self.clock.now()])
                    .await?
            }
            None => sql.run(DONE, values![waiting.id]).await?,
        };
        Ok(piece.outcome)
    }

    async fn tell_followers(
        &self,
        sql: &mut impl Sql,
        news: &News,
        after: &str,
    ) -> sqlx::Result<Piece> {
        let page = values![&news.actor_id, after, PIECE as i64, news.thread_id];
        let followers: Vec<Follower> = sql.all(FOLLOWERS, page).await?;
        if followers.iter().any(|follower| follower.is_deleted) {
            return Ok(Piece::default());
        }
        let wanting = followers.iter().filter(|follower| follower.is_told);
        let wanting: Vec<_> = wanting.map(|follower| follower.user_id.as_str()).collect();
        let outcome = Outcome {
            told: self.post(sql, news, &wanting).await?,
            recount: Vec::new(),
        };
        Ok(Piece {
            outcome,
            last: last(
                followers
                    .into_iter()
                    .map(|follower| follower.user_id)
                    .collect(),
            ),
        })
    }

    /// One statement for any number of users.
    async fn post(
        &self,
        sql: &mut impl Sql,
        news: &News,
        users: &[&str],
    ) -> sqlx::Result<Vec<Told>> {
        if users.is_empty() {
            return Ok(Vec::new());
        }
        let kind = Kind::Post;
        let mut row = values![
            news.event_id,
            kind.as_str(),
            kind.neutral_title(),
            self.clock.now(),
            &news.actor_id,
            news.thread_id
        ]
        .to_vec();
        let first = row.len() + 1;
        for user_id in users {
            row.extend([Value::from(self.ids.next()), Value::from(*user_id)]);
        }
        let pairs =
            (0..users.len()).map(|n| format!("(${}, ${})", first + 2 * n, first + 2 * n + 1));
        let pairs: Vec<_> = pairs.collect();
        let statement = POST.replace("{}", &pairs.join(", "));
        let told: Vec<(String, Uuid)> = sql.all_made(statement, &row).await?;
        Ok(told
            .into_iter()
            .map(|(user_id, id)| Told { user_id, id })
            .collect())
    }
}

async fn recount(
    sql: &mut impl Sql,
    statement: &'static str,
    id: Uuid,
    after: &str,
) -> sqlx::Result<Piece> {
    let users: Vec<(String,)> = sql.all(statement, values![id, after, PIECE as i64]).await?;
    let users: Vec<_> = users.into_iter().map(|(user_id,)| user_id).collect();
    Ok(Piece {
        last: last(users.clone()),
        outcome: Outcome {
            told: Vec::new(),
            recount: users,
        },
    })
}

/// Where the next piece begins, after a full one.
fn last(mut users: Vec<String>) -> Option<String> {
    if users.len() < PIECE {
        return None;
    }
    users.pop()
}
