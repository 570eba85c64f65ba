//! What the tables must be like, on both backends.

use std::collections::BTreeSet;

use folkmoot_tests::{app::Stores, on_both_backends};
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};

use super::forum::Forum;

// A key's columns in their order, for each foreign key; and an index's, for each that holds all rows.
const POSTGRES_KEYS: &str = "select conrelid::regclass::text, (select string_agg(a.attname, ',' order by k.place) \
    from unnest(conkey) with ordinality k(number, place) join pg_attribute a on a.attrelid = conrelid and a.attnum = k.number) \
    from pg_constraint where contype = 'f' and connamespace = 'discussion'::regnamespace";
const POSTGRES_INDEXES: &str = "select indrelid::regclass::text, (select string_agg(a.attname, ',' order by k.place) \
    from unnest(indkey::int2[]) with ordinality k(number, place) join pg_attribute a on a.attrelid = indrelid and a.attnum = k.number) \
    from pg_index join pg_class c on c.oid = indrelid where indpred is null and c.relnamespace = 'discussion'::regnamespace \
    and indexprs is null";
const SQLITE_KEYS: &str = "select t, group_concat(c, ',') from (select m.name as t, k.id as i, k.\"from\" as c from sqlite_master m, \
    pragma_foreign_key_list(m.name) k where m.type = 'table' order by 1, 2, k.seq) group by t, i";
const SQLITE_INDEXES: &str = "select t, group_concat(c, ',') from (select m.name as t, i.name as i, x.name as c from sqlite_master m, \
    pragma_index_list(m.name) i, pragma_index_info(i.name) x where m.type = 'table' and i.partial = 0 order by 1, 2, x.seqno) \
    where c is not null group by t, i";

async fn pairs(
    stores: &Stores,
    sqlite: &'static str,
    postgres: &'static str,
) -> BTreeSet<(String, String)> {
    let rows: Vec<(String, String)> = match &stores.database {
        Some(url) => {
            let mut connection = PgConnection::connect(url).await.unwrap();
            connection
                .execute("set search_path to discussion")
                .await
                .unwrap();
            sqlx::query_as(postgres)
                .fetch_all(&mut connection)
                .await
                .unwrap()
        }
        None => sqlx::query_as(sqlite)
            .fetch_all(&mut file(stores).await)
            .await
            .unwrap(),
    };
    rows.into_iter().collect()
}

async fn file(stores: &Stores) -> SqliteConnection {
    let url = format!(
        "sqlite://{}",
        stores.data_dir().join("discussion.db").display()
    );
    SqliteConnection::connect(&url).await.unwrap()
}

/// One number from the tables of discussion.
pub(super) async fn count(stores: &Stores, sql: &'static str) -> i64 {
    match &stores.database {
        Some(url) => {
            let mut connection = PgConnection::connect(url).await.unwrap();
            connection
                .execute("set search_path to discussion")
                .await
                .unwrap();
            sqlx::query_scalar(sql)
                .fetch_one(&mut connection)
                .await
                .unwrap()
        }
        None => sqlx::query_scalar(sql)
            .fetch_one(&mut file(stores).await)
            .await
            .unwrap(),
    }
}

on_both_backends! {
    async fn each_foreign_key_has_an_index_that_begins_with_it(backends: Backends) {
        let forum = Forum::start(backends).await;
        let stores = &forum.app.stores;
        let keys = pairs(stores, SQLITE_KEYS, POSTGRES_KEYS).await;
        let indexes = pairs(stores, SQLITE_INDEXES, POSTGRES_INDEXES).await;
        assert!(keys.len() >= 8, "{keys:?}");
        for (table, columns) in &keys {
            let begins = |index: &str| index == columns || index.starts_with(&format!("{columns},"));
            let has = indexes.iter().any(|(of, index)| of == table && begins(index));
            assert!(has, "no index for {table} ({columns}) among {indexes:?}");
        }
    }
}
