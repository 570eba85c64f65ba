//! The task of one socket: reads, calls the handler, flushes what had to wait, and ends in bounded time.

use std::{
    cell::Cell,
    future::{Future, poll_fn},
    io::{self, Read},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::future::BoxFuture;
use tokio::{
    io::Interest,
    time::{Instant, Sleep, sleep_until},
};

use crate::{
    close,
    codec::{Decoder, Event, Violation},
    connection::{Conn, Connection, Flushed},
    engine::{Flow, Handler},
    frame,
    outbox::State,
    rate::{Allowed, Bucket},
};

/// Reads of one socket before others get their turn.
const READS: usize = 4;
/// The code of a connection that ended without a close frame.
const ABNORMAL: u16 = 1006;
/// The code of a close frame that had none.
const NO_CODE: u16 = 1005;

thread_local! {
    /// The read buffer of all sockets that run on this thread.
    static SCRATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

pub(crate) struct Socket<H> {
    conn: Connection,
    handler: H,
    decoder: Decoder,
    bucket: Bucket,
    /// Read but not decoded: the start of a frame, or what came while the handler was busy.
    rest: Vec<u8>,
    busy: Option<BoxFuture<'static, ()>>,
    /// Nothing that arrives is looked at any more.
    deaf: bool,
    /// The peer's close code.
    peer_code: Option<u16>,
    peer_closed: bool,
    timer: Option<Timer>,
    timed_out: bool,
}

/// Runs only while the peer must take or answer something.
struct Timer {
    sleep: Pin<Box<Sleep>>,
    closing: bool,
    progress: u32,
}

impl<H: Handler> Socket<H> {
    pub(crate) fn new(conn: Arc<Conn>, handler: H, rest: Vec<u8>) -> Self {
        let config = &conn.shared.config;
        let decoder = Decoder::new(config.max_message_bytes);
        let bucket = Bucket::new(config.frames_per_second, config.frame_burst);
        Self {
            conn: Connection(conn),
            handler,
            decoder,
            bucket,
            rest,
            busy: None,
            deaf: false,
            peer_code: None,
            peer_closed: false,
            timer: None,
            timed_out: false,
        }
    }

    /// Runs the socket to its end.
    pub(crate) async fn run(mut self) {
        let flow = self.handler.on_open(&self.conn);
        self.follow(flow);
        if !self.rest.is_empty() {
            self.decode_rest();
        }
        poll_fn(|context| self.poll(context)).await;
        let stalled = self.timed_out.then_some(close::SLOW);
        let code = self
            .conn
            .0
            .code()
            .or(self.peer_code)
            .or(stalled)
            .unwrap_or(ABNORMAL);
        self.conn.0.leave_all();
        self.conn.0.cut();
        self.conn.0.shared.metrics.closed(code);
        self.handler.on_close(&self.conn, code);
    }

    /// Ready when the connection is done.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        // First, so that what is queued from now on wakes us.
        self.conn.0.register(context.waker());
        self.poll_input(context);
        let flushed = self.conn.0.poll_flush(context);
        if flushed == Flushed::Gone || (flushed == Flushed::All && self.peer_closed) {
            return Poll::Ready(());
        }
        let closing = self.conn.0.state() != State::Open;
        self.poll_timer(context, flushed, closing)
    }

    fn poll_input(&mut self, context: &mut Context<'_>) {
        for _ in 0..READS {
            self.poll_busy(context);
            if self.busy.is_some() || self.peer_closed {
                return;
            }
            match self.conn.0.stream.poll_read_ready(context) {
                Poll::Ready(Ok(())) => self.read(),
                Poll::Ready(Err(_)) => return self.conn.0.cut(),
                Poll::Pending => return,
            }
        }
        // Others first.
        context.waker().wake_by_ref();
    }

    /// Lets the handler's future run; what was read meanwhile is next.
    fn poll_busy(&mut self, context: &mut Context<'_>) {
        while let Some(future) = &mut self.busy {
            if future.as_mut().poll(context).is_pending() {
                return;
            }
            self.busy = None;
            self.decode_rest();
        }
    }

    /// Bounds the time that a peer may take nothing, or not answer our close frame.
    fn poll_timer(
        &mut self,
        context: &mut Context<'_>,
        flushed: Flushed,
        closing: bool,
    ) -> Poll<()> {
        if flushed == Flushed::All && !closing {
            self.timer = None;
            return Poll::Pending;
        }
        let config = &self.conn.0.shared.config;
        let progress = self.conn.0.progress();
        let limit = if closing {
            config.close_timeout
        } else {
            config.stall_timeout
        };
        let timer = self
            .timer
            .get_or_insert_with(|| Timer::new(limit, closing, progress));
        if timer.closing != closing || (!closing && timer.progress != progress) {
            *timer = Timer::new(limit, closing, progress);
        }
        if timer.sleep.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        self.timed_out = !closing;
        Poll::Ready(())
    }

    /// Reads once, into the buffer of the thread, and handles what is complete.
    fn read(&mut self) {
        let held = self.rest.len();
        let mut scratch = SCRATCH.take();
        // Room for what is held and the rest of the largest frame.
        let size = 2 * (self.conn.0.shared.config.max_message_bytes + 16);
        if scratch.len() < size {
            scratch.resize(size, 0);
        }
        match self.read_into(&mut scratch[held..]) {
            Ok(0) => self.conn.0.cut(),
            Ok(n) => {
                self.conn.0.is_alive();
                if !self.deaf {
                    scratch[..held].copy_from_slice(&self.rest);
                    self.decode(&mut scratch[..held + n]);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => self.conn.0.cut(),
        }
        SCRATCH.set(scratch);
    }

    /// A read that did not fill the buffer has emptied the socket: to say `WouldBlock` to the reactor then
    /// saves the read that would find that out.
    fn read_into(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let stream = &self.conn.0.stream;
        let mut read = None;
        let outcome = stream.try_io(Interest::READABLE, || {
            let n = (&*socket2::SockRef::from(stream)).read(buffer)?;
            read = Some(n);
            if n > 0 && n < buffer.len() {
                Err(io::ErrorKind::WouldBlock.into())
            } else {
                Ok(n)
            }
        });
        read.map_or(outcome, Ok)
    }

    fn decode_rest(&mut self) {
        let mut rest = std::mem::take(&mut self.rest);
        self.decode(&mut rest);
    }

    /// Handles the frames in `input` and keeps what is left.
    fn decode(&mut self, input: &mut [u8]) {
        let mut start = 0;
        while self.busy.is_none() && !self.deaf {
            match self.decoder.decode(&mut input[start..]) {
                Ok(None) => break,
                Ok(Some((n, event))) => {
                    start += n;
                    let allowed = self.bucket.take(self.conn.0.shared.started.elapsed());
                    let flow = handle(&mut self.handler, &self.conn, &event, allowed);
                    match event {
                        Event::Close(code) => self.peer_closes(code),
                        _ => self.follow(flow),
                    }
                }
                Err(Violation { code, reason }) => {
                    self.deaf = true;
                    self.conn.close(code, reason);
                }
            }
        }
        self.decoder.release();
        self.rest = if self.deaf {
            Vec::new()
        } else {
            input[start..].to_vec()
        };
    }

    fn follow(&mut self, flow: Flow) {
        match flow {
            Flow::Continue => {}
            Flow::Wait(future) => self.busy = Some(future),
            Flow::Close(code, reason) => self.conn.close(code, reason),
        }
    }

    /// Answers a close frame; the connection ends when the answer is sent.
    fn peer_closes(&mut self, code: Option<u16>) {
        (self.deaf, self.peer_closed) = (true, true);
        if self.conn.is_open() {
            self.peer_code = Some(code.unwrap_or(NO_CODE));
            self.conn.0.answer_close(code);
        }
    }
}

/// What the handler says to one frame.
fn handle<H: Handler>(
    handler: &mut H,
    conn: &Connection,
    event: &Event<'_>,
    allowed: Allowed,
) -> Flow {
    match (event, allowed) {
        // After our close frame nothing is handled any more.
        _ if !conn.is_open() => Flow::Continue,
        (_, Allowed::Abuse) => Flow::Close(close::ABUSE, "too many frames"),
        (Event::Text(text), Allowed::Yes) => handler.on_text(conn, text),
        (Event::Text(text), Allowed::No) => handler.on_excess(conn, text),
        (Event::Ping(payload), _) => {
            conn.0.control(frame::pong(payload));
            Flow::Continue
        }
        (Event::Fragment | Event::Pong | Event::Close(_), _) => Flow::Continue,
    }
}

impl Timer {
    fn new(limit: Duration, closing: bool, progress: u32) -> Self {
        Self {
            sleep: Box::pin(sleep_until(Instant::now() + limit)),
            closing,
            progress,
        }
    }
}
