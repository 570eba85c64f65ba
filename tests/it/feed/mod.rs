//! The feed: what its events make of it, on both kinds of backends.

#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

mod flushed;
mod model;
mod platform;
mod sockets;
mod statements;
pub(crate) mod teller;

use folkmoot_tests::{app::Stores, on_both_backends, wait};
use serde_json::json;

use teller::{Feed, home, titles, whole_home};
use uuid::Uuid;

on_both_backends! {
    async fn what_happens_is_in_the_streams_and_feeds(backends: Backends) {
        let stores = Stores::new(backends).await;
        let feed = Feed::start(&stores, &[]).await;
        let (ann, bob) = (feed.member("ann"), feed.member("bob"));
        feed.teller.relate("follow.created", &bob, &ann).await;
        let first = feed.teller.open(&ann, "first").await;
        feed.teller.open(&ann, "second").await;
        wait::until("both are in the stream", async || {
            (feed.titles("/api/activity-stream").await.len() == 2).then_some(())
        }).await;
        for _ in 0..3 {
            assert_eq!(feed.titles("/api/activity-stream?limit=1&skip=1").await, ["first"]);
            assert_eq!(home(&bob).await, ["second", "first"]);
            assert_eq!(home(&ann).await, ["second", "first"]);
            let own = ann.get("/api/activity-stream/user").await.expect(200);
            assert_eq!(titles(&own), ["second", "first"]);
        }
        let stats = bob.get("/api/activity-stream/stats").await.expect(200);
        assert_eq!((&stats["global_feed_size"], &stats["user_feed_size"]), (&json!(2), &json!(0)));

        feed.teller.tell("discussion.thread.liked", &feed.teller.liked(&first, &bob.user_id)).await;
        feed.teller.tell("discussion.comment.created", &feed.teller.commented(&first, &bob, "hm")).await;
        let entry = wait::until("the like and the comment count", async || {
            let entry = bob.get("/api/feed").await.expect(200)[1].clone();
            (entry["like_count"] == 1 && entry["comment_count"] == 1).then_some(entry)
        }).await;
        assert_eq!(entry["thread_id"], json!(first.thread_id));
        assert_eq!(entry["author"], json!({
            "user_id": ann.user_id, "username": "ann", "avatar_url": null, "deleted": false,
        }));
        feed.teller.relate("follow.deleted", &bob, &ann).await;
        wait::until("the follow ends", async || home(&bob).await.is_empty().then_some(())).await;
        feed.teller.delete(&first).await;
        wait::until("it is gone", async || {
            (feed.titles("/api/activity-stream").await == ["second"]).then_some(())
        }).await;
    }

    async fn pages_go_on_beyond_what_is_at_hand(backends: Backends) {
        let stores = Stores::new(backends).await;
        let feed = Feed::start(&stores, &["--feed-home-entries=100", "--feed-large-author-followers=2"]).await;
        let [ann, bob, big, eve] = ["ann", "bob", "big", "eve"].map(|name| feed.member(name));
        for fan in [&ann, &bob, &feed.member("fan")] {
            feed.teller.relate("follow.created", fan, &big).await;
        }
        feed.teller.relate("follow.created", &ann, &bob).await;
        let events: Vec<_> = (0..300).map(|n| {
            let author = [&bob, &big, &eve][n % 3];
            feed.teller.event("discussion.thread.created", &feed.teller.thread(author, &n.to_string()))
        }).collect();
        feed.teller.tell_all(&events).await;
        wait::until("all are told", async || {
            (feed.titles("/api/activity-stream?skip=299").await == ["0"]).then_some(())
        }).await;
        let expected: Vec<_> = (0..300).rev().filter(|n| n % 3 < 2).map(|n| n.to_string()).collect();
        for limit in [7, 50, 200, 200, 50, 7] {
            assert_eq!(whole_home(&ann, limit).await, expected, "{limit}");
        }
    }

    async fn a_private_threads_word_is_nowhere_for_outsiders(backends: Backends) {
        let (staff, word) = (Uuid::from_u128(2), "xylograph");
        let stores = Stores::new(backends).await;
        let feed = Feed::start(&stores, &[]).await;
        let (ann, bob) = (feed.member_with("ann", &["member", "staff"]), feed.member("bob"));
        let (root, mia) = (feed.member_with("root", &["admin"]), feed.member_with("mia", &["moderator"]));
        for reader in [&bob, &root, &mia] {
            feed.teller.relate("follow.created", reader, &ann).await;
        }
        feed.teller.category(staff, Some("staff")).await;
        let mut hidden = feed.teller.thread(&ann, word);
        (hidden.category_id, hidden.read_role) = (staff, Some("staff".to_owned()));
        feed.teller.tell("discussion.thread.created", &hidden).await;
        feed.teller.open(&ann, "open").await;
        let all = async |member: Option<&folkmoot_tests::app::Member>| {
            let mut text = String::new();
            for path in ["/api/activity-stream", "/api/activity-stream?limit=1", "/api/activity-stream?skip=1&limit=1",
                &format!("/api/activity-stream/user?user_id={}", ann.user_id), "/api/activity-stream/stats", "/api/feed"] {
                match member {
                    Some(member) => text += &member.get(path).await.expect(200).to_string(),
                    None if path == "/api/feed" => feed.site.get(path).await.expect_problem(401, "unauthorized").to_string().clear(),
                    None => text += &feed.site.get(path).await.expect(200).to_string(),
                }
            }
            text
        };
        wait::until("the open one is told", async || all(None).await.contains("open").then_some(())).await;
        for _ in 0..3 {
            for outsider in [None, Some(&bob), Some(&mia)] {
                let text = all(outsider).await;
                assert!(!text.contains(word) && text.contains("\"global_feed_size\":1"), "{text}");
            }
            for insider in [&ann, &root] {
                let text = all(Some(insider)).await;
                assert!(text.contains(word) && text.contains("\"global_feed_size\":2"), "{text}");
            }
        }
        feed.teller.category(staff, None).await;
        wait::until("it is open", async || all(Some(&bob)).await.contains(word).then_some(())).await;
        feed.teller.category(staff, Some("board")).await;
        wait::until("it is closed", async || (!all(Some(&bob)).await.contains(word)).then_some(())).await;
        assert!(!all(Some(&ann)).await.contains(word) && !all(None).await.contains(word));
    }
}
