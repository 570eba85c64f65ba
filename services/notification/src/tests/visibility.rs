//! Nobody is told, shown or counted what they may not read: when it is told, and whenever it is shown.

use super::{world::*, *};

/// A comment in a category for `staff`, of whom there are ann and sue.
async fn private(service: &Notifications) -> folkmoot_common::events::discussion::CommentChanged {
    service.people(&["ann", "bob", "sue"]).await;
    for user in ["ann", "sue"] {
        service
            .handle(&service.roles(user, &["member", "staff"]))
            .await;
    }
    service
        .handle(&service.category(PRIVATE, Some("staff")))
        .await;
    let mut thread = service.thread("ann", &["bob", "sue"]);
    (thread.category_id, thread.read_role) = (PRIVATE, Some("staff".to_owned()));
    thread.title = "Secret".to_owned();
    service
        .handle(&service.told("discussion.thread.created", &thread))
        .await;
    let mut comment = service.comment("eve", Some("bob"), &["sue", "bob"]);
    (comment.category_id, comment.read_role) = (PRIVATE, Some("staff".to_owned()));
    comment.thread_title = "Secret".to_owned();
    comment
}

#[tokio::test]
async fn who_may_not_read_a_thread_is_not_told_of_it() {
    let service = Notifications::open().await;
    let comment = private(&service).await;
    service.commented(&comment).await;
    assert_eq!(service.shown("sue").await.len(), 2);
    assert_eq!(service.shown("ann").await.len(), 1);
    assert!(service.shown("bob").await.is_empty());
    // They are not told later either of what was none of theirs.
    service.handle(&service.roles("bob", &["staff"])).await;
    assert!(service.shown("bob").await.is_empty());
}

#[tokio::test]
async fn access_that_is_taken_away_takes_old_notifications_along() {
    let service = Notifications::open().await;
    let comment = private(&service).await;
    service.commented(&comment).await;
    let id = service.get("/notifications/sue").await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    service.handle(&service.roles("sue", &["member"])).await;
    assert!(service.shown("sue").await.is_empty());
    for (method, path) in [
        (Method::PATCH, format!("/notifications/{id}/read")),
        (Method::DELETE, format!("/notifications/{id}")),
    ] {
        let answer = service.call(method, &path, None).await;
        assert_eq!(
            (answer.status, &answer.body["code"]),
            (StatusCode::NOT_FOUND, &json!("notification_not_found"))
        );
        assert!(!answer.body.to_string().contains("Secret"));
    }
    let all = service
        .call(Method::PATCH, "/notifications/sue/read-all", None)
        .await;
    assert_eq!(
        (&all.body["marked_read"], &all.body["unread_count"]),
        (&json!(0), &json!(0))
    );
    let told = crate::store::Told {
        user_id: "sue".to_owned(),
        id: id.parse().unwrap(),
    };
    assert!(
        service
            .state
            .store
            .of_ids(&[told.id])
            .await
            .unwrap()
            .is_empty(),
        "nor is it pushed"
    );
    // Given back, it is there again, unread.
    service.handle(&service.roles("sue", &["staff"])).await;
    assert_eq!(service.shown("sue").await.len(), 2);
}

#[tokio::test]
async fn access_that_is_taken_away_between_event_and_delivery_tells_nothing() {
    let service = Notifications::open().await;
    let comment = private(&service).await;
    service.handle(&service.roles("sue", &["member"])).await;
    service.commented(&comment).await;
    service.handle(&service.roles("sue", &["staff"])).await;
    assert_eq!(
        service.shown("sue").await,
        ["ann mentioned you in “Secret”"],
        "of before"
    );
}

#[tokio::test]
async fn a_category_that_is_closed_or_a_thread_that_is_moved_hides_what_was_told() {
    let service = Notifications::open().await;
    service.people(&["ann", "eve"]).await;
    let mut thread = service.opened().await;
    service.commented(&service.comment("eve", None, &[])).await;
    assert_eq!(service.unread("ann").await, 1);
    let closed = service.category(CATEGORY, Some("staff"));
    service.handle(&closed).await;
    assert_eq!(service.unread("ann").await, 0);
    service.handle(&service.category(CATEGORY, None)).await;
    service.handle(&closed).await;
    assert_eq!(
        service.unread("ann").await,
        1,
        "old news does not close it again"
    );

    (thread.category_id, thread.read_role) = (PRIVATE, Some("staff".to_owned()));
    thread.changed_at = service.tick();
    service
        .handle(&service.told("discussion.thread.updated", &thread))
        .await;
    assert!(service.shown("ann").await.is_empty());
}

