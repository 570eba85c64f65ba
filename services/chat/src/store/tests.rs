//! The group commit on SQLite; the integration tests run it on PostgreSQL too.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use folkmoot_common::{
    Context,
    bus::Outbox,
    clock::ManualClock,
    config::{Settings, parse_args},
};
use tokio_util::sync::CancellationToken;

use super::{MIGRATIONS, Store, Stored};
use crate::model::{Author, Draft};

struct Fixture {
    ctx: Context,
    store: Store,
    outbox: Outbox,
    _folder: tempfile::TempDir,
}

async fn fixture() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let settings: Settings = parse_args(&["--data-dir", &folder.path().to_string_lossy()]).unwrap();
    let clock = Arc::new(ManualClock::new(
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000),
    ));
    let ctx = Context::with_clock(settings, CancellationToken::new(), clock)
        .await
        .unwrap();
    let db = folkmoot_common::db::Db::open(&ctx, folkmoot_common::ServiceName::Chat, MIGRATIONS)
        .await
        .unwrap();
    let outbox = Outbox::start(&ctx, &db);
    let store = Store::new(db);
    for room in ["a", "b"] {
        store.ensure_room(room, ctx.clock.now()).await.unwrap();
    }
    Fixture {
        ctx,
        store,
        outbox,
        _folder: folder,
    }
}

impl Fixture {
    async fn commit(&self, drafts: &[Draft]) -> Vec<Stored> {
        let ids: Vec<_> = drafts.iter().map(|_| self.ctx.ids.next()).collect();
        self.store
            .commit(drafts, &ids, self.ctx.clock.now(), &|_| None, &self.outbox)
            .await
            .unwrap()
    }

    async fn contents(&self, room: &str) -> Vec<(i64, String)> {
        let messages = self.store.messages_after(room, 0, 1_000).await.unwrap();
        messages
            .into_iter()
            .map(|message| (message.seq, message.content))
            .collect()
    }
}

fn draft(room: &str, user: &str, content: &str, client_id: Option<&str>) -> Draft {
    Draft {
        room_id: room.into(),
        author: Author {
            user_id: user.into(),
            username: user.into(),
        },
        content: content.to_owned(),
        message_type: "text",
        file_url: None,
        client_id: client_id.map(str::to_owned),
    }
}

#[tokio::test]
async fn each_room_of_a_batch_counts_for_itself_without_gaps() {
    let fixture = fixture().await;
    let drafts = [
        draft("a", "ann", "1", None),
        draft("b", "ann", "2", None),
        draft("a", "bob", "3", None),
    ];
    fixture.commit(&drafts).await;
    fixture.commit(&drafts[..1]).await;
    let expected = [
        (1, "1".to_owned()),
        (2, "3".to_owned()),
        (3, "1".to_owned()),
    ];
    assert_eq!(fixture.contents("a").await, expected);
    assert_eq!(
        fixture
            .store
            .positions(&["a".to_owned(), "b".to_owned()])
            .await
            .unwrap(),
        [("a".to_owned(), 3), ("b".to_owned(), 1)]
    );
}

#[tokio::test]
async fn a_message_sent_again_keeps_its_place_also_within_one_batch() {
    let fixture = fixture().await;
    let again = draft("a", "ann", "hello", Some("x"));
    let first = fixture.commit(&[again.clone(), again.clone()]).await;
    let Stored::New(message) = &first[0] else {
        panic!("a new message")
    };
    let before = Stored::Before {
        id: message.id,
        seq: 1,
    };
    assert_eq!(first[1], before);
    assert_eq!(fixture.commit(std::slice::from_ref(&again)).await, [before]);
    assert_eq!(fixture.contents("a").await.len(), 1);
}

#[tokio::test]
async fn a_client_id_belongs_to_its_sender_and_room() {
    let fixture = fixture().await;
    let drafts = [
        draft("a", "ann", "1", Some("x")),
        draft("a", "bob", "2", Some("x")),
        draft("b", "ann", "3", Some("x")),
    ];
    let stored = fixture.commit(&drafts).await;
    assert!(stored.iter().all(|stored| stored.message().is_some()));
}

#[tokio::test]
async fn a_message_to_a_room_that_is_not_there_stores_only_the_others() {
    let fixture = fixture().await;
    let stored = fixture
        .commit(&[
            draft("nowhere", "ann", "1", None),
            draft("a", "ann", "2", None),
        ])
        .await;
    assert_eq!(stored[0], Stored::NoRoom);
    assert_eq!(fixture.contents("a").await, [(1, "2".to_owned())]);
}

#[tokio::test]
async fn a_large_batch_is_stored_in_order() {
    let fixture = fixture().await;
    let drafts: Vec<_> = (0..2_500)
        .map(|n| draft("a", "ann", &n.to_string(), Some(&n.to_string())))
        .collect();
    fixture.commit(&drafts).await;
    let last = fixture
        .store
        .messages_before("a", i64::MAX, 1)
        .await
        .unwrap();
    assert_eq!((last[0].seq, last[0].content.as_str()), (2_500, "2499"));
}
