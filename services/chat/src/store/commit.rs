//! Storing messages: many in one transaction, each with its place in its room.
//!
//! The rooms of a batch are locked first, in one order everywhere, so that two replicas neither deadlock nor
//! give the same `seq`. Under the lock the batch is compared with what its senders sent before (`client_id`),
//! and what is new gets the next numbers. Three statements store any number of messages.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use folkmoot_common::{
    bus::{Event, Outbox},
    db::{Db, sqlx},
    row,
};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::Store;
use crate::model::{Draft, Message};

/// Rows in one statement: 10 binds each, and SQLite takes 32,766.
const ROWS: usize = 1_000;

/// What became of one draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stored {
    /// It is a new message.
    New(Message),
    /// It had been sent before, and this is what it became then.
    Before {
        /// The message.
        id: Uuid,
        /// Its place.
        seq: i64,
    },
    /// Its room does not exist.
    NoRoom,
}

/// Makes the event of a message that mentions somebody.
type Mentioned<'a> = &'a (dyn Fn(&Message) -> Option<Event> + Sync);

row! {
    struct Sent {
        room_id: String,
        user_id: String,
        client_id: String,
        id: Uuid,
        seq: i64,
    }
}

/// Which message a sender means by a `client_id`.
type Key = (String, String, String);

impl Store {
    /// Stores `drafts` in order, all or none; `ids` has one for each. The answers are in the order of the drafts.
    pub(crate) async fn commit(
        &self,
        drafts: &[Draft],
        ids: &[Uuid],
        now: DateTime<Utc>,
        mentioned: Mentioned<'_>,
        outbox: &Outbox,
    ) -> sqlx::Result<Vec<Stored>> {
        macro_rules! commit {
            ($tx:ident, $lock:expr) => {{
                let rooms: BTreeSet<&str> = drafts.iter().map(|draft| &*draft.room_id).collect();
                let mut query = QueryBuilder::new("select id, last_seq from rooms where id in (");
                let mut list = query.separated(", ");
                for room in rooms {
                    list.push_bind(room);
                }
                query.push(concat!(") order by id", $lock));
                let positions: Vec<(String, i64)> = query.build_query_as().fetch_all(&mut *$tx).await?;

                let sent = match drafts.iter().any(|draft| draft.client_id.is_some()) {
                    false => Vec::new(),
                    true => {
                        let mut query = QueryBuilder::new(
                            "select room_id, user_id, client_id, id, seq from messages \
                             where client_id is not null and (room_id, user_id, client_id) in (",
                        );
                        query.push_values(drafts.iter().filter(|draft| draft.client_id.is_some()), |mut row, draft| {
                            row.push_bind(&*draft.room_id).push_bind(&*draft.author.user_id).push_bind(&draft.client_id);
                        });
                        query.push(")");
                        query.build_query_as::<Sent>().fetch_all(&mut *$tx).await?
                    }
                };

                let plan = Plan::new(drafts, ids, now, positions, sent);
                let new: Vec<&Message> = plan.stored.iter().filter_map(Stored::message).collect();
                for rows in new.chunks(ROWS) {
                    let mut query = QueryBuilder::new(
                        "insert into messages (room_id, seq, id, user_id, username, content, message_type, file_url, client_id, created_at) ",
                    );
                    query.push_values(rows, |mut row, message| {
                        row.push_bind(&message.room_id).push_bind(message.seq).push_bind(message.id);
                        row.push_bind(&message.user_id).push_bind(&message.username).push_bind(&message.content);
                        row.push_bind(&message.message_type).push_bind(&message.file_url).push_bind(&message.client_id);
                        row.push_bind(message.timestamp);
                    });
                    query.build().execute(&mut *$tx).await?;
                }
                if !new.is_empty() {
                    // Both dialects name the columns of a bare `values` column1, column2.
                    let mut query = QueryBuilder::new("update rooms set last_seq = moved.column2 from (");
                    query.push_values(&plan.moved, |mut row, (room, seq)| {
                        row.push_bind(room).push_bind(*seq);
                    });
                    query.push(") as moved where rooms.id = moved.column1");
                    query.build().execute(&mut *$tx).await?;
                }
                for event in new.iter().filter_map(|message| mentioned(message)) {
                    outbox.enqueue(&mut *$tx, &event).await?;
                }
                $tx.commit().await?;
                Ok(plan.stored)
            }};
        }
        match &self.db {
            // `begin immediate` holds the only write lock there is.
            Db::Sqlite(sqlite) => {
                let mut tx = sqlite.writer().begin_with("begin immediate").await?;
                commit!(tx, "")
            }
            Db::Postgres(pool) => {
                let mut tx = pool.begin().await?;
                commit!(tx, " for update")
            }
        }
    }
}

impl Stored {
    pub(crate) fn message(&self) -> Option<&Message> {
        match self {
            Self::New(message) => Some(message),
            Self::Before { .. } | Self::NoRoom => None,
        }
    }
}

/// What a transaction will write.
struct Plan {
    stored: Vec<Stored>,
    /// The new `last_seq` of the rooms that got messages.
    moved: Vec<(String, i64)>,
}

impl Plan {
    fn new(
        drafts: &[Draft],
        ids: &[Uuid],
        now: DateTime<Utc>,
        positions: Vec<(String, i64)>,
        sent: Vec<Sent>,
    ) -> Self {
        let before: HashMap<String, i64> = positions.into_iter().collect();
        let mut positions = before.clone();
        let known = sent.into_iter().map(|sent| {
            (
                (sent.room_id, sent.user_id, sent.client_id),
                (sent.id, sent.seq),
            )
        });
        let mut known: HashMap<Key, (Uuid, i64)> = known.collect();
        let plan = drafts
            .iter()
            .zip(ids)
            .map(|(draft, id)| place(draft, *id, now, &mut positions, &mut known));
        let stored = plan.collect();
        let moved = positions
            .into_iter()
            .filter(|(room, seq)| before.get(room) != Some(seq))
            .collect();
        Self { stored, moved }
    }
}

fn place(
    draft: &Draft,
    id: Uuid,
    now: DateTime<Utc>,
    positions: &mut HashMap<String, i64>,
    known: &mut HashMap<Key, (Uuid, i64)>,
) -> Stored {
    let Some(position) = positions.get_mut(&*draft.room_id) else {
        return Stored::NoRoom;
    };
    let key = draft.client_id.as_ref().map(|client_id| {
        (
            draft.room_id.to_string(),
            draft.author.user_id.to_string(),
            client_id.clone(),
        )
    });
    if let Some((id, seq)) = key.as_ref().and_then(|key| known.get(key)) {
        return Stored::Before { id: *id, seq: *seq };
    }
    *position += 1;
    if let Some(key) = key {
        known.insert(key, (id, *position));
    }
    Stored::New(Message {
        id,
        room_id: draft.room_id.to_string(),
        user_id: draft.author.user_id.to_string(),
        username: draft.author.username.to_string(),
        content: draft.content.clone(),
        message_type: draft.message_type.to_owned(),
        file_url: draft.file_url.clone(),
        timestamp: now,
        seq: *position,
        client_id: draft.client_id.clone(),
    })
}
