//! Reads of the log: gaps, joins with `since`, positions. All off the fan-out workers, with few at a time.

use std::{collections::HashMap, sync::Arc, time::Duration};

use tokio::{
    sync::mpsc,
    time::{Instant, sleep, sleep_until},
};
use tracing::warn;

use crate::{connection::ConnectionId, engine::Shared, frame::Frame, hub::Command};

/// Most topics of one query for positions.
const POSITIONS: usize = 500;
/// Messages of one read for a gap.
const REPAIR: usize = 1000;
/// Pauses after a read that failed: the first, and the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LAST_PAUSE: Duration = Duration::from_secs(2);

/// Reads what a gap needs, once: the worker asks again when it failed.
pub(crate) fn repair(shared: &Arc<Shared>, topic: Arc<str>, after: u64) {
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        let rows = read(&shared, &topic, after, REPAIR).await;
        shared.send(Command::Repair { topic, rows });
    });
}

/// Reads what a socket missed, until it works or the socket is gone.
pub(crate) fn replay(
    shared: &Arc<Shared>,
    topic: Arc<str>,
    id: ConnectionId,
    since: u64,
    upto: u64,
) {
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        let limit = shared.config.max_replay + 1;
        let mut pause = FIRST_PAUSE;
        while shared.registry.contains(id) {
            if let Some(rows) = read(&shared, &topic, since, limit).await {
                let complete = rows.len() < limit;
                shared.send(Command::Replay {
                    topic,
                    id,
                    rows,
                    complete,
                    upto,
                });
                return;
            }
            sleep(pause).await;
            pause = (pause * 2).min(LAST_PAUSE);
        }
    });
}

/// Reads the position for a socket that has seen more than this replica, until it works or the socket is gone.
pub(crate) fn position_for(shared: &Arc<Shared>, topic: Arc<str>, id: ConnectionId) {
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        let mut pause = FIRST_PAUSE;
        while shared.registry.contains(id) {
            if let Some(found) = positions(&shared, vec![(*topic).to_owned()]).await {
                let seq = found.first().map_or(0, |(_, seq)| *seq);
                shared.send(Command::PositionFor { topic, id, seq });
                return;
            }
            sleep(pause).await;
            pause = (pause * 2).min(LAST_PAUSE);
        }
    });
}

async fn read(shared: &Shared, topic: &str, after: u64, limit: usize) -> Option<Vec<(u64, Frame)>> {
    let log = shared.log.as_ref()?;
    let _permit = shared.log_permits.acquire().await.ok()?;
    let rows = log.read(topic.to_owned(), after, limit).await;
    rows.map_err(|error| warn!(%error, topic, "the log could not be read"))
        .ok()
}

async fn positions(shared: &Shared, topics: Vec<String>) -> Option<Vec<(String, u64)>> {
    let log = shared.log.as_ref()?;
    let _permit = shared.log_permits.acquire().await.ok()?;
    let found = log.positions(topics).await;
    found
        .map_err(|error| warn!(%error, "positions could not be read"))
        .ok()
}

/// Answers the workers' questions for first positions, many at once, and compares all active ordered topics
/// with the log: at an interval, and at once when the broker came or went.
pub(crate) async fn watch_positions(
    shared: Arc<Shared>,
    mut wanted: mpsc::UnboundedReceiver<Arc<str>>,
) {
    let mut first = Vec::new();
    let mut broker = shared.broker_state.subscribe();
    let mut compared = Instant::now();
    loop {
        tokio::select! {
            n = wanted.recv_many(&mut first, POSITIONS) => {
                if n == 0 {
                    return;
                }
                ask_first(&shared, &mut first).await;
                continue;
            }
            changed = broker.changed() => if changed.is_err() { return },
            () = sleep_until(compared + shared.position_pause()) => {}
        }
        for topics in shared.ordered_topics().chunks(POSITIONS) {
            ask(&shared, topics).await;
        }
        compared = Instant::now();
    }
}

async fn ask_first(shared: &Arc<Shared>, topics: &mut Vec<Arc<str>>) {
    let answered = ask(shared, topics).await;
    if !answered {
        sleep(FIRST_PAUSE).await;
    }
    for topic in topics.drain(..).filter(|_| !answered) {
        shared.ask_position(topic);
    }
}

async fn ask(shared: &Arc<Shared>, topics: &[Arc<str>]) -> bool {
    let names = topics.iter().map(|topic| (**topic).to_owned()).collect();
    let Some(found) = positions(shared, names).await else {
        return false;
    };
    let found: HashMap<String, u64> = found.into_iter().collect();
    for topic in topics {
        let seq = found.get(&**topic).copied().unwrap_or(0);
        shared.send(Command::Position {
            topic: Arc::clone(topic),
            seq,
        });
    }
    true
}
