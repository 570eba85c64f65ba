//! Threads and their lists, on both backends.

use std::collections::BTreeSet;

use folkmoot_tests::{on_both_backends, wait};
use reqwest::Method;
use serde_json::{Value, json};

use super::forum::{Forum, all, comment, id, put, thread, thread_in};
use folkmoot_tests::app::send;

fn titles(list: &[Value]) -> Vec<&str> {
    list.iter()
        .map(|one| one["title"].as_str().unwrap())
        .collect()
}

on_both_backends! {
    async fn a_thread_is_opened_read_edited_and_deleted(backends: Backends) {
        let forum = Forum::start(backends).await;
        let (ann, bob) = (forum.member("ann"), forum.member("bob"));
        let new = json!({"title": "Hello", "body": "*world* <script>alert(1)</script>", "tags": ["b", "a"]});
        let opened = ann.post("/api/threads", &new).await;
        let path = opened.header("location").unwrap().to_owned();
        let opened = opened.expect(201);
        assert_eq!(opened["body_html"], "<p><em>world</em> &lt;script&gt;alert(1)&lt;/script&gt;</p>\n");
        assert_eq!((&opened["tags"], &opened["author"]["username"]), (&json!(["a", "b"]), &json!("ann")));
        assert_eq!(ann.get(&path).await.expect(200), opened);
        let public = forum.site().get(&path).await.expect(200);
        assert_eq!(public["unread_count"], Value::Null);

        put(&bob, &path, &json!({"title": "mine"})).await.expect_problem(403, "forbidden");
        let edited = put(&ann, &path, &json!({"title": "Good evening", "tags": ["c"]})).await.expect(200);
        assert_eq!((&edited["title"], &edited["tags"], &edited["body"]), (&json!("Good evening"), &json!(["c"]), &new["body"]));
        assert_eq!(ann.get(&path).await.expect(200), edited);
        assert_eq!(put(&ann, &path, &json!({"title": "Good evening", "tags": ["c", "c"]})).await.expect(200), edited);
        let moderated = put(&forum.moderator, &path, &json!({"body": "clean"})).await.expect(200);
        assert_eq!(moderated["body_html"], "<p>clean</p>\n");
        let history = all(&bob, &format!("{path}/history?limit=1")).await;
        assert_eq!(titles(&history), ["Good evening", "Hello"]);

        ann.delete(&path).await.expect(204);
        for who in [&ann, &bob] {
            who.get(&path).await.expect_problem(404, "thread_not_found");
        }
        assert!(forum.moderator.get(&path).await.expect(200)["deleted_at"].is_string());
        assert!(all(&bob, "/api/threads").await.is_empty());
    }

    async fn of_edits_at_once_every_text_is_kept(backends: Backends) {
        let forum = Forum::start(backends).await;
        let ann = forum.member("ann");
        let opened = thread(&ann, "0", "0").await;
        let commented = comment(&ann, &opened, "0").await;
        for path in [format!("/api/threads/{}", id(&opened)), format!("/api/comments/{}", id(&commented))] {
            let edits = (1..=8).map(|number| {
                let (ann, path) = (ann.clone(), path.clone());
                tokio::spawn(async move { put(&ann, &path, &json!({"body": number.to_string()})).await.expect(200) })
            });
            for edit in edits.collect::<Vec<_>>() {
                edit.await.unwrap();
            }
            let mut texts = all(&ann, &format!("{path}/history")).await;
            texts.push(ann.get(&path).await.expect(200));
            let texts: BTreeSet<_> = texts.iter().map(|text| text["body"].as_str().unwrap().to_owned()).collect();
            assert_eq!(texts, (0..=8).map(|number| number.to_string()).collect(), "{path}");
        }
    }

    async fn lists_are_in_order_whole_and_without_doubles(backends: Backends) {
        let forum = Forum::start(backends).await;
        forum.category("news", None).await;
        let (ann, bob) = (forum.member("ann"), forum.member("bob"));
        let mut threads = Vec::new();
        for number in 0..7 {
            let who = if number % 2 == 0 { &ann } else { &bob };
            let category = if number < 3 { "news" } else { "general" };
            threads.push(thread_in(who, &format!("t{number}"), "x", category).await);
        }
        comment(&bob, &threads[2], "up").await;
        wait::until("a comment moves its thread up", async || {
            let list = all(&bob, "/api/threads").await;
            (titles(&list)[0] == "t2").then_some(())
        })
        .await;
        let nobody = forum.app.guest("nobody");
        let pinned = send(forum.moderator.request(Method::PUT, &format!("/api/threads/{}/pin", id(&threads[4])))).await;
        pinned.expect(200);
        for limit in [1, 3, 200] {
            for (query, expected) in [
                ("", vec!["t4", "t2", "t6", "t5", "t3", "t1", "t0"]),
                ("&sort=new", vec!["t6", "t5", "t4", "t3", "t2", "t1", "t0"]),
                ("&category=news", vec!["t2", "t1", "t0"]),
                ("&category=general&sort=new", vec!["t6", "t5", "t4", "t3"]),
                ("&tag=stones&category=news", vec!["t2", "t1", "t0"]),
                ("&tag=none", vec![]),
                (&format!("&author={}", bob.user_id), vec!["t5", "t3", "t1"]),
                (&format!("&author={}&sort=new&category=news&tag=stones", bob.user_id), vec!["t1"]),
            ] {
                let list = all(&nobody, &format!("/api/threads?limit={limit}{query}")).await;
                assert_eq!(titles(&list), expected, "limit={limit}{query}");
            }
        }
        let tags = nobody.get("/api/tags").await.expect(200);
        assert_eq!(tags, json!([{"tag": "stones", "thread_count": 7}]));
        for bad in ["after=x", "sort=top", "limit=0", "tag=A", "after=1.999999999999999999.00000000-0000-7000-8000-000000000001"] {
            let answer = nobody.get(&format!("/api/threads?{bad}")).await;
            assert_eq!(answer.status, 400, "{bad}: {}", answer.text());
        }
    }

    async fn a_text_of_any_kind_is_stored_and_served(backends: Backends) {
        let forum = Forum::start(backends).await;
        let ann = forum.member("ann");
        let body = "🐙 \u{202e}x\u{202c} é\t`%$'\"\\` ".repeat(50);
        let opened = thread(&ann, "\"><img src=x onerror=1> 🐙", &body).await;
        let read = ann.get(&format!("/api/threads/{}", id(&opened))).await.expect(200);
        assert_eq!((&read["body"], &read["title"]), (&json!(body), &opened["title"]));
        for bad in ["a\u{0}b", "\u{1}"] {
            ann.post("/api/threads", &json!({"title": "t", "body": bad})).await.expect_problem(422, "invalid_body");
            ann.post("/api/threads", &json!({"title": bad, "body": "x"})).await.expect_problem(422, "invalid_title");
        }
        // A NUL in what is only compared.
        let answer = ann.get("/api/threads?category=a%00b").await;
        assert!(answer.status.is_client_error(), "{}", answer.text());
        let answer = ann.get("/api/categories/a%00b").await;
        assert!(answer.status.is_client_error(), "{}", answer.text());
    }
}
