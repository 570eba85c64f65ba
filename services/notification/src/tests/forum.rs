//! Threads and comments.

use std::collections::BTreeSet;

use super::{world::THREAD, *};

#[tokio::test]
async fn everybody_is_told_of_a_comment_once_and_of_the_most_specific() {
    let service = Notifications::open().await;
    service.people(&["ann", "bob", "dan", "eve"]).await;
    service.opened().await;
    let comment = service.comment("eve", Some("bob"), &["dan", "eve", "ann"]);
    let event = service.commented(&comment).await;
    service.handle(&event).await;
    for (user, title) in [
        ("ann", "eve mentioned you in “Title”"),
        ("bob", "eve replied to your comment in “Title”"),
        ("dan", "eve mentioned you in “Title”"),
    ] {
        assert_eq!(service.shown(user).await, [title], "{user}");
    }
    assert!(service.shown("eve").await.is_empty());

    let one = &service.get("/notifications/bob").await[0];
    assert_eq!(one["kind"], "comment.replied");
    assert_eq!(one["notif_type"], "comment.replied");
    assert_eq!(one["body"], "the comment");
    assert_eq!(one["thread_id"], THREAD.to_string());
    assert_eq!(one["comment_id"], comment.comment_id.to_string());
    assert_eq!(
        one["url"],
        format!("/threads/{THREAD}#comment-{}", comment.comment_id)
    );
    let eve = json!({"user_id": "eve", "username": "eve", "deleted": false});
    assert_eq!(
        (&one["actors"], &one["actor_count"], &one["actor_name"]),
        (&json!([eve]), &json!(1), &json!("eve"))
    );
    let plain = service.comment("eve", None, &[]);
    service.commented(&plain).await;
    assert_eq!(
        service.shown("ann").await[0],
        "eve commented on your thread “Title”"
    );
    let own = service.comment("ann", Some("ann"), &["ann"]);
    service.commented(&own).await;
    assert_eq!(service.shown("ann").await.len(), 2, "never of oneself");
}

#[tokio::test]
async fn names_in_a_thread_are_mentioned_and_in_an_edit_only_the_new_ones() {
    let service = Notifications::open().await;
    service.people(&["ann", "bob", "dan"]).await;
    let mut thread = service.thread("ann", &["bob"]);
    service
        .handle(&service.told("discussion.thread.created", &thread))
        .await;
    thread.mentions = BTreeSet::from(["dan".to_owned()]);
    thread.changed_at = service.tick();
    thread.title = "Other".to_owned();
    service
        .handle(&service.told("discussion.thread.updated", &thread))
        .await;
    for user in ["bob", "dan"] {
        let title = "ann mentioned you in “Other”";
        assert_eq!(
            service.shown(user).await,
            [title],
            "{user}: as it is called now"
        );
    }
    let one = &service.get("/notifications/bob").await[0];
    assert_eq!(one["body"], "the thread");
    assert_eq!(one["url"], format!("/threads/{THREAD}"));
}

#[tokio::test]
async fn a_mention_waits_for_whom_it_names_and_does_not_come_on_top() {
    let service = Notifications::open().await;
    service.people(&["ann", "eve"]).await;
    service.opened().await;
    let registered = |name: &str| {
        let data = json!({"user_id": name, "username": name, "roles": ["member"], "registered_at": service.clock.now()});
        service.event("identity.user.registered", data)
    };
    let (dan, bob) = (registered("dan"), registered("bob"));
    let comment = service.comment("eve", Some("bob"), &["dan", "bob"]);
    let event = service.commented(&comment).await;
    for _ in 0..2 {
        service.handle(&dan).await;
        service.handle(&bob).await;
        service.handle(&event).await;
    }
    assert_eq!(service.shown("dan").await, ["eve mentioned you in “Title”"]);
    // What they were told of first stays the only one.
    assert_eq!(
        service.shown("bob").await,
        ["eve replied to your comment in “Title”"]
    );
    // Who takes the name later was not meant.
    service
        .handle(&service.told(
            "discussion.comment.created",
            &service.comment("eve", None, &["joe"]),
        ))
        .await;
    service.wait(60);
    service.people(&["joe"]).await;
    assert!(service.shown("joe").await.is_empty());
}

#[tokio::test]
async fn what_was_edited_is_shown_as_it_is_now_whatever_comes_first() {
    let service = Notifications::open().await;
    service.people(&["ann", "eve"]).await;
    service.opened().await;
    let comment = service.comment("eve", None, &[]);
    let mut edited = comment.clone();
    edited.excerpt = "edited".to_owned();
    edited.changed_at = service.tick();
    let (created, updated) = (
        service.told("discussion.comment.created", &comment),
        service.told("discussion.comment.updated", &edited),
    );
    service.handle(&created).await;
    service.handle(&updated).await;
    assert_eq!(service.get("/notifications/ann").await[0]["body"], "edited");

    let mut other = service.comment("eve", None, &[]);
    other.excerpt = "a secret that was taken out".to_owned();
    let mut edited = other.clone();
    edited.changed_at = service.tick();
    service
        .handle(&service.told("discussion.comment.updated", &edited))
        .await;
    service.commented(&other).await;
    assert_eq!(service.get("/notifications/ann").await[0]["body"], "");
}

#[tokio::test]
async fn hostile_titles_and_names_are_text_in_one_line() {
    let service = Notifications::open().await;
    service.people(&["ann"]).await;
    for (n, title) in [
        "\"><img src=x onerror=1>",
        "</script><script>alert(1)</script>",
        "a\u{202e}b\u{200b}\nc\0",
        &"é".repeat(5_000),
    ]
    .iter()
    .enumerate()
    {
        let mut comment = service.comment("e/v\0e", None, &[]);
        comment.thread_id = uuid::Uuid::from_u128(100 + n as u128);
        comment.thread_title = (*title).to_owned();
        comment.excerpt = (*title).to_owned();
        let mut thread = service.thread("ann", &[]);
        (thread.thread_id, thread.title) = (comment.thread_id, (*title).to_owned());
        if title.contains('\0') {
            // No database of ours holds it, so discussion cannot tell it; it is dropped on the way in.
            thread.title = title.replace('\0', "");
            comment.thread_title = thread.title.clone();
            comment.excerpt = thread.title.clone();
        }
        service
            .handle(&service.told("discussion.thread.created", &thread))
            .await;
        service.commented(&comment).await;
    }
    for one in service.get("/notifications/ann").await.as_array().unwrap() {
        let title = one["title"].as_str().unwrap();
        assert!(title.chars().count() <= 200, "{title}");
        assert!(!title.chars().any(folkmoot_common::id::is_invisible_control));
        assert!(
            title.starts_with("deleted commented on your thread “"),
            "{title}"
        );
    }
    assert_eq!(service.unread("ann").await, 4);
}

#[tokio::test]
async fn the_same_comment_on_two_replicas_at_once_is_told_once() {
    let service = Notifications::open().await;
    service.people(&["ann", "bob"]).await;
    service.opened().await;
    let comment = service.comment("eve", Some("bob"), &["bob"]);
    let event = service.told("discussion.comment.created", &comment);
    let (first, second) = tokio::join!(
        consumer::handle(&service.state, &event),
        consumer::handle(&service.state, &event)
    );
    assert!(first.is_ok() && second.is_ok());
    assert_eq!(
        (service.unread("ann").await, service.unread("bob").await),
        (1, 1)
    );
}
