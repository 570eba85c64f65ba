//! The fan-out workers. A topic belongs to one worker, so all that happens to a topic happens in order and
//! without locks; what waits for a worker is taken at once and leaves as one write per socket and topic.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
    sync::Arc,
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep_until},
};

use crate::{
    connection::{Conn, ConnectionId},
    engine::Shared,
    envelope,
    frame::Frame,
    link::Request,
    local::{LocalTopic, Need, Pending},
    logs,
    topic::{Join, JoinError, Joined, Publication},
};

/// Most commands of one round.
const ROUND: usize = 1024;
/// Size at which an envelope is sent at once.
const MAX_ENVELOPE: usize = 256 * 1024;
/// What a command costs besides its bytes.
const COMMAND: usize = 64;

/// What a worker is told.
#[derive(Debug)]
pub(crate) enum Command {
    /// A socket joins.
    Join {
        topic: Arc<str>,
        conn: Arc<Conn>,
        join: Join,
        done: oneshot::Sender<Result<Joined, JoinError>>,
    },
    /// A socket leaves.
    Leave { topic: Arc<str>, id: ConnectionId },
    /// Published on this replica.
    Publish(Publication),
    /// Published on any replica: the broker's channel and the envelope.
    Received { channel: String, envelope: Bytes },
    /// The broker subscribed, or is out of reach and will.
    Subscribed(Arc<str>),
    /// A position of the log.
    Position { topic: Arc<str>, seq: u64 },
    /// The position of the log for a socket that is ahead.
    PositionFor {
        topic: Arc<str>,
        id: ConnectionId,
        seq: u64,
    },
    /// What the log has for a gap.
    Repair {
        topic: Arc<str>,
        rows: Option<Vec<(u64, Frame)>>,
    },
    /// What the log has for a socket that joins.
    Replay {
        topic: Arc<str>,
        id: ConnectionId,
        rows: Vec<(u64, Frame)>,
        complete: bool,
        upto: u64,
    },
}

impl Command {
    /// What it takes of the worker's budget.
    pub(crate) fn cost(&self) -> usize {
        match self {
            Self::Publish(publication) => publication.frame.len() + COMMAND,
            Self::Received { envelope, .. } => envelope.len() + COMMAND,
            _ => 0,
        }
    }
}

pub(crate) struct Hub {
    shared: Arc<Shared>,
    index: usize,
    topics: HashMap<Arc<str>, LocalTopic>,
    touched: Vec<Arc<str>>,
    schedule: BinaryHeap<Reverse<(Duration, Arc<str>)>>,
    outgoing: HashMap<Arc<str>, BytesMut>,
    now: Duration,
}

impl Hub {
    pub(crate) fn new(shared: Arc<Shared>, index: usize) -> Self {
        Self {
            shared,
            index,
            topics: HashMap::new(),
            touched: Vec::new(),
            schedule: BinaryHeap::new(),
            outgoing: HashMap::new(),
            now: Duration::ZERO,
        }
    }

    /// Runs until the engine ends.
    pub(crate) async fn run(mut self, mut commands: mpsc::UnboundedReceiver<Command>) {
        let mut round = Vec::with_capacity(ROUND);
        loop {
            let due = self
                .schedule
                .peek()
                .map(|Reverse((due, _))| self.shared.started + *due);
            tokio::select! {
                biased;
                n = commands.recv_many(&mut round, ROUND) => if n == 0 { return },
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {}
            }
            self.now = self.shared.started.elapsed();
            let cost = round.iter().map(|command| self.shared.cost(command)).sum();
            for command in round.drain(..) {
                self.apply(command).await;
            }
            self.look_at_due();
            self.send_outgoing();
            self.finish_round().await;
            self.shared.release_budget(self.index, cost);
        }
    }

