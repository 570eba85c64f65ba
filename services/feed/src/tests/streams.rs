//! The activity streams: what they show, how they are paged, and what they refuse.

use super::*;

#[tokio::test]
async fn a_thread_is_shown_with_its_author_counts_and_all_its_names() {
    let feed = Feed::start(&[]).await;
    let ann = feed.member("ann", &["member"]).await;
    let thread = feed.open("ann", "hello").await;
    let profile = json!({
        "user_id": "ann", "username": "Ann", "display_name": null, "avatar_url": "/a.png", "updated_at": feed.clock.now(),
    });
    feed.tell("identity.profile.updated", &profile).await;
    let liked = json!({
        "thread_id": thread.thread_id, "comment_id": null, "category_id": GENERAL, "read_role": null,
        "thread_title": "hello", "author_id": "ann", "user_id": "bob", "username": "bob", "liked_at": feed.clock.now(),
    });
    feed.tell("discussion.thread.liked", &liked).await;
    for path in [
        "/api/activity-stream",
        "/api/activity-stream/user?user_id=ann",
    ] {
        for _ in 0..3 {
            let list = feed.get(path, None).await;
            assert_eq!(
                list,
                json!([{
                    "id": thread.thread_id, "type": "thread", "thread_id": thread.thread_id, "post_id": thread.thread_id,
                    "title": "hello", "excerpt": "about hello", "content": "about hello", "tags": ["test"],
                    "author": {"user_id": "ann", "username": "Ann", "avatar_url": "/a.png", "deleted": false},
                    "user_id": "ann", "username": "Ann", "category_id": GENERAL, "like_count": 1, "comment_count": 0,
                    "created_at": thread.created_at, "updated_at": thread.changed_at,
                }])
            );
            feed.settle().await;
        }
    }
    assert_eq!(
        feed.titles("/api/activity-stream/user", Some(&ann)).await,
        ["hello"]
    );
    assert_eq!(feed.home(&ann).await, ["hello"]);
}

#[tokio::test]
async fn pages_by_number_hold_everything_once() {
    let feed = Feed::start(&[]).await;
    for n in 0..57 {
        feed.open(["ann", "bob"][n % 2], &n.to_string()).await;
    }
    let newest_first: Vec<_> = (0..57).rev().map(|n| n.to_string()).collect();
    for _ in 0..2 {
        for (path, all) in [
            ("/api/activity-stream?", newest_first.clone()),
            (
                "/api/activity-stream/user?user_id=ann&",
                newest_first
                    .iter()
                    .filter(|n| n.parse::<u32>().unwrap() % 2 == 0)
                    .cloned()
                    .collect(),
            ),
        ] {
            let mut found = Vec::new();
            for skip in (0..=60).step_by(10) {
                found.extend(
                    feed.titles(&format!("{path}limit=10&skip={skip}"), None)
                        .await,
                );
            }
            assert_eq!(found, all, "{path}");
            assert_eq!(feed.titles(path, None).await, all[..20]);
        }
        feed.settle().await;
    }
}

