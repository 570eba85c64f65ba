//! NATS is away while people are mentioned and threads are commented on, and the consumer is killed: notifications come late,
//! each once.

use std::{collections::BTreeSet, time::Duration};

use async_nats::jetstream::consumer::pull;
use folkmoot_common::{ServiceName, bus::Event, events::discussion::ThreadChanged};
use folkmoot_tests::{
    Stop,
    app::{Member, Stores},
    backends::Nats,
    process::Folkmoot,
    wait,
};
use serde_json::json;

use crate::feed::teller::Teller;

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

/// The kind and the text of all that somebody was told, in order.
async fn told(member: &Member) -> Vec<(String, String)> {
    let mut told = Vec::new();
    let mut query = "?limit=200".to_owned();
    loop {
        let answer = member.get(&format!("/notifications{query}")).await;
        let list = answer.expect(200);
        for one in list.as_array().expect("a list") {
            let text = |name: &str| one[name].as_str().expect("a text").to_owned();
            told.push((text("kind"), text("body")));
        }
        match answer.next_page() {
            Some(next) => query = next.to_owned(),
            None => return told,
        }
    }
}

/// Waits until `member` was told `count` comments, and checks that they are 0, 1, 2…, each once.
async fn told_all(member: &Member, count: usize) {
    let comments = |told: Vec<(String, String)>| -> Vec<usize> {
        let of_comments = told
            .into_iter()
            .filter(|(kind, _)| ["mention", "thread.commented"].contains(&kind.as_str()));
        let mut numbers: Vec<_> = of_comments
            .map(|(_, body)| body.parse().expect("a number"))
            .collect();
        numbers.sort_unstable();
        numbers
    };
    wait::until_within(wait::LIMIT * 4, "everything is told", async || {
        (comments(told(member).await).len() >= count).then_some(())
    })
    .await;
    let expected: Vec<_> = (0..count).collect();
    assert_eq!(
        comments(told(member).await),
        expected,
        "none lost, none doubled"
    );
    let unread = member.get("/notifications/unread-count").await.expect(200);
    let kinds = &unread["kinds"];
    let counted = [&kinds["mention"], &kinds["thread.commented"]].map(|n| n.as_u64().unwrap_or(0));
    assert_eq!(counted.iter().sum::<u64>(), count as u64);
}

async fn alone(nats: &Nats) -> (Stores, Folkmoot, Teller, [Member; 2]) {
    let stores = Stores {
        nats: Some(nats.url()),
        ..Stores::real().await
    };
    // The keys by which tokens are believed: identity makes them, which does not run here.
    let _ = stores.issuer();
    let service = Folkmoot::serve(&[ServiceName::Notification]).stores(&stores);
    let service = service.start().await;
    let teller = Teller::start(&stores).await;
    let members = ["ann", "bob"].map(|name| stores.member(service.site(), name));
    for member in &members {
        assert_eq!(told(member).await, [], "known by their tokens now");
    }
    (stores, service, teller, members)
}

