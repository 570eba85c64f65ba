//! Leases and limits shared by all replicas.
//!
//! A set is three keys that share a cluster slot: its members by time (`due`), by name (`names`) and what they
//! show (`values`). Each operation is one script, so it is atomic and one round trip; none reads a whole key.
//! Needs Redis 6.2 or Valkey.

mod breaker;

use std::{
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use chrono::{DateTime, Utc};
use redis::{
    Client, ErrorKind, FromRedisValue, IntoConnectionInfo as _, RedisError, Script,
    ScriptInvocation,
    aio::{ConnectionManager, ConnectionManagerConfig},
    io::tcp::TcpSettings,
};
use tokio::time::timeout;

use self::breaker::Breaker;
use super::{
    KvError,
    lease::{Ended, Lease, Released, SWEEP_WINDOW, Taken, deadline},
    memory::Memory,
    throttle::{self, Decision, Quota},
    timelines,
};
use crate::{
    config::{InvalidSetting, Secret},
    health::{Health, Part},
};

/// Longest time a call may take, a connection to be made included.
const CALL_TIMEOUT: Duration = Duration::from_millis(500);
/// Longest pause between two attempts to connect.
const LONGEST_RETRY: Duration = Duration::from_secs(1);
/// A connection whose peer acknowledges nothing for this long is dropped and made anew.
const SILENCE: Duration = Duration::from_secs(5);
/// Most leases taken, names read or leases swept by one run of a script, which holds up everyone else's.
const BATCH: usize = 500;

type Time = DateTime<Utc>;

/// A handle to the server. A clone shares the connection.
#[derive(Clone)]
pub(super) struct Redis {
    pub(super) connection: ConnectionManager,
    /// For what is large and not urgent.
    pub(super) bulk: ConnectionManager,
    pub(super) instance: Arc<str>,
    pub(super) scripts: Arc<Scripts>,
    /// Those that pipelines call: they cannot bring them along.
    pub(super) scripts_loaded: Arc<AtomicBool>,
    local: Arc<Memory>,
    breaker: Breaker,
}

impl std::fmt::Debug for Redis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redis")
            .field("instance", &self.instance)
            .finish_non_exhaustive()
    }
}

/// A script that asks for groups.
macro_rules! grouping {
    ($file:literal) => {
        concat!(include_str!("redis/group.lua"), include_str!($file))
    };
}

pub(super) struct Scripts {
    pub(super) timelines: timelines::redis::Scripts,
    lease: Script,
    release: Script,
    lookup: Script,
    list: Script,
    sweep: Script,
    throttle: Script,
}

impl Default for Scripts {
    fn default() -> Self {
        Self {
            timelines: timelines::redis::Scripts::default(),
            lease: Script::new(grouping!("redis/lease.lua")),
            release: Script::new(grouping!("redis/release.lua")),
            lookup: Script::new(include_str!("redis/lookup.lua")),
            list: Script::new(include_str!("redis/list.lua")),
            sweep: Script::new(grouping!("redis/sweep.lua")),
            throttle: Script::new(include_str!("redis/throttle.lua")),
        }
    }
}

impl Redis {
    /// Begins to connect in the background, and keeps trying. Must be called on a runtime.
    ///
    /// # Errors
    /// If the URL cannot be used.
    pub(super) fn open(
        url: &Secret,
        instance: &str,
        health: &Health,
    ) -> Result<Self, InvalidSetting> {
        let invalid = |error: RedisError| InvalidSetting::new("REDIS_URL", error.to_string());
        let redis = Self {
            connection: connection(url).map_err(invalid)?,
            bulk: connection(url).map_err(invalid)?,
            scripts_loaded: Arc::default(),
            instance: instance.into(),
            scripts: Arc::default(),
            local: Arc::default(),
            breaker: Breaker::default(),
        };
        let pinged = redis.clone();
        tokio::spawn(async move { pinged.ping().await });
        let pinged = redis.clone();
        health.check(Part::Redis, None, move || {
            let redis = pinged.clone();
            async move { redis.ping().await.map_err(|error| error.to_string()) }
        });
        Ok(redis)
    }

