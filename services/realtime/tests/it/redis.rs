//! Two replicas on a real Redis (`redis-server` from the path) that is killed and started again.

use std::{
    process::{Child, Command, Stdio},
    sync::{Arc, atomic::Ordering::SeqCst},
    time::Duration,
};

use folkmoot_common::kv::pubsub::PubSub;
use folkmoot_realtime::BrokerState;

use crate::harness::{Server, TestLog, config, until};

struct Redis {
    port: u16,
    child: Child,
}

impl Redis {
    fn start() -> Self {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        Self {
            port,
            child: spawn(port),
        }
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn start_again(&mut self) {
        self.child = spawn(self.port);
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(port: u16) -> Child {
    Command::new("redis-server")
        .args([
            "--port",
            &port.to_string(),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            "/tmp",
        ])
        .stdout(Stdio::null())
        .spawn()
        .expect("redis-server must be installed")
}

async fn is_in_state(server: &Server, wanted: BrokerState) {
    let state = server.engine.broker_state();
    until("the state of the broker", || *state.borrow() == wanted).await;
}

async fn two(redis: &Redis, log: &Arc<TestLog>) -> Vec<Server> {
    let mut servers = Vec::new();
    for _ in 0..2 {
        let pubsub = PubSub::redis(&format!("redis://127.0.0.1:{}", redis.port)).unwrap();
        servers.push(Server::start_with(config(), Arc::new(pubsub), log).await);
    }
    for server in &servers {
        is_in_state(server, BrokerState::Up).await;
    }
    servers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_redis_loses_nothing() {
    const TOTAL: u64 = 600;
    let mut redis = Redis::start();
    let log = Arc::new(TestLog::default());
    let servers = two(&redis, &log).await;
    let mut readers = Vec::new();
    for n in 0..6 {
        let mut client = servers[n % 2].connect("room", "reader").await;
        assert_eq!(client.next().await, "joined 0 true 0");
        readers.push(tokio::spawn(async move { client.seqs_until(TOTAL).await }));
    }
    let writers: Vec<_> = servers
        .iter()
        .cloned()
        .map(|server| {
            let log = Arc::clone(&log);
            tokio::spawn(async move {
                for _ in 0..TOTAL / 4 {
                    server.say(&log, "room", 2).await;
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(200)).await;
    redis.kill();
    is_in_state(&servers[0], BrokerState::Down).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    redis.start_again();
    for server in &servers {
        is_in_state(server, BrokerState::Up).await;
    }
    for writer in writers {
        writer.await.unwrap();
    }
    for reader in readers {
        assert_eq!(reader.await.unwrap(), (1..=TOTAL).collect::<Vec<_>>());
    }
    // Live again, and not only by the log.
    let mut late = servers[1].connect("other", "late").await;
    assert_eq!(late.next().await, "joined 0 true 0");
    let reads = log.reads.load(SeqCst);
    servers[0].say(&log, "other", 2).await;
    assert_eq!(late.seqs_until(2).await, [1, 2]);
    assert_eq!(log.reads.load(SeqCst), reads);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whether_a_topic_has_members_is_known_on_every_replica_and_true_while_it_cannot_be() {
    let mut redis = Redis::start();
    let log = Arc::new(TestLog::default());
    let servers = two(&redis, &log).await;
    let topics = ["plain-here", "plain-nowhere"].map(str::to_owned);
    let mut member = servers[1].connect("plain-here", "member").await;
    assert_eq!(member.next().await, "joined 0 true 0");
    for server in &servers {
        assert_eq!(server.engine.have_members(&topics).await, [true, false]);
    }
    drop(member);
    let mut left = false;
    for _ in 0..200 {
        left = servers[0].engine.have_members(&topics).await == [false, false];
        if left {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(left, "a topic without members is forgotten");
    redis.kill();
    is_in_state(&servers[0], BrokerState::Down).await;
    assert_eq!(servers[0].engine.have_members(&topics).await, [true, true]);
}
