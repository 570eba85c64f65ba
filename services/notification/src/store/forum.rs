//! Events of discussion and identity, each handled once: what they say and whom they tell commit together.

use std::collections::BTreeSet;

use folkmoot_common::{
    db::sqlx,
    events::{
        discussion::{
            CommentChanged, CommentDeleted, Liked, ThreadChanged, ThreadDeleted, Unliked,
        },
        identity::Relation,
    },
    in_transaction,
};
use uuid::Uuid;

use super::{
    Job, Store, Told,
    groups::{self, Group},
    projections::{Place, drop_thread, keep_comment, keep_excerpt, keep_thread, relate, required},
    sql::{Sql, values},
    waiting::resolve,
};
use crate::{
    events::{News, keys},
    kinds::Kind,
    rules,
};

const IS_OUTDATED: &str = "select 1 from comments where comment_id = $1 and changed_at > $2";
const TOLD_OF: &str =
    "select distinct user_id from notifications where comment_id = $1 and not is_read limit 1000";

/// What came of an event.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Who is to be told of something.
    pub(crate) told: Vec<Told>,
    /// Whose number of unread notifications may be another now.
    pub(crate) recount: Vec<String>,
}

/// What somebody may do to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tie {
    Follow,
    Block,
    Mute,
}

impl Tie {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Follow => "follow",
            Self::Block => "block",
            Self::Mute => "mute",
        }
    }
}

impl Store {
    /// A thread was opened (`is_new`) or is another now.
    pub(crate) async fn thread_changed(
        &self,
        event_id: Uuid,
        thread: &ThreadChanged,
        is_new: bool,
    ) -> sqlx::Result<Outcome> {
        let news = News {
            event_id,
            actor_id: thread.author_id.clone(),
            thread_id: thread.thread_id,
            comment_id: None,
            excerpt: String::new(),
            at: thread.changed_at,
        };
        let recount = Job::RecountThread {
            thread_id: thread.thread_id,
        };
        let told = in_transaction!(&self.db, tx => {
            let mut told = Vec::new();
            if self.is_first(&mut *tx, event_id).await? {
                if keep_thread(&mut *tx, thread).await? {
                    self.add_job(&mut *tx, self.ids.next(), &recount).await?;
                }
                let named = resolve(&mut *tx, &news, &keys(&thread.mentions)).await?;
                let candidates = rules::of_mentions(&news.actor_id, &named);
                let required = required(&mut *tx, thread.thread_id).await?;
                told = self.tell(&mut *tx, &news, &candidates, &required).await?;
                if is_new {
                    self.add_job(&mut *tx, event_id, &Job::Post(news.clone())).await?;
                }
            }
            told
        });
        self.told(told, Vec::new()).await
    }

    /// A thread is gone, with all that was told of it.
    pub(crate) async fn thread_deleted(&self, deleted: &ThreadDeleted) -> sqlx::Result<()> {
        let recount = Job::RecountThread {
            thread_id: deleted.thread_id,
        };
        in_transaction!(&self.db, tx => {
            if drop_thread(&mut *tx, deleted).await? {
                self.add_job(&mut *tx, self.ids.next(), &recount).await?;
            }
        });
        Ok(())
    }

    /// A comment was written.
    pub(crate) async fn comment_created(
        &self,
        event_id: Uuid,
        comment: &CommentChanged,
    ) -> sqlx::Result<Outcome> {
        let mut news = news_of(event_id, comment);
        let told = in_transaction!(&self.db, tx => {
            let mut told = Vec::new();
            if self.is_first(&mut *tx, event_id).await? {
                let required = place_of(comment).keep(&mut *tx).await?;
                if is_outdated(&mut *tx, comment).await? {
                    // It was edited or deleted since: what it said first is nobody's to read.
                    news.excerpt.clear();
                }
                let named = resolve(&mut *tx, &news, &keys(&comment.mentions)).await?;
                let candidates = rules::of_comment(comment, &named);
                told = self.tell(&mut *tx, &news, &candidates, &required).await?;
            }
            told
        });
        self.told(told, Vec::new()).await
    }

    /// A comment was edited or restored.
    pub(crate) async fn comment_updated(
        &self,
        event_id: Uuid,
        comment: &CommentChanged,
    ) -> sqlx::Result<Outcome> {
        let (comment_id, news) = (comment.comment_id, news_of(event_id, comment));
        let outcome = in_transaction!(&self.db, tx => {
            let (mut told, mut recount) = (Vec::new(), Vec::new());
            if self.is_first(&mut *tx, event_id).await? {
                let required = place_of(comment).keep(&mut *tx).await?;
                if keep_comment(&mut *tx, comment_id, false, comment.changed_at).await? {
                    keep_excerpt(&mut *tx, comment_id, &comment.excerpt).await?;
                    recount = told_of(&mut *tx, comment_id).await?;
                }
                let named = resolve(&mut *tx, &news, &keys(&comment.mentions)).await?;
                let candidates = rules::of_mentions(&news.actor_id, &named);
                told = self.tell(&mut *tx, &news, &candidates, &required).await?;
            }
            (told, recount)
        });
        self.told(outcome.0, outcome.1).await
    }

    /// A comment is gone, with all that was told of it.
    pub(crate) async fn comment_deleted(&self, deleted: &CommentDeleted) -> sqlx::Result<Outcome> {
        let comment_id = deleted.comment_id;
        let recount = in_transaction!(&self.db, tx => {
            keep_comment(&mut *tx, comment_id, true, deleted.deleted_at).await?;
            told_of(&mut *tx, comment_id).await?
        });
        self.told(Vec::new(), recount).await
    }

