//! Mentions on their way to those whom they name.
//!
//! A mention is first kept by name, and then delivered to whoever goes by it. Both the mention and the news of
//! who goes by the name may come first, on different replicas: each looks after its commit for what the other
//! left, so the later of the two always finds it.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use folkmoot_common::{db::sqlx, in_transaction, row, with_reader, with_writer};
use tracing::error;
use uuid::Uuid;

use super::{SWEEP_BATCH, Store};
use crate::{
    events::{Known, MessageMentioned},
    model::Notification,
};

/// Most users of one name who are told. Only in open mode can there be more than one.
const MAX_NAMESAKES: i64 = 20;
/// Mentions delivered by one transaction.
const BATCH: i64 = 100;
/// How long a mention waits for somebody of its name, and an event is recognised that comes again.
const PENDING_FOR: TimeDelta = TimeDelta::days(7);
/// Most mentions that wait; beyond it the oldest are dropped.
const MAX_PENDING: i64 = 100_000;

const HANDLED: &str =
    "insert into handled_events (id, handled_at) values ($1, $2) on conflict (id) do nothing";
const KEEP: &str = "insert into pending_mentions (event_id, username_key, sent_at, payload) values ($1, $2, $3, $4)";
const PENDING: &str = "select event_id, payload from pending_mentions \
    where username_key = $1 and sent_at >= $2 order by sent_at, event_id limit $3";
const TAKE: &str = "delete from pending_mentions where event_id = $1 and username_key = $2";
const BY_NAME: &str = "select user_id, mentionable_from from directory where username_key = $1 order by user_id limit $2";
const KNOWN: &str = "select 1 from directory where user_id = $1 and username_key = $2";
// A name that somebody keeps counts from when they first had it, whichever news of it comes first.
const LEARN: &str = "insert into directory (user_id, username, username_key, mentionable_from, seen_at) \
    values ($1, $2, $3, $4, $5) on conflict (user_id) do update set \
    mentionable_from = case \
        when directory.username_key <> excluded.username_key then excluded.mentionable_from \
        when directory.mentionable_from < excluded.mentionable_from then directory.mentionable_from \
        else excluded.mentionable_from end, \
    username = excluded.username, username_key = excluded.username_key, \
    seen_at = case when directory.seen_at > excluded.seen_at then directory.seen_at else excluded.seen_at end \
    where directory.username_key = excluded.username_key or directory.seen_at <= excluded.seen_at";
const SWEEP_PENDING: &str = "delete from pending_mentions where (event_id, username_key) in ( \
    select event_id, username_key from pending_mentions where sent_at < $1 order by sent_at, event_id limit $2)";
const SWEEP_HANDLED: &str = "delete from handled_events where id in ( \
    select id from handled_events where handled_at < $1 order by handled_at, id limit $2)";
const COUNT_PENDING: &str = "select count(*) from pending_mentions";
const DROP_OLDEST: &str = "delete from pending_mentions where (event_id, username_key) in ( \
    select event_id, username_key from pending_mentions order by sent_at, event_id limit $1)";

row! {
    struct Pending {
        event_id: Uuid,
        payload: String,
    }
}

row! {
    #[derive(Clone)]
    struct Namesake {
        user_id: String,
        mentionable_from: DateTime<Utc>,
    }
}

impl Store {
    /// Keeps the mentions of an event, once however often it comes.
    pub(crate) async fn keep_mentions(
        &self,
        event_id: Uuid,
        mention: &MessageMentioned,
    ) -> sqlx::Result<()> {
        let now = self.clock.now();
        in_transaction!(&self.db, tx => {
            let handled = sqlx::query(HANDLED).bind(event_id).bind(now).execute(&mut *tx).await?;
            if handled.rows_affected() == 1 {
                for key in mention.keys() {
                    let query = sqlx::query(KEEP).bind(event_id).bind(key).bind(mention.sent_at);
                    query.bind(payload(mention)?).execute(&mut *tx).await?;
                }
            }
        });
        Ok(())
    }

    /// Learns who goes by a name.
    pub(crate) async fn learn(&self, known: &Known) -> sqlx::Result<()> {
        with_writer!(&self.db, db => {
            let query = sqlx::query(LEARN).bind(&known.user_id).bind(&known.username).bind(known.key());
            query.bind(known.mentionable_from).bind(known.seen_at).execute(db).await.map(|_| ())
        })
    }

    /// Whether a user is known to go by a name.
    pub(crate) async fn knows(&self, known: &Known) -> sqlx::Result<bool> {
        let found: Option<i32> = with_reader!(&self.db, db => {
            sqlx::query_scalar(KNOWN).bind(&known.user_id).bind(known.key()).fetch_optional(db).await
        })?;
        Ok(found.is_some())
    }

