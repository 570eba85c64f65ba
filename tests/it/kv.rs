//! The key-value store: one suite for memory and for a real Redis, and what only Redis has: outages.

#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, TimeDelta};
use folkmoot_common::{
    clock::{Clock as _, ManualClock},
    config::Secret,
    health::Health,
    kv::{Kv, Lease, Quota},
};
use folkmoot_tests::{
    Stop, app::Backends, backends::Redis, on_both_backends, seeded::Seeded, wait,
};
use redis::{Commands as _, Connection};

pub(crate) const TTL: Duration = Duration::from_secs(30);

/// A store that is empty, and its time.
pub(crate) struct Store {
    pub(crate) kv: Kv,
    pub(crate) clock: Arc<ManualClock>,
}

impl Store {
    pub(crate) async fn on(backends: Backends) -> Self {
        match backends {
            Backends::Embedded => Self::memory(),
            Backends::Real => Self::redis(Redis::shared().await, &unique()),
        }
    }

    pub(crate) fn memory() -> Self {
        let clock = clock();
        Self {
            kv: Kv::memory(clock.clone()),
            clock,
        }
    }

    pub(crate) fn redis(server: &Redis, instance: &str) -> Self {
        let clock = clock();
        let url = Secret::new(server.url());
        let kv = Kv::open(Some(&url), instance, clock.clone(), &Health::default()).unwrap();
        Self { kv, clock }
    }

    async fn take(&self, set: &str, member: &str) -> bool {
        self.kv
            .lease(set, member, &format!("value of {member}"), TTL)
            .await
            .unwrap()
    }

    async fn listed(&self, set: &str, after: Option<&str>, limit: u32) -> Vec<String> {
        names(&self.kv.list(set, after, limit).await.unwrap())
    }

    async fn swept(&self, set: &str, limit: u32) -> Vec<String> {
        names(&self.kv.sweep(set, limit).await.unwrap())
    }

    pub(crate) fn wait(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }
}

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new(
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000),
    ))
}