    async fn apply(&mut self, command: Command) {
        match command {
            Command::Join {
                topic,
                conn,
                join,
                done,
            } => {
                self.join(topic, Pending { conn, join, done }).await;
            }
            Command::Leave { topic, id } => self.leave(&topic, id).await,
            Command::Publish(publication) => self.publish(publication).await,
            Command::Received { channel, envelope } => self.received(&channel, envelope).await,
            Command::Subscribed(topic) => self.subscribed(&topic),
            Command::Position { topic, seq } => self.position(&topic, seq),
            Command::PositionFor { topic, id, seq } => {
                self.position(&topic, seq);
                if let Some(local) = self.flushed(&topic).await {
                    local.position_for(id, seq);
                }
            }
            Command::Repair { topic, rows } => {
                let (now, shared) = (self.now, Arc::clone(&self.shared));
                if let Some(local) = self.touch(&topic) {
                    local.repair(rows, now, &shared);
                }
            }
            Command::Replay {
                topic,
                id,
                rows,
                complete,
                upto,
            } => {
                let shared = Arc::clone(&self.shared);
                let Some(local) = self.flushed(&topic).await else {
                    return;
                };
                if let Some(need) = local.replay(id, rows, complete, upto, &shared) {
                    self.ask_log(topic, id, need);
                }
            }
        }
    }

    /// The topic, noted as changed in this round.
    fn touch(&mut self, topic: &str) -> Option<&mut LocalTopic> {
        let local = self.topics.get_mut(topic)?;
        if !local.touched {
            local.touched = true;
            self.touched.push(Arc::clone(&local.name));
        }
        Some(local)
    }

    /// The topic with nothing left in its batch, so that members may come and go.
    async fn flushed(&mut self, topic: &str) -> Option<&mut LocalTopic> {
        let shared = Arc::clone(&self.shared);
        let local = self.touch(topic)?;
        local.fan_out(&shared).await;
        Some(local)
    }

    async fn join(&mut self, topic: Arc<str>, pending: Pending) {
        let shared = Arc::clone(&self.shared);
        if pending.join.ordered && shared.log.is_none() {
            let _ = pending.done.send(Err(JoinError::NoLog));
            return;
        }
        let id = pending.conn.id;
        if !self.topics.contains_key(&topic) {
            let local = LocalTopic::new(Arc::clone(&topic), pending.join.ordered, &shared);
            if local.order.is_some() {
                shared.active.lock().insert(Arc::clone(&topic));
            }
            self.topics.insert(Arc::clone(&topic), local);
            shared.metrics.topics.increment(1);
            shared.request(Request::Subscribe(Arc::clone(&topic)));
        }
        let Some(local) = self.flushed(&topic).await else {
            return;
        };
        if let Some(need) = local.join(pending, &shared) {
            self.ask_log(topic, id, need);
        }
    }

    async fn leave(&mut self, topic: &str, id: ConnectionId) {
        let now = self.now;
        if let Some(local) = self.flushed(topic).await {
            local.leave(id, now);
        }
    }

    async fn publish(&mut self, publication: Publication) {
        let (now, shared) = (self.now, Arc::clone(&self.shared));
        let Publication { topic, frame, kind } = publication;
        let buffer = self
            .outgoing
            .entry(Arc::clone(&topic))
            .or_insert_with(|| envelope::start(shared.origin));
        envelope::append(buffer, kind, &frame);
        if buffer.len() > MAX_ENVELOPE {
            let full = std::mem::replace(buffer, envelope::start(shared.origin));
            shared.send_to_broker(&topic, full.freeze());
        }
        if let Some(local) = self.touch(&topic) {
            local.offer(kind, frame, now, &shared);
            if local.is_full_batch() {
                local.fan_out(&shared).await;
            }
        }
    }