/// A comment of bob's on ann's thread; every third names her.
fn comment(teller: &Teller, thread: &ThreadChanged, bob: &Member, n: usize) -> Event {
    let mut comment = teller.commented(thread, bob, &n.to_string());
    comment["mentions"] = if n.is_multiple_of(3) {
        json!(["ann"])
    } else {
        json!([])
    };
    teller.event("discussion.comment.created", &comment)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_seconds_without_nats_during_500_comments_lose_and_double_none() {
    let nats = Nats::start().await;
    let (_stores, _service, teller, [ann, bob]) = alone(&nats).await;
    let thread = teller.open(&ann, "Stones").await;
    for n in 0..500 {
        if n == 170 {
            nats.stop(Stop::Kill).await;
        }
        if n == 340 {
            // The fault itself lasts twenty seconds; nothing is awaited by it.
            tokio::time::sleep(OUTAGE * 2).await;
            nats.start_again().await;
        }
        teller.tell_all(&[comment(&teller, &thread, &bob, n)]).await;
        if n % 10 == 0 {
            let like = teller.liked(&thread, &format!("u{n}"));
            teller.tell("discussion.thread.liked", &like).await;
        }
    }
    told_all(&ann, 500).await;
    wait::until("every like is counted", async || {
        let likes = ann
            .get("/notifications?kind=thread.liked")
            .await
            .expect(200);
        (likes[0]["actor_count"] == 50 && likes.as_array()?.len() == 1).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_that_is_killed_again_and_again_tells_everything_once() {
    let nats = Nats::start().await;
    let (_stores, service, teller, [ann, bob]) = alone(&nats).await;
    let thread = teller.open(&ann, "Stones").await;
    teller.relate("follow.created", &bob, &ann).await;
    for round in 0..5 {
        let mut events = Vec::new();
        for n in 0..60 {
            events.push(comment(&teller, &thread, &bob, round * 60 + n));
            let like = teller.liked(&thread, &format!("u{round}-{n}"));
            events.push(teller.event("discussion.thread.liked", &like));
        }
        let new = teller.thread(&ann, &round.to_string());
        events.insert(30, teller.event("discussion.thread.created", &new));
        let before = told(&ann).await.len();
        teller.tell_all(&events).await;
        wait::until("it is in the middle of it", async || {
            (told(&ann).await.len() > before).then_some(())
        })
        .await;
        service.kill().await;
        service.start_again().await;
    }
    told_all(&ann, 300).await;
    wait::until_within(
        wait::LIMIT * 2,
        "every like and every post is told once",
        async || {
            let likes = ann
                .get("/notifications?kind=thread.liked")
                .await
                .expect(200);
            let posts = bob.get("/notifications?kind=post").await.expect(200);
            (likes[0]["actor_count"] == 300 && posts.as_array()?.len() >= 5).then_some(())
        },
    )
    .await;
    let mut posts: Vec<_> = told(&bob).await.into_iter().map(|(_, body)| body).collect();
    posts.sort();
    let expected: Vec<_> = (0..5).map(|n| format!("about {n}")).collect();
    assert_eq!(posts, expected);
}

/// The consumer has committed and is held up before it acknowledges: by a table that only its next step reads.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_that_is_killed_between_handling_and_acknowledging_tells_it_once() {
    let nats = Nats::start().await;
    let (stores, service, teller, [ann, bob]) = alone(&nats).await;
    let thread = teller.open(&ann, "Stones").await;
    let url = stores.database.as_deref().expect("a database");
    let options: sqlx::postgres::PgConnectOptions = url.parse().expect("a URL");
    let options = options.options([("search_path", "notification")]);
    let pool = sqlx::PgPool::connect_with(options).await.expect("a pool");
    let mut held = pool.begin().await.expect("a transaction");
    sqlx::query("lock table waiting_mentions in access exclusive mode")
        .execute(&mut *held)
        .await
        .expect("a lock");
    teller.tell_all(&[comment(&teller, &thread, &bob, 0)]).await;
    wait::until("it is committed", async || {
        let found = sqlx::query("select id from notifications where notif_type = 'mention'");
        found.fetch_optional(&pool).await.expect("rows").map(|_| ())
    })
    .await;
    let client = async_nats::connect(nats.url()).await.expect("NATS");
    let jetstream = async_nats::jetstream::new(client);
    let pending = async || {
        let stream = jetstream
            .get_stream(format!("{}-events", stores.instance))
            .await
            .ok()?;
        let consumer = stream.get_consumer::<pull::Config>("notification").await;
        let info = consumer.ok()?.get_info().await.ok()?;
        Some((info.num_ack_pending, info.num_pending))
    };
    assert_eq!(pending().await, Some((1, 0)), "it is not acknowledged");
    service.kill().await;
    held.rollback().await.expect("the lock is gone");
    service.start_again().await;
    wait::until_within(
        wait::LIMIT * 3,
        "it is acknowledged when it comes again",
        async || (pending().await? == (0, 0)).then_some(()),
    )
    .await;
    told_all(&ann, 1).await;
}
