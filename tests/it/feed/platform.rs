//! The whole platform: what members do in discussion and identity is in the feeds.

use folkmoot_tests::{
    app::{Member, TestApp, send},
    on_both_backends, wait,
};
use reqwest::Method;
use serde_json::json;

use super::teller::{home, titles};

async fn follow(member: &Member, other: &Member) {
    let path = format!("/api/users/{}/follow", other.user_id);
    let answer = send(member.request(Method::PUT, &path)).await;
    assert!(answer.status.is_success(), "{}", answer.text());
}

on_both_backends! {
    async fn what_members_write_is_in_the_feeds_of_their_followers(backends: Backends) {
        let app = TestApp::on(backends).start().await;
        let (ann, bob) = (app.register("ann").await, app.register("bob").await);
        let root = app.admin().await;
        follow(&bob, &ann).await;
        let category = json!({"slug": "staff", "name": "Staff", "read_role": "admin"});
        root.post("/api/categories", &category).await.expect(201);
        let post = json!({"title": "My Post", "content": "Hello world", "tags": ["test"]});
        ann.post("/api/posts", &post).await.expect(201);
        wait::until("it is in the feed", async || (home(&bob).await == ["My Post"]).then_some(())).await;
        let secret = json!({"title": "xylograph", "body": "xylograph", "category": "staff"});
        root.post("/api/threads", &secret).await.expect(201);
        follow(&bob, &root).await;
        let open = json!({"title": "for all", "body": "hm"});
        let thread = root.post("/api/threads", &open).await.expect(201);
        wait::until("it is in the feed", async || (home(&bob).await == ["for all", "My Post"]).then_some(())).await;
        assert_eq!(home(&root).await, ["for all", "xylograph"]);
        for path in ["/api/activity-stream", "/api/activity-stream/stats", "/api/feed"] {
            assert!(!bob.get(path).await.expect(200).to_string().contains("xylograph"));
        }
        let stream = app.get("/api/activity-stream").await.expect(200);
        assert_eq!(titles(&stream), ["for all", "My Post"]);
        assert_eq!(stream[1]["user_id"], ann.user_id.as_str());

        let path = format!("/api/threads/{}", thread["id"].as_str().unwrap());
        send(bob.request(Method::PUT, &format!("{path}/like"))).await.expect(200);
        bob.post(&format!("{path}/comments"), &json!({"body": "yes"})).await.expect(201);
        wait::until("both are counted", async || {
            let entry = app.get("/api/activity-stream").await.expect(200)[0].clone();
            (entry["like_count"] == 1 && entry["comment_count"] == 1).then_some(())
        }).await;
        root.delete(&path).await;
        wait::until("it is gone", async || (home(&bob).await == ["My Post"]).then_some(())).await;
        send(bob.request(Method::PUT, &format!("/api/users/{}/block", ann.user_id))).await;
        wait::until("the block parts them", async || home(&bob).await.is_empty().then_some(())).await;
    }
}
