//! One page that is told of a thread.

use folkmoot_realtime::{Connection, Flow, Frame, Handler, Join, close};
use serde::{Deserialize, Serialize};
use tracing::{error, warn};
use uuid::Uuid;

use super::{Access, members::Member};
use crate::{AppState, policy::Reader};

/// A socket of one thread.
pub(super) struct Socket {
    pub(super) state: AppState,
    pub(super) reader: Reader,
    pub(super) access: Access,
}

/// What a client may say.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ClientFrame {
    Ping,
}

/// What is told to one socket alone.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ServerFrame {
    /// What happens from now on is told.
    Joined { thread_id: Uuid },
    /// The answer to a ping.
    Pong,
    /// A frame was not understood.
    Error {
        code: &'static str,
        message: &'static str,
        temporary: bool,
    },
}

impl Handler for Socket {
    fn on_open(&mut self, connection: &Connection) -> Flow {
        // Before the join: whatever changes from here on is noticed.
        self.state.sockets.add(Member {
            connection: connection.clone(),
            reader: self.reader.clone(),
            access: self.access.clone(),
            is_outdated: false,
        });
        let joining = connection.join(Join::unordered(self.access.topic()));
        let (thread_id, connection) = (self.access.id, connection.clone());
        Flow::Wait(Box::pin(async move {
            if let Err(error) = joining.await {
                warn!(?error, "a socket could not join its topic");
                return connection.close(close::RESYNC, "cannot tell you of anything now");
            }
            send(&connection, &ServerFrame::Joined { thread_id });
        }))
    }

    fn on_text(&mut self, connection: &Connection, text: &str) -> Flow {
        let answer = match serde_json::from_str(text) {
            Ok(ClientFrame::Ping) => ServerFrame::Pong,
            Err(_) => ServerFrame::Error {
                code: "unknown_frame",
                message: "only {\"type\": \"ping\"} is understood here",
                temporary: false,
            },
        };
        send(connection, &answer);
        Flow::Continue
    }

    fn on_close(&mut self, connection: &Connection, _code: u16) {
        self.state.sockets.remove(self.access.id, connection.id());
    }
}

fn send(connection: &Connection, frame: &ServerFrame) {
    match Frame::json(frame) {
        Ok(frame) => connection.send(&frame),
        Err(error) => error!(%error, "a frame has no JSON form"),
    }
}