    async fn ping(&self) -> Result<(), KvError> {
        let mut connection = self.connection.clone();
        let answer = timeout(CALL_TIMEOUT, redis::cmd("PING").exec_async(&mut connection)).await;
        let result = flatten(answer);
        self.breaker.called(&result);
        result.map_err(|error| KvError(error.to_string()))
    }

    pub(super) async fn lease(
        &self,
        set: &str,
        member: &str,
        value: &str,
        ttl: Duration,
        now: Time,
    ) -> Result<Taken, KvError> {
        let mut call = self.taking(set, ttl, now);
        call.arg(member).arg(value);
        let (new, first): (u64, u64) = self.run(&call).await?;
        Ok(Taken {
            new: new == 1,
            first: first == 1,
        })
    }

    pub(super) async fn lease_many(
        &self,
        set: &str,
        members: &[(String, String)],
        ttl: Duration,
        now: Time,
    ) -> Result<(), KvError> {
        for batch in members.chunks(BATCH) {
            let mut call = self.taking(set, ttl, now);
            for (member, value) in batch {
                call.arg(member).arg(value);
            }
            let _: (u64, u64) = self.run(&call).await?;
        }
        Ok(())
    }

    /// The arguments of lease.lua that come before the members.
    fn taking(&self, set: &str, ttl: Duration, now: Time) -> ScriptInvocation<'_> {
        let mut call = self.on(&self.scripts.lease, set, now);
        let kept = millis(ttl.saturating_add(SWEEP_WINDOW));
        let forgotten = now.timestamp_micros().saturating_sub(micros(SWEEP_WINDOW));
        call.arg(deadline(now, ttl).timestamp_micros())
            .arg(kept)
            .arg(forgotten);
        call
    }

    pub(super) async fn release(
        &self,
        set: &str,
        member: &str,
        now: Time,
    ) -> Result<Released, KvError> {
        let (held, last): (u64, u64) = self
            .run(self.on(&self.scripts.release, set, now).arg(member))
            .await?;
        Ok(Released {
            held: held == 1,
            last: last == 1,
        })
    }

    pub(super) async fn lookup(
        &self,
        set: &str,
        member: &str,
        now: Time,
    ) -> Result<Option<Lease>, KvError> {
        let found: Vec<String> = self
            .run(self.on(&self.scripts.lookup, set, now).arg(member))
            .await?;
        let Ok([value, expires_at]) = <[String; 2]>::try_from(found) else {
            return Ok(None);
        };
        Ok(Some(Lease {
            member: member.to_owned(),
            value,
            expires_at: time(&expires_at),
        }))
    }

    pub(super) async fn list(
        &self,
        set: &str,
        after: Option<&str>,
        limit: u32,
        now: Time,
    ) -> Result<Vec<Lease>, KvError> {
        let limit = limit as usize;
        let mut held = Vec::new();
        let mut from = after.map_or("-".to_owned(), |after| format!("({after}"));
        // Another round is only needed where many leases ran out that no list has met yet.
        while held.len() < limit {
            let missing = (limit - held.len()).min(BATCH);
            let mut call = self.on(&self.scripts.list, set, now);
            call.arg(&from)
                .arg(missing)
                .arg(BATCH.min(missing + BATCH / 5));
            let answer: Vec<String> = self.run(&call).await?;
            let Some((last, found)) = answer.split_first() else {
                break;
            };
            held.extend(leases(found));
            if last.is_empty() {
                break;
            }
            from = format!("({last}");
        }
        Ok(held)
    }

    pub(super) async fn count(&self, set: &str, now: Time) -> Result<u64, KvError> {
        let [due, ..] = self.keys(set);
        let mut connection = self.connection.clone();
        let mut call = redis::cmd("ZCOUNT");
        call.arg(due)
            .arg(format!("({}", now.timestamp_micros()))
            .arg("+inf");
        self.guarded(call.query_async(&mut connection)).await
    }

    pub(super) async fn sweep(
        &self,
        set: &str,
        limit: u32,
        now: Time,
    ) -> Result<Vec<Ended>, KvError> {
        let limit = (limit as usize).min(BATCH);
        let ended: Vec<String> = self
            .run(self.on(&self.scripts.sweep, set, now).arg(limit))
            .await?;
        Ok(ended.chunks_exact(4).map(self::ended).collect())
    }

    pub(super) async fn throttle(&self, key: &str, quota: Quota, now: Time) -> Decision {
        let mut call = self.scripts.throttle.prepare_invoke();
        call.key(format!("{}:throttle:{key}", self.instance));
        call.arg(now.timestamp_micros())
            .arg(quota.interval_micros())
            .arg(quota.burst_size());
        match self.run::<(i64, i64, i64)>(&call).await {
            Ok((allowed, excess, full)) => throttle::tell(quota, allowed == 1, excess, full),
            Err(_) => self.local.throttle(key, quota, now),
        }
    }

    fn keys(&self, set: &str) -> [String; 3] {
        ["due", "names", "values"].map(|part| format!("{}:{{{set}}}:{part}", self.instance))
    }

    /// A script on the keys of a set; its first argument is the time.
    fn on<'a>(&self, script: &'a Script, set: &str, now: Time) -> ScriptInvocation<'a> {
        let mut call = script.prepare_invoke();
        for key in self.keys(set) {
            call.key(key);
        }
        call.arg(now.timestamp_micros());
        call
    }

    async fn run<T: FromRedisValue>(&self, call: &ScriptInvocation<'_>) -> Result<T, KvError> {
        let mut connection = self.connection.clone();
        self.guarded(call.invoke_async(&mut connection)).await
    }

    /// Lets no call wait longer than [`CALL_TIMEOUT`], nor most of them that long while the server is out.
    pub(super) async fn guarded<T>(
        &self,
        call: impl Future<Output = Result<T, RedisError>>,
    ) -> Result<T, KvError> {
        if self.breaker.is_open() {
            return Err(KvError("not available".to_owned()));
        }
        let result = flatten(timeout(CALL_TIMEOUT, call).await);
        self.breaker.called(&result);
        result.map_err(|error| KvError(error.to_string()))
    }
}

