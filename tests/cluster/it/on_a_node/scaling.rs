//! Chat pods come and go under their sockets.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use folkmoot_crds::ForumInstance;
use folkmoot_tests::{
    app::{Member, Received, Site, Socket},
    wait,
};
use kube::ResourceExt;

use super::{
    crowd::{Crowd, Plan},
    forum::{Forum, LIMIT, chat_replicas},
    report, together,
};

/// Between the last socket that left and the first pod that may go.
const WINDOW: Duration = Duration::from_secs(10);

fn sockets(forum: &ForumInstance) -> Option<i32> {
    forum.status.as_ref()?.chat.as_ref()?.sockets
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chat_is_scaled_up_and_down_under_two_hundred_sockets() {
    let _turn = together().await;
    let forum = Forum::apply("scaled", "{}").await;
    forum.ready().await;
    let site = forum.site().await;
    let plan = Plan {
        room: "general",
        sockets: 200,
        senders: 10,
        messages_each: 40,
        pause: Duration::from_secs(1),
    };
    let crowd = Crowd::enter(&forum, &site, plan).await;
    crowd.has_said(10).await;
    forum
        .wait("it counts the sockets", |forum| sockets(forum) == Some(200))
        .await;

    let start = Instant::now();
    forum.scale(3).await;
    forum
        .wait("three chat pods serve", |forum| {
            chat_replicas(forum) == (3, 3)
        })
        .await;
    report("from one chat pod to three", start);
    crowd.has_said(50).await;

    let start = Instant::now();
    forum.scale(1).await;
    forum
        .wait("one chat pod serves", |forum| {
            chat_replicas(forum) == (1, 1)
        })
        .await;
    wait::until_within(LIMIT, "one chat pod is left", async || {
        (forum.pods_of("chat").await.len() == 1).then_some(())
    })
    .await;
    report("from three chat pods to one", start);
    crowd.leave().await;
}

async fn open(forum: &Forum, site: &Site, number: usize) -> Vec<(Member, Socket)> {
    let mut open = Vec::new();
    for n in 0..number {
        let member = forum.member(site, &format!("guest-{n}")).await;
        let socket = member.chat("lounge").await;
        open.push((member, socket));
    }
    open
}

/// Comes back wherever a socket was closed, as a browser does, until the others are dropped.
fn keep_open(guests: Vec<(Member, Socket)>) -> tokio::task::JoinSet<()> {
    guests
        .into_iter()
        .map(|(member, mut socket)| async move {
            loop {
                while !matches!(socket.receive_without_limit().await, Received::Closed(_)) {}
                socket = loop {
                    match member.try_chat("lounge", "").await {
                        Ok(socket) => break socket,
                        Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                    }
                };
            }
        })
        .collect()
}

/// Sockets of each chat pod, as it says itself.
async fn sockets_of_pods(forum: &Forum) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    for pod in forum.pods_of("chat").await {
        let name = pod.name_any();
        let admin = forum.node.pod(&forum.namespace, &name, 9090).await;
        let answer = admin.get("/sockets").await.expect(200);
        counts.insert(name, answer["sockets"].as_i64().expect("a number"));
    }
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chat_follows_its_sockets() {
    let _turn = together().await;
    let autoscaling = "{chat: {autoscaling: {minReplicas: 1, maxReplicas: 3, socketsPerReplica: 20, \
                       scaleDownStabilizationSeconds: 10}}}";
    let forum = Forum::apply("autoscaled", autoscaling).await;
    forum.ready().await;
    let site = forum.site().await;

    let few = keep_open(open(&forum, &site, 15).await);
    let many = keep_open(open(&forum, &site, 35).await);
    let start = Instant::now();
    let wanted = |forum: &ForumInstance| chat_replicas(forum).0 == 3;
    forum.wait("three chat pods are wanted", wanted).await;
    report("50 sockets until more chat pods are wanted", start);
    assert!(start.elapsed() < Duration::from_secs(15));
    forum
        .wait("three chat pods serve", |forum| {
            chat_replicas(forum) == (3, 3)
        })
        .await;

    // The new ones are used.
    wait::until_within(LIMIT, "sockets are on all pods", async || {
        let counts = sockets_of_pods(&forum).await;
        (counts.len() == 3 && counts.values().all(|count| *count > 0)).then_some(())
    })
    .await;

    let start = Instant::now();
    drop(many);
    forum
        .wait("the sockets are gone", |forum| sockets(forum) == Some(15))
        .await;
    let before = sockets_of_pods(&forum).await;
    let fewer = |forum: &ForumInstance| chat_replicas(forum).0 < 3;
    forum.wait("a chat pod may go", fewer).await;
    assert!(start.elapsed() >= WINDOW, "{:?}", start.elapsed());
    report("35 of 50 sockets gone until a chat pod may go", start);
    wait::until_within(LIMIT, "a chat pod goes", async || {
        (forum.pods_of("chat").await.len() < 3).then_some(())
    })
    .await;
    let left: Vec<_> = forum
        .pods_of("chat")
        .await
        .iter()
        .map(ResourceExt::name_any)
        .collect();
    let least = before.values().min().expect("pods");
    let gone: Vec<_> = before
        .iter()
        .filter(|(name, _)| !left.contains(name))
        .collect();
    assert!(
        gone.iter().any(|(_, count)| *count == least),
        "{before:?}, gone: {gone:?}"
    );
    forum
        .wait("one chat pod is left", |forum| {
            chat_replicas(forum) == (1, 1)
        })
        .await;
    drop(few);
}
