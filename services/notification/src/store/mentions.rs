//! Mentions in chat on their way to those whom they name.
//!
//! A mention is first kept by name, and then delivered to whoever goes by it. Both the mention and the news of
//! who goes by the name may come first, on different replicas: each looks after its commit for what the other
//! left, so the later of the two always finds it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use folkmoot_common::{db::sqlx, events::chat::MessageMentioned, in_transaction, row, with_reader};
use tracing::error;
use uuid::Uuid;

use super::{
    Store, Told,
    sql::{Sql, values},
    tell::{Draft, recipient},
    waiting::{Namesake, namesakes},
};
use crate::{
    events::{ChatMention, keys},
    kinds::Kind,
    render, rules,
};

/// Mentions delivered by one transaction.
const AT_ONCE: i64 = 100;

const HANDLED: &str =
    "insert into handled_events (id, handled_at) values ($1, $2) on conflict (id) do nothing";
const KEEP: &str = "insert into pending_mentions (event_id, username_key, sent_at, payload) values ($1, $2, $3, $4)";
const PENDING: &str = "select event_id, payload from pending_mentions \
    where username_key = $1 and sent_at >= $2 order by sent_at, event_id limit $3";
const TAKE: &str = "delete from pending_mentions where event_id = $1 and username_key = $2";
const IS_GONE: &str = "select 1 from members where user_id = $1 and deleted_at is not null";

row! {
    struct Pending {
        event_id: Uuid,
        payload: String,
    }
}

impl Store {
    /// Whether an event comes for the first time, in the transaction that handles it.
    pub(super) async fn is_first(&self, sql: &mut impl Sql, event_id: Uuid) -> sqlx::Result<bool> {
        let now = self.clock.now();
        Ok(sql.run(HANDLED, values![event_id, now]).await? == 1)
    }

    /// Keeps the mentions of an event, once however often it comes.
    pub(crate) async fn keep_mentions(
        &self,
        event_id: Uuid,
        mentioned: &MessageMentioned,
    ) -> sqlx::Result<()> {
        let mention = ChatMention::from(mentioned);
        let payload = serde_json::to_string(&mention)
            .map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
        in_transaction!(&self.db, tx => {
            if self.is_first(&mut *tx, event_id).await? {
                for key in keys(&mentioned.usernames) {
                    tx.run(KEEP, values![event_id, &key, mention.sent_at, &payload]).await?;
                }
            }
        });
        Ok(())
    }

    /// Makes notifications of the kept mentions of these names, where somebody goes by them.
    pub(crate) async fn deliver_mentions(
        &self,
        keys: &BTreeSet<String>,
    ) -> sqlx::Result<Vec<Told>> {
        let mut told = Vec::new();
        for key in keys {
            let namesakes = with_reader!(&self.db, db => {
                let mut db = db.clone();
                namesakes(&mut db, key).await?
            });
            let from = namesakes.iter().map(|namesake| namesake.mentionable_from);
            let Some(from) = from.min() else { continue };
            while self.deliver_batch(key, from, &namesakes, &mut told).await? {}
        }
        self.trim_some(&told).await?;
        Ok(told)
    }

    /// Who takes a mention away delivers it; another replica may have come first. Says whether there may be more.
    async fn deliver_batch(
        &self,
        key: &str,
        from: DateTime<Utc>,
        namesakes: &[Namesake],
        told: &mut Vec<Told>,
    ) -> sqlx::Result<bool> {
        let pending: Vec<Pending> = with_reader!(&self.db, db => {
            let mut db = db.clone();
            db.all(PENDING, values![key, from, AT_ONCE]).await?
        });
        if pending.is_empty() {
            return Ok(false);
        }
        let is_last = pending.len() < usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
        let delivered = in_transaction!(&self.db, tx => {
            let mut delivered = Vec::new();
            for Pending { event_id, payload } in &pending {
                if tx.run(TAKE, values![*event_id, key]).await? == 0 {
                    continue;
                }
                let Some(mention) = mention(payload) else { continue };
                delivered.extend(self.tell_of(&mut *tx, *event_id, &mention, namesakes).await?);
            }
            delivered
        });
        told.extend(delivered);
        Ok(!is_last)
    }

    async fn tell_of(
        &self,
        sql: &mut impl Sql,
        event_id: Uuid,
        mention: &ChatMention,
        namesakes: &[Namesake],
    ) -> sqlx::Result<Vec<Told>> {
        let gone: Option<(i32,)> = sql.first(IS_GONE, values![&mention.author_id]).await?;
        let name = gone.map_or(mention.author_name.as_str(), |_| render::DELETED);
        let (title, body) = (mention.title(name), render::text(&mention.excerpt));
        let mut told = Vec::new();
        for namesake in namesakes
            .iter()
            .filter(|namesake| namesake.is_meant_by(mention))
        {
            let recipient = recipient(sql, &namesake.user_id, &mention.author_id).await?;
            if rules::choose(&[Kind::Mention], &recipient, &[]).is_none() {
                continue;
            }
            let draft = Draft {
                title: &title,
                body: &body,
                room_id: mention.room_id(),
                actor_id: Some(&mention.author_id),
                ..Draft::new(&namesake.user_id, Kind::Mention.as_str())
            };
            let (id, now) = (self.ids.next(), self.clock.now());
            if draft.insert(sql, (id, now), Some(event_id)).await? {
                let user_id = namesake.user_id.clone();
                told.push(Told { user_id, id });
            }
        }
        Ok(told)
    }
}

impl Namesake {
    /// Whether they had the name then, and did not write the message themselves.
    fn is_meant_by(&self, mention: &ChatMention) -> bool {
        self.mentionable_from <= mention.sent_at && self.user_id != mention.author_id
    }
}

/// What another version wrote and cannot be read is dropped: it must not hold up the others.
fn mention(payload: &str) -> Option<ChatMention> {
    serde_json::from_str(payload)
        .inspect_err(|error| error!(%error, "a mention cannot be read and is dropped"))
        .ok()
}
