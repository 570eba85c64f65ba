//! Leases in groups: of many that come and go at once, exactly one is told to be the first or the last.

#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::time::Duration;

use chrono::TimeDelta;
use folkmoot_common::kv::Kv;
use folkmoot_tests::{backends::Redis, on_both_backends, seeded::Seeded};
use futures_util::future::join_all;

use crate::kv::{Store, TTL, names, unique};

async fn enter(kv: Kv, member: String) -> bool {
    kv.enter("a", &member, "", TTL).await.unwrap()
}

async fn leave(kv: Kv, member: String) -> bool {
    kv.leave("a", &member).await.unwrap()
}

/// How many of these calls, made at once from many threads, answer yes.
async fn told<F: Future<Output = bool> + Send + 'static>(calls: impl Iterator<Item = F>) -> usize {
    let calls: Vec<_> = calls.map(tokio::spawn).collect();
    let answers = join_all(calls).await;
    answers
        .into_iter()
        .filter(|told| *told.as_ref().unwrap())
        .count()
}

on_both_backends! {
    async fn of_many_at_once_one_is_the_first_and_one_the_last(backends: Backends) {
        let store = Store::on(backends).await;
        for other in ["an/1", "anna/1", "ann.x/1", "ann"] {
            assert!(store.kv.enter("a", other, "", TTL).await.unwrap(), "{other}");
        }
        let members = || (0..16).map(|n| format!("ann/{n}"));
        for round in 0..20 {
            let entered = told(members().map(|member| enter(store.kv.clone(), member))).await;
            assert!(!store.kv.enter("a", "ann/3", "", TTL).await.unwrap(), "renewed");
            let left = told(members().map(|member| leave(store.kv.clone(), member))).await;
            assert_eq!((entered, left), (1, 1), "round {round}");
            assert!(!store.kv.leave("a", "ann/3").await.unwrap(), "it was not there");
        }
    }

    async fn comings_and_goings_alternate(backends: Backends) {
        let store = Store::on(backends).await;
        let visits = |member: String| {
            let kv = store.kv.clone();
            async move {
                let (mut first, mut last) = (0, 0);
                for _ in 0..50 {
                    first += u32::from(enter(kv.clone(), member.clone()).await);
                    last += u32::from(leave(kv.clone(), member.clone()).await);
                }
                (first, last)
            }
        };
        let visitors: Vec<_> = (0..8).map(|n| tokio::spawn(visits(format!("ann/{n}")))).collect();
        let counts = join_all(visitors).await.into_iter().map(Result::unwrap);
        let (first, last) = counts.fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
        assert!(first > 0);
        assert_eq!(first, last);
        assert_eq!(store.kv.count("a").await.unwrap(), 0);
    }

    async fn those_that_ran_out_count_until_one_sweep_tells(backends: Backends) {
        let store = Store::on(backends).await;
        for member in ["ann/1", "ann/2", "bob/1", "eve/1"] {
            store.kv.enter("a", member, "", TTL).await.unwrap();
        }
        store.wait(20);
        store.kv.enter("a", "eve/2", "", TTL).await.unwrap();
        store.wait(20);
        // Listing hides them and does not make anybody forget them.
        assert_eq!(names(&store.kv.list("a", None, 10).await.unwrap()), ["eve/2"]);
        assert!(!store.kv.enter("a", "bob/2", "", TTL).await.unwrap(), "nobody was told that bob went");
        let sweep = |limit| store.kv.sweep_groups("a", limit);
        let (one, two, three) = tokio::join!(sweep(1), sweep(2), sweep(9));
        let gone: Vec<_> = [one, two, three].into_iter().flat_map(|gone| names(&gone.unwrap())).collect();
        assert_eq!(gone.len(), 1, "{gone:?}");
        assert!(gone[0].starts_with("ann/"), "{gone:?}");
        assert!(store.kv.leave("a", "eve/2").await.unwrap());
        assert!(store.kv.leave("a", "bob/2").await.unwrap());
    }
}

/// The two stores, given the same calls, tell the same; and what they tell alternates.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_and_redis_tell_the_same_of_groups() {
    let mut random = Seeded::new();
    let redis = Store::redis(Redis::shared().await, &unique());
    let memory = Store::memory();
    let mut there = std::collections::BTreeSet::new();
    for step in 0..2_000 {
        let user = format!("m{}", random.below(6));
        let member = format!("{user}/{}", random.below(4));
        let ttl = Duration::from_secs(1 + random.below(60) as u64);
        let limit = 1 + u32::try_from(random.below(6)).unwrap();
        let (kvs, kind) = ([&memory.kv, &redis.kv], random.below(8));
        let mut told = Vec::new();
        for kv in kvs {
            told.push(match kind {
                0..=2 => format!("{}", kv.enter("a", &member, "", ttl).await.unwrap()),
                3..=5 => format!("{}", kv.leave("a", &member).await.unwrap()),
                6 => format!("{:?}", kv.list("a", Some(&member), limit).await.unwrap()),
                _ => names(&kv.sweep_groups("a", limit).await.unwrap()).join(" "),
            });
        }
        assert_eq!(told[0], told[1], "step {step}");
        match kind {
            0..=2 => assert_eq!(there.insert(user), told[0] == "true", "step {step}"),
            3..=5 if told[0] == "true" => assert!(there.remove(&user), "step {step}"),
            7 => {
                for gone in told[0].split_whitespace() {
                    let (user, _) = gone.split_once('/').unwrap();
                    assert!(there.remove(user), "step {step}: {gone}");
                }
            }
            _ => {}
        }
        let pause = TimeDelta::microseconds(random.below(4_000_000) as i64);
        memory.clock.advance(pause);
        redis.clock.advance(pause);
    }
}
