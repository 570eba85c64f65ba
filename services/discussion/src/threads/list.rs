//! Listing threads, page by page.

use chrono::{DateTime, TimeDelta, Utc};
use folkmoot_common::{
    db::sqlx,
    http::{ApiError, ApiResult, Page, page},
};
use uuid::Uuid;

use super::summaries;
use crate::{
    AppState, access, fetch_statement,
    model::ThreadSummary,
    policy::Reader,
    store::{
        SeenThread, Store,
        statement::{Bind, Statement},
    },
    thread_facts, thread_position, thread_tables, thread_tally, validate, visible, with_pending,
};

const LIST: &str = concat!(
    with_pending!(),
    "select ",
    thread_facts!(),
    ", '' as body, '' as body_html, 0 as rendered_by, ",
    thread_tally!("$1"),
    thread_tables!(),
    thread_position!("$1"),
    " where t.deleted_at is null and ",
    visible!("$2")
);
/// What the caller has not seen: a thread of another that they never opened, or a comment of another that is newer than
/// what they saw.
const UNREAD: &str = " and (r.user_id is null and t.author_id <> $1 or exists (select 1 from comments c \
    where c.thread_id = t.id and c.id > coalesce(r.comment_id, t.id) and c.deleted_at is null and c.author_id <> $1)) \
    and t.last_activity_at > ";
const TAG: &str = " and exists (select 1 from thread_tags y where y.thread_id = t.id and y.tag = ";

/// The order of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Pinned ones first, then by the last activity, the latest first.
    #[default]
    Activity,
    /// The newest first, pinned or not.
    New,
}

/// Which threads.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    /// A slug.
    pub(crate) category: Option<String>,
    pub(crate) tag: Option<String>,
    pub(crate) author: Option<String>,
    pub(crate) unread: bool,
    pub(crate) sort: Sort,
}

/// The end of the year 9999: both databases can compare with it.
const LATEST_MICROS: i64 = 253_402_300_799_999_999;

/// The last thread of the page before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cursor {
    is_pinned: bool,
    at: DateTime<Utc>,
    id: Uuid,
}

impl Cursor {
    fn of(thread: &ThreadSummary) -> Self {
        Self {
            is_pinned: thread.is_pinned,
            at: thread.last_activity_at,
            id: thread.id,
        }
    }

    fn encode(self, sort: Sort) -> String {
        let pinned = u8::from(self.is_pinned);
        match sort {
            Sort::Activity => format!("{pinned}.{}.{}", self.at.timestamp_micros(), self.id),
            Sort::New => self.id.to_string(),
        }
    }

    fn decode(text: &str, sort: Sort) -> Option<Self> {
        let Sort::Activity = sort else {
            let id = Uuid::try_parse(text).ok()?;
            return Some(Self {
                is_pinned: false,
                at: DateTime::UNIX_EPOCH,
                id,
            });
        };
        let (pinned, rest) = text.split_once('.')?;
        let (micros, id) = rest.split_once('.')?;
        Some(Self {
            is_pinned: match pinned {
                "0" => false,
                "1" => true,
                _ => return None,
            },
            at: micros
                .parse()
                .ok()
                .filter(|micros| (0..=LATEST_MICROS).contains(micros))
                .and_then(DateTime::from_timestamp_micros)?,
            id: Uuid::try_parse(id).ok()?,
        })
    }
}

/// A page of threads that the reader may see: five statements at most, whatever there is.
///
/// # Errors
/// 400 for a filter or cursor that cannot be one, 401 for `unread` without a token, 404 for a category that the reader
/// may not see.
pub(crate) async fn list(
    state: &AppState,
    reader: &Reader,
    filter: &Filter,
    after: Option<&str>,
    limit: u32,
) -> ApiResult<Page<ThreadSummary>> {
    check(filter)?;
    if filter.unread {
        reader.principal()?;
    }
    let cursor = after.map(|text| Cursor::decode(text, filter.sort).ok_or_else(invalid_cursor));
    let category = match &filter.category {
        Some(slug) => Some(access::category(state, reader, slug).await?.id),
        None => None,
    };
    let unread_since = state.ctx.clock.now() - TimeDelta::days(state.settings.unread_days.into());
    let statement = statement(
        reader,
        filter,
        category,
        cursor.transpose()?,
        unread_since,
        limit + 1,
    );
    let mut rows = state.store.threads(statement).await?;
    rows.truncate(limit as usize + 1);
    let threads = summaries(state, reader, rows).await?;
    Ok(Page::new(threads, limit, |last| {
        next(filter, limit, Cursor::of(last))
    }))
}

