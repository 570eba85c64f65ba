//! One topic on this replica: its members, those who are catching up, and the order of its messages.

use std::{collections::HashMap, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use tokio::sync::oneshot;

use crate::{
    connection::{Conn, ConnectionId},
    engine::Shared,
    frame::Frame,
    members::Members,
    order::Order,
    outbox::Batch,
    recent::Recent,
    topic::{Join, JoinError, Joined, Kind},
};

/// Members that are served before other tasks get their turn.
const CHUNK: usize = 128;
/// Most bytes that are joined into one batch.
const MAX_BATCH: usize = 128 * 1024;

/// A socket whose join has not taken effect.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) conn: Arc<Conn>,
    pub(crate) join: Join,
    pub(crate) done: oneshot::Sender<Result<Joined, JoinError>>,
}

/// One that is admitted once the log has answered.
#[derive(Debug)]
struct Catching {
    pending: Pending,
    /// It has seen more than this replica has delivered.
    ahead_at: Option<u64>,
}

/// What the topic needs from the log for one joining socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// The messages after this `seq`.
    Replay(u64),
    /// The position: the socket has seen more than this replica has delivered.
    Position,
}

#[derive(Debug)]
pub(crate) struct LocalTopic {
    pub(crate) name: Arc<str>,
    pub(crate) order: Option<Order>,
    recent: Recent,
    members: Members,
    /// The broker was asked and has answered, so that what is published from now on is seen.
    subscribed: bool,
    /// Subscribed, and the position is known if it is ordered.
    ready: bool,
    waiting: Vec<Pending>,
    catching: HashMap<ConnectionId, Catching>,
    batch: Vec<(Kind, Frame)>,
    batch_bytes: usize,
    released: Vec<(u64, Frame)>,
    /// Since when nobody is here.
    pub(crate) empty_since: Option<Duration>,
    /// The entry of this topic in the worker's schedule.
    pub(crate) scheduled: Option<Duration>,
    /// In the worker's list of topics that this round changed.
    pub(crate) touched: bool,
}

impl LocalTopic {
    pub(crate) fn new(name: Arc<str>, ordered: bool, shared: &Shared) -> Self {
        Self {
            name,
            order: ordered.then(|| Order::new(shared.config.max_queue_bytes)),
            recent: Recent::default(),
            members: Members::default(),
            subscribed: false,
            ready: false,
            waiting: Vec::new(),
            catching: HashMap::new(),
            batch: Vec::new(),
            batch_bytes: 0,
            released: Vec::new(),
            empty_since: None,
            scheduled: None,
            touched: false,
        }
    }

    /// When the worker should look at this topic again by itself.
    pub(crate) fn due(&self, shared: &Shared) -> Option<Duration> {
        let gap = self
            .order
            .as_ref()
            .and_then(|order| order.due(shared.config.gap_wait));
        let end = self
            .empty_since
            .map(|since| since + shared.config.topic_linger);
        gap.into_iter().chain(end).min()
    }

    pub(crate) fn is_full_batch(&self) -> bool {
        self.batch_bytes > MAX_BATCH
    }

    fn population(&self) -> usize {
        self.members.len() + self.waiting.len() + self.catching.len()
    }

    /// Takes in a publication. It reaches the members at the next [`fan_out`](Self::fan_out).
    pub(crate) fn offer(&mut self, kind: Kind, frame: Frame, now: Duration, shared: &Shared) {
        match (kind, &mut self.order) {
            (Kind::Ordered(seq), Some(order)) => {
                order.offer(seq, frame, now, &mut self.released);
                self.take_released(shared);
            }
            _ => self.enqueue(kind, frame),
        }
    }

    fn enqueue(&mut self, kind: Kind, frame: Frame) {
        if self.members.len() > 0 {
            self.batch_bytes += frame.len();
            self.batch.push((kind, frame));
        }
    }

    fn take_released(&mut self, shared: &Shared) {
        // Whoever is catching up will need these: keep them all, up to the size of a queue.
        let config = &shared.config;
        let keep = if self.catching.is_empty() {
            config.recent_bytes
        } else {
            config.max_queue_bytes
        };
        let mut released = std::mem::take(&mut self.released);
        for (seq, frame) in released.drain(..) {
            self.recent.push(seq, frame.clone(), keep);
            self.enqueue(Kind::Ordered(seq), frame);
        }
        self.released = released;
    }

