//! What the documents are made of: threads that everybody may read.

use chrono::{DateTime, Utc};
use folkmoot_common::{db::sqlx, row, with_reader};
use uuid::Uuid;

use crate::{policy::Reader, store::Store, visible};

/// Threads of a document.
pub(super) const MAX_ITEMS: i64 = 50;

macro_rules! newest {
    ($condition:literal) => {
        concat!(
            "select t.id, t.title, t.body, t.body_html, t.rendered_by, t.author_id, m.username, m.deleted_at as author_deleted_at, \
             t.created_at, t.edited_at \
             from threads t join categories g on g.id = t.category_id left join members m on m.user_id = t.author_id \
             where t.deleted_at is null and ",
            visible!("$1"),
            $condition,
            " order by t.id desc limit $2"
        )
    };
}

const NEWEST: &str = newest!("");
const NEWEST_IN: &str = newest!(" and t.category_id = $3");
row! {
    /// A thread for a document.
    #[derive(Debug, Clone)]
    pub(super) struct ItemRow {
        pub(super) id: Uuid,
        pub(super) title: String,
        pub(super) body: String,
        pub(super) body_html: String,
        pub(super) rendered_by: i32,
        pub(super) author_id: String,
        pub(super) username: Option<String>,
        pub(super) author_deleted_at: Option<DateTime<Utc>>,
        pub(super) created_at: DateTime<Utc>,
        pub(super) edited_at: Option<DateTime<Utc>>,
    }
}

impl Store {
    /// The newest threads that the reader may read, of a category or of all.
    pub(super) async fn newest(
        &self,
        reader: &Reader,
        category_id: Option<Uuid>,
    ) -> sqlx::Result<Vec<ItemRow>> {
        let roles = reader.roles_key();
        match category_id {
            None => {
                with_reader!(&self.db, db => sqlx::query_as(NEWEST).bind(&*roles).bind(MAX_ITEMS).fetch_all(db).await)
            }
            Some(category) => with_reader!(&self.db, db => {
                sqlx::query_as(NEWEST_IN).bind(&*roles).bind(MAX_ITEMS).bind(category).fetch_all(db).await
            }),
        }
    }
}
