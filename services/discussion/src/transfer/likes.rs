//! Likes in bulk.

use std::collections::{BTreeMap, HashSet};

use folkmoot_common::{
    db::sqlx::{self, QueryBuilder, Row as _},
    id, in_transaction,
    transfer::{Imported, Like},
    with_reader,
};
use uuid::Uuid;

use super::{Transfer, push_ids};

const COUNT_THREAD: &str = "update threads set like_count = like_count + $2 where id = $1";
const COUNT_COMMENT: &str = "update comments set like_count = like_count + $2 where id = $1";

impl Transfer {
    pub(super) async fn import_likes(&self, likes: &[&Like]) -> sqlx::Result<Imported> {
        let there = self.targets_of(likes).await?;
        // One statement may not insert the same row twice.
        let mut seen = HashSet::new();
        let sound: Vec<&Like> = likes
            .iter()
            .copied()
            .filter(|like| there.contains(&like.target_id) && id::is_valid(&like.user_id))
            .collect();
        let new: Vec<&Like> = sound
            .iter()
            .copied()
            .filter(|like| seen.insert((like.target_id, like.user_id.as_str())))
            .collect();
        let created = self.insert_likes(&new).await?;
        Ok(Imported {
            created,
            unchanged: sound.len() as u64 - created,
            refused: (likes.len() - sound.len()) as u64,
        })
    }

    async fn targets_of(&self, likes: &[&Like]) -> sqlx::Result<HashSet<Uuid>> {
        let ids: HashSet<_> = likes.iter().map(|like| like.target_id).collect();
        with_reader!(self.store.db(), db => {
            let mut query = QueryBuilder::new("select id from threads where id in ");
            push_ids!(query, &ids);
            query.push(" union all select id from comments where id in ");
            push_ids!(query, &ids);
            let rows = query.build().fetch_all(db).await?;
            rows.iter().map(|row| row.try_get("id")).collect()
        })
    }

    async fn insert_likes(&self, likes: &[&Like]) -> sqlx::Result<u64> {
        if likes.is_empty() {
            return Ok(0);
        }
        let created = in_transaction!(self.store.db(), tx => {
            let mut insert = QueryBuilder::new("insert into likes (target_id, user_id, created_at) ");
            insert.push_values(likes, |mut row, like| {
                row.push_bind(like.target_id).push_bind(&like.user_id).push_bind(like.created_at);
            });
            insert.push(" on conflict do nothing returning target_id");
            let mut counts: BTreeMap<Uuid, i64> = BTreeMap::new();
            for row in insert.build().fetch_all(&mut *tx).await? {
                *counts.entry(row.try_get("target_id")?).or_default() += 1;
            }
            for (target, count) in &counts {
                let threads = sqlx::query(COUNT_THREAD).bind(target).bind(count).execute(&mut *tx).await?;
                if threads.rows_affected() == 0 {
                    sqlx::query(COUNT_COMMENT).bind(target).bind(count).execute(&mut *tx).await?;
                }
            }
            counts.values().sum::<i64>()
        });
        Ok(u64::try_from(created).unwrap_or_default())
    }
}
