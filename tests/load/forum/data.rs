//! What is in the tables, as far as requests need it.

use anyhow::{Context, Result};
use folkmoot_tests::app::Issuer;
use sqlx::PgPool;
use uuid::Uuid;

/// Members whose requests are sent in turn.
const MEMBERS: i64 = 200;

/// Ids, tokens and words.
pub(crate) struct Data {
    /// Some threads, not the largest.
    pub(crate) threads: Vec<Uuid>,
    /// The thread with the most comments, and their number.
    pub(crate) largest: Uuid,
    pub(crate) largest_comments: i64,
    /// Of some members.
    pub(crate) tokens: Vec<String>,
    /// Whom most follow, and who follows them.
    pub(crate) author: (String, String),
    pub(crate) followers: Vec<(String, String)>,
    /// What is searched for.
    pub(crate) queries: [&'static str; 6],
}

impl Data {
    pub(crate) async fn read(pool: &PgPool, issuer: &Issuer) -> Result<Self> {
        let threads = "select id from discussion.threads order by id desc limit 2000";
        let largest =
            "select id, comment_count from discussion.threads order by comment_count desc limit 1";
        let members =
            "select cast(id as text), username from identity.users order by id desc limit $1";
        let author = "select cast(target_id as text), username from identity.relations r join identity.users u \
            on u.id = r.target_id where kind = 'follow' group by 1, 2 order by count(*) desc limit 1";
        let followers = "select cast(r.user_id as text), username from identity.relations r join identity.users u \
            on u.id = r.user_id where kind = 'follow' and target_id = cast($1 as uuid)";
        let (largest, largest_comments) = sqlx::query_as(largest).fetch_one(pool).await?;
        let members: Vec<(String, String)> = sqlx::query_as(members)
            .bind(MEMBERS)
            .fetch_all(pool)
            .await?;
        let author: (String, String) = sqlx::query_as(author)
            .fetch_optional(pool)
            .await?
            .context("nobody is followed")?;
        Ok(Self {
            threads: sqlx::query_scalar(threads).fetch_all(pool).await?,
            followers: sqlx::query_as(followers)
                .bind(&author.0)
                .fetch_all(pool)
                .await?,
            tokens: members.iter().map(|member| token(issuer, member)).collect(),
            largest,
            largest_comments,
            author,
            queries: [
                "ingress",
                "garden+bridge",
                "cluster+upgrade+slow",
                "kubernetes",
                "certificate+secret",
                "lantern",
            ],
        })
    }
}

/// An access token of somebody, good for a quarter of an hour.
pub(crate) fn token(issuer: &Issuer, (id, name): &(String, String)) -> String {
    issuer.token(id, name, &["member"])
}