fn check(filter: &Filter) -> ApiResult<()> {
    let tag = filter.tag.as_deref();
    if tag.is_some_and(|tag| !validate::is_tag(tag)) {
        return Err(ApiError::bad_request("invalid_query", "tag must be a tag"));
    }
    match &filter.author {
        Some(author) => folkmoot_common::id::check("author", author),
        None => Ok(()),
    }
}

fn invalid_cursor() -> ApiError {
    ApiError::bad_request(
        "invalid_cursor",
        "after must be from a Link header of this list",
    )
}

fn statement(
    reader: &Reader,
    filter: &Filter,
    category: Option<Uuid>,
    cursor: Option<Cursor>,
    unread_since: DateTime<Utc>,
    limit: u32,
) -> Statement {
    let own = vec![
        Bind::Text(reader.user_id().to_owned()),
        Bind::Text(reader.roles_key().into_owned()),
    ];
    let mut statement = Statement::new(LIST, own);
    if let Some(category) = category {
        statement
            .push(" and t.category_id = ")
            .bind(Bind::Id(category));
    }
    if let Some(author) = &filter.author {
        statement
            .push(" and t.author_id = ")
            .bind(Bind::Text(author.clone()));
    }
    if let Some(tag) = &filter.tag {
        statement.push(TAG).bind(Bind::Text(tag.clone())).push(")");
    }
    if filter.unread {
        statement.push(UNREAD).bind(Bind::Time(unread_since));
    }
    match (filter.sort, cursor) {
        (Sort::Activity, Some(cursor)) => {
            statement
                .push(" and (t.is_pinned, t.last_activity_at, t.id) < (")
                .bind(Bind::Flag(cursor.is_pinned))
                .push(", ")
                .bind(Bind::Time(cursor.at))
                .push(", ")
                .bind(Bind::Id(cursor.id))
                .push(")");
        }
        (Sort::New, Some(cursor)) => {
            statement.push(" and t.id < ").bind(Bind::Id(cursor.id));
        }
        (_, None) => {}
    }
    statement.push(match filter.sort {
        Sort::Activity => " order by t.is_pinned desc, t.last_activity_at desc, t.id desc",
        Sort::New => " order by t.id desc",
    });
    statement.limit_at_least(limit);
    statement
}

fn next(filter: &Filter, limit: u32, cursor: Cursor) -> String {
    let mut query = vec![format!("limit={limit}")];
    let texts = [
        ("category", &filter.category),
        ("tag", &filter.tag),
        ("author", &filter.author),
    ];
    for (name, value) in texts {
        query.extend(value.as_deref().map(|value| page::query_pair(name, value)));
    }
    if filter.unread {
        query.push("unread=true".to_owned());
    }
    if filter.sort == Sort::New {
        query.push("sort=new".to_owned());
    }
    query.push(page::query_pair("after", &cursor.encode(filter.sort)));
    query.join("&")
}

impl Store {
    async fn threads(&self, statement: Statement) -> sqlx::Result<Vec<SeenThread>> {
        fetch_statement!(&self.db, statement, SeenThread)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_went_and_nothing_else_does() {
        let cursor = Cursor {
            is_pinned: true,
            at: DateTime::from_timestamp_micros(1_700_000_000_123_456).unwrap(),
            id: Uuid::from_u128(7),
        };
        let text = cursor.encode(Sort::Activity);
        assert_eq!(Cursor::decode(&text, Sort::Activity), Some(cursor));
        assert_eq!(
            Cursor::decode(&cursor.encode(Sort::New), Sort::New)
                .unwrap()
                .id,
            cursor.id
        );
        for bad in [
            "",
            ".",
            "2.1.00000000-0000-0000-0000-000000000007",
            "1.x.y",
            "1.99999999999999999999.z",
            "0.-1.00000000-0000-0000-0000-000000000007",
            "'; drop",
            "0.9223372036854775807.00000000-0000-0000-0000-000000000007",
        ] {
            assert_eq!(Cursor::decode(bad, Sort::Activity), None, "{bad}");
        }
        assert_eq!(Cursor::decode("x", Sort::New), None);
    }
}
