//! Whom somebody follows posted.

use super::{world::*, *};

async fn follow(service: &Notifications, followers: usize) {
    for n in 0..followers {
        let event = service.relation(&format!("user{n:05}"), "ann", "follow.created");
        service.handle(&event).await;
    }
}

#[tokio::test]
async fn followers_hear_of_a_new_thread_once() {
    let service = Notifications::open().await;
    service
        .people(&["ann", "bob", "dan", "eve", "joe", "kim"])
        .await;
    for user in ["bob", "dan", "eve", "joe", "kim"] {
        service.relate(user, "ann", "follow.created").await;
    }
    service.relate("dan", "ann", "follow.deleted").await;
    service.relate("joe", "ann", "mute.created").await;
    let off = json!([{"kind": "post", "in_app": false}]);
    service
        .call_as(
            ("kim", &[]),
            Method::PUT,
            "/notifications/preferences",
            Some(off),
        )
        .await;
    let thread = service.thread("ann", &["eve"]);
    let event = service.told("discussion.thread.created", &thread);
    for _ in 0..2 {
        service.handle(&event).await;
        service.work().await;
    }
    assert_eq!(service.shown("bob").await, ["ann posted “Title”"]);
    assert_eq!(
        service.shown("eve").await,
        ["ann mentioned you in “Title”"],
        "once, of the most specific"
    );
    for user in ["dan", "joe", "kim", "ann"] {
        let posts = service
            .shown(user)
            .await
            .into_iter()
            .filter(|title| title.contains("posted"));
        assert_eq!(posts.count(), 0, "{user}");
    }
    let one = &service.get("/notifications/bob").await[0];
    assert_eq!(
        (&one["kind"], &one["body"]),
        (&json!("post"), &json!("the thread"))
    );
    // An edit is no post.
    let mut edited = thread.clone();
    edited.changed_at = service.tick();
    edited.mentions.clear();
    service
        .handle(&service.told("discussion.thread.updated", &edited))
        .await;
    service.work().await;
    assert_eq!(service.shown("bob").await.len(), 1);
}

#[tokio::test]
async fn followers_who_may_not_read_it_do_not_hear_of_it() {
    let service = Notifications::open().await;
    service.people(&["ann", "bob", "sue"]).await;
    for user in ["bob", "sue", "new"] {
        service.relate(user, "ann", "follow.created").await;
    }
    service.handle(&service.roles("sue", &["staff"])).await;
    let mut thread = service.thread("ann", &[]);
    (thread.category_id, thread.read_role) = (PRIVATE, Some("staff".to_owned()));
    service
        .handle(&service.told("discussion.thread.created", &thread))
        .await;
    assert_eq!(
        service.work().await,
        2,
        "sue, and somebody of whom nothing is known yet"
    );
    assert_eq!(service.shown("sue").await.len(), 1);
    assert!(service.shown("bob").await.is_empty() && service.shown("new").await.is_empty());
    service.handle(&service.roles("new", &["member"])).await;
    assert!(service.shown("new").await.is_empty());
    // Nothing is told of what is gone.
    let mut other = service.thread("ann", &[]);
    other.thread_id = uuid::Uuid::from_u128(31);
    service
        .handle(&service.told("discussion.thread.created", &other))
        .await;
    let mut gone = service.thread_deleted();
    gone.data["thread_id"] = json!(other.thread_id);
    service.handle(&gone).await;
    assert_eq!(service.work().await, 0);
}

/// A replica dies between two pieces, and another between its transaction and the news of it.
#[tokio::test]
async fn a_post_to_very_many_goes_on_where_it_was() {
    let service = Notifications::open().await;
    service.people(&["ann"]).await;
    follow(&service, 1_200).await;
    service.opened().await;
    let mut pieces = Vec::new();
    while let Some(outcome) = service.state.store.work().await.unwrap() {
        // Whoever works next knows nothing of this one.
        pieces.push(outcome.told.len());
    }
    assert_eq!(pieces, [500, 500, 200]);
    for n in [0, 499, 500, 999, 1_000, 1_199] {
        assert_eq!(service.unread(&format!("user{n:05}")).await, 1, "{n}");
    }
    service.opened().await;
    assert_eq!(service.work().await, 1_200, "another event, another time");
}

#[tokio::test]
async fn jobs_take_turns() {
    let service = Notifications::open().await;
    service.people(&["ann"]).await;
    follow(&service, 600).await;
    service.relate("solo", "bob", "follow.created").await;
    service.opened().await;
    let mut other = service.thread("bob", &[]);
    other.thread_id = uuid::Uuid::from_u128(31);
    service
        .handle(&service.told("discussion.thread.created", &other))
        .await;
    let mut told = Vec::new();
    loop {
        service.tick();
        let Some(outcome) = service.state.store.work().await.unwrap() else {
            break;
        };
        told.push(outcome.told.len());
    }
    assert_eq!(
        told,
        [500, 1, 100],
        "a small one does not wait for a large one"
    );
}

#[tokio::test]
async fn who_has_unread_ones_of_a_thread_that_goes_is_counted_anew() {
    let service = Notifications::open().await;
    service.people(&["ann"]).await;
    follow(&service, 3).await;
    service.opened().await;
    service.work().await;
    service.handle(&service.thread_deleted()).await;
    let outcome = service.state.store.work().await.unwrap().unwrap();
    assert_eq!(outcome.recount, ["user00000", "user00001", "user00002"]);
    assert!(service.state.store.work().await.unwrap().is_none());
}
