//! NATS is away while people are mentioned: notifications come late, each once.

use std::{collections::BTreeSet, time::Duration};

use folkmoot_common::ServiceName;
use folkmoot_tests::{Stop, app::Stores, backends::Nats, process::Folkmoot, wait};
use serde_json::json;

const MENTIONS: usize = 150;
const OUTAGE: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_seconds_without_nats_delay_notifications_and_lose_and_double_none() {
    let nats = Nats::start().await;
    let stores = Stores {
        nats: Some(nats.url()),
        ..Stores::real().await
    };
    let all = |services: &'static [ServiceName]| Folkmoot::serve(services).stores(&stores);
    let identity = all(&[ServiceName::Identity]).start().await;
    let chat = all(&[ServiceName::Chat]).set("CHAT_MESSAGE_BURST", "10000");
    let notification = all(&[ServiceName::Notification]).start().await;
    let chat = chat.set("CHAT_MESSAGES_PER_SECOND", "10000").start().await;
    let (ann, bob) = (
        identity.register("ann").await,
        identity.register("bob").await,
    );

    let mut room = ann.at(chat.site()).chat("general").await;
    let mut mentioned = BTreeSet::new();
    for n in 0..MENTIONS {
        if n == MENTIONS / 3 {
            nats.stop(Stop::Kill).await;
        }
        if n == MENTIONS * 2 / 3 {
            // The fault itself lasts ten seconds; nothing is awaited by it.
            tokio::time::sleep(OUTAGE).await;
            nats.start_again().await;
        }
        let content = format!("@bob {n}");
        room.send(&json!({"type": "message", "content": content, "client_id": n.to_string()}))
            .await;
        room.expect("ack").await;
        mentioned.insert(content);
    }

    let bob = bob.at(notification.site());
    wait::until("every mention is notified", async || {
        let unread = bob
            .get(&format!("/notifications/{}/unread-count", bob.user_id))
            .await
            .expect(200);
        (unread["unread_count"].as_u64()? >= MENTIONS as u64).then_some(())
    })
    .await;
    let list = bob
        .get(&format!("/notifications/{}?limit=200", bob.user_id))
        .await
        .expect(200);
    let bodies: Vec<String> = list
        .as_array()
        .expect("a list")
        .iter()
        .map(|notification| notification["body"].as_str().expect("a body").to_owned())
        .collect();
    assert_eq!(bodies.len(), MENTIONS, "none is doubled");
    assert_eq!(
        bodies.into_iter().collect::<BTreeSet<_>>(),
        mentioned,
        "none is lost"
    );
}