    async fn received(&mut self, channel: &str, mut envelope: Bytes) {
        let (now, shared) = (self.now, Arc::clone(&self.shared));
        let Some(topic) = shared.topic_of(channel) else {
            return;
        };
        let Some(local) = self.touch(topic) else {
            return;
        };
        if envelope::origin(&mut envelope) == Some(shared.origin) {
            return;
        }
        while let Some((kind, frame)) = envelope::next(&mut envelope) {
            local.offer(kind, frame, now, &shared);
            if local.is_full_batch() {
                local.fan_out(&shared).await;
            }
        }
    }

    fn subscribed(&mut self, topic: &str) {
        let shared = Arc::clone(&self.shared);
        if let Some(local) = self.touch(topic)
            && local.subscribed()
        {
            shared.ask_position(Arc::clone(&local.name));
        }
    }

    fn position(&mut self, topic: &str, seq: u64) {
        let (now, shared) = (self.now, Arc::clone(&self.shared));
        if let Some(local) = self.touch(topic) {
            local.position(seq, now, &shared);
        }
    }

    /// Begins a read of the log for a socket that joins.
    fn ask_log(&mut self, topic: Arc<str>, id: ConnectionId, need: Need) {
        let delivered = self
            .topics
            .get(&topic)
            .and_then(|t| t.order.as_ref()?.delivered());
        match need {
            Need::Position => logs::position_for(&self.shared, topic, id),
            Need::Replay(since) => {
                logs::replay(&self.shared, topic, id, since, delivered.unwrap_or(0));
            }
        }
    }

    /// Topics whose time has come: gaps that last too long, and topics that were left.
    fn look_at_due(&mut self) {
        while let Some(Reverse((due, topic))) = self.schedule.peek()
            && *due <= self.now
        {
            let topic = Arc::clone(topic);
            self.schedule.pop();
            if let Some(local) = self.touch(&topic) {
                local.scheduled = None;
            }
        }
    }

    /// Hands what was published here to the broker, one publication per topic.
    fn send_outgoing(&mut self) {
        for (topic, buffer) in self.outgoing.drain() {
            if envelope::is_empty(&buffer) {
                continue;
            }
            self.shared.send_to_broker(&topic, buffer.freeze());
        }
    }

    /// Fans out, lets in who waited, and sees what is next for every topic of this round.
    async fn finish_round(&mut self) {
        let shared = Arc::clone(&self.shared);
        while let Some(topic) = self.touched.pop() {
            let Some(local) = self.topics.get_mut(&topic) else {
                continue;
            };
            local.touched = false;
            local.fan_out(&shared).await;
            for pending in local.take_unblocked() {
                let id = pending.conn.id;
                if let Some(need) = self.admit(&topic, pending) {
                    self.ask_log(Arc::clone(&topic), id, need);
                }
            }
            self.plan(&topic);
        }
    }

    fn admit(&mut self, topic: &str, pending: Pending) -> Option<Need> {
        self.topics.get_mut(topic)?.admit(pending, &self.shared)
    }

    /// Repairs a gap or ends the topic if that is due, and notes when to look again.
    fn plan(&mut self, topic: &str) {
        let shared = Arc::clone(&self.shared);
        let Some(local) = self.topics.get_mut(topic) else {
            return;
        };
        if local
            .empty_since
            .is_some_and(|since| since + shared.config.topic_linger <= self.now)
        {
            shared.request(Request::Unsubscribe(Arc::clone(&local.name)));
            shared.active.lock().remove(topic);
            shared.metrics.topics.decrement(1);
            self.topics.remove(topic);
            return;
        }
        let gap_wait = shared.config.gap_wait;
        if let Some(after) = local
            .order
            .as_mut()
            .and_then(|o| o.overdue(self.now, gap_wait))
        {
            shared.metrics.repairs.increment(1);
            logs::repair(&shared, Arc::clone(&local.name), after);
        }
        let Some(due) = local.due(&shared) else {
            return;
        };
        if local.scheduled.is_none_or(|scheduled| due < scheduled) {
            local.scheduled = Some(due);
            self.schedule.push(Reverse((due, Arc::clone(&local.name))));
        }
    }
}
