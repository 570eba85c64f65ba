//! From the chart and five lines to a forum that people use.

use std::time::Instant;

use folkmoot_tests::{app::Site, fresh::repository};
use serde_json::json;

use super::{
    discussing::discuss,
    forum::{Forum, is},
    report, together,
};

const ROOM: &str = "general";

/// Everything that a member does, over the edge's address.
async fn use_it(site: &Site) {
    let (_, bob) = (site.register("Ann").await, site.register("bob").await);
    let ann = site.log_in("Ann").await;

    let mut page = bob.notifications().await;
    let (mut here, mut there) = (ann.chat(ROOM).await, bob.chat(ROOM).await);
    here.send_text("hello @bob").await;
    assert_eq!(there.next_message().await["content"], "hello @bob");
    let pushed = page.expect("notification").await;
    assert_eq!(pushed["notification"]["body"], "hello @bob");

    let content = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".repeat(1000);
    let file = ann
        .upload("/api/files/upload", "a.png", "image/png", content.clone())
        .await;
    let file = file.expect(201);
    let address = file["url"].as_str().expect("an address");
    let path = address
        .find("/api/")
        .map_or(address, |start| &address[start..]);
    assert!(bob.get(path).await.body == content);

    let beat = format!("/api/presence/{}/heartbeat", ann.user_id);
    ann.post_empty(&beat).await.expect(200);
    let online = bob.get("/api/presence").await.expect(200);
    let online = online.as_array().expect("a list");
    assert!(
        online.iter().any(|user| user["user_id"] == ann.user_id),
        "{online:?}"
    );

    discuss(site, &ann, &bob).await;

    let page = site.get("/").await;
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(page.text().contains("<script"), "{}", page.text());
    assert!(
        page.header("content-security-policy").is_some(),
        "{}",
        page.text()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_minimal_sample_becomes_a_forum_that_serves() {
    let _turn = together().await;
    let forum = Forum::apply("minimal", "{}").await;
    // The sample is the same forum: to apply it changes nothing, so that the figure below is of it.
    let start = Instant::now();
    let sample = repository().join("manifests/samples/minimal.yaml");
    let sample = sample.to_str().expect("the path is text");
    forum
        .namespace
        .kubectl(&["apply", "--server-side", "--force-conflicts", "-f", sample])
        .await;
    let arguments = [
        "wait",
        "--for=condition=Ready",
        "forum/demo",
        "--timeout=180s",
    ];
    forum.namespace.kubectl(&arguments).await;
    report("kubectl apply of the minimal sample until Ready", start);
    let site = forum.site().await;
    use_it(&site).await;

    let columns = forum
        .namespace
        .kubectl(&["get", "forum", "demo", "-o", "wide"])
        .await;
    for column in ["READY", "URL", "CHAT", "SOCKETS", "VERSION", "REASON"] {
        assert!(columns.contains(column), "{columns}");
    }
    forum.patch(json!({"spec": {"paused": true}})).await;
    forum
        .wait("it is paused", |forum| is(forum, "Paused", "True"))
        .await;
}
