//! One page that is told what happens.

use folkmoot_realtime::{Connection, Flow, Handler};
use serde::Deserialize;

use crate::{
    live::{Live, ServerFrame},
    policy::Reader,
};

pub(crate) struct Socket {
    live: Live,
    reader: Reader,
}

/// What a client may say.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ClientFrame {
    Ping,
}

impl Socket {
    pub(crate) fn new(live: &Live, reader: Reader) -> Self {
        Self {
            live: live.clone(),
            reader,
        }
    }
}

impl Handler for Socket {
    fn on_open(&mut self, connection: &Connection) -> Flow {
        let (live, reader) = (self.live.clone(), self.reader.clone());
        let connection = connection.clone();
        Flow::Wait(Box::pin(async move {
            live.open(&connection, reader).await;
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
        if let Some(frame) = answer.encode() {
            connection.send(&frame);
        }
        Flow::Continue
    }

    fn on_close(&mut self, connection: &Connection, _code: u16) {
        self.live.close(connection);
    }
}
