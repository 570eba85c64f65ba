//! What members do to each other's threads, and what they hear of it, over the edge's address.

use std::collections::BTreeSet;

use folkmoot_tests::{
    app::{Answer, Member, Site, Socket, send},
    wait,
};
use reqwest::{Method, multipart};
use serde_json::{Value, json};

use super::{
    forum::{Forum, LIMIT},
    together,
};

/// Larger than any request that is no upload may be.
const PICTURE_BYTES: usize = 9 << 20;

async fn put(member: &Member, path: &str) -> Answer {
    send(member.request(Method::PUT, path)).await
}

/// The socket at `path`, as a browser opens it: with the token in the address.
async fn socket(site: &Site, member: &Member, path: &str) -> Socket {
    let token = member.token.as_deref().expect("a token");
    let url = site.socket_url(&format!("{path}?token={token}"));
    Socket::open(&url).await.expect("a socket")
}

/// Hears notifications until all `kinds` have come, in whatever order.
async fn hears(page: &mut Socket, kinds: &[&str]) {
    let mut missing: BTreeSet<&str> = kinds.iter().copied().collect();
    while !missing.is_empty() {
        let pushed = page.expect("notification").await;
        let kind = pushed["notification"]["notif_type"].as_str();
        missing.remove(kind.unwrap_or_default());
    }
}

/// Waits until `path` lists the thread.
async fn lists(member: &Member, path: &str, thread: &Value) {
    let what = format!("{path} has the thread");
    wait::until_within(LIMIT, &what, async || {
        let entries = member.get(path).await.expect(200);
        let entries = entries.as_array()?.clone();
        entries
            .iter()
            .any(|entry| entry["thread_id"] == thread["id"])
            .then_some(())
    })
    .await;
}

/// A follows B, B writes, A answers and likes: each hears of what the other did, and so do the streams.
pub(super) async fn discuss(site: &Site, ann: &Member, bob: &Member) {
    let (mut of_ann, mut of_bob) = (ann.notifications().await, bob.notifications().await);
    let mut stream = socket(site, bob, "/ws/feed").await;

    let follow = put(bob, &format!("/api/users/{}/follow", ann.user_id)).await;
    assert!(follow.status.is_success(), "{}", follow.text());
    hears(&mut of_ann, &["follow"]).await;

    let body = json!({"title": "Bread", "body": "How *warm* is your oven?", "tags": ["baking"]});
    let thread = ann.post("/api/threads", &body).await.expect(201);
    let id = thread["id"].as_str().expect("an id");
    let address = format!("/api/threads/{id}");
    hears(&mut of_bob, &["post"]).await;
    assert_eq!(
        stream.expect("thread.created").await["type"],
        "thread.created"
    );

    let mut page = socket(site, ann, &format!("/ws/threads/{id}")).await;
    let comment = json!({"body": "250 degrees."});
    let comments = format!("{address}/comments");
    let comment = bob.post(&comments, &comment).await.expect(201);
    page.expect("comment.created").await;
    let liked = put(bob, &format!("{address}/like")).await.expect(200);
    assert_eq!(liked["liked"], true, "{liked}");
    hears(&mut of_ann, &["thread.commented", "thread.liked"]).await;

    let comment_id = comment["id"].as_str().expect("an id");
    let liked = put(ann, &format!("/api/comments/{comment_id}/like")).await;
    assert_eq!(liked.expect(200)["like_count"], 1);
    let reply = json!({"body": "Thank you.", "parent_id": comment_id});
    ann.post(&comments, &reply).await.expect(201);
    let question = json!({"body": "And how long, @bob?"});
    ann.post(&comments, &question).await.expect(201);
    hears(
        &mut of_bob,
        &["comment.liked", "comment.replied", "mention"],
    )
    .await;

    lists(bob, "/api/activity-stream", &thread).await;
    lists(bob, "/api/feed", &thread).await;
    anybody_reads(site, &address).await;
    pictures(site, ann).await;
}

