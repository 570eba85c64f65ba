//! From the answered handshake to a running socket.

use std::{sync::Arc, time::Duration};

use hyper::upgrade::OnUpgrade;
use hyper_util::{rt::TokioIo, server::conn::auto::upgrade::downcast};
use tokio::{net::TcpStream, time::timeout};
use tracing::{debug, error};

use crate::{
    connection::{Conn, Session},
    engine::{Handler, Shared},
    socket::Socket,
};

/// Time to send the answer to the handshake.
const UPGRADE: Duration = Duration::from_secs(10);

/// Runs one socket from the upgrade to its end.
pub(crate) async fn run<H: Handler>(
    shared: Arc<Shared>,
    on_upgrade: OnUpgrade,
    session: Session,
    handler: H,
) {
    let place = Place(Arc::clone(&shared));
    let Some((stream, rest)) = upgraded(on_upgrade).await else {
        return;
    };
    if let Err(error) = tune(&stream, &shared) {
        return debug!(%error, "the socket cannot be set up");
    }
    let ends_at = session
        .expires_in
        .map(|left| shared.started.elapsed() + left);
    let conn = Arc::new(Conn::new(
        shared.new_id(),
        stream,
        session,
        Arc::clone(&shared),
    ));
    shared.registry.insert(&conn, ends_at);
    let open = Open {
        conn: Arc::clone(&conn),
        ends_at,
        _place: place,
    };
    shared.metrics.sockets.increment(1);
    // What the drain saw before this socket was there, it did not close.
    if shared.draining.load(std::sync::atomic::Ordering::Relaxed) {
        conn.cut();
    }
    Socket::new(conn, handler, rest).run().await;
    drop(open);
}

/// Waits for the connection and takes the bare TCP stream out of it, so that nothing of the HTTP server
/// stays in memory.
async fn upgraded(on_upgrade: OnUpgrade) -> Option<(TcpStream, Vec<u8>)> {
    let upgraded = match timeout(UPGRADE, on_upgrade).await {
        Ok(Ok(upgraded)) => upgraded,
        Ok(Err(error)) => {
            debug!(%error, "the upgrade failed");
            return None;
        }
        Err(_) => return None,
    };
    match downcast::<TokioIo<TcpStream>>(upgraded) {
        // A copy: even an empty slice would keep hyper's whole buffer.
        Ok(parts) => Some((parts.io.into_inner(), parts.read_buf.to_vec())),
        Err(_) => {
            error!("sockets need axum::serve over a plain TcpListener");
            None
        }
    }
}

/// Small frames leave at once; the kernel keeps little of what a slow peer has not taken.
fn tune(stream: &TcpStream, shared: &Shared) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    #[cfg(target_os = "linux")]
    {
        let socket = socket2::SockRef::from(stream);
        socket.set_tcp_notsent_lowat(shared.config.kernel_unsent_bytes)?;
        socket.set_tcp_user_timeout(Some(shared.config.stall_timeout))?;
    }
    Ok(())
}

/// A place among the sockets, given back whatever happens.
struct Place(Arc<Shared>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.registry.unreserve();
    }
}

/// Takes the socket out of everything, also when a handler panicked.
struct Open {
    conn: Arc<Conn>,
    ends_at: Option<Duration>,
    _place: Place,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.conn.leave_all();
        self.conn.cut();
        self.conn.shared.registry.remove(self.conn.id, self.ends_at);
        self.conn.shared.metrics.sockets.decrement(1);
    }
}
