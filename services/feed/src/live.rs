//! Telling open pages what happens, each only what its reader may see.
//!
//! Who sees what depends on the reader: roles, blocks and mutes. So there are no topics; each replica looks at its
//! sockets for each news, which is a few comparisons. News comes to the other replicas over pub/sub. While no page is open on
//! any of them, nothing is read for it.

mod channel;
mod frames;
mod listeners;

use std::sync::Arc;

use folkmoot_common::{
    Context,
    events::discussion::CommentChanged,
    kv::pubsub::{Incoming, Receiver},
};
use folkmoot_realtime::Connection;
use serde::{Deserialize, Serialize};
use tracing::{debug, warn};
use uuid::Uuid;

use crate::{
    model::{Author, Entry, EntryRow},
    policy::Reader,
    store::{Store, Thread},
};
use channel::Channel;
pub(crate) use frames::{CommentNews, ServerFrame};
use listeners::Listeners;

/// What happened to a thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum News {
    ThreadCreated,
    /// With the role that opened its category before.
    ThreadUpdated(Option<String>),
}

/// What goes to all replicas.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Told {
    /// The replica that tells it.
    origin: Uuid,
    what: What,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum What {
    /// A frame for those who may read and are not apart from its authors.
    Frame {
        read_role: Option<String>,
        authors: Vec<String>,
        frame: String,
        /// For those who may not, but could before: the role that they needed, and another frame.
        before: Option<(Option<String>, String)>,
    },
    /// Whom these users are to hear of has changed.
    Hidden(Vec<String>),
}

/// The sockets of this replica and the way to those of others.
#[derive(Clone)]
pub(crate) struct Live {
    store: Store,
    listeners: Arc<Listeners>,
    channel: Arc<Channel>,
    origin: Uuid,
}

impl Live {
    /// Begins to listen for what other replicas tell.
    pub(crate) fn start(ctx: &Context, store: &Store) -> Self {
        let (channel, incoming) = Channel::open(ctx);
        let live = Self {
            store: store.clone(),
            listeners: Arc::default(),
            channel: Arc::new(channel),
            origin: ctx.ids.next(),
        };
        let (listening, shutdown) = (live.clone(), ctx.shutdown.clone());
        ctx.tasks.spawn(async move {
            let listening = listening.listen(incoming);
            shutdown.run_until_cancelled(listening).await;
        });
        live
    }

    async fn listen(self, mut incoming: Receiver) {
        let mut missed = false;
        while let Some(incoming) = incoming.recv().await {
            match incoming {
                Incoming::Message { payload, .. } => {
                    self.channel.leave_if(|| self.listeners.is_empty());
                    self.receive(&payload).await;
                }
                Incoming::Disconnected => missed = true,
                Incoming::Connected if std::mem::take(&mut missed) => self.resync().await,
                Incoming::Connected => {}
            }
        }
    }

    async fn receive(&self, payload: &[u8]) {
        match serde_json::from_slice::<Told>(payload) {
            Ok(told) if told.origin == self.origin => {}
            Ok(told) => self.deliver(&told.what).await,
            // Of another version.
            Err(error) => debug!(%error, "cannot read what another replica tells"),
        }
    }

    /// A new page: it is told of everything from the frame `ready` on.
    pub(crate) async fn open(&self, connection: &Connection, reader: Reader) {
        let user_id = reader.user_id().to_owned();
        let add = || self.listeners.add(connection, reader);
        self.channel.enter(add).await;
        self.load_hidden(&user_id).await;
        if let Some(frame) = ServerFrame::Ready.encode() {
            connection.send(&frame);
        }
    }

    /// A page is gone.
    pub(crate) fn close(&self, connection: &Connection) {
        self.listeners.remove(connection);
    }

    /// A thread was opened or changed.
    pub(crate) async fn thread(&self, id: Uuid, news: News) {
        if !self.is_heard().await {
            return;
        }
        let Some(row) = self.row(id).await else {
            return;
        };
        let (read_role, authors) = (row.read_role.clone(), vec![row.author_id.clone()]);
        let (frame, before) = match news {
            News::ThreadCreated => {
                let thread = Box::new(Entry::from(row));
                (ServerFrame::ThreadCreated { thread }, None)
            }
            News::ThreadUpdated(role_before) => {
                let thread = Box::new(Entry::from(row));
                (ServerFrame::ThreadUpdated { thread }, Some(role_before))
            }
        };
        let gone = ServerFrame::ThreadDeleted { thread_id: id }.text();
        self.tell(What::Frame {
            before: before.filter(|before| *before != read_role).zip(gone),
            read_role,
            authors,
            frame: frame.text().unwrap_or_default(),
        })
        .await;
    }

