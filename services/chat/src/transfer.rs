//! Rooms and messages in bulk, for `folkmoot import`, `export` and `seed`.
//!
//! A room's messages come in the order of their `seq`, which they keep. A room that has messages already takes only those
//! behind its last one.

use chrono::{DateTime, Utc};
use folkmoot_common::{
    Context, ServiceName,
    db::{Db, sqlx},
    http::ApiResult,
    id, in_transaction, row,
    transfer::{Imported, Message, Record, Room},
    with_reader,
};
use uuid::Uuid;

use crate::{MIGRATIONS, model, policy, store::Store};

const LAST_SEQ: &str = "select last_seq from rooms where id = $1";
const INSERT_MESSAGE: &str = "insert into messages \
    (room_id, seq, id, user_id, username, content, message_type, file_url, created_at) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing";
const MOVE_LAST: &str = "update rooms set last_seq = $2 where id = $1 and last_seq < $2";
const MESSAGES: &str = "select id, room_id, seq, user_id, username, content, message_type, file_url, created_at \
    from messages where (room_id, seq) > ($1, $2) order by room_id, seq limit $3";

row! {
    struct MessageRow {
        id: Uuid,
        room_id: String,
        seq: i64,
        user_id: String,
        username: String,
        content: String,
        message_type: String,
        file_url: Option<String>,
        created_at: DateTime<Utc>,
    }
}

/// The kinds of records, in the order in which they are to be exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Rooms.
    Rooms,
    /// Messages.
    Messages,
}

/// The tables of chat, opened for bulk work.
#[derive(Debug)]
pub struct Transfer {
    store: Store,
}

impl Transfer {
    /// Opens the tables.
    ///
    /// # Errors
    /// If the settings are wrong, or a local file cannot be opened.
    pub async fn open(ctx: &Context) -> anyhow::Result<Self> {
        let db = Db::open(ctx, ServiceName::Chat, MIGRATIONS).await?;
        Ok(Self {
            store: Store::new(db),
        })
    }

    /// Stores those of `records` that are chat's, in their order; the others are left alone.
    ///
    /// # Errors
    /// 503 if the database is away. What was stored before it went away stays.
    pub async fn import(&self, records: &[Record]) -> ApiResult<Imported> {
        let mut imported = Imported::default();
        for run in records.chunk_by(belong_together) {
            match &run[0] {
                Record::Room(_) => imported += self.import_rooms(run).await?,
                Record::Message(first) => {
                    imported += self.import_messages(&first.room_id, run).await?;
                }
                _ => {}
            }
        }
        Ok(imported)
    }

    async fn import_rooms(&self, run: &[Record]) -> ApiResult<Imported> {
        let mut imported = Imported::default();
        for record in run {
            let Record::Room(room) = record else { continue };
            let new = model::NewRoom {
                id: room.id.clone(),
                name: Some(room.name.clone()),
                description: Some(room.description.clone()),
            };
            if policy::check_new_room(&new).is_err() {
                imported.refused += 1;
            } else if self.store.insert_room(&stored(room)).await? {
                imported.created += 1;
            } else {
                imported.unchanged += 1;
            }
        }
        Ok(imported)
    }

    /// All of `run` are messages of one room.
    async fn import_messages(&self, room_id: &str, run: &[Record]) -> ApiResult<Imported> {
        let mut imported = Imported::default();
        in_transaction!(self.store.db(), tx => {
            let mut last: Option<i64> = sqlx::query_scalar(LAST_SEQ).bind(room_id).fetch_optional(&mut *tx).await?;
            for record in run {
                let Record::Message(message) = record else { continue };
                let Some(behind) = last.filter(|_| is_sound(message)) else {
                    imported.refused += 1;
                    continue;
                };
                if message.seq <= behind {
                    imported.unchanged += 1;
                    continue;
                }
                let inserted = sqlx::query(INSERT_MESSAGE)
                    .bind(&message.room_id).bind(message.seq).bind(message.id).bind(&message.user_id)
                    .bind(&message.username).bind(&message.content).bind(&message.message_type)
                    .bind(&message.file_url).bind(message.created_at)
                    .execute(&mut *tx).await?;
                imported.created += inserted.rows_affected();
                last = Some(message.seq);
            }
            if let Some(last) = last {
                sqlx::query(MOVE_LAST).bind(room_id).bind(last).execute(&mut *tx).await?;
            }
        });
        Ok(imported)
    }

