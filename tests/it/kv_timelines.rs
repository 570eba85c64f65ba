//! Timelines: whole or not there, on memory and on a real Redis, and both alike.

#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::time::Duration;

use folkmoot_common::kv::{Bounds, FILLING, Filling, Kv, Slice, TimelineRead};
use folkmoot_tests::{Stop, backends::Redis, on_both_backends, seeded::Seeded, wait};
use uuid::Uuid;

use crate::kv::{Store, unique};

const BOUNDS: Bounds = Bounds {
    capacity: 5,
    ttl: Duration::from_secs(3600),
};

fn ids(numbers: &[u128]) -> Vec<Uuid> {
    numbers.iter().map(|n| Uuid::from_u128(*n)).collect()
}

fn slice(numbers: &[u128], is_end: bool) -> Slice {
    Slice {
        ids: ids(numbers),
        is_end,
    }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

async fn read(kv: &Kv, name: &str, before: Option<u128>, limit: u32) -> Option<Slice> {
    let read = TimelineRead {
        name: name.to_owned(),
        before: before.map(Uuid::from_u128),
        limit,
        ttl: BOUNDS.ttl,
    };
    let mut slices = kv.read_timelines(&[read]).await.unwrap();
    slices.pop().unwrap()
}

async fn open(kv: &Kv, name: &str, token: u128) -> Option<Filling> {
    kv.open_timeline(name, Uuid::from_u128(token))
        .await
        .unwrap()
}

async fn make(kv: &Kv, name: &str, token: u128, numbers: &[u128], is_end: bool) {
    let filling = open(kv, name, token).await.unwrap();
    let slice = slice(numbers, is_end);
    assert!(
        kv.fill_timeline(name, filling, &slice, BOUNDS)
            .await
            .unwrap()
    );
}

async fn add(kv: &Kv, name: &str, numbers: &[u128]) {
    kv.add_to_timelines(&names(&[name]), &ids(numbers), BOUNDS.capacity)
        .await
        .unwrap();
}

on_both_backends! {
    async fn nothing_is_added_to_what_is_not_there(backends: Backends) {
        let kv = Store::on(backends).await.kv;
        add(&kv, "a", &[7]).await;
        assert_eq!(read(&kv, "a", None, 10).await, None);
        make(&kv, "a", 1, &[5, 3], true).await;
        add(&kv, "a", &[7, 4]).await;
        assert_eq!(read(&kv, "a", None, 10).await, Some(slice(&[7, 5, 4, 3], true)));
        assert_eq!(read(&kv, "a", None, 2).await, Some(slice(&[7, 5], false)));
        assert_eq!(read(&kv, "a", Some(5), 10).await, Some(slice(&[4, 3], true)));
        assert_eq!(read(&kv, "a", Some(3), 10).await, Some(slice(&[], true)));
        kv.drop_timelines(&names(&["a", "b"])).await.unwrap();
        assert_eq!(read(&kv, "a", None, 10).await, None);
        make(&kv, "nobody", 2, &[], true).await;
        assert_eq!(read(&kv, "nobody", None, 10).await, Some(slice(&[], true)));
    }

    async fn what_comes_while_it_is_filled_is_kept(backends: Backends) {
        let kv = Store::on(backends).await.kv;
        let filling = open(&kv, "a", 1).await.unwrap();
        assert_eq!(open(&kv, "a", 2).await, None, "one fills");
        assert_eq!(read(&kv, "a", None, 10).await, None, "not there before it is whole");
        add(&kv, "a", &[9, 1]).await;
        assert!(kv.fill_timeline("a", filling, &slice(&[8, 7], true), BOUNDS).await.unwrap());
        assert_eq!(read(&kv, "a", None, 10).await, Some(slice(&[9, 8, 7, 1], true)));
        assert!(!kv.fill_timeline("a", filling, &slice(&[6], true), BOUNDS).await.unwrap(), "only once");

        let filling = open(&kv, "b", 3).await.unwrap();
        kv.drop_timelines(&names(&["b"])).await.unwrap();
        assert!(!kv.fill_timeline("b", filling, &slice(&[8], true), BOUNDS).await.unwrap(), "it was thrown away");
        assert_eq!(read(&kv, "b", None, 10).await, None);
    }

    async fn it_is_bounded_and_knows_where_it_ends(backends: Backends) {
        let kv = Store::on(backends).await.kv;
        make(&kv, "a", 1, &[6, 5, 4], true).await;
        add(&kv, "a", &[7]).await;
        assert_eq!(read(&kv, "a", None, 10).await, Some(slice(&[7, 6, 5, 4], true)));
        add(&kv, "a", &[8]).await;
        assert_eq!(read(&kv, "a", None, 10).await, Some(slice(&[8, 7, 6, 5, 4], false)), "the end goes first");
        add(&kv, "a", &[9]).await;
        assert_eq!(read(&kv, "a", None, 10).await, Some(slice(&[9, 8, 7, 6, 5], false)));
        kv.remove_from_timelines(&names(&["a"]), &ids(&[9, 7, 100])).await.unwrap();
        add(&kv, "a", &[2]).await;
        assert_eq!(read(&kv, "a", None, 10).await, Some(slice(&[8, 6, 5], false)), "4 may be between");
        kv.remove_from_timelines(&names(&["a"]), &ids(&[8, 6, 5])).await.unwrap();
        assert_eq!(read(&kv, "a", None, 10).await, None, "nothing is known any more");

        make(&kv, "b", 2, &[9, 8, 7, 6, 5, 4, 3], false).await;
        assert_eq!(read(&kv, "b", None, 10).await, Some(slice(&[9, 8, 7, 6, 5], false)));
    }

    async fn many_are_changed_and_read_at_once(backends: Backends) {
        let kv = Store::on(backends).await.kv;
        let all: Vec<String> = (0..1_200).map(|n| format!("home:{n}")).collect();
        for (token, name) in all.iter().enumerate().filter(|(n, _)| n % 2 == 0) {
            make(&kv, name, token as u128 + 1, &[1], true).await;
        }
        kv.add_to_timelines(&all, &ids(&[7, 3]), BOUNDS.capacity).await.unwrap();
        kv.remove_from_timelines(&all, &ids(&[3])).await.unwrap();
        let reads: Vec<_> = all.iter().map(|name| TimelineRead {
            name: name.clone(), before: None, limit: 10, ttl: BOUNDS.ttl,
        }).collect();
        let found = kv.read_timelines(&reads).await.unwrap();
        for (n, found) in found.into_iter().enumerate() {
            assert_eq!(found, (n % 2 == 0).then(|| slice(&[7, 1], true)), "{n}");
        }
        kv.add_to_timelines(&[], &ids(&[7]), 5).await.unwrap();
        kv.add_to_timelines(&all, &[], 5).await.unwrap();
        kv.remove_from_timelines(&[], &[]).await.unwrap();
        kv.drop_timelines(&[]).await.unwrap();
        assert_eq!(kv.read_timelines(&[]).await.unwrap(), []);
    }
}

/// The same calls on both come to the same.
#[tokio::test]
async fn memory_and_redis_are_alike() {
    let mut random = Seeded::new();
    let redis = Store::redis(Redis::shared().await, &unique());
    let stores = [Store::memory(), redis];
    let mut fillings: Vec<(String, Filling)> = Vec::new();
    for step in 0..1_500_u128 {
        let name = *random.pick(&["a", "b", "c"]);
        let numbers: Vec<u128> = (0..random.below(4))
            .map(|_| random.below(30) as u128 + 1)
            .collect();
        let (what, limit) = (random.below(10), random.below(7) as u32 + 1);
        let before = random.percent(50).then(|| random.below(32) as u128);
        let at = random.below(fillings.len().max(1));
        let mut found = Vec::new();
        for store in &stores {
            let kv = &store.kv;
            found.push(match what {
                0..=3 => {
                    add(kv, name, &numbers).await;
                    String::new()
                }
                4 => {
                    let (names, ids) = (names(&[name]), ids(&numbers));
                    format!("{:?}", kv.remove_from_timelines(&names, &ids).await)
                }
                5 if step % 7 == 0 => format!("{:?}", kv.drop_timelines(&names(&[name])).await),
                6 | 7 => format!("{:?}", open(kv, name, step + 1).await),
                8 if !fillings.is_empty() => {
                    let (name, filling) = &fillings[at];
                    let mut newest = numbers.clone();
                    newest.sort_unstable_by(|one, other| other.cmp(one));
                    newest.dedup();
                    let slice = slice(&newest, step % 2 == 0);
                    format!(
                        "{:?}",
                        kv.fill_timeline(name, *filling, &slice, BOUNDS).await
                    )
                }
                _ => String::new(),
            });
            found.push(format!("{:?}", read(kv, name, before, limit).await));
        }
        assert_eq!(found[..2], found[2..], "step {step}");
        if (6..8).contains(&what) && found[0] != "None" {
            let token = Uuid::from_u128(step + 1);
            // What was opened is known by its token alone.
            let probe = Store::memory().kv;
            let filling = probe.open_timeline("x", token).await.unwrap().unwrap();
            fillings.push((name.to_owned(), filling));
        }
    }
}

#[tokio::test]
async fn timelines_end_by_themselves() {
    let store = Store::memory();
    make(&store.kv, "a", 1, &[5], true).await;
    store.wait(3_599);
    assert!(read(&store.kv, "a", None, 1).await.is_some());
    store.wait(3_599);
    assert!(read(&store.kv, "a", None, 1).await.is_some(), "it was read");
    store.wait(3_601);
    assert_eq!(read(&store.kv, "a", None, 1).await, None);
    open(&store.kv, "b", 2).await.unwrap();
    assert_eq!(open(&store.kv, "b", 3).await, None);
    store.wait(FILLING.as_secs() as i64 + 1);
    assert!(
        open(&store.kv, "b", 3).await.is_some(),
        "who filled it is gone"
    );
}

#[tokio::test]
async fn keys_in_redis_have_the_prefix_and_an_end() {
    let redis = Redis::start().await;
    let store = Store::redis(&redis, "club");
    make(&store.kv, "feed:home:ann", 1, &[5], true).await;
    open(&store.kv, "feed:home:bob", 2).await.unwrap();
    let mut connection = redis::Client::open(redis.url())
        .unwrap()
        .get_connection()
        .unwrap();
    let mut keys: Vec<String> = redis::cmd("KEYS").arg("*").query(&mut connection).unwrap();
    keys.sort();
    assert_eq!(
        keys,
        ["club:timeline:feed:home:ann", "club:timeline:feed:home:bob"]
    );
    for (key, longest) in keys.iter().zip([3_600, 10]) {
        let ttl: i64 = redis::cmd("TTL").arg(key).query(&mut connection).unwrap();
        assert!((1..=longest).contains(&ttl), "{key} {ttl}");
    }
}

#[tokio::test]
async fn a_redis_that_came_back_without_scripts_is_given_them() {
    let redis = Redis::start().await;
    let store = Store::redis(&redis, "club");
    make(&store.kv, "a", 1, &[5], true).await;
    redis.stop(Stop::Kill).await;
    let failed = store
        .kv
        .add_to_timelines(&names(&["a"]), &ids(&[6]), 5)
        .await;
    assert!(failed.is_err());
    redis.start_again().await;
    let back = wait::until("Redis answers", async || {
        store.kv.open_timeline("a", Uuid::from_u128(2)).await.ok()
    });
    let filling = back.await.unwrap();
    assert!(
        store
            .kv
            .fill_timeline("a", filling, &slice(&[5], true), BOUNDS)
            .await
            .unwrap()
    );
    let mut connection = redis::Client::open(redis.url())
        .unwrap()
        .get_connection()
        .unwrap();
    redis::cmd("SCRIPT")
        .arg("FLUSH")
        .exec(&mut connection)
        .unwrap();
    add(&store.kv, "a", &[6]).await;
    // What is read goes over another connection, which may only now notice.
    let all = TimelineRead {
        name: "a".to_owned(),
        before: None,
        limit: 10,
        ttl: BOUNDS.ttl,
    };
    let found = wait::until("it can be read", async || {
        store
            .kv
            .read_timelines(std::slice::from_ref(&all))
            .await
            .ok()
    });
    assert_eq!(found.await, [Some(slice(&[6, 5], true))]);
}
