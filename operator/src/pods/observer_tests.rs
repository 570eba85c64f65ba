use std::sync::atomic::{AtomicU32, Ordering};

use axum::{Json, Router, http::StatusCode, routing::get};
use folkmoot_common::clock::{Clock as _, ManualClock};
use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::*;
use crate::pods::{Dependency, PodView, reach};

/// A chat pod that says what a test wants.
#[derive(Default)]
struct Fake {
    sockets: AtomicU32,
    asked: AtomicU32,
}

async fn serve(fake: Arc<Fake>) -> AdminClient {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = AdminClient::new(listener.local_addr().unwrap().port());
    let problems = json!({"status": "not ready", "problems": {"database": "gone", "schema": "absent", "pubsub": "deaf", "redis": "gone", "nats": "away"}});
    let readyz = move || async { (StatusCode::SERVICE_UNAVAILABLE, Json(problems)) };
    let sockets = move || async move {
        fake.asked.fetch_add(1, Ordering::Relaxed);
        Json(json!({"sockets": fake.sockets.load(Ordering::Relaxed), "draining": false}))
    };
    let router = Router::new()
        .route("/readyz", get(readyz))
        .route("/sockets", get(sockets));
    tokio::spawn(async { axum::serve(listener, router).await });
    client
}

fn pod(name: &str, component: &str) -> Arc<CachedPod> {
    let pod: k8s_openapi::api::core::v1::Pod =
        serde_json::from_value(json!({
            "metadata": {"name": name, "namespace": "n", "uid": format!("uid-{name}"), "labels": {
                "app.kubernetes.io/instance": "demo", "app.kubernetes.io/component": component}},
            "spec": {"containers": [{"name": component, "ports": [{"name": "admin", "containerPort": 9090}]}]},
            "status": {"podIP": "127.0.0.1", "phase": "Running", "containerStatuses": [{
                "name": component, "image": "", "imageID": "", "ready": true, "restartCount": 0, "state": {"running": {}}}]},
        }))
        .unwrap();
    Arc::new(pod.into())
}

struct World {
    observer: Observer,
    news: UnboundedReceiver<Key>,
    clock: Arc<ManualClock>,
    fake: Arc<Fake>,
}

async fn world() -> World {
    let fake = Arc::new(Fake::default());
    let clock = Arc::new(ManualClock::new(
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000),
    ));
    let (touched, news) = unbounded_channel();
    let observer = Observer::new(
        serve(fake.clone()).await,
        Readings::default(),
        clock.clone(),
        touched,
    );
    World {
        observer,
        news,
        clock,
        fake,
    }
}

#[tokio::test]
async fn a_pod_is_asked_every_ten_seconds_and_told_of_when_it_says_something_new() {
    let mut world = world().await;
    let pods = [pod("a", "chat")];
    let mut told = Vec::new();
    for second in 0..31 {
        world
            .fake
            .sockets
            .store(u32::from(second >= 15), Ordering::Relaxed);
        world.observer.round(pods.to_vec()).await;
        if world.news.try_recv().is_ok() {
            told.push(second);
        }
        world.clock.advance(TimeDelta::seconds(1));
    }
    assert_eq!(told, [0, 20]);
    assert_eq!(world.fake.asked.load(Ordering::Relaxed), 4);
    let now = world.clock.now();
    let readings = &world.observer.readings;
    assert_eq!(readings.sockets("uid-a", now).unwrap().sockets, 1);
    assert_eq!(
        readings.sockets("uid-a", now + TimeDelta::seconds(61)),
        None
    );
}

#[tokio::test]
async fn a_pod_that_is_gone_is_forgotten() {
    let mut world = world().await;
    world.observer.round(vec![pod("a", "chat")]).await;
    assert!(world.observer.readings.of("uid-a").is_some());
    world.clock.advance(EVERY);
    world.observer.round(Vec::new()).await;
    assert!(world.observer.readings.of("uid-a").is_none());
    assert!(world.observer.swept.is_empty());
}

#[tokio::test]
async fn lost_servers_are_named_once_a_pod() {
    let mut world = world().await;
    let pods = [
        pod("a", "chat"),
        pod("b", "identity"),
        pod("c", "web"),
        pod("d", "file"),
        pod("e", "presence"),
    ];
    world.observer.round(pods.to_vec()).await;
    let views: Vec<PodView> = pods.iter().map(|pod| pod.view.clone()).collect();
    let reach = reach(&views, &world.observer.readings);
    assert_eq!(reach.answered, 5);
    let sentence = reach.sentence(Dependency::Database).unwrap();
    assert_eq!(
        sentence,
        "PostgreSQL is not reached by a (gone), b (gone), c (gone) and 2 more"
    );
    assert_eq!(reach.sentence(Dependency::Objects), None);
}

#[tokio::test]
async fn a_pod_out_of_reach_is_unknown_and_not_empty() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = AdminClient::new(listener.local_addr().unwrap().port());
    drop(listener);
    let mut world = world().await;
    world.observer.client = client;
    let pods = [pod("a", "chat")];
    world.observer.round(pods.to_vec()).await;
    let reading = world.observer.readings.of("uid-a").unwrap();
    assert!(matches!(reading.sockets, Some(Err(_))), "{reading:?}");
    let reach = reach(&[pods[0].view.clone()], &world.observer.readings);
    assert_eq!((reach.answered, reach.silent.len()), (0, 1));
}
