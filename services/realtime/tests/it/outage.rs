//! The broker goes and comes back, or only seems to live.

use std::{sync::Arc, time::Duration};

use folkmoot_realtime::BrokerState;

use crate::harness::{Server, TestBus, TestLog, config, until};

fn range(from: u64, to: u64) -> Vec<u64> {
    (from..=to).collect()
}

async fn two(bus: &TestBus, log: &Arc<TestLog>) -> [Server; 2] {
    let servers = [
        Server::start(config(), bus, log).await,
        Server::start(config(), bus, log).await,
    ];
    for server in &servers {
        let state = server.engine.broker_state();
        until("the broker is up", || *state.borrow() == BrokerState::Up).await;
    }
    servers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_flow_through_the_log_while_the_broker_is_down() {
    let (bus, log) = (TestBus::default(), Arc::new(TestLog::default()));
    let [one, two] = two(&bus, &log).await;
    let mut reader = two.connect("room", "reader").await;
    assert_eq!(reader.next().await, "joined 0 true 0");
    one.say(&log, "room", 5).await;
    assert_eq!(reader.seqs_until(5).await, range(1, 5));
    bus.set_down(true);
    let state = two.engine.broker_state();
    until("the broker is down", || {
        *state.borrow() == BrokerState::Down
    })
    .await;
    one.say(&log, "room", 20).await;
    assert_eq!(reader.seqs_until(25).await, range(6, 25));
    // Who comes now is served too.
    let mut late = two.connect_since("other", "late", Some(0)).await;
    assert_eq!(late.next().await, "joined 0 true 0");
    one.say(&log, "other", 3).await;
    assert_eq!(late.seqs_until(3).await, range(1, 3));
    bus.set_down(false);
    until("the broker is up", || *state.borrow() == BrokerState::Up).await;
    one.say(&log, "room", 5).await;
    one.say(&log, "other", 2).await;
    assert_eq!(reader.seqs_until(30).await, range(26, 30));
    assert_eq!(late.seqs_until(5).await, [4, 5]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscription_that_is_dead_without_saying_so_is_found_by_the_probe() {
    let (bus, log) = (TestBus::default(), Arc::new(TestLog::default()));
    let [one, two] = two(&bus, &log).await;
    let mut reader = two.connect("room", "reader").await;
    assert_eq!(reader.next().await, "joined 0 true 0");
    bus.set_deaf(true);
    one.say(&log, "room", 5).await;
    let state = two.engine.broker_state();
    until("the broker is down", || {
        *state.borrow() == BrokerState::Down
    })
    .await;
    assert_eq!(reader.seqs_until(5).await, range(1, 5));
    until("a new connection", || bus.reconnects() >= 1).await;
    bus.set_deaf(false);
    until("the broker is up", || *state.borrow() == BrokerState::Up).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_last_publication_that_is_lost_is_found_in_the_log() {
    let (bus, log) = (TestBus::faulty(1, 1, 0), Arc::new(TestLog::default()));
    let [one, two] = two(&bus, &log).await;
    let mut reader = two.connect("room", "reader").await;
    assert_eq!(reader.next().await, "joined 0 true 0");
    one.say(&log, "room", 1).await;
    assert_eq!(reader.seqs_until(1).await, [1]);
    assert_eq!(*two.engine.broker_state().borrow(), BrokerState::Up);
    tokio::time::sleep(Duration::from_millis(1)).await;
}