    /// Makes notifications of the kept mentions of these names, where somebody goes by them.
    pub(crate) async fn deliver_mentions(
        &self,
        keys: &BTreeSet<String>,
    ) -> sqlx::Result<Vec<Notification>> {
        let mut delivered = Vec::new();
        for key in keys {
            delivered.extend(self.deliver_to(key).await?);
        }
        let told: BTreeSet<&str> = delivered
            .iter()
            .map(|notification| notification.user_id.as_str())
            .collect();
        for user_id in told {
            self.trim(user_id).await?;
        }
        Ok(delivered)
    }

    async fn deliver_to(&self, key: &str) -> sqlx::Result<Vec<Notification>> {
        let namesakes: Vec<Namesake> = with_reader!(&self.db, db => {
            sqlx::query_as(BY_NAME).bind(key).bind(MAX_NAMESAKES).fetch_all(db).await
        })?;
        let Some(from) = namesakes
            .iter()
            .map(|namesake| namesake.mentionable_from)
            .min()
        else {
            return Ok(Vec::new());
        };
        let mut delivered = Vec::new();
        loop {
            let pending: Vec<Pending> = with_reader!(&self.db, db => {
                sqlx::query_as(PENDING).bind(key).bind(from).bind(BATCH).fetch_all(db).await
            })?;
            let is_last = pending.len() < usize::try_from(BATCH).unwrap_or(usize::MAX);
            delivered.extend(self.deliver_batch(key, pending, &namesakes).await?);
            if is_last {
                return Ok(delivered);
            }
        }
    }

    /// Who takes a mention away delivers it; another replica may have come first.
    async fn deliver_batch(
        &self,
        key: &str,
        pending: Vec<Pending>,
        namesakes: &[Namesake],
    ) -> sqlx::Result<Vec<Notification>> {
        let mut delivered = Vec::new();
        if pending.is_empty() {
            return Ok(delivered);
        }
        in_transaction!(&self.db, tx => {
            for Pending { event_id, payload } in pending {
                let taken = sqlx::query(TAKE).bind(event_id).bind(key).execute(&mut *tx).await?;
                if taken.rows_affected() == 0 {
                    continue;
                }
                let Some(mention) = mention(&payload) else { continue };
                for namesake in namesakes.iter().filter(|namesake| namesake.is_meant_by(&mention)) {
                    let notification = self.make(mention.tell(&namesake.user_id));
                    if insert!(&mut *tx, &notification, Some(event_id))?.rows_affected() == 1 {
                        delivered.push(notification);
                    }
                }
            }
        });
        Ok(delivered)
    }

    /// Forgets what is too old or too much. Says whether there may be more of it.
    pub(crate) async fn sweep(&self) -> sqlx::Result<bool> {
        let before = self.clock.now() - PENDING_FOR;
        let swept = with_writer!(&self.db, db => {
            let pending = sqlx::query(SWEEP_PENDING).bind(before).bind(SWEEP_BATCH).execute(db).await?;
            let handled = sqlx::query(SWEEP_HANDLED).bind(before).bind(SWEEP_BATCH).execute(db).await?;
            pending.rows_affected().max(handled.rows_affected())
        });
        let waiting: i64 =
            with_reader!(&self.db, db => sqlx::query_scalar(COUNT_PENDING).fetch_one(db).await)?;
        let surplus = (waiting - MAX_PENDING).clamp(0, SWEEP_BATCH);
        if surplus > 0 {
            with_writer!(&self.db, db => sqlx::query(DROP_OLDEST).bind(surplus).execute(db).await.map(|_| ()))?;
        }
        Ok(swept == SWEEP_BATCH.unsigned_abs() || surplus == SWEEP_BATCH)
    }
}

impl Namesake {
    /// Whether they had the name then, and did not write the message themselves.
    fn is_meant_by(&self, mention: &MessageMentioned) -> bool {
        self.mentionable_from <= mention.sent_at && self.user_id != mention.author_id
    }
}

fn payload(mention: &MessageMentioned) -> sqlx::Result<String> {
    serde_json::to_string(mention).map_err(|error| sqlx::Error::Encode(Box::new(error)))
}

/// What another version wrote and cannot be read is dropped: it must not hold up the others.
fn mention(payload: &str) -> Option<MessageMentioned> {
    serde_json::from_str(payload)
        .inspect_err(|error| error!(%error, "a mention cannot be read and is dropped"))
        .ok()
}