    /// A position of the log arrived.
    pub(crate) fn position(&mut self, seq: u64, now: Duration, shared: &Shared) {
        let Some(order) = self.order.as_mut().filter(|_| self.subscribed) else {
            return;
        };
        if order.delivered().is_none() {
            self.recent.start(seq);
        }
        order.position(seq, now, &mut self.released);
        self.ready = true;
        self.take_released(shared);
    }

    /// The broker subscribed. Returns whether the position of the log is needed before members can come in.
    pub(crate) fn subscribed(&mut self) -> bool {
        self.subscribed = true;
        let needs_position = self
            .order
            .as_ref()
            .is_some_and(|order| order.delivered().is_none());
        self.ready = self.ready || !needs_position;
        needs_position
    }

    /// A read of the log for a gap came back.
    pub(crate) fn repair(
        &mut self,
        rows: Option<Vec<(u64, Frame)>>,
        now: Duration,
        shared: &Shared,
    ) {
        let Some(order) = &mut self.order else { return };
        order.repair(rows, now, &mut self.released);
        self.take_released(shared);
    }

    /// Adds a socket. The batch must have been sent before.
    pub(crate) fn join(&mut self, pending: Pending, shared: &Shared) -> Option<Need> {
        self.empty_since = None;
        if !self.ready {
            self.waiting.push(pending);
            return None;
        }
        self.admit(pending, shared)
    }

    /// Those whose join waited for the topic to be ready, or for this replica to be as far as they are.
    pub(crate) fn take_unblocked(&mut self) -> Vec<Pending> {
        if !self.ready {
            return Vec::new();
        }
        let mut unblocked = std::mem::take(&mut self.waiting);
        if !self.catching.is_empty() {
            let delivered = self.delivered();
            let caught_up = |_: &ConnectionId, c: &mut Catching| {
                c.ahead_at.is_some_and(|since| since <= delivered)
            };
            unblocked.extend(self.catching.extract_if(caught_up).map(|(_, c)| c.pending));
        }
        unblocked
    }

    fn delivered(&self) -> u64 {
        self.order.as_ref().and_then(Order::delivered).unwrap_or(0)
    }

    /// Lets a socket in at once if that needs nothing from the log.
    pub(crate) fn admit(&mut self, pending: Pending, shared: &Shared) -> Option<Need> {
        let delivered = self.delivered();
        let since = pending
            .join
            .since
            .filter(|_| self.order.is_some())
            .unwrap_or(delivered);
        if since > delivered {
            self.catching.insert(
                pending.conn.id,
                Catching {
                    pending,
                    ahead_at: Some(since),
                },
            );
            return Some(Need::Position);
        }
        if delivered - since > shared.config.max_replay as u64 {
            self.enter_unrecovered(pending);
            return None;
        }
        let Some(missed) = self.recent.after(since) else {
            self.catching.insert(
                pending.conn.id,
                Catching {
                    pending,
                    ahead_at: None,
                },
            );
            return Some(Need::Replay(since));
        };
        let missed = missed.map(|(_, frame)| frame.clone()).collect();
        self.enter_with(pending, missed, shared);
        None
    }

    /// The log's position for a socket that has seen more than this replica.
    pub(crate) fn position_for(&mut self, id: ConnectionId, position: u64) {
        let ahead = |c: &Catching| c.ahead_at.is_some_and(|since| since > position);
        if self.catching.get(&id).is_some_and(ahead)
            && let Some(catching) = self.catching.remove(&id)
        {
            self.enter_unrecovered(catching.pending);
        }
    }

    /// What the log has after `since`. `complete` says that there was no more; `upto` is what was
    /// delivered when the read began.
    pub(crate) fn replay(
        &mut self,
        id: ConnectionId,
        mut rows: Vec<(u64, Frame)>,
        complete: bool,
        upto: u64,
        shared: &Shared,
    ) -> Option<Need> {
        let pending = self.catching.remove(&id)?.pending;
        if !complete {
            self.enter_unrecovered(pending);
            return None;
        }
        let delivered = self.delivered();
        let known = rows.last().map_or(upto, |(seq, _)| upto.max(*seq));
        rows.retain(|(seq, _)| *seq <= delivered);
        let Some(newer) = self.recent.after(known.min(delivered)) else {
            // More came than is kept: read once more.
            return self.admit(pending, shared);
        };
        let mut missed: Vec<Frame> = rows.into_iter().map(|(_, frame)| frame).collect();
        missed.extend(newer.map(|(_, frame)| frame.clone()));
        self.enter_with(pending, missed, shared);
        None
    }

