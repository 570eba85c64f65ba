//! The operator under load: many forums at once, then none. It runs against etcd and kube-apiserver alone; this
//! program plays the controllers that would roll the workloads out. `scripts/bench-operator.sh` starts it.
#![expect(
    clippy::print_stdout,
    reason = "the figures and the progress are what it is for"
)]

mod measure;
mod operator;
mod workloads;

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use folkmoot_cluster_tests::{Component, ControlPlane, Namespace, condition};
use folkmoot_crds::{
    ForumInstance,
    condition::{PROGRESSING, READY},
};
use futures_util::{StreamExt as _, TryStreamExt as _, pin_mut, stream};
use kube::{
    Api, Client, ResourceExt as _,
    api::PostParams,
    runtime::watcher::{self, Event, watcher},
};
use measure::{Figures, Sample};
use operator::Operator;

/// Forums that are created, unless the variable `FORUMS` says otherwise.
const FORUMS: usize = 200;
/// Seconds of watching an operator that has nothing to do, unless `IDLE_SECONDS` says otherwise.
const IDLE_SECONDS: usize = 60;
/// Requests of ours at the same time.
const CONCURRENCY: usize = 32;
/// Then something is broken.
const LIMIT: Duration = Duration::from_secs(600);
/// Nothing was written for so long: all is done.
const QUIET: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() {
    let forums = number("FORUMS", FORUMS);
    let idle = Duration::from_secs(number("IDLE_SECONDS", IDLE_SECONDS) as u64);
    say("starting etcd and kube-apiserver");
    let plane = ControlPlane::start().await;
    operator::define(&plane).await;
    let namespace = plane.namespace("bench").await;
    // What it does for each workload is not the operator's work, and would take most of the processors.
    plane.stop(Component::ControllerManager).await;
    let client = plane.client().await;
    let operator = Operator::start(&plane).await;
    let _workloads = workloads::roll_out(&client, &namespace);

    let mut figures = Figures {
        forums,
        rest: Sample::take(&operator, &plane, &client).await,
        ..Figures::default()
    };
    say(&format!("creating {forums} forums"));
    let begin = Instant::now();
    let all = tokio::join!(
        wait_for_all(&client, &namespace, forums, begin),
        create(&client, &namespace, forums)
    );
    (figures.applied, figures.ready) = all.0;
    wait_until_quiet(&operator).await;
    figures.busy = Sample::take(&operator, &plane, &client).await;
    say(&format!("idle for {} s", idle.as_secs()));
    tokio::time::sleep(idle).await;
    figures.idle = Sample::take(&operator, &plane, &client).await;
    println!("\n{}", figures.table());
    println!("requests by resource and method, a forum:");
    for (labels, count) in operator.series("folkmoot_operator_requests_total").await {
        println!("{:8.2}  {labels}", count / forums as f64);
    }
}

async fn create(client: &Client, namespace: &Namespace, forums: usize) {
    let api: Api<ForumInstance> = namespace.api(client.clone());
    let created = stream::iter(0..forums).map(|number| {
        let forum = ForumInstance::new(&format!("forum-{number:03}"), minimal());
        let api = api.clone();
        async move { api.create(&PostParams::default(), &forum).await }
    });
    let created = created.buffer_unordered(CONCURRENCY);
    created
        .try_for_each(async |_| Ok(()))
        .await
        .expect("forums are taken");
}

fn minimal() -> folkmoot_crds::ForumInstanceSpec {
    serde_json::from_value(serde_json::json!({})).expect("everything has a default")
}

/// Seconds until every forum was rolled out, and until every one was Ready.
async fn wait_for_all(
    client: &Client,
    namespace: &Namespace,
    forums: usize,
    begin: Instant,
) -> (Duration, Duration) {
    let api: Api<ForumInstance> = namespace.api(client.clone());
    let events = watcher(api, watcher::Config::default());
    pin_mut!(events);
    let (mut applied, mut ready) = (HashSet::new(), HashSet::new());
    let mut all_applied = None;
    loop {
        let event = tokio::time::timeout(LIMIT, events.next()).await;
        let Some(event) = event.expect("forums change until all are ready") else {
            panic!("the watch ended");
        };
        let Ok(Event::Apply(forum) | Event::InitApply(forum)) = event else {
            continue;
        };
        if is(&forum, PROGRESSING, "False") {
            applied.insert(forum.name_any());
        }
        if is(&forum, READY, "True") {
            ready.insert(forum.name_any());
        }
        if applied.len() == forums && all_applied.is_none() {
            all_applied = Some(begin.elapsed());
        }
        if let (Some(applied), true) = (all_applied, ready.len() == forums) {
            return (applied, begin.elapsed());
        }
    }
}

fn is(forum: &ForumInstance, kind: &str, status: &str) -> bool {
    condition(forum, kind).is_some_and(|condition| condition["status"] == status)
}

async fn wait_until_quiet(operator: &Operator) {
    let (mut writes, mut since) = (operator.metrics().await.writes, Instant::now());
    while since.elapsed() < QUIET {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let now = operator.metrics().await.writes;
        if now != writes {
            (writes, since) = (now, Instant::now());
        }
    }
}

fn number(variable: &str, default: usize) -> usize {
    let value = std::env::var(variable).ok();
    value.map_or(default, |text| {
        text.parse()
            .unwrap_or_else(|_| panic!("{variable} must be a whole number"))
    })
}

fn say(text: &str) {
    println!("{text}");
}