#[tokio::test]
async fn numbers_out_of_range_and_made_up_cursors_are_refused() {
    let feed = Feed::start(&[]).await;
    let ann = feed.member("ann", &["member"]).await;
    feed.open("ann", "hello").await;
    let huge = "9".repeat(40);
    for path in [
        "/api/activity-stream?",
        "/api/activity-stream/user?user_id=ann&",
    ] {
        for bad in ["0", "-1", "+1", "101", "1e2", "", "x", "%00", &huge] {
            let answer = feed.call(&format!("{path}limit={bad}"), None).await;
            assert_eq!(
                (answer.status.as_u16(), &answer.body["code"]),
                (400, &json!("invalid_limit")),
                "{bad}"
            );
        }
        for bad in ["-1", "+1", "1001", "1e2", "", "x", &huge] {
            let answer = feed.call(&format!("{path}skip={bad}"), None).await;
            assert_eq!(
                (answer.status.as_u16(), &answer.body["code"]),
                (400, &json!("invalid_skip")),
                "{bad}"
            );
        }
        assert_eq!(
            feed.get(&format!("{path}skip=1000&limit=100"), None).await,
            json!([])
        );
        assert_eq!(
            feed.titles(&format!("{path}skip=0&limit=100"), None).await,
            ["hello"]
        );
    }
    for bad in ["", "%20", "a%2Fb", "..", "%00", &"x".repeat(65)] {
        let answer = feed
            .call(&format!("/api/activity-stream/user?user_id={bad}"), None)
            .await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body["code"]),
            (400, &json!("invalid_id")),
            "{bad}"
        );
    }
    for bad in ["", "x", "1", "%00", "'; drop table entries; --"] {
        let bad: String = bad.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let answer = feed
            .call(&format!("/api/feed?after={bad}"), Some(&ann))
            .await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body["code"]),
            (400, &json!("invalid_cursor")),
            "{bad}"
        );
    }
    for _ in 0..2 {
        for (cursor, found) in [
            (Uuid::nil(), 0),
            (Uuid::from_u128(1), 0),
            (Uuid::max(), 1),
            (feed.state.ctx.ids.next(), 1),
        ] {
            let page = feed
                .titles(&format!("/api/feed?after={cursor}"), Some(&ann))
                .await;
            assert_eq!(page.len(), found, "{cursor}");
        }
        feed.settle().await;
    }
    for (path, status) in [
        ("/api/feed", 401),
        ("/api/activity-stream/user", 401),
        ("/api/activity-stream", 200),
        ("/api/activity-stream/stats", 200),
    ] {
        assert_eq!(
            feed.call(path, None).await.status.as_u16(),
            status,
            "{path}"
        );
    }
    let mut forged = ann.clone();
    forged.token.push('x');
    assert_eq!(
        feed.call("/api/activity-stream", Some(&forged))
            .await
            .status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn the_streams_end_where_they_say() {
    let feed = Feed::start(&[]).await;
    for n in 0..1_030 {
        let event = feed.event(
            "discussion.thread.created",
            &feed.thread("ann", &n.to_string()),
        );
        feed.state
            .store
            .change_thread(event.id, &event.parse().unwrap())
            .await
            .unwrap();
        feed.wait(TimeDelta::milliseconds(1));
    }
    for round in 0..2 {
        assert_eq!(
            feed.titles("/api/activity-stream?skip=990&limit=100", None)
                .await
                .len(),
            10,
            "{round}"
        );
        assert_eq!(
            feed.titles("/api/activity-stream?skip=950&limit=10", None)
                .await[0],
            "79"
        );
        let path = "/api/activity-stream/user?user_id=ann&skip=90&limit=100";
        assert_eq!(feed.titles(path, None).await.len(), 10);
        let stats = feed.get("/api/activity-stream/stats", None).await;
        assert_eq!(
            (&stats["global_feed_size"], &stats["user_feed_size"]),
            (&json!(1_000), &Value::Null)
        );
        feed.settle().await;
    }
    // What is new pushes the oldest out, and what is deleted brings one back.
    let new = feed.open("bob", "new").await;
    assert_eq!(
        feed.titles("/api/activity-stream?skip=999", None).await,
        ["31"]
    );
    feed.delete(&new).await;
    assert_eq!(
        feed.titles("/api/activity-stream?skip=999", None).await,
        ["30"]
    );
}

#[tokio::test]
async fn a_change_a_deletion_and_a_return_are_seen_at_once() {
    let feed = Feed::start(&[]).await;
    let ann = feed.member("ann", &["member"]).await;
    let mut threads = Vec::new();
    for n in 0..30 {
        threads.push(feed.open("ann", &n.to_string()).await);
    }
    feed.warm(&[&ann]).await;
    threads[29].title = "changed".to_owned();
    feed.change(&mut threads[29]).await;
    assert_eq!(feed.stream(None).await[0], "changed");
    for thread in &threads[10..] {
        feed.delete(thread).await;
    }
    let left: Vec<_> = (0..10).rev().map(|n| n.to_string()).collect();
    assert_eq!(feed.stream(None).await, left);
    assert_eq!(feed.home(&ann).await, left);
    assert_eq!(
        feed.titles("/api/feed?limit=3", Some(&ann)).await,
        left[..3],
        "the page is topped up"
    );
    feed.change(&mut threads[29]).await;
    let first = |titles: Vec<String>| titles[0].clone();
    assert_eq!(first(feed.stream(None).await), "changed");
    assert_eq!(first(feed.home(&ann).await), "changed");
    assert_eq!(
        first(
            feed.titles("/api/activity-stream/user?user_id=ann", None)
                .await
        ),
        "changed"
    );
}

#[tokio::test]
async fn who_is_gone_is_shown_without_a_name_and_follows_nobody() {
    let feed = Feed::start(&[]).await;
    let (ann, bob) = (
        feed.member("ann", &["member"]).await,
        feed.member("bob", &["member"]).await,
    );
    let profile = json!({
        "user_id": "ann", "username": "ann", "display_name": null, "avatar_url": "/a.png", "updated_at": feed.clock.now(),
    });
    feed.tell("identity.profile.updated", &profile).await;
    feed.relate("follow.created", "bob", "ann").await;
    feed.relate("follow.created", "ann", "bob").await;
    let thread = feed.open("ann", "hello").await;
    let mut like = json!({
        "thread_id": thread.thread_id, "comment_id": null, "category_id": GENERAL, "read_role": null, "thread_title": "",
        "author_id": "ann", "user_id": "ann", "username": "ann", "liked_at": feed.clock.now(),
    });
    feed.tell("discussion.thread.liked", &like).await;
    feed.warm(&[&ann, &bob]).await;
    let gone = feed.event(
        "identity.user.deleted",
        &json!({"user_id": "ann", "deleted_at": feed.clock.now()}),
    );
    feed.handle(&gone).await;
    feed.handle(&gone).await;
    // News from before, that comes late, brings nothing back.
    feed.tell("identity.profile.updated", &profile).await;
    feed.relate("follow.created", "ann", "bob").await;
    like["unliked_at"] = json!(feed.clock.now());
    feed.tell("discussion.unliked", &like).await;
    let entry = feed.get("/api/activity-stream", None).await[0].clone();
    assert_eq!(
        entry["author"],
        json!({"user_id": "ann", "username": "deleted", "avatar_url": null, "deleted": true})
    );
    assert_eq!(
        (&entry["username"], &entry["like_count"]),
        (&json!("deleted"), &json!(0))
    );
    assert!(!feed.state.store.follows("ann", "bob").await.unwrap());
    assert!(!feed.state.store.follows("bob", "ann").await.unwrap());
}
