//! Likes and followers: one notification of one thing.

use super::{world::THREAD, *};

#[tokio::test]
async fn likes_of_a_thing_are_one_notification_while_it_is_unread() {
    let service = Notifications::open().await;
    service.people(&["ann"]).await;
    service.opened().await;
    let mut events = Vec::new();
    for user in ["bob", "dan", "eve", "joe", "zoe"] {
        let event = service.liked(user, None);
        service.handle(&event).await;
        events.push(event);
    }
    for event in &events {
        service.handle(event).await;
    }
    assert_eq!(
        service.shown("ann").await,
        ["zoe and 4 others liked your thread “Title”"]
    );
    let first = service.get("/notifications/ann").await[0].clone();
    assert_eq!(first["actor_count"], 5);
    let names: Vec<_> = first["actors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|actor| &actor["username"])
        .collect();
    assert_eq!(names, ["zoe", "joe", "eve"]);
    assert_eq!(
        (&first["body"], &first["url"]),
        (&json!(""), &json!(format!("/threads/{THREAD}")))
    );

    service.handle(&service.unliked("zoe", None)).await;
    assert_eq!(
        service.shown("ann").await,
        ["joe and 3 others liked your thread “Title”"]
    );
    for user in ["bob", "dan"] {
        service.handle(&service.unliked(user, None)).await;
    }
    assert_eq!(
        service.shown("ann").await,
        ["joe and eve liked your thread “Title”"]
    );
    assert_eq!(
        service.get("/notifications/ann").await[0]["id"],
        first["id"],
        "in place"
    );

    // What is read stays; what comes then is another one.
    service
        .call(Method::PATCH, "/notifications/ann/read-all", None)
        .await;
    service.handle(&service.liked("kim", None)).await;
    assert_eq!(
        service.shown("ann").await,
        [
            "kim liked your thread “Title”",
            "joe and eve liked your thread “Title”"
        ]
    );
    // Taking it back and doing it again tells nobody again.
    service.handle(&service.unliked("eve", None)).await;
    service.handle(&service.liked("eve", None)).await;
    assert_eq!(service.unread("ann").await, 1);
    // The last one who takes it back takes the notification along.
    service.handle(&service.unliked("kim", None)).await;
    assert_eq!(service.unread("ann").await, 0);
}

#[tokio::test]
async fn likes_of_comments_and_one_s_own_are_apart() {
    let service = Notifications::open().await;
    service.people(&["ann"]).await;
    service.opened().await;
    let comment = uuid::Uuid::from_u128(77);
    service.handle(&service.liked("ann", None)).await;
    service.handle(&service.liked("bob", Some(comment))).await;
    service.handle(&service.liked("bob", None)).await;
    assert_eq!(
        service.shown("ann").await,
        [
            "bob liked your thread “Title”",
            "bob liked your comment in “Title”"
        ]
    );
    let kinds = service.get("/notifications/ann").await;
    assert_eq!(
        (&kinds[0]["kind"], &kinds[1]["kind"]),
        (&json!("thread.liked"), &json!("comment.liked"))
    );
}

/// Every order of liking, taking it back and liking again, with repetitions, ends as the last of it.
#[tokio::test]
async fn in_whatever_order_likes_come_the_latest_counts() {
    let orders = [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ];
    for order in orders {
        for (last, unread) in [(2, 0), (3, 1)] {
            let service = Notifications::open().await;
            service.people(&["ann"]).await;
            service.opened().await;
            let events = [
                service.liked("bob", None),
                service.unliked("bob", None),
                if last == 2 {
                    service.unliked("bob", None)
                } else {
                    service.liked("bob", None)
                },
            ];
            for index in order.iter().chain(&order) {
                service.handle(&events[*index]).await;
            }
            assert_eq!(service.unread("ann").await, unread, "{order:?} {last}");
            if unread == 1 {
                assert_eq!(service.get("/notifications/ann").await[0]["actor_count"], 1);
            }
        }
    }
}

#[tokio::test]
async fn likes_at_once_on_several_replicas_are_all_counted_once() {
    let service = Notifications::open().await;
    service.people(&["ann"]).await;
    service.opened().await;
    let events: Vec<_> = (0..20)
        .map(|n| service.liked(&format!("user{n}"), None))
        .collect();
    let twice = events.iter().chain(&events);
    let mut handled = tokio::task::JoinSet::new();
    for event in twice {
        let (state, event) = (service.state.clone(), event.clone());
        handled.spawn(async move { consumer::handle(&state, &event).await });
    }
    while let Some(done) = handled.join_next().await {
        done.unwrap().unwrap();
    }
    let list = service.get("/notifications/ann").await;
    assert_eq!(
        (list.as_array().unwrap().len(), &list[0]["actor_count"]),
        (1, &json!(20))
    );
}

#[tokio::test]
async fn followers_are_told_together_and_who_leaves_leaves() {
    let service = Notifications::open().await;
    service.people(&["ann"]).await;
    service.relate("bob", "ann", "follow.created").await;
    assert_eq!(service.shown("ann").await, ["bob follows you"]);
    assert_eq!(service.get("/notifications/ann").await[0]["url"], "/u/bob");
    service.relate("dan", "ann", "follow.created").await;
    assert_eq!(service.shown("ann").await, ["dan and bob follow you"]);
    service.relate("dan", "ann", "follow.deleted").await;
    assert_eq!(service.shown("ann").await, ["bob follows you"]);
    let (late, block) = (
        service.relation("bob", "ann", "follow.created"),
        service.relation("ann", "bob", "block.created"),
    );
    service.handle(&block).await;
    service.handle(&late).await;
    assert!(
        service.shown("ann").await.is_empty(),
        "a block ends it, whatever comes late"
    );
}

#[tokio::test]
async fn what_is_added_moves_up_and_pages_lose_nothing() {
    let service = Notifications::open().await;
    service.people(&["ann"]).await;
    service.opened().await;
    service.handle(&service.liked("bob", None)).await;
    for n in 0..5 {
        service.post("ann", &n.to_string()).await;
    }
    service.handle(&service.liked("dan", None)).await;
    let titles = service.shown("ann").await;
    assert_eq!(titles[0], "dan and bob liked your thread “Title”");
    let (mut path, mut seen) = ("/notifications/ann?limit=2".to_owned(), Vec::new());
    loop {
        let page = service.call(Method::GET, &path, None).await;
        for one in page.body.as_array().unwrap() {
            seen.push(one["title"].as_str().unwrap().to_owned());
        }
        let Some(link) = page.link else { break };
        let query = link.strip_prefix('<').unwrap().split_once('>').unwrap().0;
        path = format!("/notifications/ann{query}");
    }
    assert_eq!(seen, titles);
}
