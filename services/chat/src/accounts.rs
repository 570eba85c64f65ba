//! What ends with an account, and what is handed out to its owner.
//!
//! Messages of somebody who is gone keep their places, under the name `deleted`. A socket may
//! still store one after the news came, until it is closed for the same reason; so the names are looked for again.

use std::time::Duration;

use chrono::TimeDelta;
use folkmoot_common::{
    Context, ServiceName,
    bus::{ConsumerSpec, Event},
    db::sqlx,
    events::identity::{USER_DELETED, UserDeleted},
    exports::{self, Lines, PAGE},
    id,
};
use tracing::warn;

use crate::store::{Place, Store};

const SPEC: ConsumerSpec = ConsumerSpec {
    durable: "chat",
    types: &[USER_DELETED],
};
const LOOK_AGAIN_EVERY: Duration = Duration::from_secs(60);
/// Far longer than a token lives on after its account.
const REMEMBERED_FOR: TimeDelta = TimeDelta::minutes(30);
/// Accounts that are looked after at a time.
const BATCH: u32 = 1_000;

/// Begins to hear of accounts that go and of exports.
pub(crate) fn start(ctx: &Context, store: &Store) {
    let (heard, context) = (store.clone(), ctx.clone());
    ctx.bus.consume(SPEC, move |event| {
        let (ctx, store) = (context.clone(), heard.clone());
        async move { Ok(handle(&ctx, &store, &event).await?) }
    });
    let exported = store.clone();
    exports::start(ctx, ServiceName::Chat, move |user_id, lines| {
        let store = exported.clone();
        async move { export(&store, &user_id, lines).await }
    });
    let state = (ctx.clone(), store.clone());
    ctx.every(LOOK_AGAIN_EVERY, state, async |(ctx, store)| {
        if let Err(error) = look_again(&ctx, &store).await {
            warn!(%error, "cannot look after accounts that are gone now");
        }
    });
}

async fn handle(ctx: &Context, store: &Store, event: &Event) -> sqlx::Result<()> {
    let Some(deleted) = event.parse_or_skip::<UserDeleted>() else {
        return Ok(());
    };
    if !id::is_valid(&deleted.user_id) {
        return Ok(());
    }
    store
        .remember_deleted(&deleted.user_id, ctx.clock.now())
        .await?;
    store.take_name(&deleted.user_id).await
}

async fn look_again(ctx: &Context, store: &Store) -> sqlx::Result<()> {
    for user_id in store.remembered_deleted(BATCH).await? {
        store.take_name(&user_id).await?;
    }
    store.forget_deleted(ctx.clock.now() - REMEMBERED_FOR).await
}