/// A comment that was written as the category was closed may say that it is open, with a later time.
#[tokio::test]
async fn what_other_events_say_of_a_category_opens_nothing() {
    let service = Notifications::open().await;
    let comment = private(&service).await;
    let mut stale = comment.clone();
    stale.read_role = None;
    stale.changed_at = service.tick();
    service.commented(&stale).await;
    assert!(service.shown("bob").await.is_empty());
    // And one that comes before the news that it was closed closes it.
    let mut early = service.comment("eve", None, &[]);
    early.thread_id = uuid::Uuid::from_u128(55);
    (early.category_id, early.read_role) = (CATEGORY, None);
    service.handle(&service.category(CATEGORY, None)).await;
    service.commented(&early).await;
    let before = service.unread("ann").await;
    let mut later = early.clone();
    (later.comment_id, later.read_role) = (service.state.ctx.ids.next(), Some("board".to_owned()));
    later.changed_at = service.tick();
    service.commented(&later).await;
    assert!(
        service.unread("ann").await < before,
        "what was public is not any more"
    );
}

#[tokio::test]
async fn what_is_not_known_is_not_shown_until_it_is() {
    let service = Notifications::open().await;
    let at = service.tick();
    let mut comment = service.comment("eve", None, &[]);
    (comment.category_id, comment.read_role) = (PRIVATE, Some("staff".to_owned()));
    service.commented(&comment).await;
    assert!(
        service.shown("ann").await.is_empty(),
        "ann's roles are not known"
    );
    // News of before it was so.
    service.handle(&service.roles("ann", &["staff"])).await;
    assert_eq!(service.shown("ann").await.len(), 1);
    let mut old = serde_json::to_value(service.roles("ann", &[]).data).unwrap();
    old["changed_at"] = json!(at);
    service
        .handle(&service.event("identity.roles.changed", old))
        .await;
    assert_eq!(
        service.shown("ann").await.len(),
        1,
        "old news of roles changes nothing"
    );
}

#[tokio::test]
async fn deleted_threads_and_comments_take_their_notifications_along_and_bring_them_back() {
    let service = Notifications::open().await;
    service.people(&["ann", "bob", "eve"]).await;
    let mut thread = service.opened().await;
    let mut comment = service.comment("eve", Some("bob"), &[]);
    let (created, deleted) = (
        service.told("discussion.comment.created", &comment),
        service.comment_deleted(&comment),
    );
    service.handle(&deleted).await;
    service.handle(&created).await;
    assert!(
        service.shown("bob").await.is_empty(),
        "in the other order too"
    );
    comment.changed_at = service.tick();
    service
        .handle(&service.told("discussion.comment.updated", &comment))
        .await;
    service.handle(&deleted).await;
    assert_eq!(service.shown("bob").await.len(), 1, "restored");

    let gone = service.thread_deleted();
    service.handle(&gone).await;
    assert!(service.shown("bob").await.is_empty() && service.shown("ann").await.is_empty());
    thread.changed_at = service.tick();
    service
        .handle(&service.told("discussion.thread.updated", &thread))
        .await;
    service.handle(&gone).await;
    assert_eq!(service.shown("bob").await.len(), 1);
}

#[tokio::test]
async fn nobody_hears_of_whom_they_blocked_or_muted() {
    let service = Notifications::open().await;
    service.people(&["ann", "bob", "eve"]).await;
    service.opened().await;
    for (who, whom, what) in [
        ("ann", "eve", "mute"),
        ("bob", "eve", "block"),
        ("eve", "bob", "block"),
    ] {
        service
            .commented(&service.comment("eve", Some("bob"), &["bob"]))
            .await;
        service.handle(&service.liked("eve", None)).await;
        service.relate("eve", "ann", "follow.created").await;
        service
            .handle(&service.mention("eve", &["ann", "bob"]))
            .await;
        let before = (service.unread("ann").await, service.unread("bob").await);
        service.relate(who, whom, &format!("{what}.created")).await;
        let hidden = (service.unread("ann").await, service.unread("bob").await);
        assert_ne!(
            before, hidden,
            "{what}: what was told is not shown any more"
        );
        service
            .commented(&service.comment("eve", Some("bob"), &["bob"]))
            .await;
        service.handle(&service.liked("eve", None)).await;
        service
            .handle(&service.mention("eve", &["ann", "bob"]))
            .await;
        let after = (service.unread("ann").await, service.unread("bob").await);
        if who == "ann" {
            assert_eq!(after.0, 0, "{what}");
        } else {
            assert_eq!(after.1, 0, "{what}");
        }
        service.relate(who, whom, &format!("{what}.deleted")).await;
        for user in ["ann", "bob"] {
            service
                .call(
                    Method::PATCH,
                    &format!("/notifications/{user}/read-all"),
                    None,
                )
                .await;
        }
    }
    service
        .commented(&service.comment("eve", Some("bob"), &[]))
        .await;
    assert_eq!(
        service.unread("bob").await,
        1,
        "a block that has ended hides nothing new"
    );
}
