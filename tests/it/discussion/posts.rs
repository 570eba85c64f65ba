//! `/api/posts`: threads under the names of other clients.

use super::forum::{Forum, PNG, comment, form, id, post_form, put, put_empty, thread_in};
use super::forum::{PRIVATE, all};
use folkmoot_tests::on_both_backends;
use serde_json::{Value, json};

on_both_backends! {
    async fn a_post_is_a_thread_by_other_names(backends: Backends) {
        let forum = Forum::start(backends).await;
        let (ann, bob) = (forum.member("ann"), forum.member("bob"));
        let new = json!({"title": "My Post", "content": "Hello *world*", "tags": ["test"]});
        let post = ann.post("/api/posts", &new).await.expect(201);
        assert_eq!(
            (&post["title"], &post["content"], &post["tags"], &post["username"], &post["author_id"]),
            (&json!("My Post"), &json!("Hello *world*"), &json!(["test"]), &json!("ann"), &json!(ann.user_id)),
        );
        assert_eq!(post["content_html"], "<p>Hello <em>world</em></p>\n");
        assert_eq!((&post["like_count"], &post["comment_count"], &post["media"]), (&json!(0), &json!(0), &json!([])));
        let thread = bob.get(&format!("/api/threads/{}", id(&post))).await.expect(200);
        assert_eq!((&thread["title"], &thread["category"]["slug"]), (&json!("My Post"), &json!("general")));

        // Comments and likes, by both addresses and with a slash at the end.
        let first = format!("/api/posts/comment/{}", id(&post));
        bob.post(&first, &json!({"content": "one"})).await.expect(201);
        bob.post(&format!("{first}/"), &json!({"body": "two"})).await.expect(201);
        let second = format!("/api/posts/{}/comments", id(&post));
        let answered = bob.post(&second, &json!({"content": "three"})).await.expect(201);
        bob.post(&format!("{second}/"), &json!({"content": "four", "parent_id": id(&answered)})).await.expect(201);
        let like = format!("/api/posts/like/{}", id(&post));
        for path in [like.clone(), format!("{like}/"), like] {
            assert_eq!(put_empty(&bob, &path).await.expect(200), json!({"liked": true, "like_count": 1}));
        }
        for path in [format!("/api/posts/{}", id(&post)), format!("/api/posts/{}/", id(&post))] {
            let read = forum.site().get(&path).await.expect(200);
            assert_eq!((&read["comment_count"], &read["like_count"]), (&json!(4), &json!(1)));
        }

        // Edited, and not by others.
        let path = format!("/api/posts/{}", id(&post));
        put(&bob, &path, &json!({"content": "mine"})).await.expect_problem(403, "forbidden");
        let edited = put(&ann, &format!("{path}/"), &json!({"content": "new", "tags": []})).await.expect(200);
        assert_eq!((&edited["title"], &edited["content"], &edited["tags"]), (&json!("My Post"), &json!("new"), &json!([])));
        assert_ne!(edited["updated_at"], edited["created_at"]);

        bob.delete(&path).await.expect_problem(403, "forbidden");
        ann.delete(&path).await.expect(204);
        ann.get(&path).await.expect_problem(404, "thread_not_found");
        for list in ["/api/posts", "/api/posts/"] {
            assert_eq!(ann.get(list).await.expect(200), json!([]));
        }
    }

    async fn a_post_with_media_is_one_request(backends: Backends) {
        let forum = Forum::start(backends).await;
        let ann = forum.member("ann");
        // As the document's curl sends it: a form with the text alone.
        let plain = post_form(&ann, "/api/posts/", form(&[("content", "My first post!")], &[])).await.expect(201);
        assert_eq!((&plain["title"], &plain["content"]), (&json!("My first post!"), &json!("My first post!")));

        let fields = [("content", "## Stones\n\nand more"), ("tags", "a, b"), ("tags[]", "c")];
        let media: [(&str, &str, &[u8]); 2] = [("media[]", "stone.png", PNG), ("media", "notes.txt", b"notes")];
        let post = post_form(&ann, "/api/posts", form(&fields, &media)).await.expect(201);
        assert_eq!((&post["title"], &post["tags"]), (&json!("Stones"), &json!(["a", "b", "c"])));
        let kinds: Vec<&Value> = post["media"].as_array().unwrap().iter().map(|file| &file["content_type"]).collect();
        assert_eq!(kinds, ["image/png", "text/plain; charset=utf-8"]);
        let url = post["media"][0]["url"].as_str().unwrap();
        assert_eq!(&forum.site().get(url).await.body[..], PNG);

        // A post of nothing but a picture.
        let only = post_form(&ann, "/api/posts", form(&[], &[("media", "oak.png", PNG)])).await.expect(201);
        assert_eq!((&only["title"], &only["content"]), (&json!("oak.png"), &json!("")));
        post_form(&ann, "/api/posts", form(&[("content", " ")], &[])).await.expect_problem(422, "invalid_title");
    }

    async fn posts_come_page_by_page_and_only_those_that_one_may_read(backends: Backends) {
        let forum = Forum::with_private(backends).await;
        let (ann, staff) = (forum.member("ann"), forum.staff("sue"));
        let mut written = Vec::new();
        for number in 0..7 {
            let new = json!({"content": format!("post {number}"), "tags": [if number % 2 == 0 { "even" } else { "odd" }]});
            written.push(id(&ann.post("/api/posts", &new).await.expect(201)).to_owned());
        }
        let hidden = thread_in(&staff, "hidden", "hidden", PRIVATE).await;
        written.reverse();
        let ids = |items: &[Value]| items.iter().map(|item| id(item).to_owned()).collect::<Vec<_>>();
        assert_eq!(ids(&all(&ann, "/api/posts?limit=3").await), written);
        assert_eq!(ids(&all(&staff, "/api/posts?limit=3").await).len(), 8);
        assert_eq!(all(&ann, "/api/posts?limit=1&tag=odd").await.len(), 3);
        assert_eq!(all(&ann, &format!("/api/posts?author={}", staff.user_id)).await.len(), 0);
        for path in ["", "/", "/comments"] {
            let path = format!("/api/posts/{}{path}", id(&hidden));
            let answer = if path.ends_with("comments") {
                ann.post(&path, &json!({"content": "x"})).await
            } else {
                ann.get(&path).await
            };
            answer.expect_problem(404, "thread_not_found");
        }
        put_empty(&ann, &format!("/api/posts/like/{}", id(&hidden))).await.expect_problem(404, "thread_not_found");
    }

    async fn posts_take_nothing_that_is_not_theirs_to_say(backends: Backends) {
        let forum = Forum::start(backends).await;
        let ann = forum.member("ann");
        for field in ["author_id", "like_count", "is_pinned", "created_at", "id", "user_id", "role"] {
            let mut body = json!({"content": "x"});
            body[field] = json!("1");
            ann.post("/api/posts", &body).await.expect_problem(422, "invalid_body");
            let form = form(&[("content", "x"), (field, "1")], &[]);
            post_form(&ann, "/api/posts", form).await.expect_problem(422, "invalid_body");
        }
        for body in [json!({"content": {"$ne": 1}}), json!({"content": ["x"]}), json!({"title": "x"}), json!([])] {
            ann.post("/api/posts", &body).await.expect_problem(422, "invalid_body");
        }
        let post = ann.post("/api/posts", &json!({"content": "x"})).await.expect(201);
        put(&ann, &format!("/api/posts/{}", id(&post)), &json!({"is_pinned": true})).await.expect_problem(422, "invalid_body");
        forum.site().post("/api/posts", &json!({"content": "x"})).await.expect_problem(401, "unauthorized");
        // What happens to the thread happens to the post.
        put_empty(&forum.moderator, &format!("/api/threads/{}/lock", id(&post))).await.expect(200);
        let path = format!("/api/posts/{}/comments", id(&post));
        ann.post(&path, &json!({"content": "late"})).await.expect_problem(403, "thread_locked");
        comment(&forum.moderator, &post, "last word").await;
    }
}
