//! Posts in the order in which they were written.

use folkmoot_common::{db::sqlx, with_reader};
use uuid::Uuid;

use crate::{
    policy::Reader,
    seen_threads,
    store::{SeenThread, Store},
    visible,
};

const LIST: &str = concat!(
    seen_threads!("$1"),
    " where t.deleted_at is null and ",
    visible!("$2"),
    " and t.id < $3 and ($4 = '' or t.author_id = $4) \
     and ($5 = '' or exists (select 1 from thread_tags x where x.thread_id = t.id and x.tag = $5)) \
     order by t.id desc limit $6"
);

impl Store {
    /// Threads that the reader may read, newest first; an empty text narrows nothing.
    pub(super) async fn posts(
        &self,
        reader: &Reader,
        author_id: &str,
        tag: &str,
        before: Option<Uuid>,
        limit: u32,
    ) -> sqlx::Result<Vec<SeenThread>> {
        let (before, roles) = (before.unwrap_or(Uuid::max()), reader.roles_key());
        with_reader!(&self.db, db => {
            let query = sqlx::query_as(LIST).bind(reader.user_id()).bind(&*roles).bind(before);
            query.bind(author_id).bind(tag).bind(i64::from(limit)).fetch_all(db).await
        })
    }
}
