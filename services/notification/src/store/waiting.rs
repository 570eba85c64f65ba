//! Mentions in threads and comments whose names nobody is known to go by yet.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use folkmoot_common::{db::sqlx, in_transaction, row, with_reader};
use tracing::error;
use uuid::Uuid;

use super::{
    Store, Told,
    projections::required,
    sql::{Sql, values},
};
use crate::{events::News, rules};

/// Mentions that one transaction delivers.
const AT_ONCE: i64 = 100;
/// Most users of one name who are told.
const MAX_NAMESAKES: i64 = 20;

const BY_NAME: &str = "select user_id, mentionable_from from directory where username_key = $1 order by user_id limit $2";
const WAIT: &str = "insert into waiting_mentions (event_id, username_key, sent_at, payload) \
    values ($1, $2, $3, $4) on conflict do nothing";
const WAITING: &str = "select event_id, payload from waiting_mentions \
    where username_key = $1 and sent_at >= $2 order by sent_at, event_id limit $3";
const TAKE: &str = "delete from waiting_mentions where event_id = $1 and username_key = $2";

row! {
    #[derive(Debug, Clone)]
    pub(super) struct Namesake {
        pub(super) user_id: String,
        pub(super) mentionable_from: DateTime<Utc>,
    }
}

row! {
    struct Waiting {
        event_id: Uuid,
        payload: String,
    }
}

/// Who goes by a name.
pub(super) async fn namesakes(sql: &mut impl Sql, key: &str) -> sqlx::Result<Vec<Namesake>> {
    sql.all(BY_NAME, values![key, MAX_NAMESAKES]).await
}

/// Who went by `keys` at the time; what is not known of a name waits until somebody is known by it.
pub(super) async fn resolve(
    sql: &mut impl Sql,
    news: &News,
    keys: &BTreeSet<String>,
) -> sqlx::Result<Vec<String>> {
    let mut named = Vec::new();
    for key in keys {
        let mut meant = namesakes(sql, key).await?;
        meant.retain(|namesake| namesake.mentionable_from <= news.at);
        if meant.is_empty() {
            let payload = serde_json::to_string(news)
                .map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
            sql.run(WAIT, values![news.event_id, key, news.at, &payload])
                .await?;
        }
        named.extend(meant.into_iter().map(|namesake| namesake.user_id));
    }
    Ok(named)
}

impl Store {
    /// Makes notifications of the mentions that waited for somebody of these names.
    pub(crate) async fn deliver_waiting(&self, keys: &BTreeSet<String>) -> sqlx::Result<Vec<Told>> {
        let mut told = Vec::new();
        for key in keys {
            let namesakes = with_reader!(&self.db, db => {
                let mut db = db.clone();
                namesakes(&mut db, key).await?
            });
            let from = namesakes.iter().map(|namesake| namesake.mentionable_from);
            let Some(from) = from.min() else { continue };
            while self.deliver_some(key, from, &namesakes, &mut told).await? {}
        }
        self.trim_some(&told).await?;
        Ok(told)
    }

    /// Who takes a mention away delivers it; another replica may have come first. Says whether there may be more.
    async fn deliver_some(
        &self,
        key: &str,
        from: DateTime<Utc>,
        namesakes: &[Namesake],
        told: &mut Vec<Told>,
    ) -> sqlx::Result<bool> {
        let waiting: Vec<Waiting> = with_reader!(&self.db, db => {
            let mut db = db.clone();
            db.all(WAITING, values![key, from, AT_ONCE]).await?
        });
        if waiting.is_empty() {
            return Ok(false);
        }
        let is_last = waiting.len() < usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
        let delivered = in_transaction!(&self.db, tx => {
            let mut delivered = Vec::new();
            for Waiting { event_id, payload } in &waiting {
                if tx.run(TAKE, values![*event_id, key]).await? == 0 {
                    continue;
                }
                let Some(news) = news(payload) else { continue };
                let meant = namesakes.iter().filter(|namesake| namesake.mentionable_from <= news.at);
                let meant: Vec<_> = meant.map(|namesake| namesake.user_id.clone()).collect();
                let candidates = rules::of_mentions(&news.actor_id, &meant);
                let required = required(&mut *tx, news.thread_id).await?;
                delivered.extend(self.tell(&mut *tx, &news, &candidates, &required).await?);
            }
            delivered
        });
        told.extend(delivered);
        Ok(!is_last)
    }
}

/// What another version wrote and cannot be read is dropped: it must not hold up the others.
fn news(payload: &str) -> Option<News> {
    serde_json::from_str(payload)
        .inspect_err(|error| error!(%error, "a mention cannot be read and is dropped"))
        .ok()
}
