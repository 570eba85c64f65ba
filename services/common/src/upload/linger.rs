//! What happens to the rest of an upload that was refused.

use std::{
    future::poll_fn,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    body::{Body, BodyDataStream},
    extract::{Request, State},
    http::header,
    middleware::Next,
    response::Response,
};
use futures_util::{Stream, stream};
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

/// How much of the rest is read, and for how long.
const MAX_BYTES: u64 = 256 << 20;
const MAX_TIME: Duration = Duration::from_secs(30);

/// Goes on reading a body whose answer has been decided, and drops it. Were the connection closed at once, the
/// system would reset it under a client that is still sending, which then never reads why it was refused. The state is
/// what ends it.
pub async fn linger(
    State(shutdown): State<CancellationToken>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    // Who asks before sending, and is refused without having been told to go on, sends nothing.
    let asks_first = parts.headers.contains_key(header::EXPECT);
    let body = Shared::new(body);
    let response = next.run(Request::from_parts(parts, body.reader())).await;
    let sends = body.was_read() || !asks_first;
    if !response.status().is_success() && sends {
        let draining = async move { tokio::time::timeout(MAX_TIME, body.drain()).await };
        tokio::spawn(async move { shutdown.run_until_cancelled(draining).await });
    }
    response
}

/// A body that outlives the handler which reads it.
#[derive(Clone)]
struct Shared(Arc<Inner>);

struct Inner {
    stream: Mutex<BodyDataStream>,
    was_read: AtomicBool,
}

impl Shared {
    fn new(body: Body) -> Self {
        Self(Arc::new(Inner {
            stream: Mutex::new(body.into_data_stream()),
            was_read: AtomicBool::new(false),
        }))
    }

    fn reader(&self) -> Body {
        let inner = self.0.clone();
        Body::from_stream(stream::poll_fn(move |cx| {
            inner.was_read.store(true, Ordering::Relaxed);
            Pin::new(&mut *inner.stream.lock()).poll_next(cx)
        }))
    }

    fn was_read(&self) -> bool {
        self.0.was_read.load(Ordering::Relaxed)
    }

    async fn drain(self) {
        let mut left = MAX_BYTES;
        while let Some(Ok(chunk)) =
            poll_fn(|cx| Pin::new(&mut *self.0.stream.lock()).poll_next(cx)).await
        {
            left = left.saturating_sub(chunk.len() as u64);
            if left == 0 {
                return;
            }
        }
    }
}
