//! `folkmoot seed`, `export` and `import`: what a community wrote goes from one platform to another and is all there.

use std::{
    path::Path,
    process::{Command, Output},
};

use folkmoot_common::ServiceName;
use folkmoot_tests::{
    app::{Stores, TestApp},
    daemon::Scratch,
    on_both_backends,
    process::{Folkmoot, executable},
    wait,
};
use serde_json::{Value, json};

const SHAPE: [&str; 8] = [
    "--users",
    "60",
    "--threads",
    "20",
    "--comments",
    "1500",
    "--likes",
    "300",
];

fn command(stores: &Stores, arguments: &[&str]) -> Command {
    let mut command = Command::new(executable());
    command
        .args(arguments)
        .env_clear()
        .envs(stores.variables())
        .env("LOG", "warn");
    command
}

fn run(stores: &Stores, arguments: &[&str]) -> Output {
    let output = command(stores, arguments).output();
    output.expect("the executable runs")
}

fn succeed(stores: &Stores, arguments: &[&str]) -> String {
    let output = run(stores, arguments);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said} {errors}");
    said.lines().last().unwrap_or_default().to_owned()
}

fn seeded(stores: &Stores) {
    let mut arguments = vec!["seed"];
    arguments.extend(SHAPE);
    let said = succeed(stores, &arguments);
    assert!(said.ends_with(" 0 refused"), "{said}");
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of text")
}

/// The records of a file by their kind, in a fixed order.
fn records(path: &Path) -> Vec<String> {
    let lines = std::fs::read_to_string(path).expect("a whole file");
    let mut lines: Vec<_> = lines.lines().map(str::to_owned).collect();
    lines.sort_unstable();
    lines
}

on_both_backends! {
    async fn a_community_moves_from_one_platform_to_another(backends: Backends) {
        let (here, there) = (Stores::new(backends).await, Stores::new(backends).await);
        let folder = Scratch::new("transfer");
        let (first, second) = (folder.path().join("first.jsonl"), folder.path().join("second.jsonl"));
        seeded(&here);
        succeed(&here, &["export", text(&first)]);
        let said = succeed(&there, &["import", text(&first)]);
        assert!(said.contains(" 0 refused"), "{said}");
        succeed(&there, &["export", text(&second)]);
        assert_eq!(records(&first), records(&second));

        let again = succeed(&there, &["import", text(&first)]);
        assert!(again.starts_with("0 new"), "what is there is not stored again: {again}");

        let app = TestApp::on(backends).stores(&there).start().await;
        let threads = app.get("/api/threads?limit=200").await.json();
        let comments = threads.as_array().expect("threads").iter();
        let comments: i64 = comments.map(|thread| thread["comment_count"].as_i64().unwrap_or_default()).sum();
        assert_eq!(comments, 1500, "the counters are those of what is there");
        let largest = threads.as_array().expect("threads").iter().max_by_key(|thread| thread["comment_count"].as_i64());
        let largest = largest.expect("a thread")["id"].as_str().expect("an id").to_owned();
        let page = app.get(&format!("/api/threads/{largest}/comments?limit=200")).await.json();
        assert!(page.as_array().expect("comments").iter().any(|comment| comment["depth"].as_i64() > Some(2)));
        wait::until("other services know the imported threads and members", async || {
            let stream = app.get("/api/activity-stream?limit=100").await.json();
            let known = stream.as_array().is_some_and(|stream| stream.len() == 20);
            let named = stream[0]["author"]["username"].as_str().is_some_and(|name| name.contains('_'));
            (known && named).then_some(())
        }).await;
    }

    async fn what_was_imported_is_told_at_once_when_the_platform_starts(backends: Backends) {
        const USERS: usize = 3_000;
        let stores = Stores::new(backends).await;
        succeed(&stores, &["seed", "--users", &USERS.to_string(), "--threads", "1", "--comments", "1", "--likes", "0"]);
        // A process of its own, whose metrics count nobody else's events.
        let folkmoot = Folkmoot::serve(&[ServiceName::Identity]).stores(&stores).start().await;
        wait::until("every account is told", async || {
            let metrics = folkmoot.admin.get("/metrics").await.text();
            let told = metrics.lines().find_map(|line| line.strip_prefix("folkmoot_events_published_total "))?;
            (told.parse::<f64>().ok()? >= USERS as f64).then_some(())
        }).await;
    }
}

