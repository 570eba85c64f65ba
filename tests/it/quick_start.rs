//! The quick starts of the documents, request by request as their scripts send them, over the edge.

use folkmoot_tests::{
    app::{Answer, Site, TestApp, send},
    on_both_backends, wait,
};
use reqwest::{Method, multipart};
use serde_json::{Value, json};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";

/// `curl -X METHOD … -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d BODY`.
async fn curl(site: &Site, method: &str, path: &str, token: Option<&Value>, body: Value) -> Answer {
    let method: Method = method.parse().expect("a method");
    let mut request = site.request(method, path);
    if let Some(token) = token {
        request = request.bearer_auth(token.as_str().expect("a token"));
    }
    send(if body.is_null() {
        request
    } else {
        request.json(&body)
    })
    .await
}

/// `curl … -F "content=…" -F "media=@…"`.
async fn curl_form(
    site: &Site,
    path: &str,
    token: &Value,
    content: &str,
    media: &[&str],
) -> Answer {
    let mut form = multipart::Form::new().text("content", content.to_owned());
    for name in media {
        let part = multipart::Part::bytes(PNG).file_name((*name).to_owned());
        form = form.part("media", part);
    }
    let request = site
        .request(Method::POST, path)
        .bearer_auth(token.as_str().expect("a token"));
    send(request.multipart(form)).await
}

fn titles(list: &Value) -> Vec<&str> {
    let list = list.as_array().expect("a list").iter();
    list.map(|one| one["title"].as_str().expect("a title"))
        .collect()
}

fn kinds(list: &Value) -> Vec<&str> {
    let list = list.as_array().expect("a list").iter();
    list.map(|one| one["kind"].as_str().expect("a kind"))
        .collect()
}

/// Answers `path` with a list of these titles before long: what is read is told by events.
async fn stream_is(site: &Site, path: &str, token: Option<&Value>, expected: &[&str]) {
    let what = format!("{path} tells of {expected:?}");
    wait::until(&what, async || {
        let list = curl(site, "GET", path, token, Value::Null)
            .await
            .expect(200);
        (titles(&list) == expected).then_some(())
    })
    .await;
}

