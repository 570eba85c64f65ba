//! Each foreign key of every service has an index that begins with it: without one, deleting the row that it names
//! reads the whole table.

use std::collections::BTreeSet;

use folkmoot_tests::{
    app::{Stores, TestApp},
    on_both_backends,
};
use sqlx::{Connection as _, PgConnection, SqliteConnection};

/// Table and columns of each foreign key.
const POSTGRES_KEYS: &str = "select conrelid::regclass::text, (select string_agg(a.attname, ',' order by k.place) \
    from unnest(conkey) with ordinality k(number, place) join pg_attribute a on a.attrelid = conrelid and a.attnum = k.number) \
    from pg_constraint where contype = 'f' and connamespace::regnamespace::text not like 'pg\\_%'";
/// Table and columns of each index that holds all rows.
const POSTGRES_INDEXES: &str = "select indrelid::regclass::text, (select string_agg(a.attname, ',' order by k.place) \
    from unnest(indkey::int2[]) with ordinality k(number, place) join pg_attribute a on a.attrelid = indrelid and a.attnum = k.number) \
    from pg_index where indpred is null and indexprs is null";
const SQLITE_KEYS: &str = "select t, group_concat(c, ',') from (select m.name as t, k.id as i, k.\"from\" as c from sqlite_master m, \
    pragma_foreign_key_list(m.name) k where m.type = 'table' order by 1, 2, k.seq) group by t, i";
const SQLITE_INDEXES: &str = "select t, group_concat(c, ',') from (select m.name as t, i.name as i, x.name as c from sqlite_master m, \
    pragma_index_list(m.name) i, pragma_index_info(i.name) x where m.type = 'table' and i.partial = 0 order by 1, 2, x.seqno) \
    where c is not null group by t, i";

type Pairs = BTreeSet<(String, String)>;

/// Foreign keys and indexes of one database.
async fn of_postgres(url: &str) -> (Pairs, Pairs) {
    let mut connection = PgConnection::connect(url).await.expect("a database");
    let mut pairs = Vec::new();
    for statement in [POSTGRES_KEYS, POSTGRES_INDEXES] {
        let rows: Vec<(String, Option<String>)> = sqlx::query_as(statement)
            .fetch_all(&mut connection)
            .await
            .expect("rows");
        pairs.push(
            rows.into_iter()
                .filter_map(|(table, columns)| Some((table, columns?)))
                .collect(),
        );
    }
    (pairs.remove(0), pairs.remove(0))
}

async fn of_sqlite(stores: &Stores) -> (Pairs, Pairs) {
    let (mut keys, mut indexes) = (Pairs::new(), Pairs::new());
    let files = std::fs::read_dir(stores.data_dir()).expect("a folder");
    let paths = files.map(|file| file.expect("a file").path());
    for path in paths.filter(|path| path.extension().is_some_and(|end| end == "db")) {
        let url = format!("sqlite://{}", path.display());
        let mut connection = SqliteConnection::connect(&url).await.expect("a database");
        let name = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        for (statement, pairs) in [(SQLITE_KEYS, &mut keys), (SQLITE_INDEXES, &mut indexes)] {
            let rows: Vec<(String, String)> = sqlx::query_as(statement)
                .fetch_all(&mut connection)
                .await
                .expect("rows");
            let named = rows
                .into_iter()
                .map(|(table, columns)| (format!("{name}.{table}"), columns));
            pairs.extend(named);
        }
    }
    (keys, indexes)
}

on_both_backends! {
    async fn each_foreign_key_has_an_index_that_begins_with_it(backends: Backends) {
        let app = TestApp::on(backends).start().await;
        let (keys, indexes) = match &app.stores.database {
            Some(url) => of_postgres(url).await,
            None => of_sqlite(&app.stores).await,
        };
        assert!(keys.len() >= 20, "{keys:?}");
        for (table, columns) in &keys {
            let begins = |index: &str| index == columns || index.starts_with(&format!("{columns},"));
            let has = indexes.iter().any(|(of, index)| of == table && begins(index));
            assert!(has, "no index for {table} ({columns}) among {indexes:?}");
        }
    }
}