    /// Somebody likes a thread or a comment.
    pub(crate) async fn liked(&self, event_id: Uuid, liked: &Liked) -> sqlx::Result<Outcome> {
        let place = Place {
            thread_id: liked.thread_id,
            title: &liked.thread_title,
            category_id: liked.category_id,
            read_role: &liked.read_role,
            at: liked.liked_at,
        };
        let kind = match liked.comment_id {
            Some(_) => Kind::CommentLiked,
            None => Kind::ThreadLiked,
        };
        let group = Group {
            user_id: liked.author_id.clone(),
            kind,
            thread_id: Some(liked.thread_id),
            comment_id: liked.comment_id,
        };
        let told = in_transaction!(&self.db, tx => {
            let mut told = None;
            if self.is_first(&mut *tx, event_id).await? {
                let required = place.keep(&mut *tx).await?;
                let actor = (liked.user_id.as_str(), liked.liked_at);
                told = self.join_group(&mut *tx, &group, actor, &required).await?;
            }
            told
        });
        let author = vec![liked.author_id.clone()];
        self.told(told.into_iter().collect(), author).await
    }

    /// Somebody likes a thread or a comment no more.
    pub(crate) async fn unliked(&self, unliked: &Unliked) -> sqlx::Result<Outcome> {
        let key = groups::key(Some(unliked.thread_id), unliked.comment_id, "");
        let left = in_transaction!(&self.db, tx => {
            self.leave_group(&mut *tx, &key, &unliked.user_id, unliked.unliked_at).await?
        });
        self.told(Vec::new(), left.into_iter().collect()).await
    }

    /// Somebody follows, blocks or mutes somebody (`is_active`), or does so no more.
    pub(crate) async fn related(
        &self,
        tie: Tie,
        is_active: bool,
        relation: &Relation,
    ) -> sqlx::Result<Outcome> {
        let Relation {
            user_id,
            target_id,
            changed_at,
            ..
        } = relation;
        let pair = (user_id.as_str(), target_id.as_str());
        let told = in_transaction!(&self.db, tx => {
            let is_news = relate(&mut *tx, pair, tie.as_str(), is_active, *changed_at).await?;
            if is_news { self.tied(&mut *tx, tie, is_active, relation).await? } else { None }
        });
        let both = vec![user_id.clone(), target_id.clone()];
        self.told(told.into_iter().collect(), both).await
    }

    async fn tied(
        &self,
        sql: &mut impl Sql,
        tie: Tie,
        is_active: bool,
        relation: &Relation,
    ) -> sqlx::Result<Option<Told>> {
        let Relation {
            user_id,
            target_id,
            changed_at: at,
            ..
        } = relation;
        match (tie, is_active) {
            (Tie::Follow, true) => {
                let group = Group {
                    user_id: target_id.clone(),
                    kind: Kind::Follow,
                    thread_id: None,
                    comment_id: None,
                };
                return self.join_group(sql, &group, (user_id, *at), &[]).await;
            }
            (Tie::Follow, false) => {
                let key = groups::key(None, None, target_id);
                self.leave_group(sql, &key, user_id, *at).await?;
            }
            (Tie::Block, true) => {
                relate(sql, (user_id, target_id), "follow", false, *at).await?;
                relate(sql, (target_id, user_id), "follow", false, *at).await?;
                self.part(sql, user_id, target_id).await?;
                self.part(sql, target_id, user_id).await?;
            }
            (Tie::Mute, true) => self.part(sql, user_id, target_id).await?,
            // What is hidden by them is shown again by itself.
            (Tie::Block | Tie::Mute, false) => {}
        }
        Ok(None)
    }

    async fn told(&self, told: Vec<Told>, recount: Vec<String>) -> sqlx::Result<Outcome> {
        self.trim_some(&told).await?;
        let counted: BTreeSet<_> = told.iter().map(|told| told.user_id.clone()).collect();
        let recount = recount
            .into_iter()
            .filter(|user_id| !counted.contains(user_id));
        Ok(Outcome {
            recount: recount.collect(),
            told,
        })
    }
}

fn news_of(event_id: Uuid, comment: &CommentChanged) -> News {
    News {
        event_id,
        actor_id: comment.author_id.clone(),
        thread_id: comment.thread_id,
        comment_id: Some(comment.comment_id),
        excerpt: comment.excerpt.clone(),
        at: comment.changed_at,
    }
}

fn place_of(comment: &CommentChanged) -> Place<'_> {
    Place {
        thread_id: comment.thread_id,
        title: &comment.thread_title,
        category_id: comment.category_id,
        read_role: &comment.read_role,
        at: comment.changed_at,
    }
}

async fn is_outdated(sql: &mut impl Sql, comment: &CommentChanged) -> sqlx::Result<bool> {
    let newer = values![comment.comment_id, comment.changed_at];
    let newer: Option<(i32,)> = sql.first(IS_OUTDATED, newer).await?;
    Ok(newer.is_some())
}

async fn told_of(sql: &mut impl Sql, comment_id: Uuid) -> sqlx::Result<Vec<String>> {
    let told: Vec<(String,)> = sql.all(TOLD_OF, values![comment_id]).await?;
    Ok(told.into_iter().map(|(user_id,)| user_id).collect())
}
