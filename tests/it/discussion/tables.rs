//! What is in the tables, where no answer tells.

use folkmoot_tests::app::Stores;
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};

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