/// Guests read what is public, and write nothing.
async fn anybody_reads(site: &Site, thread: &str) {
    let page = site.get(thread).await.expect(200);
    assert_eq!(page["title"], "Bread", "{page}");
    for path in [
        "/api/threads",
        "/api/activity-stream",
        "/api/threads/feed.atom",
        "/api/search?q=oven",
    ] {
        assert_eq!(site.get(path).await.status, 200, "{path}");
    }
    let comment = json!({"body": "I too."});
    let refused = site.post(&format!("{thread}/comments"), &comment).await;
    refused.expect_problem(401, "unauthorized");
}

/// A post whose pictures together are larger than any other request may be.
async fn pictures(site: &Site, member: &Member) {
    let mut content = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    content.resize(PICTURE_BYTES, 7);
    let picture = |name: &str| {
        let part = multipart::Part::bytes(content.clone()).file_name(name.to_owned());
        part.mime_str("image/png").expect("a content type")
    };
    let form = multipart::Form::new()
        .text("content", "Two loaves")
        .part("media", picture("one.png"))
        .part("media", picture("two.png"));
    let post = send(member.request(Method::POST, "/api/posts/").multipart(form)).await;
    let post = post.expect(201);
    let media = post["media"].as_array().expect("a list");
    assert_eq!(media.len(), 2, "{post}");
    let url = media[1]["url"].as_str().expect("an address");
    let path = url.find("/api/").map_or(url, |start| &url[start..]);
    let answer = site.get(path).await;
    assert!(
        answer.body == content,
        "{} {}",
        answer.status,
        answer.body.len()
    );
}

/// What the services would say too, said by the edge: its own words tell which it was.
async fn the_edge_refuses(site: &Site) {
    let by_the_edge = async |method: Method, path: &str, token: Option<&str>| {
        let request = site.request(method, path).header("X-User-ID", "somebody");
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        let problem = send(request).await.expect_problem(401, "unauthorized");
        assert_eq!(
            problem["detail"], "a valid access token is needed",
            "{path}"
        );
    };
    for (method, path) in [
        (Method::GET, "/api/feed"),
        (Method::GET, "/api/profile"),
        (Method::POST, "/api/threads"),
        (Method::GET, "/api/chat/rooms"),
    ] {
        by_the_edge(method.clone(), path, None).await;
        by_the_edge(method, path, Some("a.b.c")).await;
    }
    by_the_edge(Method::GET, "/api/threads", Some("a.b.c")).await;
}

/// Who somebody is, the token says, whatever else the request says.
async fn nobody_is_somebody_else(ann: &Member, bob: &Member) {
    let body = json!({"title": "Mine", "body": "Whose?"});
    let request = bob
        .request(Method::POST, "/api/threads")
        .header("X-User-ID", &ann.user_id)
        .header("X-Roles", "admin")
        .json(&body);
    let thread = send(request).await.expect(201);
    assert_eq!(thread["author"]["user_id"], bob.user_id, "{thread}");
}

/// A moderator's ban reaches the edge, which asks about each request.
async fn a_ban_reaches_the_edge(site: &Site, bob: &Member) {
    let moderator = site.admin().await;
    let body = json!({"reason": "too warm", "until": null});
    let banned = moderator
        .post(&format!("/api/users/{}/ban", bob.user_id), &body)
        .await;
    assert!(banned.status.is_success(), "{}", banned.text());
    wait::until("the banned member is refused", async || {
        let answer = bob.get("/api/feed").await;
        matches!(answer.status.as_u16(), 401 | 403).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edge_that_asks_identity_lets_members_in_and_nobody_else() {
    let _turn = together().await;
    let forum = Forum::apply("guarded", "{edge: {nginx: {forwardAuth: true}}}").await;
    forum.ready().await;
    let site = forum.site().await;
    let (ann, bob) = (site.register("ann").await, site.register("bob").await);
    discuss(&site, &ann, &bob).await;
    the_edge_refuses(&site).await;
    nobody_is_somebody_else(&ann, &bob).await;
    a_ban_reaches_the_edge(&site, &bob).await;
}
