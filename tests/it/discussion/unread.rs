//! How far somebody has read, on both backends.

use folkmoot_tests::{app::Member, on_both_backends, wait};
use serde_json::{Value, json};

use super::forum::{Forum, all, comment, id, put, put_empty, thread};

async fn unread(who: &Member, thread: &Value) -> Value {
    who.get(&format!("/api/threads/{}", id(thread)))
        .await
        .expect(200)["unread_count"]
        .clone()
}

async fn unread_titles(who: &Member) -> Vec<String> {
    let list = all(who, "/api/threads?unread=true").await;
    list.iter()
        .map(|one| one["title"].as_str().unwrap().to_owned())
        .collect()
}

on_both_backends! {
    async fn unread_is_what_others_wrote_since(backends: Backends) {
        let forum = Forum::start(backends).await;
        let (ann, bob) = (forum.member("ann"), forum.member("bob"));
        let (quiet, busy) = (thread(&ann, "quiet", "x").await, thread(&ann, "busy", "x").await);
        let first = comment(&ann, &busy, "one").await;
        comment(&bob, &busy, "two").await;
        assert_eq!((unread(&ann, &busy).await, unread(&bob, &busy).await), (json!(1), json!(1)));
        assert_eq!(unread_titles(&bob).await, ["busy", "quiet"]);
        assert_eq!(unread_titles(&ann).await, ["busy"]);
        for opened in [&quiet, &busy] {
            let position = put_empty(&bob, &format!("/api/threads/{}/read", id(opened))).await.expect(200);
            assert_eq!(position["unread_count"], 0);
        }
        assert!(unread_titles(&bob).await.is_empty());
        let third = comment(&ann, &busy, "three").await;
        assert_eq!(unread(&bob, &busy).await, 1);
        let path = format!("/api/threads/{}/read", id(&busy));
        let position = put(&bob, &path, &json!({"comment_id": id(&first)})).await.expect(200);
        assert_eq!(position["unread_count"], 1, "the way back is not taken");
        let position = put(&bob, &path, &json!({"comment_id": id(&third)})).await.expect(200);
        assert_eq!((&position["comment_id"], &position["unread_count"]), (&third["id"], &json!(0)));
        comment(&ann, &quiet, "wakes").await;
        wait::until("it is unread again", async || (unread_titles(&bob).await == ["quiet"]).then_some(())).await;
        let path = format!("/api/threads/{}/read", id(&quiet));
        put(&bob, &path, &json!({"comment_id": id(&first)})).await.expect_problem(422, "invalid_comment");
        forum.site().get("/api/threads?unread=true").await.expect_problem(401, "unauthorized");
    }

    async fn it_is_not_counted_beyond_a_hundred(backends: Backends) {
        let forum = Forum::start(backends).await;
        let (ann, bob) = (forum.member("ann"), forum.member("bob"));
        let opened = thread(&ann, "long", "x").await;
        put_empty(&bob, &format!("/api/threads/{}/read", id(&opened))).await.expect(200);
        for number in 0..103 {
            comment(&ann, &opened, &number.to_string()).await;
        }
        assert_eq!(unread(&bob, &opened).await, 100);
        assert_eq!(unread(&forum.member("cleo"), &opened).await, 100);
        assert_eq!(unread(&ann, &opened).await, 0);
    }
}
