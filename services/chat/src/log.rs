//! The engine's view of the messages: the log that repairs what pub/sub lost.

use folkmoot_realtime::{Frame, Log, LogError};
use futures_util::future::BoxFuture;

use crate::{frames, store::Store};

impl Log for Store {
    fn positions(
        &self,
        topics: Vec<String>,
    ) -> BoxFuture<'_, Result<Vec<(String, u64)>, LogError>> {
        Box::pin(async move {
            let positions = Self::positions(self, &topics).await?;
            Ok(positions
                .into_iter()
                .map(|(room, seq)| (room, u64::try_from(seq).unwrap_or_default()))
                .collect())
        })
    }

    fn read(
        &self,
        topic: String,
        after: u64,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<(u64, Frame)>, LogError>> {
        Box::pin(async move {
            let (after, limit) = (i64::try_from(after)?, u32::try_from(limit)?);
            let messages = self.messages_after(&topic, after, limit).await?;
            Ok(messages
                .iter()
                .map(|message| {
                    (
                        u64::try_from(message.seq).unwrap_or_default(),
                        frames::message(message),
                    )
                })
                .collect())
        })
    }
}
