//! Comments, on both backends.

use folkmoot_tests::{app::Member, on_both_backends};
use serde_json::{Value, json};

use super::forum::{Forum, all, comment, id, put, put_empty, thread};

async fn answer(by: &Member, to: &Value, body: &str) -> Value {
    let path = format!(
        "/api/threads/{}/comments",
        to["thread_id"].as_str().unwrap()
    );
    by.post(&path, &json!({"body": body, "parent_id": id(to)}))
        .await
        .expect(201)
}

fn bodies(list: &[Value]) -> Vec<&str> {
    list.iter()
        .map(|one| one["body"].as_str().unwrap_or("-"))
        .collect()
}

on_both_backends! {
    async fn a_tree_is_read_depth_first_page_by_page(backends: Backends) {
        let forum = Forum::start(backends).await;
        let (ann, bob) = (forum.member("ann"), forum.member("bob"));
        let opened = thread(&ann, "tree", "x").await;
        let path = format!("/api/threads/{}/comments", id(&opened));
        let a = comment(&ann, &opened, "a").await;
        let b = comment(&bob, &opened, "b").await;
        let a1 = answer(&bob, &a, "a1").await;
        answer(&ann, &b, "b1").await;
        let a11 = answer(&ann, &a1, "a11").await;
        answer(&bob, &a, "a2").await;
        comment(&ann, &opened, "c").await;
        for limit in [1, 2, 3, 200] {
            for (query, expected) in [
                (String::new(), vec!["a", "a1", "a11", "a2", "b", "b1", "c"]),
                (format!("&root={}", id(&a)), vec!["a", "a1", "a11", "a2"]),
                (format!("&root={}", id(&a11)), vec!["a11"]),
                ("&sort=new".to_owned(), vec!["c", "a2", "a11", "b1", "a1", "b", "a"]),
            ] {
                let list = all(&bob, &format!("{path}?limit={limit}{query}")).await;
                assert_eq!(bodies(&list), expected, "limit={limit}{query}");
            }
        }
        assert_eq!((&a11["depth"], &a11["parent_id"]), (&json!(2), &a1["id"]));

        bob.delete(&format!("/api/comments/{}", id(&a1))).await.expect(204);
        let list = all(&bob, &path).await;
        assert_eq!(bodies(&list), ["a", "-", "a11", "a2", "b", "b1", "c"]);
        assert_eq!(list[1]["body_html"], Value::Null);
        let new = json!({"body": "x", "parent_id": id(&a1)});
        ann.post(&path, &new).await.expect_problem(409, "comment_deleted");
        let seen = bob.get(&format!("/api/threads/{}", id(&opened))).await.expect(200);
        assert_eq!(seen["comment_count"], 6);

        let edited = put(&ann, &format!("/api/comments/{}", id(&a)), &json!({"body": "**A**"})).await.expect(200);
        assert_eq!(edited["body_html"], "<p><strong>A</strong></p>\n");
        assert_eq!(ann.get(&format!("/api/comments/{}", id(&a))).await.expect(200), edited);
        put(&bob, &format!("/api/comments/{}", id(&a)), &json!({"body": "mine"})).await.expect_problem(403, "forbidden");
        let history = all(&bob, &format!("/api/comments/{}/history", id(&a))).await;
        assert_eq!(bodies(&history), ["a"]);
    }

    async fn the_deepest_answers_are_still_in_order(backends: Backends) {
        let forum = Forum::start(backends).await;
        let ann = forum.member("ann");
        let opened = thread(&ann, "deep", "x").await;
        let mut last = comment(&ann, &opened, "0").await;
        for level in 1..205 {
            last = answer(&ann, &last, &level.to_string()).await;
        }
        assert_eq!(last["depth"], 199);
        let list = all(&ann, &format!("/api/threads/{}/comments?limit=200", id(&opened))).await;
        let expected: Vec<String> = (0..205).map(|level| level.to_string()).collect();
        assert_eq!(bodies(&list), expected);
    }

    async fn many_write_at_once_and_nothing_is_lost(backends: Backends) {
        let forum = Forum::start(backends).await;
        let ann = forum.member("ann");
        let opened = thread(&ann, "busy", "x").await;
        let path = format!("/api/threads/{}", id(&opened));
        let writers = (0..8).map(|writer| {
            let (member, opened, path) = (forum.member(&format!("w{writer}")), opened.clone(), path.clone());
            tokio::spawn(async move {
                for number in 0..10 {
                    comment(&member, &opened, &format!("{writer}-{number}")).await;
                    put_empty(&member, &format!("{path}/like")).await.expect(200);
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
        // Exact at once, whatever has been added up.
        let seen = ann.get(&path).await.expect(200);
        assert_eq!((&seen["comment_count"], &seen["like_count"]), (&json!(80), &json!(8)));
        let list = all(&ann, &format!("{path}/comments?limit=7")).await;
        let mut texts = bodies(&list);
        texts.sort_unstable();
        texts.dedup();
        assert_eq!((list.len(), texts.len()), (80, 80));
    }
}
