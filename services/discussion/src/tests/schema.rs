//! Each foreign key has an index that begins with its columns: else deleting or moving a row reads the whole table that
//! refers to it. The same on PostgreSQL is in tests/it/discussion.

use folkmoot_common::{
    db::{Db, sqlx},
    row,
};

use super::Discussion;

row! {
    struct Key {
        table: String,
        id: i64,
        seq: i64,
        column: String,
    }
}

const KEYS: &str = "select m.name as \"table\", k.id, k.seq, k.\"from\" as \"column\" from sqlite_master m, pragma_foreign_key_list(m.name) k \
    where m.type = 'table' order by 1, 2, 3";
const INDEXES: &str = "select m.name, i.name, x.seqno, x.name from sqlite_master m, pragma_index_list(m.name) i, pragma_index_info(i.name) x \
    where m.type = 'table' and i.partial = 0 order by 1, 2, 3";

#[tokio::test]
async fn each_foreign_key_has_an_index() {
    let forum = Discussion::start().await;
    let Db::Sqlite(sqlite) = &forum.state.store.db else {
        unreachable!()
    };
    let keys: Vec<Key> = sqlx::query_as(KEYS)
        .fetch_all(sqlite.reader())
        .await
        .unwrap();
    let indexes: Vec<(String, String, i64, Option<String>)> = sqlx::query_as(INDEXES)
        .fetch_all(sqlite.reader())
        .await
        .unwrap();
    assert!(keys.len() >= 7, "the schema has foreign keys");
    for key in &keys {
        assert!(
            (key.id, key.seq) >= (0, 0) && key.seq == 0,
            "{}: keys of one column are understood here",
            key.table
        );
        let has = indexes.iter().any(|(table, _, place, column)| {
            *table == key.table && *place == 0 && column.as_deref() == Some(&key.column)
        });
        assert!(has, "no index for {}.{}", key.table, key.column);
    }
}
