//! Two forums on one Redis and one NATS.

use std::collections::BTreeMap;

use k8s_openapi::{ByteString, api::core::v1::Secret};
use kube::{
    Api,
    api::{ObjectMeta, PostParams},
};

use super::{forum::Forum, together};

const ON_SERVERS_OF_OTHERS: &str = "{redis: {external: {url: {name: redis, key: url}}}, \
                                    nats: {external: {url: {name: nats, key: url}}}}";

/// The URL of a server of `forum`, with a host name that other namespaces know.
async fn url_of(forum: &Forum, store: &str) -> Vec<u8> {
    let secrets: Api<Secret> = forum.namespace.api(forum.node.client().await);
    let secret = secrets
        .get(&format!("demo-{store}"))
        .await
        .expect("a Secret");
    let url = secret
        .data
        .unwrap_or_default()
        .remove("uri")
        .expect("a URL");
    let url = String::from_utf8(url.0).expect("text");
    let host = format!("demo-{store}");
    url.replace(&host, &format!("{host}.{}", forum.namespace.name()))
        .into_bytes()
}

async fn make_secret(forum: &Forum, name: &str, url: Vec<u8>) {
    let secrets: Api<Secret> = forum.namespace.api(forum.node.client().await);
    let secret = Secret {
        metadata: ObjectMeta {
            name: Some(name.to_owned()),
            ..ObjectMeta::default()
        },
        data: Some(BTreeMap::from([("url".to_owned(), ByteString(url))])),
        ..Secret::default()
    };
    let made = secrets.create(&PostParams::default(), &secret).await;
    made.expect("a Secret");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_forums_share_servers_and_do_not_see_each_other() {
    let _turn = together().await;
    let one = Forum::apply("sharing", "{}").await;
    one.ready().await;
    let other = Forum::apply("shared", ON_SERVERS_OF_OTHERS).await;
    // It waits for the Secrets by name, and goes on by itself when they come.
    let waiting = other.wait("the missing Secret is named", |forum| {
        super::forum::says(forum, "Degraded").contains("redis")
    });
    waiting.await;
    for store in ["redis", "nats"] {
        make_secret(&other, store, url_of(&one, store).await).await;
    }
    other.ready().await;

    let (here, there) = (one.site().await, other.site().await);
    let (ann, eve) = (here.register("ann").await, there.register("eve").await);
    let bob = there.register("ann").await;
    let (mut ann_hears, mut eve_hears) = (ann.chat("general").await, eve.chat("general").await);
    let mut page = bob.notifications().await;
    ann_hears.send_text("only here, @ann").await;
    eve_hears.send_text("only there, @eve").await;
    assert_eq!(ann_hears.next_message().await["content"], "only here, @ann");
    assert_eq!(
        eve_hears.next_message().await["content"],
        "only there, @eve"
    );
    for member in [&ann, &eve] {
        let beat = format!("/api/presence/{}/heartbeat", member.user_id);
        member.post_empty(&beat).await.expect(200);
    }
    let online = ann.get("/api/presence").await.expect(200);
    let online = online.as_array().expect("a list");
    assert!(
        online.iter().all(|user| user["user_id"] != eve.user_id),
        "{online:?}"
    );
    assert_eq!(ann.get("/api/auth/me").await.status, 200);
    assert_eq!(eve.at(&here).get("/api/auth/me").await.status, 401);

    // All that was said before a mention of the other forum's own has come by then.
    eve_hears.send_text("hello @ann").await;
    let pushed = page.expect("notification").await;
    assert_eq!(pushed["notification"]["body"], "hello @ann");
    for frame in [
        ann_hears.frames_until_now().await,
        eve_hears.frames_until_now().await,
    ]
    .concat()
    {
        let content = frame["content"].as_str().unwrap_or_default();
        assert!(!content.starts_with("only"), "{frame}");
    }
}
