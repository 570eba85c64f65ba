use super::*;

#[tokio::test]
async fn a_deleted_file_is_gone_with_its_object() {
    let setup = Setup::open().await;
    let body = form(&[file("a.txt", b"hello"), text("user_id", "ann")]);
    let id = setup.upload(body).await.json()["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let delete = |user: &str| {
        request(
            Method::DELETE,
            &format!("/{id}?user_id={user}"),
            &[],
            Body::empty(),
        )
    };
    let stranger = setup.send(delete("bob")).await;
    assert_eq!(
        (stranger.status, stranger.code().as_str()),
        (StatusCode::NOT_FOUND, "file_not_found")
    );
    assert_eq!(setup.objects(), 1);
    assert_eq!(
        setup.send(delete("ann")).await.status,
        StatusCode::NO_CONTENT
    );
    setup.assert_empty("a deleted file").await;
    assert_eq!(
        setup.send(delete("ann")).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        setup.get(&format!("/{id}/download")).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn what_a_dead_process_left_is_removed_after_an_hour_and_nothing_else() {
    let setup = Setup::open().await;
    let kept = setup.store("kept.txt", b"kept").await;
    // As a process would leave it that died between the object and the row, and while it was writing.
    let (whole, half) = (setup.app.ctx.ids.next(), setup.app.ctx.ids.next());
    for id in [whole, half] {
        setup
            .app
            .pending
            .begin(id, &format!("files/{id}"), setup.app.ctx.clock.now())
            .await
            .expect("pending");
    }
    let folder = setup.folder.path().join("objects/files");
    std::fs::write(folder.join(whole.to_string()), b"whole").expect("written");
    std::fs::write(folder.join(format!("{half}#1")), b"half").expect("written");
    setup
        .clock
        .advance(TimeDelta::hours(1) - TimeDelta::seconds(1));
    assert_eq!(setup.sweep().await.expect("swept"), 0);
    assert_eq!(setup.objects(), 3);
    setup.clock.advance(TimeDelta::seconds(2));
    assert_eq!(setup.sweep().await.expect("swept"), 2);
    assert_eq!(
        (setup.objects(), setup.files().await, setup.pending().await),
        (1, 1, 0)
    );
    let id = kept["id"].as_str().expect("an id");
    assert_eq!(setup.get(&format!("/{id}/download")).await.body, "kept");
}

#[tokio::test]
async fn an_object_that_was_given_up_can_never_become_a_file() {
    let setup = Setup::open().await;
    let template = setup.store("a", b"x").await;
    let template = template["id"]
        .as_str()
        .and_then(|id| uuid::Uuid::try_parse(id).ok())
        .expect("an id");
    let mut late = setup
        .app
        .store
        .find(template)
        .await
        .expect("found")
        .expect("a file");
    late.id = setup.app.ctx.ids.next();
    setup
        .app
        .pending
        .begin(late.id, "files/late", setup.app.ctx.clock.now())
        .await
        .expect("pending");
    assert!(setup.app.pending.discard(late.id).await.expect("discarded"));
    assert!(!setup.app.store.commit(&late).await.expect("refused"));
    assert_eq!(setup.files().await, 1);
    setup.app.pending.forget(late.id).await.expect("forgotten");
    assert!(!setup.app.store.commit(&late).await.expect("refused"));
    // And a file cannot be discarded.
    assert!(!setup.app.pending.discard(template).await.expect("refused"));
}

#[tokio::test]
async fn more_objects_than_one_batch_are_removed() {
    let setup = Setup::open().await;
    for number in 0..250 {
        let id = setup.app.ctx.ids.next();
        setup
            .app
            .pending
            .begin(id, &format!("files/{number}"), setup.app.ctx.clock.now())
            .await
            .expect("pending");
    }
    setup.clock.advance(TimeDelta::hours(2));
    assert_eq!(setup.sweep().await.expect("swept"), 250);
    assert_eq!(setup.pending().await, 0);
}

#[tokio::test]
async fn a_store_that_fails_leaves_no_file_and_a_note_for_the_janitor() {
    let setup = Setup::open().await;
    let objects = setup.folder.path().join("objects");
    std::fs::remove_dir_all(&objects).expect("removed");
    std::fs::write(&objects, b"no folder").expect("written");
    let answer = setup.upload(form(&[file("a", b"1")])).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (StatusCode::SERVICE_UNAVAILABLE, "unavailable")
    );
    assert!(answer.headers.contains_key(header::RETRY_AFTER));
    assert_eq!((setup.files().await, setup.pending().await), (0, 1));
    std::fs::remove_file(&objects).expect("removed");
    std::fs::create_dir(&objects).expect("made");
    setup.clock.advance(TimeDelta::hours(2));
    assert_eq!(setup.sweep().await.expect("swept"), 1);
    setup.assert_empty("after the janitor").await;
    setup.store("again", b"x").await;
}

#[tokio::test]
async fn an_object_that_is_missing_is_not_found() {
    let setup = Setup::open().await;
    let file = setup.store("a", b"x").await;
    std::fs::remove_dir_all(setup.folder.path().join("objects/files")).expect("removed");
    let answer = setup
        .get(&format!(
            "/{}/download",
            file["id"].as_str().expect("an id")
        ))
        .await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (StatusCode::NOT_FOUND, "object_not_found")
    );
}

#[tokio::test]
async fn a_row_that_cannot_be_written_takes_its_object_with_it() {
    use folkmoot_common::db::sqlx::{self, ConnectOptions};

    let setup = Setup::open().await;
    let database = setup.folder.path().join("file.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(database);
    let mut connection = options.connect().await.expect("the database");
    sqlx::query("alter table files rename to elsewhere")
        .execute(&mut connection)
        .await
        .expect("renamed");
    let answer = setup.upload(form(&[file("a", &content(6 << 20))])).await;
    assert!(answer.status.is_server_error(), "{}", answer.status);
    assert_eq!((setup.objects(), setup.pending().await), (0, 0));
    sqlx::query("alter table elsewhere rename to files")
        .execute(&mut connection)
        .await
        .expect("renamed");
    setup.assert_empty("a row that could not be written").await;
}
