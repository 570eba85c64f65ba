//! One chat socket: a user in a room.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use folkmoot_realtime::{Connection, Flow, Handler, Join, Publication, close};
use tokio::sync::mpsc::error::TrySendError;
use tracing::warn;

use crate::{
    Chat, committer,
    frames::{self, ClientFrame},
    model::{Author, Draft},
};

/// A second `typing` within this time tells nobody anything new.
const TYPING_INTERVAL: Duration = Duration::from_secs(1);

pub(crate) struct Socket {
    chat: Arc<Chat>,
    room_id: Arc<str>,
    author: Author,
    since: Option<u64>,
    /// Set by the join: whether this socket counts as a member in notices.
    counted: Arc<AtomicBool>,
    typed: Option<Instant>,
}

impl Socket {
    pub(crate) fn new(chat: Arc<Chat>, room_id: &str, author: Author, since: Option<u64>) -> Self {
        Self {
            chat,
            room_id: room_id.into(),
            author,
            since,
            counted: Arc::default(),
            typed: None,
        }
    }

    fn join(&self) -> Join {
        let join = Join::ordered(&*self.room_id);
        let Some(since) = self.since else { return join };
        let room_id = Arc::clone(&self.room_id);
        join.since(since)
            .greeting(move |outcome| Some(frames::joined(&room_id, outcome)))
    }

    fn message(&self, connection: &Connection, content: frames::Content) -> Flow {
        let draft = Draft {
            room_id: Arc::clone(&self.room_id),
            author: self.author.clone(),
            content: content.content,
            message_type: content.message_type,
            file_url: content.file_url,
            client_id: content.client_id,
        };
        match self.chat.committer.try_send(committer::Send {
            draft,
            connection: connection.clone(),
        }) {
            Ok(()) => Flow::Continue,
            Err(TrySendError::Full(send)) => {
                Flow::Wait(Box::pin(wait_for_room(self.chat.committer.clone(), send)))
            }
            Err(TrySendError::Closed(send)) => {
                connection.send(&unavailable(&send.draft));
                Flow::Continue
            }
        }
    }

    fn typing(&mut self, connection: &Connection, what: &'static str) -> Flow {
        let now = Instant::now();
        let repeated = what == "typing"
            && self
                .typed
                .is_some_and(|typed| now - typed < TYPING_INTERVAL);
        if !repeated {
            self.typed = (what == "typing").then_some(now);
            let frame = frames::typing(what, &self.author, &self.room_id);
            self.chat.engine.try_publish(
                Publication::ephemeral(Arc::clone(&self.room_id), frame).except(connection.id()),
            );
        }
        Flow::Continue
    }
}

/// The database is behind: the socket is not read meanwhile, so its sender slows down.
async fn wait_for_room(sender: committer::Sender, send: committer::Send) {
    let (draft, connection) = (send.draft.clone(), send.connection.clone());
    if tokio::time::timeout(committer::WAIT, sender.send(send))
        .await
        .is_ok_and(|sent| sent.is_ok())
    {
        return;
    }
    connection.send(&unavailable(&draft));
}

fn unavailable(draft: &Draft) -> folkmoot_realtime::Frame {
    frames::error(
        "unavailable",
        "not stored; send it again",
        draft.client_id.as_deref(),
        true,
    )
}

impl Handler for Socket {
    fn on_open(&mut self, connection: &Connection) -> Flow {
        let joining = connection.join(self.join());
        let (chat, room_id, author) = (
            Arc::clone(&self.chat),
            Arc::clone(&self.room_id),
            self.author.clone(),
        );
        let (counted, connection) = (Arc::clone(&self.counted), connection.clone());
        Flow::Wait(Box::pin(async move {
            match joining.await {
                Ok(joined) if joined.members <= chat.settings.chat_join_notice_limit => {
                    counted.store(true, Ordering::Release);
                    if let Some(told) = chat.members.join(&room_id, &author) {
                        let _ = told.await;
                    }
                }
                Ok(_) => {}
                Err(error) => {
                    warn!(?error, "a socket could not join its room");
                    connection.close(close::RESYNC, "cannot join the room now");
                }
            }
        }))
    }

    fn on_text(&mut self, connection: &Connection, text: &str) -> Flow {
        match frames::parse(text) {
            Ok(ClientFrame::Message(content)) => self.message(connection, content),
            Ok(ClientFrame::Typing) => self.typing(connection, "typing"),
            Ok(ClientFrame::StopTyping) => self.typing(connection, "stop_typing"),
            Ok(ClientFrame::Ping) => {
                connection.send(&frames::pong());
                Flow::Continue
            }
            Err(refusal) => {
                connection.send(&frames::error(
                    refusal.code,
                    &refusal.message,
                    refusal.client_id.as_deref(),
                    false,
                ));
                Flow::Continue
            }
        }
    }

    fn on_excess(&mut self, connection: &Connection, text: &str) -> Flow {
        let client_id = frames::client_id(text);
        connection.send(&frames::error(
            "rate_limited",
            "too many frames; slow down",
            client_id.as_deref(),
            true,
        ));
        Flow::Continue
    }

    fn on_close(&mut self, _: &Connection, _: u16) {
        if self.counted.load(Ordering::Acquire) {
            let (chat, room_id, author) = (
                Arc::clone(&self.chat),
                Arc::clone(&self.room_id),
                self.author.clone(),
            );
            let tasks = chat.ctx.tasks.clone();
            tasks.spawn(async move { chat.members.leave(&room_id, &author).await });
        }
    }
}
