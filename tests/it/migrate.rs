//! `folkmoot migrate`, before, beside and behind the services.

use std::process::Output;

use folkmoot_common::ServiceName;
use folkmoot_tests::{
    Stop,
    app::{Stores, TestApp},
    backends::Postgres,
    on_both_backends,
    process::executable,
    wait,
};
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};
use tokio::process::Command;

fn command(stores: &Stores, arguments: &[&str]) -> Command {
    let mut command = Command::new(executable());
    command
        .env_clear()
        .env("DATA_DIR", stores.data_dir())
        .envs(stores.database.iter().map(|url| ("DATABASE_URL", url)))
        .arg("migrate")
        .args(arguments)
        .kill_on_drop(true);
    command
}

async fn migrate(stores: &Stores, arguments: &[&str]) -> Output {
    let ended = command(stores, arguments).output();
    let output = wait::within("migrations end", ended).await;
    output.expect("the executable")
}

async fn migrated(stores: &Stores) {
    let output = migrate(stores, &[]).await;
    assert!(output.status.success(), "{}", said(&output));
}

fn said(output: &Output) -> String {
    let logs = String::from_utf8_lossy(&output.stdout);
    format!("{logs}{}", String::from_utf8_lossy(&output.stderr))
}

/// Runs a statement on the tables of chat.
async fn on_tables(stores: &Stores, sql: &'static str) {
    match &stores.database {
        Some(url) => {
            let mut connection = PgConnection::connect(url).await.expect("a database");
            let use_schema = "set search_path to chat";
            connection.execute(use_schema).await.expect("the schema");
            connection.execute(sql).await.expect(sql);
        }
        None => {
            let url = format!("sqlite://{}", stores.data_dir().join("chat.db").display());
            let mut connection = SqliteConnection::connect(&url).await.expect("a file");
            connection.execute(sql).await.expect(sql);
        }
    }
}

on_both_backends! {
    async fn several_at_once_leave_one_schema(backends: Backends) {
        let stores = Stores::new(backends).await;
        tokio::join!(migrated(&stores), migrated(&stores), migrated(&stores), migrated(&stores));
        let app = TestApp::on(backends).stores(&stores).start().await;
        app.member("ann").chat("general").await.send_text("stored").await;
    }

    // An older version finds a newer schema, as after a return to it.
    async fn a_newer_schema_is_left_as_it_is(backends: Backends) {
        let stores = Stores::new(backends).await;
        migrated(&stores).await;
        for later in [
            "alter table messages add column later bigint not null default 7",
            "insert into _sqlx_migrations select 99, 'later', installed_on, success, checksum, 0 from _sqlx_migrations where version = 1",
        ] {
            on_tables(&stores, later).await;
        }
        let output = migrate(&stores, &[]).await;
        assert!(output.status.success(), "{}", said(&output));
        assert!(said(&output).contains("newer than this version"), "{}", said(&output));
        let app = TestApp::on(backends).stores(&stores).start().await;
        let mut ann = app.member("ann").chat("general").await;
        ann.send_text("before").await;
        ann.next_message().await;
        // Beside a version that serves.
        migrated(&stores).await;
        ann.send_text("after").await;
        assert_eq!(ann.next_message().await["content"], "after");
    }

    async fn only_the_named_services_are_touched(backends: Backends) {
        let stores = Stores::new(backends).await;
        let output = migrate(&stores, &["chat", "presence", "web"]).await;
        assert!(output.status.success(), "{}", said(&output));
        on_tables(&stores, "select 1 from messages").await;
        let others = match &stores.database {
            Some(url) => {
                let mut connection = PgConnection::connect(url).await.expect("a database");
                let schemas = "select count(*) from pg_namespace where nspname in ('file', 'identity', 'notification')";
                sqlx::query_scalar::<_, i64>(schemas).fetch_one(&mut connection).await.expect("schemas")
            }
            None => i64::from(stores.data_dir().join("file.db").exists()),
        };
        assert_eq!(others, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_not_there_yet_is_waited_for_and_named() {
    let postgres = Postgres::start().await;
    let stores = Stores {
        database: Some(postgres.create_database().await),
        ..Stores::embedded()
    };
    postgres.stop(Stop::Kill).await;

    let output = migrate(&stores, &["chat", "--wait-seconds", "1"]).await;
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let last = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(last.lines().count(), 1, "{last}");
    let reason = "folkmoot: cannot migrate chat: the database cannot be reached: ";
    assert!(last.starts_with(reason), "{last}");

    let waiting = tokio::spawn(command(&stores, &[]).output());
    // It has no table before this, whenever it looks.
    postgres.start_again().await;
    let output = wait::within("migrations end", waiting).await;
    let output = output.expect("no panic").expect("the executable");
    assert!(output.status.success(), "{}", said(&output));
    on_tables(&stores, "select 1 from messages").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waiting_does_not_mend_ends_at_once() {
    let url = Postgres::shared().await.create_database().await;
    let mut stores = Stores {
        database: Some(url.clone()),
        ..Stores::embedded()
    };
    migrated(&stores).await;
    // A migration that was changed after its release.
    on_tables(&stores, "update _sqlx_migrations set checksum = '\\x00'").await;
    let output = migrate(&stores, &[ServiceName::Chat.as_str()]).await;
    assert_eq!(output.status.code(), Some(1));
    let last = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        last.starts_with("folkmoot: cannot migrate chat: migration 1 "),
        "{last}"
    );
    // Nobody holds the lock that keeps migrations apart: the others go on.
    let output = migrate(&stores, &["file"]).await;
    assert!(output.status.success(), "{}", said(&output));

    let mut nobody = url::Url::parse(&url).expect("a URL");
    nobody.set_username("nobody").expect("a user");
    stores.database = Some(nobody.to_string());
    let output = migrate(&stores, &["chat"]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("nobody"), "{}", said(&output));

    stores.database = Some("mysql://u:hunter2@db/forum".to_owned());
    let output = migrate(&stores, &[]).await;
    assert!(said(&output).contains("DATABASE_URL"), "{}", said(&output));
    assert!(!said(&output).contains("hunter2"), "{}", said(&output));
}