pub(crate) fn unique() -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    format!("kv-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

pub(crate) fn names(leases: &[Lease]) -> Vec<String> {
    leases.iter().map(|lease| lease.member.clone()).collect()
}

fn connection(server: &Redis) -> Connection {
    redis::Client::open(server.url())
        .unwrap()
        .get_connection()
        .unwrap()
}

on_both_backends! {
    async fn a_lease_is_held_until_it_is_given_back_or_runs_out(backends: Backends) {
        let store = Store::on(backends).await;
        assert!(store.take("a", "ann").await);
        assert!(!store.take("a", "ann").await, "it was held already");
        let lease = store.kv.lookup("a", "ann").await.unwrap().unwrap();
        let expires_at = store.clock.now() + TTL;
        assert_eq!(lease, Lease { member: "ann".to_owned(), value: "value of ann".to_owned(), expires_at });
        assert_eq!(store.kv.list("a", None, 10).await.unwrap(), [lease]);
        assert_eq!(store.kv.lookup("b", "ann").await.unwrap(), None, "sets are apart");

        assert!(store.kv.release("a", "ann").await.unwrap());
        assert!(!store.kv.release("a", "ann").await.unwrap());
        assert_eq!(store.kv.lookup("a", "ann").await.unwrap(), None);

        assert!(store.take("a", "ann").await);
        store.wait(29);
        assert!(!store.take("a", "ann").await);
        store.wait(29);
        assert!(store.kv.lookup("a", "ann").await.unwrap().is_some(), "renewed in time");
        store.wait(1);
        assert_eq!(store.kv.lookup("a", "ann").await.unwrap(), None);
        assert_eq!((store.kv.count("a").await.unwrap(), store.listed("a", None, 10).await.len()), (0, 0));
        assert!(!store.kv.release("a", "ann").await.unwrap(), "it had run out");
        assert!(store.take("a", "ann").await);
    }

    async fn the_latest_value_and_time_count(backends: Backends) {
        let store = Store::on(backends).await;
        store.kv.lease("a", "ann", "long", Duration::from_secs(100)).await.unwrap();
        store.kv.lease("a", "ann", "short", Duration::from_secs(10)).await.unwrap();
        assert_eq!(store.kv.lookup("a", "ann").await.unwrap().unwrap().value, "short");
        store.wait(10);
        assert_eq!(store.kv.lookup("a", "ann").await.unwrap(), None);
    }

    async fn pages_hold_every_member_once_in_order(backends: Backends) {
        let store = Store::on(backends).await;
        let members: Vec<_> = (0..1200).map(|n| (format!("m{n:04}"), n.to_string())).collect();
        store.kv.lease_many("a", &members, TTL).await.unwrap();
        assert_eq!(store.kv.count("a").await.unwrap(), 1200);
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = store.kv.list("a", after.as_deref(), 170).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.member.clone());
            seen.extend(page.into_iter().map(|lease| (lease.member, lease.value)));
        }
        assert_eq!(seen, members);
        assert_eq!(store.listed("a", Some("m1198x"), 10).await, ["m1199"]);
        assert_eq!(store.listed("a", None, 1000).await.len(), 1000);
    }

    async fn those_that_ran_out_do_not_hide_the_others(backends: Backends) {
        let store = Store::on(backends).await;
        let many = |range: std::ops::Range<u32>| range.map(|n| (format!("m{n:04}"), String::new())).collect::<Vec<_>>();
        store.kv.lease_many("a", &many(0..1500), TTL).await.unwrap();
        store.wait(20);
        store.kv.lease_many("a", &many(1490..1510), TTL).await.unwrap();
        store.take("a", "m0000").await;
        store.wait(20);
        assert_eq!(store.kv.count("a").await.unwrap(), 21);
        let listed = store.listed("a", None, 21).await;
        assert_eq!((listed.len(), listed[0].as_str(), listed[1].as_str()), (21, "m0000", "m1490"));
        assert_eq!(store.listed("a", Some("m0000"), 2).await, ["m1490", "m1491"]);
    }

    async fn what_ran_out_is_swept_once_and_nothing_else(backends: Backends) {
        let store = Store::on(backends).await;
        for member in ["ann", "bob", "eve"] {
            store.take("a", member).await;
        }
        assert!(store.swept("a", 10).await.is_empty());
        store.wait(20);
        store.take("a", "eve").await;
        store.wait(10);
        assert_eq!(store.listed("a", None, 10).await, ["eve"], "listing takes nothing from sweeping");
        let (first, second) = tokio::join!(store.swept("a", 1), store.swept("a", 10));
        let both: BTreeSet<_> = first.iter().chain(&second).cloned().collect();
        assert_eq!((first.len() + second.len(), both), (2, ["ann", "bob"].map(str::to_owned).into()));
        assert!(store.swept("a", 10).await.is_empty());
        assert_eq!(store.listed("a", None, 10).await, ["eve"]);
        store.wait(30);
        assert_eq!(store.kv.sweep("a", 10).await.unwrap()[0].value, "value of eve");
    }

    async fn a_quota_is_a_burst_and_a_rate(backends: Backends) {
        let store = Store::on(backends).await;
        let quota = Quota::per_minute(60).burst(3);
        for remaining in [2, 1, 0] {
            let decision = store.kv.throttle("ann", quota).await;
            assert_eq!((decision.allowed, decision.remaining, decision.limit), (true, remaining, 3));
        }
        let refused = store.kv.throttle("ann", quota).await;
        assert_eq!((refused.allowed, refused.retry_after), (false, Duration::from_secs(1)));
        assert_eq!(refused.reset_after, Duration::from_secs(3));
        assert!(store.kv.throttle("bob", quota).await.allowed);
        store.wait(1);
        assert!(store.kv.throttle("ann", quota).await.allowed);
        assert!(!store.kv.throttle("ann", quota).await.allowed);
    }

    async fn a_hundred_thousand_members_are_there_page_by_page(backends: Backends) {
        let store = Store::on(backends).await;
        fill(&store.kv, 100_000).await;
        assert_eq!(store.kv.count("online").await.unwrap(), 100_000);
        let page = store.listed("online", Some("user049999"), 200).await;
        assert_eq!((page.len(), page[0].as_str(), page[199].as_str()), (200, "user050000", "user050199"));
    }
}

async fn fill(kv: &Kv, count: usize) {
    let members: Vec<_> = (0..count)
        .map(|n| (format!("user{n:06}"), "{}".to_owned()))
        .collect();
    kv.lease_many("online", &members, TTL).await.unwrap();
}