on_both_backends! {
    async fn a_crafts_forum_gets_its_first_posts(backends: Backends) {
        let app = TestApp::on(backends).start().await;
        let site = app.site();
        let none = Value::Null;

        // 1. Register, 2. log in, by email.
        let body = json!({"email": "test@example.com", "username": "testuser", "password": "pass123"});
        curl(site, "POST", "/api/auth/register", None, body).await.expect(201);
        let body = json!({"email": "test@example.com", "password": "pass123"});
        let session = curl(site, "POST", "/api/auth/login", None, body).await.expect(200);
        let token = Some(&session["access_token"]);
        // What the gateway asks before it forwards.
        let valid = curl(site, "GET", "/api/auth/validate", token, none.clone()).await;
        assert!(valid.status.is_success(), "{}", valid.text());
        assert_eq!(valid.header("x-user-id"), session["user"]["id"].as_str());
        curl(site, "GET", "/api/auth/validate", None, none.clone()).await.expect_problem(401, "unauthorized");

        // 3. Create a profile, and change and read it.
        let body = json!({"display_name": "Test User", "bio": "I build dry stone walls"});
        curl(site, "POST", "/api/profile", token, body).await.expect(201);
        let body = json!({"display_name": "Test User", "bio": "I build walls"});
        curl(site, "PUT", "/api/profile", token, body).await.expect(200);
        let profile = curl(site, "GET", "/api/profile", token, none.clone()).await.expect(200);
        assert_eq!((&profile["display_name"], &profile["bio"]), (&json!("Test User"), &json!("I build walls")));

        // 4. Three posts.
        let mut posts = Vec::new();
        for title in ["My Post", "Second Post", "Third Post"] {
            let body = json!({"title": title, "content": "Hello world", "tags": ["test"]});
            posts.push(curl(site, "POST", "/api/posts", token, body).await.expect(201));
        }
        let path = |post: &Value| format!("/api/posts/{}", post["id"].as_str().expect("an id"));
        let read = curl(site, "GET", &path(&posts[0]), token, none.clone()).await.expect(200);
        assert_eq!((&read["content"], &read["username"]), (&json!("Hello world"), &json!("testuser")));
        let list = curl(site, "GET", "/api/posts", token, none.clone()).await.expect(200);
        assert_eq!(titles(&list), ["Third Post", "Second Post", "My Post"]);

        // 5. The stream, for everybody and of the user, with its pages and figures.
        let stream = "/api/activity-stream";
        stream_is(site, stream, None, &["Third Post", "Second Post", "My Post"]).await;
        stream_is(site, "/api/activity-stream/user", token, &["Third Post", "Second Post", "My Post"]).await;
        stream_is(site, "/api/activity-stream?limit=1&skip=1", None, &["Second Post"]).await;
        let entries = curl(site, "GET", stream, None, none.clone()).await.expect(200);
        let entry = &entries[0];
        assert_eq!((&entry["post_id"], &entry["username"]), (&posts[2]["id"], &json!("testuser")));
        assert_eq!((&entry["content"], &entry["tags"]), (&json!("Hello world"), &json!(["test"])));
        curl(site, "GET", "/api/activity-stream/stats", token, none.clone()).await.expect(200);

        // 6. Updates and deletes, which the stream follows.
        let body = json!({"title": "My Better Post", "content": "Hello again"});
        curl(site, "PUT", &path(&posts[0]), token, body).await.expect(200);
        curl(site, "DELETE", &path(&posts[1]), token, none.clone()).await.expect(204);
        stream_is(site, stream, None, &["Third Post", "My Better Post"]).await;
        curl(site, "GET", &path(&posts[1]), None, none.clone()).await.expect_problem(404, "thread_not_found");
        curl(site, "DELETE", "/api/profile", token, none.clone()).await.expect(204);
        curl(site, "GET", "/api/profile", token, none).await.expect_problem(404, "profile_not_found");
    }

    async fn friends_sign_up_post_follow_and_hear_of_it(backends: Backends) {
        let app = TestApp::on(backends).start().await;
        let site = app.site();
        let none = Value::Null;

        // 1. Sign up, 2. log in: the script takes `.token`.
        let body = json!({"name": "John", "email": "john@test.com", "username": "john", "password": "test123"});
        curl(site, "POST", "/api/auth/signup", None, body).await.expect(201);
        let body = json!({"identifier": "john@test.com", "password": "test123"});
        let session = curl(site, "POST", "/api/auth/login", None, body).await.expect(200);
        let john = &session["token"];

        // 3. Create a post: a form with the text alone, and one with media.
        let post = curl_form(site, "/api/posts/", john, "My first post!", &[]).await.expect(201);
        assert_eq!((&post["content"], &post["username"]), (&json!("My first post!"), &json!("john")));
        let media = ["one.png", "two.png"];
        let pictures = curl_form(site, "/api/posts/", john, "Stones", &media).await.expect(201);
        assert_eq!(pictures["media"].as_array().map(Vec::len), Some(2));
        let url = pictures["media"][0]["url"].as_str().expect("an address");
        let picture = curl(site, "GET", url, Some(john), none.clone()).await;
        assert_eq!((&picture.body[..], picture.header("content-type")), (PNG, Some("image/png")));

        // 4. No notifications yet.
        let list = curl(site, "GET", "/api/notifications", Some(john), none.clone()).await.expect(200);
        assert_eq!(list, json!([]));

        // Somebody else follows, comments and likes.
        let body = json!({"name": "Jane", "email": "jane@test.com", "username": "jane", "password": "test456"});
        let signed_up = curl(site, "POST", "/api/auth/signup", None, body).await.expect(201);
        let jane = &signed_up["token"];
        let john_id = session["user"]["id"].as_str().expect("an id");
        let follow = format!("/api/users/follow/{john_id}");
        let followed = curl(site, "POST", &follow, Some(jane), none.clone()).await;
        assert!(followed.status.is_success(), "{}", followed.text());
        let id = post["id"].as_str().expect("an id");
        let body = json!({"content": "Welcome!"});
        curl(site, "POST", &format!("/api/posts/comment/{id}"), Some(jane), body).await.expect(201);
        curl(site, "PUT", &format!("/api/posts/like/{id}"), Some(jane), none.clone()).await.expect(200);

        let all = ["follow", "thread.commented", "thread.liked"];
        wait::until("john hears of it", async || {
            let list = curl(site, "GET", "/api/notifications", Some(john), none.clone()).await.expect(200);
            let mut kinds = kinds(&list);
            kinds.sort_unstable();
            (kinds == all).then_some(())
        })
        .await;
        let marking = "/api/notifications?mark_read=true";
        let list = curl(site, "GET", marking, Some(john), none.clone()).await.expect(200);
        assert!(list.as_array().is_some_and(|list| list.iter().all(|one| one["is_read"] == false)), "{list}");
        let unread = curl(site, "GET", "/api/notifications?unread=true", Some(john), none.clone()).await;
        assert_eq!(unread.expect(200), json!([]));

        // Who follows hears of the next post, and has it at home.
        curl_form(site, "/api/posts/", john, "My second post", &["three.png"]).await.expect(201);
        wait::until("jane hears of the post", async || {
            let list = curl(site, "GET", "/api/notifications", Some(jane), none.clone()).await.expect(200);
            kinds(&list).contains(&"post").then_some(())
        })
        .await;
        wait::until("jane has it at home", async || {
            let home = curl(site, "GET", "/api/feed", Some(jane), none.clone()).await.expect(200);
            titles(&home).first().is_some_and(|title| *title == "My second post").then_some(())
        })
        .await;
        let unfollowed = curl(site, "DELETE", &follow, Some(jane), none.clone()).await;
        assert!(unfollowed.status.is_success(), "{}", unfollowed.text());
    }
}
