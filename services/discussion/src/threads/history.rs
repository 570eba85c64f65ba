//! Texts that were replaced.

use chrono::{DateTime, Utc};
use folkmoot_common::{
    db::sqlx,
    http::{ApiError, ApiResult, Page, page},
    row, with_reader,
};
use uuid::Uuid;

use crate::{
    AppState,
    model::Revision,
    store::{Store, rows::author},
};

const LIST: &str = "select r.id, r.title, r.body, r.edited_by, m.username, m.avatar_url, m.deleted_at as author_deleted_at, \
    r.edited_at from revisions r left join members m on m.user_id = r.edited_by \
    where r.target_id = $1 and r.id < $2 order by r.id desc limit $3";
/// Bodies are large.
const MAX_REVISIONS: u32 = 50;

row! {
    struct Row {
        id: Uuid,
        title: Option<String>,
        body: String,
        edited_by: String,
        username: Option<String>,
        avatar_url: Option<String>,
        author_deleted_at: Option<DateTime<Utc>>,
        edited_at: DateTime<Utc>,
    }
}

/// What has a history, which its reader may see.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target(pub(crate) Uuid);

/// A page of what stood there before, the latest first; at most 50.
///
/// # Errors
/// 400 `invalid_cursor`.
pub(crate) async fn history(
    state: &AppState,
    Target(id): Target,
    after: Option<&str>,
    limit: u32,
) -> ApiResult<Page<Revision>> {
    let limit = limit.min(MAX_REVISIONS);
    let before = match after {
        None => Uuid::max(),
        Some(text) => Uuid::try_parse(text).map_err(|_| {
            ApiError::bad_request(
                "invalid_cursor",
                "after must be from a Link header of this list",
            )
        })?,
    };
    let rows = state.store.revisions(id, before, limit + 1).await?;
    let page = Page::new(rows, limit, |last: &Row| {
        format!(
            "limit={limit}&{}",
            page::query_pair("after", &last.id.to_string())
        )
    });
    Ok(page.map(Row::into_revision))
}

impl Row {
    fn into_revision(self) -> Revision {
        Revision {
            id: self.id,
            edited_by: author(
                &self.edited_by,
                self.username.as_deref(),
                self.avatar_url.as_deref(),
                self.author_deleted_at.is_some(),
            ),
            title: self.title,
            body: self.body,
            edited_at: self.edited_at,
        }
    }
}

impl Store {
    async fn revisions(&self, id: Uuid, before: Uuid, limit: u32) -> sqlx::Result<Vec<Row>> {
        with_reader!(&self.db, db => {
            sqlx::query_as(LIST).bind(id).bind(before).bind(i64::from(limit)).fetch_all(db).await
        })
    }
}