    /// A thread is gone: those learn of it who could see it.
    pub(crate) async fn thread_deleted(&self, id: Uuid, thread: &Thread) {
        let frame = ServerFrame::ThreadDeleted { thread_id: id };
        self.tell_of(
            frame,
            thread.read_role.clone(),
            vec![thread.author_id.clone()],
        )
        .await;
    }

    /// A comment was written.
    pub(crate) async fn comment(&self, comment: &CommentChanged) {
        if !self.is_heard().await {
            return;
        }
        let Some(row) = self.row(comment.thread_id).await else {
            return;
        };
        let author = match self.store.author(&comment.author_id).await {
            Ok(Some(author)) => Author::from(author),
            _ => {
                let name = Some(comment.author_name.clone());
                Author::new(comment.author_id.clone(), name, None, false)
            }
        };
        let frame = ServerFrame::CommentCreated {
            thread_id: row.id,
            comment_count: row.comment_count,
            comment: CommentNews {
                id: comment.comment_id,
                thread_id: row.id,
                parent_id: comment.parent_id,
                author,
                excerpt: comment.excerpt.clone(),
                created_at: comment.created_at,
            },
        };
        let authors = vec![row.author_id, comment.author_id.clone()];
        self.tell_of(frame, row.read_role, authors).await;
    }

    /// A thread is liked more or less.
    pub(crate) async fn likes(&self, id: Uuid) {
        if !self.is_heard().await {
            return;
        }
        let Some(row) = self.row(id).await else {
            return;
        };
        let frame = ServerFrame::ThreadLikeUpdated {
            thread_id: row.id,
            like_count: row.like_count,
        };
        self.tell_of(frame, row.read_role, vec![row.author_id])
            .await;
    }

    /// Whom these users are to hear of has changed.
    pub(crate) async fn hide(&self, users: &[&str]) {
        let users = users.iter().map(|&user| user.to_owned()).collect();
        self.tell(What::Hidden(users)).await;
    }

    /// Whether a page is open, here or on another replica: what nobody would hear need not be read. A page that is opened
    /// after the answer was no finds what happened before, since that is stored already.
    async fn is_heard(&self) -> bool {
        !self.listeners.is_empty() || self.channel.is_heard().await
    }

    async fn row(&self, id: Uuid) -> Option<EntryRow> {
        let row = self.store.entry(id).await;
        row.inspect_err(|error| debug!(%error, "cannot tell pages what happened"))
            .ok()
            .flatten()
    }

    async fn tell_of(&self, frame: ServerFrame, read_role: Option<String>, authors: Vec<String>) {
        let Some(frame) = frame.text() else { return };
        self.tell(What::Frame {
            read_role,
            authors,
            frame,
            before: None,
        })
        .await;
    }

    /// To the pages of this replica at once, and to the others.
    async fn tell(&self, what: What) {
        self.deliver(&what).await;
        let told = Told {
            origin: self.origin,
            what,
        };
        let Ok(payload) = serde_json::to_vec(&told) else {
            return;
        };
        if let Err(error) = self.channel.publish(payload).await {
            debug!(%error, "other replicas are not told what happened");
        }
    }

    async fn deliver(&self, what: &What) {
        match what {
            What::Frame {
                read_role,
                authors,
                frame,
                before,
            } => {
                self.listeners
                    .deliver(read_role.as_deref(), authors, frame, before.as_ref());
            }
            What::Hidden(users) => {
                for user_id in users {
                    self.load_hidden(user_id).await;
                }
            }
        }
    }

    async fn load_hidden(&self, user_id: &str) {
        if !self.listeners.has(user_id) {
            return;
        }
        match self.store.hidden_from(user_id).await {
            Ok(hidden) => self.listeners.hide(user_id, &Arc::new(hidden)),
            Err(error) => {
                warn!(%error, "cannot read whom a reader does not hear of; their pages are told nothing more");
                self.listeners.mute(user_id);
            }
        }
    }

    /// Something was missed: pages are to look again.
    async fn resync(&self) {
        for user_id in self.listeners.users() {
            self.load_hidden(&user_id).await;
        }
        if let Some(frame) = ServerFrame::Resync.text() {
            self.listeners.to_all(&frame);
        }
    }
}