async fn export(store: &Store, user_id: &str, mut lines: Lines) -> anyhow::Result<Lines> {
    let mut after: Place = (String::new(), 0);
    loop {
        let messages = store.messages_of(user_id, &after, PAGE).await?;
        for message in &messages {
            lines.write("message", message).await?;
        }
        let Some(last) = messages.last() else {
            return Ok(lines);
        };
        after = (last.room_id.clone(), last.seq);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::DateTime;
    use folkmoot_common::{
        bus::Outbox,
        clock::ManualClock,
        config::{Settings, parse_args},
        db::Db,
    };
    use serde_json::json;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::model::{Author, Draft};

    struct Fixture {
        ctx: Context,
        clock: Arc<ManualClock>,
        store: Store,
        outbox: Outbox,
        _folder: tempfile::TempDir,
    }

    async fn fixture() -> Fixture {
        let folder = tempfile::tempdir().unwrap();
        let settings: Settings =
            parse_args(&["--data-dir", &folder.path().to_string_lossy()]).unwrap();
        let start = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let clock = Arc::new(ManualClock::new(start));
        let ctx = Context::with_clock(settings, CancellationToken::new(), clock.clone())
            .await
            .unwrap();
        let db = Db::open(&ctx, ServiceName::Chat, crate::MIGRATIONS)
            .await
            .unwrap();
        let outbox = Outbox::start(&ctx, &db);
        let store = Store::new(db);
        for room in ["a", "b"] {
            store.ensure_room(room, ctx.clock.now()).await.unwrap();
        }
        Fixture {
            ctx,
            clock,
            store,
            outbox,
            _folder: folder,
        }
    }

    impl Fixture {
        async fn say(&self, room: &str, user: &str, count: usize) {
            let draft = Draft {
                room_id: room.into(),
                author: Author {
                    user_id: user.into(),
                    username: user.to_uppercase().into(),
                },
                content: "hello".to_owned(),
                message_type: "text",
                file_url: None,
                client_id: None,
            };
            let drafts = vec![draft; count];
            let ids: Vec<_> = drafts.iter().map(|_| self.ctx.ids.next()).collect();
            let now = self.ctx.clock.now();
            self.store
                .commit(&drafts, &ids, now, &|_| None, &self.outbox)
                .await
                .unwrap();
        }

        async fn names(&self, room: &str) -> Vec<String> {
            let messages = self.store.messages_after(room, 0, 10_000).await.unwrap();
            messages
                .into_iter()
                .map(|message| message.username)
                .collect()
        }

        fn deleted(&self, data: &serde_json::Value) -> Event {
            Event::new(&self.ctx, ServiceName::Identity, USER_DELETED, data).unwrap()
        }
    }

    #[tokio::test]
    async fn messages_of_who_is_gone_keep_their_places_without_the_name() {
        let chat = fixture().await;
        chat.say("a", "ann", 1_203).await;
        chat.say("a", "bob", 2).await;
        chat.say("b", "ann", 1).await;
        let event = chat.deleted(&json!({"user_id": "ann", "deleted_at": chat.ctx.clock.now()}));
        for _ in 0..2 {
            handle(&chat.ctx, &chat.store, &event).await.unwrap();
            let names = chat.names("a").await;
            assert_eq!(names.len(), 1_205);
            assert!(names[..1_203].iter().all(|name| name == "deleted"));
            assert_eq!(names[1_203..], ["BOB", "BOB"]);
            assert_eq!(chat.names("b").await, ["deleted"]);
        }
        // One that was on its way when the news came.
        chat.say("b", "ann", 1).await;
        look_again(&chat.ctx, &chat.store).await.unwrap();
        assert_eq!(chat.names("b").await, ["deleted", "deleted"]);
        chat.clock.advance(REMEMBERED_FOR + TimeDelta::seconds(1));
        look_again(&chat.ctx, &chat.store).await.unwrap();
        assert_eq!(chat.store.remembered_deleted(9).await.unwrap(), [""; 0]);
    }

    #[tokio::test]
    async fn news_that_cannot_be_read_does_not_come_again() {
        let chat = fixture().await;
        for odd in [
            json!(null),
            json!({"user_id": 1}),
            json!({"user_id": "a/b", "deleted_at": chat.ctx.clock.now()}),
        ] {
            handle(&chat.ctx, &chat.store, &chat.deleted(&odd))
                .await
                .unwrap();
        }
        assert_eq!(chat.store.remembered_deleted(9).await.unwrap(), [""; 0]);
    }

    #[tokio::test]
    async fn messages_of_somebody_are_read_page_by_page() {
        let chat = fixture().await;
        chat.say("b", "ann", 3).await;
        chat.say("a", "bob", 1).await;
        chat.say("a", "ann", 2).await;
        let mut after: Place = (String::new(), 0);
        let mut seen = Vec::new();
        loop {
            let page = chat.store.messages_of("ann", &after, 2).await.unwrap();
            let Some(last) = page.last() else { break };
            after = (last.room_id.clone(), last.seq);
            seen.extend(
                page.into_iter()
                    .map(|message| (message.room_id, message.seq)),
            );
        }
        let expected = [("a", 2), ("a", 3), ("b", 1), ("b", 2), ("b", 3)];
        assert_eq!(seen, expected.map(|(room, seq)| (room.to_owned(), seq)));
    }
}