#[tokio::test]
async fn an_import_that_was_killed_goes_on_where_it_was() {
    let (here, there) = (Stores::embedded(), Stores::embedded());
    let folder = Scratch::new("transfer");
    let file = folder.path().join("community.jsonl");
    seeded(&here);
    succeed(&here, &["export", text(&file)]);
    let mut import = command(&there, &["import", text(&file)])
        .spawn()
        .expect("an import");
    let checkpoint = folder.path().join(".community.jsonl.checkpoint");
    wait::until("a part is done", async || checkpoint.exists().then_some(())).await;
    import.kill().expect("the import is ended");
    import.wait().expect("the import has ended");
    let said = succeed(&there, &["import", text(&file)]);
    assert!(said.contains(" 0 refused"), "{said}");
    assert!(!checkpoint.exists());
    let exported = folder.path().join("exported.jsonl");
    succeed(&there, &["export", text(&exported)]);
    assert_eq!(records(&exported), records(&file));
}

#[tokio::test]
async fn hostile_lines_change_nothing_and_half_a_file_can_be_followed_by_the_whole() {
    let (here, there) = (Stores::embedded(), Stores::embedded());
    let folder = Scratch::new("transfer");
    let file = folder.path().join("community.jsonl");
    seeded(&here);
    succeed(&here, &["export", text(&file)]);
    let whole = std::fs::read_to_string(&file).expect("the file");
    let count = whole.lines().count();

    // It ends in the middle of a line, as a file does whose writer was cut off.
    std::fs::write(&file, &whole[..whole.len() / 2]).expect("half a file");
    succeed(&there, &["import", text(&file)]);
    let comment = json!({"type": "comment", "id": "0192aaaa-0000-7000-8000-000000000001", "thread_id": "0192aaaa-0000-7000-8000-000000000002",
        "author_id": "nobody", "body": "of no thread", "created_at": "2026-01-01T00:00:00Z"});
    let admin = json!({"type": "user", "id": "0192aaaa-0000-7000-8000-000000000003", "username": "a b", "email": "x", "created_at": "2026-01-01T00:00:00Z"});
    let costly = json!({"type": "user", "id": "0192aaaa-0000-7000-8000-000000000004", "username": "costly", "email": "costly@example.org",
        "password_hash": "$argon2id$v=19$m=4194304,t=90,p=4$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaA", "created_at": "2026-01-01T00:00:00Z"});
    let hostile: Vec<_> = [
        comment,
        admin,
        costly,
        json!({"type": "thread"}),
        Value::Null,
    ]
    .iter()
    .map(Value::to_string)
    .collect();
    std::fs::write(&file, format!("{}\n{whole}", hostile.join("\n"))).expect("the file");
    let said = succeed(&there, &["import", text(&file)]);
    assert!(said.ends_with(" 5 refused"), "{said}");

    let exported = folder.path().join("exported.jsonl");
    succeed(&there, &["export", text(&exported)]);
    assert_eq!(records(&exported).len(), count);
}

#[tokio::test]
async fn a_file_that_is_none_or_cannot_be_read_is_an_error() {
    let stores = Stores::embedded();
    let folder = Scratch::new("transfer");
    let file = folder.path().join("picture.png");
    std::fs::write(&file, b"\x89PNG\r\n\x1a\n\0\0").expect("a file");
    for arguments in [["import", text(&file)], ["import", "/nowhere/at/all"]] {
        let output = run(&stores, &arguments);
        assert!(!output.status.success(), "{arguments:?}");
        assert!(!output.stderr.is_empty());
    }
}
