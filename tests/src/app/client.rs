//! A client that does what a good client does: names its messages, sends again what was not acknowledged,
//! comes back with `since`, and checks what it is promised.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use super::{Member, Received, Site, Socket};
use serde_json::{Value, json};

/// Messages that may be without an acknowledgement.
const WINDOW: usize = 4;
const RECONNECT_PAUSE: Duration = Duration::from_millis(50);

/// What the clients of one room know together.
#[derive(Debug, Default)]
pub struct Progress {
    /// Messages that were acknowledged.
    pub acknowledged: AtomicUsize,
}

/// A client of one room. It panics when a promise is broken.
#[derive(Debug)]
pub struct Client {
    member: Member,
    room: &'static str,
    replicas: Vec<Site>,
    at: usize,
    pause: Duration,
    unsent: VecDeque<String>,
    unacknowledged: VecDeque<String>,
    /// `client_id` → `seq`, as acknowledged.
    pub acknowledged: BTreeMap<String, u64>,
    /// The last `seq` received; every one before it was received once, in order.
    pub last_seq: u64,
    progress: Arc<Progress>,
}

impl Client {
    /// One that sends `messages`, with `pause` between two, by way of `replicas`, beginning with the one `at`.
    #[must_use]
    pub fn new(
        member: Member,
        room: &'static str,
        replicas: Vec<Site>,
        at: usize,
        messages: usize,
        pause: Duration,
        progress: &Arc<Progress>,
    ) -> Self {
        let unsent = (0..messages)
            .map(|n| format!("{}-{n}", member.username))
            .collect();
        Self {
            member,
            room,
            replicas,
            at,
            pause,
            unsent,
            unacknowledged: VecDeque::new(),
            acknowledged: BTreeMap::new(),
            last_seq: 0,
            progress: Arc::clone(progress),
        }
    }

    /// Sends all and receives until `total` messages have come. Ends by itself or by the caller's limit.
    ///
    /// # Panics
    /// If a promise is broken.
    pub async fn run(mut self, total: u64) -> Self {
        while self.last_seq < total || !self.unsent.is_empty() || !self.unacknowledged.is_empty() {
            let member = self.member.at(&self.replicas[self.at]);
            match member
                .try_chat(self.room, &format!("since={}", self.last_seq))
                .await
            {
                Ok(socket) => self.use_socket(socket, total).await,
                Err(_) => tokio::time::sleep(RECONNECT_PAUSE).await,
            }
            self.at = (self.at + 1) % self.replicas.len();
            // What was on its way may be stored or not: it is sent again, first.
            while let Some(client_id) = self.unacknowledged.pop_back() {
                self.unsent.push_front(client_id);
            }
        }
        self
    }

    async fn use_socket(&mut self, mut socket: Socket, total: u64) {
        let mut tick = tokio::time::interval(self.pause);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while self.last_seq < total || !self.unsent.is_empty() || !self.unacknowledged.is_empty() {
            tokio::select! {
                received = socket.receive_without_limit() => match received {
                    Received::Frame(frame) => if !self.take(&frame) { return },
                    Received::Closed(_) => return,
                },
                _ = tick.tick(), if self.unacknowledged.len() < WINDOW && !self.unsent.is_empty() => {
                    if !self.send_next(&mut socket).await { return }
                }
            }
        }
    }

    async fn send_next(&mut self, socket: &mut Socket) -> bool {
        let Some(client_id) = self.unsent.pop_front() else {
            return true;
        };
        let frame = json!({"type": "message", "content": client_id, "client_id": client_id});
        self.unacknowledged.push_back(client_id);
        socket.try_send(&frame).await.is_ok()
    }

    /// False when the socket is of no more use.
    fn take(&mut self, frame: &Value) -> bool {
        match frame["type"].as_str() {
            Some("message") => {
                let seq = frame["seq"].as_u64().expect("a seq");
                assert_eq!(
                    seq,
                    self.last_seq + 1,
                    "{} got a wrong seq",
                    self.member.username
                );
                self.last_seq = seq;
                true
            }
            Some("ack") => {
                self.acknowledge(frame);
                true
            }
            Some("joined") => {
                assert_eq!(frame["recovered"], true, "{frame}");
                true
            }
            // Not stored, or not known to be: a new socket sends it again.
            Some("error") => {
                assert_eq!(frame["temporary"], true, "{frame}");
                false
            }
            _ => true,
        }
    }

    fn acknowledge(&mut self, frame: &Value) {
        let client_id = frame["client_id"].as_str().expect("a client_id").to_owned();
        let seq = frame["seq"].as_u64().expect("a seq");
        self.unacknowledged.retain(|waiting| *waiting != client_id);
        if let Some(before) = self.acknowledged.insert(client_id.clone(), seq) {
            assert_eq!(before, seq, "{client_id} was acknowledged at two places");
        } else {
            self.progress.acknowledged.fetch_add(1, Ordering::SeqCst);
        }
    }
}