    fn enter_with(&mut self, pending: Pending, missed: Vec<Frame>, shared: &Shared) {
        let bytes: usize = missed.iter().map(Frame::len).sum();
        if missed.len() > shared.config.max_replay || bytes > shared.config.max_queue_bytes / 2 {
            return self.enter_unrecovered(pending);
        }
        self.enter(pending, true, missed);
    }

    fn enter_unrecovered(&mut self, pending: Pending) {
        self.enter(pending, false, Vec::new());
    }

    /// The socket becomes a member: greeting, what it missed, and from now on what is live.
    fn enter(&mut self, mut pending: Pending, recovered: bool, missed: Vec<Frame>) {
        self.members.insert(Arc::clone(&pending.conn));
        let joined = Joined {
            seq: self.delivered(),
            recovered,
            replayed: missed.len(),
            members: self.population(),
        };
        let greeting = pending
            .join
            .greeting
            .take()
            .and_then(|greeting| greeting(&joined));
        let frames: Vec<Frame> = greeting.into_iter().chain(missed).collect();
        if !frames.is_empty() {
            pending
                .conn
                .deliver(&Batch::message(join_frames(frames.iter())));
        }
        let _ = pending.done.send(Ok(joined));
    }

    /// Removes a socket. Returns whether nobody is left.
    pub(crate) fn leave(&mut self, id: ConnectionId, now: Duration) {
        let left = self.catching.remove(&id).map(|c| c.pending).or_else(|| {
            let place = self
                .waiting
                .iter()
                .position(|pending| pending.conn.id == id)?;
            Some(self.waiting.swap_remove(place))
        });
        match left {
            Some(pending) => {
                let _ = pending.done.send(Err(JoinError::Left));
            }
            None => {
                self.members.remove(id);
            }
        }
        if self.population() == 0 {
            self.empty_since.get_or_insert(now);
            self.batch.clear();
            self.batch_bytes = 0;
        }
    }

    /// Sends what was taken in to the members: one write for each.
    pub(crate) async fn fan_out(&mut self, shared: &Shared) {
        if self.batch.is_empty() {
            return;
        }
        let frames = std::mem::take(&mut self.batch);
        self.batch_bytes = 0;
        let whole = join_batch(&frames, None);
        let apart: Vec<(ConnectionId, Batch)> = excepted(&frames)
            .filter(|id| self.members.contains(*id))
            .map(|id| (id, join_batch(&frames, Some(id))))
            .collect();
        shared.metrics.batch(frames.len(), self.members.len());
        for (index, chunk) in self.members.chunks(CHUNK).enumerate() {
            if index > 0 {
                tokio::task::yield_now().await;
            }
            for conn in chunk {
                match apart.iter().find(|(id, _)| *id == conn.id) {
                    None => conn.deliver(&whole),
                    Some((_, batch)) if batch.bytes.is_empty() => {}
                    Some((_, batch)) => conn.deliver(batch),
                }
            }
        }
        self.batch = frames;
        self.batch.clear();
    }
}

/// The sockets that some publication is not for.
fn excepted(frames: &[(Kind, Frame)]) -> impl Iterator<Item = ConnectionId> {
    let mut ids: Vec<_> = frames
        .iter()
        .filter_map(|(kind, _)| except(*kind))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter()
}

fn except(kind: Kind) -> Option<ConnectionId> {
    match kind {
        Kind::Ordered(_) => None,
        Kind::Message(except) | Kind::Ephemeral(except) => except,
    }
}

/// Joins the frames that are for `reader`, those that may be lost first.
fn join_batch(frames: &[(Kind, Frame)], reader: Option<ConnectionId>) -> Batch {
    let lossy = |kind: &Kind| matches!(kind, Kind::Ephemeral(_));
    let mine = |kind: &Kind| reader.is_none() || except(*kind) != reader;
    let part = |want: bool| {
        frames
            .iter()
            .filter(move |(kind, _)| mine(kind) && lossy(kind) == want)
            .map(|(_, f)| f)
    };
    let messages = part(true).map(Frame::len).sum();
    Batch {
        bytes: join_frames(part(true).chain(part(false))),
        messages,
    }
}

/// One buffer; a single frame is shared as it is.
fn join_frames<'a>(frames: impl Iterator<Item = &'a Frame> + Clone) -> Bytes {
    let mut two = frames.clone().take(2);
    if let (Some(only), None) = (two.next(), two.next()) {
        return only.encoded().clone();
    }
    let mut joined = BytesMut::with_capacity(frames.clone().map(Frame::len).sum());
    for frame in frames {
        joined.extend_from_slice(frame.encoded());
    }
    joined.freeze()
}