    /// A page of one kind, behind `after` of the page before.
    ///
    /// # Errors
    /// As the database says, or if `after` is from no page.
    pub async fn export(
        &self,
        kind: Kind,
        after: Option<&str>,
        limit: u32,
    ) -> anyhow::Result<(Vec<Record>, Option<String>)> {
        let (records, last) = match kind {
            Kind::Rooms => self.rooms(after.unwrap_or_default(), limit).await?,
            Kind::Messages => self.messages(after, limit).await?,
        };
        let is_full = records.len() == limit as usize;
        Ok((records, last.filter(|_| is_full)))
    }

    /// How many records of a kind there are.
    ///
    /// # Errors
    /// As the database says.
    pub async fn count(&self, kind: Kind) -> sqlx::Result<u64> {
        let statement = match kind {
            Kind::Rooms => "select count(*) from rooms",
            Kind::Messages => "select count(*) from messages",
        };
        let count: i64 =
            with_reader!(self.store.db(), db => sqlx::query_scalar(statement).fetch_one(db).await)?;
        Ok(count.unsigned_abs())
    }

    async fn rooms(&self, after: &str, limit: u32) -> sqlx::Result<(Vec<Record>, Option<String>)> {
        let rooms = self.store.rooms(after, limit).await?;
        let last = rooms.last().map(|room| room.id.clone());
        let records = rooms.into_iter().map(|room| {
            Record::Room(Room {
                id: room.id,
                name: room.name,
                description: room.description,
                created_at: room.created_at,
            })
        });
        Ok((records.collect(), last))
    }

    async fn messages(
        &self,
        after: Option<&str>,
        limit: u32,
    ) -> anyhow::Result<(Vec<Record>, Option<String>)> {
        // No id of a room has a slash.
        let (room_id, seq) = after
            .and_then(|after| after.split_once('/'))
            .unwrap_or(("", "0"));
        let seq: i64 = seq.parse()?;
        let rows: Vec<MessageRow> = with_reader!(self.store.db(), db => {
            sqlx::query_as(MESSAGES).bind(room_id).bind(seq).bind(i64::from(limit)).fetch_all(db).await
        })?;
        let last = rows
            .last()
            .map(|row| format!("{}/{}", row.room_id, row.seq));
        Ok((rows.into_iter().map(message).collect(), last))
    }
}

/// Rooms, or messages of one room, which are stored in one transaction.
fn belong_together(one: &Record, other: &Record) -> bool {
    match (one, other) {
        (Record::Room(_), Record::Room(_)) => true,
        (Record::Message(one), Record::Message(other)) => one.room_id == other.room_id,
        _ => false,
    }
}

fn stored(room: &Room) -> model::Room {
    model::Room {
        id: room.id.clone(),
        name: room.name.clone(),
        description: room.description.clone(),
        created_at: room.created_at,
        last_seq: 0,
    }
}

fn is_sound(message: &Message) -> bool {
    let file_url = message.file_url.as_deref();
    message.seq > 0
        && id::is_valid(&message.user_id)
        && id::is_display_name(&message.username)
        && policy::MESSAGE_TYPES.contains(&message.message_type.as_str())
        && policy::check_content(&message.content).is_ok()
        && file_url.is_none_or(|url| policy::check_file_url(url).is_ok())
}

fn message(row: MessageRow) -> Record {
    Record::Message(Message {
        id: row.id,
        room_id: row.room_id,
        seq: row.seq,
        user_id: row.user_id,
        username: row.username,
        content: row.content,
        message_type: row.message_type,
        file_url: row.file_url,
        created_at: row.created_at,
    })
}