/// How often each command ran since the last time, those of scripts included.
fn commands(connection: &mut Connection) -> Vec<(String, u64)> {
    let stats: String = redis::cmd("INFO")
        .arg("commandstats")
        .query(connection)
        .unwrap();
    redis::cmd("CONFIG")
        .arg("RESETSTAT")
        .exec(connection)
        .unwrap();
    let line = |line: &str| {
        let (name, figures) = line.trim().strip_prefix("cmdstat_")?.split_once(':')?;
        let calls = figures
            .strip_prefix("calls=")?
            .split(',')
            .next()?
            .parse()
            .ok()?;
        let ours = !["info", "config", "ping", "client", "hello"]
            .iter()
            .any(|other| name.starts_with(other));
        ours.then(|| (name.to_owned(), calls))
    };
    stats.lines().filter_map(line).collect()
}

fn calls(commands: &[(String, u64)], name: &str) -> u64 {
    commands
        .iter()
        .find(|(other, _)| other == name)
        .map_or(0, |(_, calls)| *calls)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_costs_the_same_few_commands_among_a_hundred_thousand() {
    let server = Redis::start().await;
    let store = Store::redis(&server, "kv");
    let mut connection = connection(&server);
    let mut costs = Vec::new();
    for count in [1_000, 100_000] {
        fill(&store.kv, count).await;
        // The scripts are loaded by their first call.
        let all = || async {
            assert_eq!(
                store.listed("online", Some("user000499"), 200).await.len(),
                200
            );
            assert_eq!(store.kv.count("online").await.unwrap(), count as u64);
            assert!(
                store
                    .kv
                    .lookup("online", "user000500")
                    .await
                    .unwrap()
                    .is_some()
            );
            assert!(!store.take("online", "user000500").await);
            assert!(store.swept("online", 100).await.is_empty());
        };
        all().await;
        commands(&mut connection);
        all().await;
        costs.push(commands(&mut connection));
    }
    assert_eq!(costs[0], costs[1]);
    assert_eq!(
        (calls(&costs[1], "evalsha"), calls(&costs[1], "zcount")),
        (4, 1)
    );
    assert_eq!(
        (calls(&costs[1], "zrangebylex"), calls(&costs[1], "hmget")),
        (1, 1)
    );
    let total: u64 = costs[1].iter().map(|(_, calls)| calls).sum();
    assert!(total <= 30, "{:?}", costs[1]);
    for whole_reads in [
        "keys", "scan", "hgetall", "hscan", "zscan", "hvals", "zrange",
    ] {
        assert_eq!(calls(&costs[1], whole_reads), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_that_ran_out_together_are_read_over_once() {
    let server = Redis::start().await;
    let store = Store::redis(&server, "kv");
    let mut connection = connection(&server);
    fill(&store.kv, 20_000).await;
    store.wait(40);
    store.take("online", "zoe").await;
    assert_eq!(store.listed("online", None, 200).await, ["zoe"]);
    commands(&mut connection);
    assert_eq!(store.listed("online", None, 200).await, ["zoe"]);
    assert_eq!(calls(&commands(&mut connection), "evalsha"), 1);
    assert_eq!(store.swept("online", 500).await.len(), 500);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_key_belongs_to_the_instance_and_ends_by_itself() {
    let server = Redis::start().await;
    let store = Store::redis(&server, "moot");
    for set in ["a", "b"] {
        store.take(set, "ann").await;
        store
            .kv
            .lease_many(set, &[("bob".to_owned(), String::new())], TTL)
            .await
            .unwrap();
    }
    store.kv.throttle("ann", Quota::per_second(1)).await;
    let mut connection = connection(&server);
    let mut keys: Vec<String> = connection.keys("*").unwrap();
    keys.sort();
    assert_eq!(keys.len(), 7, "{keys:?}");
    for key in &keys {
        assert!(key.starts_with("moot:"), "{key}");
        let left: i64 = connection.pttl(key).unwrap();
        assert!((1..=700_000).contains(&left), "{key} ends in {left} ms");
    }
    let of_a_set = keys.iter().filter(|key| key.contains("{a}")).count();
    assert_eq!(of_a_set, 3, "the keys of a set share a slot: {keys:?}");
    store.kv.release("a", "ann").await.unwrap();
    store.kv.release("a", "bob").await.unwrap();
    let left: Vec<String> = connection.keys("*{a}*").unwrap();
    assert!(left.is_empty(), "an empty set is gone: {left:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_sweeps_is_forgotten() {
    let server = Redis::start().await;
    let store = Store::redis(&server, "kv");
    fill(&store.kv, 1_000).await;
    store.wait(1_000);
    for n in 0..300 {
        store.take("online", &format!("new{n}")).await;
    }
    let mut connection = connection(&server);
    for (key, kind) in [("due", "ZCARD"), ("names", "ZCARD"), ("values", "HLEN")] {
        let size: u64 = redis::cmd(kind)
            .arg(format!("kv:{{online}}:{key}"))
            .query(&mut connection)
            .unwrap();
        assert_eq!(size, 300, "{key}");
    }
}

/// The two stores, given the same calls, answer the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_and_redis_agree() {
    let mut random = Seeded::new();
    let (memory, redis) = (
        Store::memory(),
        Store::redis(Redis::shared().await, &unique()),
    );
    for step in 0..3_000 {
        let member = format!("m{:02}", random.below(40));
        let ttl = Duration::from_secs(1 + random.below(60) as u64);
        let limit = 1 + u32::try_from(random.below(30)).unwrap();
        let (left, right) = match random.below(8) {
            0 | 1 => (
                format!(
                    "{:?}",
                    memory.kv.lease("a", &member, "v", ttl).await.unwrap()
                ),
                format!(
                    "{:?}",
                    redis.kv.lease("a", &member, "v", ttl).await.unwrap()
                ),
            ),
            2 => (
                format!("{:?}", memory.kv.release("a", &member).await.unwrap()),
                format!("{:?}", redis.kv.release("a", &member).await.unwrap()),
            ),
            3 => (
                format!("{:?}", memory.kv.lookup("a", &member).await.unwrap()),
                format!("{:?}", redis.kv.lookup("a", &member).await.unwrap()),
            ),
            4 => (
                format!(
                    "{:?}",
                    memory.kv.list("a", Some(&member), limit).await.unwrap()
                ),
                format!(
                    "{:?}",
                    redis.kv.list("a", Some(&member), limit).await.unwrap()
                ),
            ),
            5 => (
                format!("{:?}", memory.kv.count("a").await.unwrap()),
                format!("{:?}", redis.kv.count("a").await.unwrap()),
            ),
            6 => {
                let quota = Quota::new(1 + limit, ttl).burst(1 + limit / 2);
                let (memory, redis) = (&memory.kv, &redis.kv);
                (
                    format!("{:?}", memory.throttle(&member, quota).await),
                    format!("{:?}", redis.throttle(&member, quota).await),
                )
            }
            _ => (
                format!("{:?}", memory.kv.sweep("a", limit).await.unwrap()),
                format!("{:?}", redis.kv.sweep("a", limit).await.unwrap()),
            ),
        };
        assert_eq!(left, right, "step {step}");
        let pause = TimeDelta::microseconds(random.below(4_000_000) as i64);
        memory.clock.advance(pause);
        redis.clock.advance(pause);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_is_an_error_and_not_a_wait_and_limits_go_on() {
    let server = Redis::start().await;
    let health = Health::default();
    let url = Secret::new(server.url());
    let kv = Kv::open(Some(&url), "kv", clock(), &health).unwrap();
    assert!(kv.lease("a", "ann", "", TTL).await.unwrap());
    for how in [Stop::Kill, Stop::Ask] {
        server.stop(how).await;
        // 200 calls that each waited for the time-out would take 100 seconds.
        wait::within("calls fail at once", async {
            for _ in 0..200 {
                assert!(kv.lease("a", "ann", "", TTL).await.is_err());
            }
        })
        .await;
        assert!(health.problems().await.contains_key("redis"));
        let quota = Quota::per_hour(10);
        let key = format!("{how:?}");
        let mut allowed = 0;
        for _ in 0..30 {
            allowed += u32::from(kv.throttle(&key, quota).await.allowed);
        }
        assert_eq!(allowed, 10, "each process counts for itself");
        server.start_again().await;
        wait::until("the store works again", async || {
            kv.lease("a", "ann", "", TTL).await.ok()
        })
        .await;
        wait::until("the process is ready", async || {
            health.problems().await.is_empty().then_some(())
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_hangs_holds_up_no_more_than_its_first_callers() {
    let server = Redis::start().await;
    let store = Store::redis(&server, "kv");
    assert!(store.take("a", "ann").await);
    server.pause().await;
    let started = std::time::Instant::now();
    for _ in 0..200 {
        assert!(store.kv.lookup("a", "ann").await.is_err());
    }
    let took = started.elapsed();
    server.resume();
    assert!(took < Duration::from_secs(20), "{took:?}");
    wait::until("the store works again", async || {
        store.kv.lookup("a", "ann").await.ok().flatten()
    })
    .await;
}
