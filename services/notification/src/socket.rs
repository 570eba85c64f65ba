//! One page that is told of its user's notifications.

use folkmoot_realtime::{Connection, Flow, Handler, Join, close};
use serde::Deserialize;
use tracing::warn;

use crate::{
    push::{ServerFrame, topic},
    store::Store,
};

pub(crate) struct Socket {
    store: Store,
}

/// What a client may say.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ClientFrame {
    Ping,
}

impl Socket {
    pub(crate) fn new(store: Store) -> Self {
        Self { store }
    }
}

impl Handler for Socket {
    fn on_open(&mut self, connection: &Connection) -> Flow {
        let user_id = connection.session().user_id.clone();
        let joining = connection.join(Join::unordered(topic(&user_id)));
        let (store, connection) = (self.store.clone(), connection.clone());
        Flow::Wait(Box::pin(async move {
            if let Err(error) = joining.await {
                warn!(?error, "a socket could not join its topic");
                return connection.close(close::RESYNC, "cannot tell you of anything now");
            }
            // Counted after the join, so that nothing falls between the two.
            let Ok(unread_count) = store.count_unread(&user_id).await else {
                return;
            };
            send(&connection, &ServerFrame::UnreadCount { unread_count });
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
}

fn send(connection: &Connection, frame: &ServerFrame<'_>) {
    if let Some(frame) = frame.encode() {
        connection.send(&frame);
    }
}