fn flatten<T>(
    answer: Result<Result<T, RedisError>, tokio::time::error::Elapsed>,
) -> Result<T, RedisError> {
    answer.unwrap_or_else(|_| Err(RedisError::from((ErrorKind::Io, "did not answer in time"))))
}

fn connection(url: &Secret) -> Result<ConnectionManager, RedisError> {
    let info = url.expose().into_connection_info()?;
    let tcp = TcpSettings::default()
        .set_nodelay(true)
        .set_user_timeout(SILENCE);
    let client = Client::open(info.set_tcp_settings(tcp))?;
    let config = ConnectionManagerConfig::new()
        .set_connection_timeout(Some(CALL_TIMEOUT))
        .set_response_timeout(Some(CALL_TIMEOUT))
        .set_number_of_retries(usize::MAX)
        .set_min_delay(Duration::from_millis(50))
        .set_max_delay(LONGEST_RETRY);
    ConnectionManager::new_lazy_with_config(client, config)
}

/// Reads member, value, time, member, value, time…
fn leases(flat: &[String]) -> impl Iterator<Item = Lease> {
    flat.chunks_exact(3).map(lease)
}

/// Reads member, value, time, whether it was the last.
fn ended(flat: &[String]) -> Ended {
    Ended {
        lease: lease(flat),
        last: flat[3] == "1",
    }
}

fn lease(flat: &[String]) -> Lease {
    Lease {
        member: flat[0].clone(),
        value: flat[1].clone(),
        expires_at: time(&flat[2]),
    }
}

fn time(micros: &str) -> Time {
    micros
        .parse()
        .ok()
        .and_then(DateTime::from_timestamp_micros)
        .unwrap_or_default()
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

pub(super) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
