//! Events that become notifications.

use super::*;

#[tokio::test]
async fn a_mention_notifies_once_however_often_it_comes() {
    let service = Notifications::open().await;
    service.registered("u1", "Ann").await;
    let event = service.mention("u9", &["ann"]);
    for _ in 0..3 {
        service.handle(&event).await;
    }
    let list = service.get("/notifications/u1").await;
    assert_eq!(
        service.titles("/notifications/u1").await,
        ["@Eve mentioned you in #General"]
    );
    let shown = (
        &list[0]["body"],
        &list[0]["notif_type"],
        &list[0]["room_id"],
        &list[0]["is_read"],
    );
    assert_eq!(
        shown,
        (
            &json!("look at this"),
            &json!("mention"),
            &json!("general"),
            &json!(false)
        )
    );

    // Not even after it was deleted.
    let id = list[0]["id"].as_str().unwrap();
    service
        .call(Method::DELETE, &format!("/notifications/{id}"), None)
        .await;
    service.handle(&event).await;
    assert_eq!(service.get("/notifications/u1").await, json!([]));
}

#[tokio::test]
async fn everybody_who_is_named_is_told_but_not_the_author_and_not_others() {
    let service = Notifications::open().await;
    for (user_id, name) in [("u1", "ann"), ("u2", "bob"), ("u3", "eve"), ("u4", "dan")] {
        service.registered(user_id, name).await;
    }
    service
        .handle(&service.mention("u3", &["ann", "bob", "eve", "nobody"]))
        .await;
    for (user_id, count) in [("u1", 1), ("u2", 1), ("u3", 0), ("u4", 0)] {
        assert_eq!(service.unread(user_id).await, count, "{user_id}");
    }
}

#[tokio::test]
async fn a_mention_waits_for_the_news_of_whom_it_names() {
    let service = Notifications::open().await;
    let registered =
        json!({"user_id": "u1", "username": "Ann", "registered_at": service.clock.now()});
    let registered = service.event("identity.user.registered", registered);
    service.wait(60);
    let mention = service.mention("u9", &["ann"]);
    service.handle(&mention).await;
    assert_eq!(service.unread("u1").await, 0);
    service.wait(3600);
    for _ in 0..2 {
        service.handle(&registered).await;
        service.handle(&mention).await;
    }
    assert_eq!(service.unread("u1").await, 1);
}

#[tokio::test]
async fn whoever_takes_a_name_later_is_not_told_what_was_said_to_nobody() {
    let service = Notifications::open().await;
    service.handle(&service.mention("u9", &["ann"])).await;
    service.wait(60);
    service.registered("u1", "ann").await;
    assert_eq!(service.unread("u1").await, 0);
    service.handle(&service.mention("u9", &["ann"])).await;
    assert_eq!(service.unread("u1").await, 1);
}

#[tokio::test]
async fn in_open_mode_who_appears_within_a_day_was_meant_and_a_new_name_replaces_the_old() {
    let service = Notifications::open().await;
    service.handle(&service.mention("u9", &["ann"])).await;
    service.wait(3600);
    service.seen("u1", "Ann").await;
    assert_eq!(service.unread("u1").await, 1);
    service.seen("u1", "Annie").await;
    service.handle(&service.mention("u9", &["ann"])).await;
    assert_eq!(service.unread("u1").await, 1);
    service.handle(&service.mention("u9", &["annie"])).await;
    assert_eq!(service.unread("u1").await, 2);
    service.seen("u2", "Annie").await;
    service.handle(&service.mention("u9", &["annie"])).await;
    assert_eq!(
        (service.unread("u1").await, service.unread("u2").await),
        (3, 1)
    );
}

#[tokio::test]
async fn old_news_of_a_name_does_not_undo_newer_news() {
    let service = Notifications::open().await;
    let old = json!({"user_id": "u1", "username": "ann", "seen_at": service.clock.now()});
    let old = service.event("chat.participant.seen", old);
    service.wait(60);
    service.seen("u1", "annie").await;
    service.handle(&old).await;
    service
        .handle(&service.mention("u9", &["ann", "annie"]))
        .await;
    assert_eq!(service.unread("u1").await, 1);
}

#[tokio::test]
async fn a_mention_that_nobody_claims_is_forgotten_after_a_week() {
    let service = Notifications::open().await;
    let registered =
        json!({"user_id": "u1", "username": "ann", "registered_at": service.clock.now()});
    let registered = service.event("identity.user.registered", registered);
    service.handle(&service.mention("u9", &["ann"])).await;
    service.wait(7 * 86_400 + 1);
    assert!(!service.state.store.sweep().await.unwrap());
    service.handle(&registered).await;
    assert_eq!(service.unread("u1").await, 0);
}

#[tokio::test]
async fn more_mentions_than_one_batch_arrive_in_order() {
    let service = Notifications::open().await;
    let registered =
        json!({"user_id": "u1", "username": "ann", "registered_at": service.clock.now()});
    let registered = service.event("identity.user.registered", registered);
    for _ in 0..250 {
        service.handle(&service.mention("u9", &["ann"])).await;
    }
    service.handle(&registered).await;
    assert_eq!(service.unread("u1").await, 250);
}

#[tokio::test]
async fn what_no_database_or_page_could_take_is_made_to_fit() {
    let service = Notifications::open().await;
    service.registered("u1", "ann").await;
    service.registered("a/b", "bob\0").await;
    let mut event = service.mention("u9", &["ann", "bob\0", ""]);
    event.data["excerpt"] = "a\0b\u{1b}[31m\nc".into();
    event.data["room_name"] = format!("\u{202e}{}", "x".repeat(1_000)).into();
    event.data["room_id"] = "../x".into();
    service.handle(&event).await;
    let list = service.get("/notifications/u1").await;
    assert_eq!(
        (&list[0]["body"], &list[0]["room_id"]),
        (&json!("ab[31m\nc"), &Value::Null)
    );
    let title = list[0]["title"].as_str().unwrap();
    assert!(
        title.starts_with("@Eve mentioned you in #xxx") && title.len() == 200,
        "{title}"
    );
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_skipped() {
    let service = Notifications::open().await;
    for r#type in [
        "identity.user.registered",
        "chat.participant.seen",
        "chat.message.mentioned",
        "something.else",
    ] {
        service
            .handle(&service.event(r#type, json!({"user_id": 1})))
            .await;
    }
}

#[tokio::test]
async fn the_same_event_on_two_replicas_at_once_notifies_once() {
    let service = Notifications::open().await;
    service.registered("u1", "ann").await;
    let event = service.mention("u9", &["ann"]);
    let (state, twin) = (service.state.clone(), service.state.clone());
    let (first, second) = tokio::join!(
        consumer::handle(&state, &event),
        consumer::handle(&twin, &event)
    );
    assert!(first.is_ok() && second.is_ok());
    assert_eq!(service.unread("u1").await, 1);
}
