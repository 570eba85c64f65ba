//! Events in any order, and twice, come to the same.

use super::*;

/// A generator that repeats its numbers.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % bound
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

const USERS: [&str; 4] = ["ann", "bob", "eve", "dan"];
const CATEGORIES: [u128; 2] = [1, 2];

/// What may happen, as a sequence of events with rising times.
fn story(feed: &Feed, random: &mut Random) -> Vec<Event> {
    let mut threads: Vec<ThreadChanged> = Vec::new();
    let mut comments: Vec<(Uuid, Uuid)> = Vec::new();
    let mut events: Vec<Event> = CATEGORIES
        .iter()
        .map(|id| {
            let data = json!({"category_id": Uuid::from_u128(*id), "read_role": null, "changed_at": feed.clock.now()});
            feed.event("discussion.category.changed", &data)
        })
        .collect();
    for step in 0..120 {
        feed.wait(TimeDelta::milliseconds(3));
        let now = feed.clock.now();
        let (user, other) = (USERS[random.below(4)], USERS[random.below(4)]);
        let (r#type, data) = match random.below(10) {
            0 | 1 => {
                let thread = feed.thread(user, &step.to_string());
                threads.push(thread.clone());
                (
                    "discussion.thread.created",
                    serde_json::to_value(thread).unwrap(),
                )
            }
            2 if !threads.is_empty() => {
                let at = random.below(threads.len());
                threads[at].changed_at = now;
                threads[at].title = format!("edited {step}");
                threads[at].category_id = Uuid::from_u128(CATEGORIES[random.below(2)]);
                (
                    "discussion.thread.updated",
                    serde_json::to_value(&threads[at]).unwrap(),
                )
            }
            3 if !threads.is_empty() => {
                let thread = &threads[random.below(threads.len())];
                let data = json!({"thread_id": thread.thread_id, "author_id": thread.author_id, "deleted_at": now});
                ("discussion.thread.deleted", data)
            }
            4 | 5 if !threads.is_empty() => {
                let thread = &threads[random.below(threads.len())];
                let like = random.below(2) == 0;
                let data = json!({
                    "thread_id": thread.thread_id, "comment_id": null, "category_id": GENERAL, "read_role": null,
                    "thread_title": "", "author_id": "", "user_id": user, "username": user, "liked_at": now, "unliked_at": now,
                });
                (
                    if like {
                        "discussion.thread.liked"
                    } else {
                        "discussion.unliked"
                    },
                    data,
                )
            }
            6 if !threads.is_empty() => {
                let thread = &threads[random.below(threads.len())];
                let restored = (random.below(3) == 0)
                    .then(|| comments.last().copied())
                    .flatten();
                let (comment_id, thread_id) =
                    restored.unwrap_or((feed.state.ctx.ids.next(), thread.thread_id));
                comments.push((comment_id, thread_id));
                let data = json!({
                    "comment_id": comment_id, "thread_id": thread_id, "category_id": GENERAL, "read_role": null,
                    "thread_title": "", "thread_author_id": "", "author_id": user, "author_name": user, "excerpt": "",
                    "parent_id": null, "parent_author_id": null, "created_at": now, "changed_at": now,
                });
                (
                    if restored.is_some() {
                        "discussion.comment.updated"
                    } else {
                        "discussion.comment.created"
                    },
                    data,
                )
            }
            7 if !comments.is_empty() => {
                let (comment_id, thread_id) = comments[random.below(comments.len())];
                let data = json!({"comment_id": comment_id, "thread_id": thread_id, "author_id": user, "deleted_at": now});
                ("discussion.comment.deleted", data)
            }
            8 => {
                let kinds = [
                    "identity.follow.created",
                    "identity.follow.deleted",
                    "identity.mute.created",
                    "identity.mute.deleted",
                ];
                (kinds[random.below(4)], relation(user, other, now))
            }
            _ => {
                let read_role = [None, Some("staff")][random.below(2)];
                let data = json!({
                    "category_id": Uuid::from_u128(CATEGORIES[random.below(2)]),
                    "read_role": read_role, "changed_at": now,
                });
                ("discussion.category.changed", data)
            }
        };
        events.push(feed.event(r#type, &data));
    }
    events
}

/// Everything that anybody is shown.
async fn everything(feed: &Feed) -> Vec<Value> {
    let mut all = vec![feed.get("/api/activity-stream?limit=100", None).await];
    for user in USERS {
        for roles in [&["member"][..], &["staff"], &["admin"]] {
            let member = feed.stranger(user, roles);
            all.push(feed.get("/api/feed?limit=200", Some(&member)).await);
            all.push(
                feed.get("/api/activity-stream?limit=100", Some(&member))
                    .await,
            );
            let path = format!("/api/activity-stream/user?user_id={user}&limit=100");
            all.push(feed.get(&path, Some(&member)).await);
        }
    }
    all
}

#[tokio::test]
async fn any_order_with_doubles_comes_to_what_the_right_order_came_to() {
    for seed in 0..6 {
        let mut random = Random(seed);
        let first = Feed::start(&[]).await;
        let mut events = story(&first, &mut random);
        for event in &events {
            first.handle(event).await;
        }
        let expected = everything(&first).await;
        let second = Feed::start(&[]).await;
        second.wait(TimeDelta::milliseconds(500));
        let doubles: Vec<_> = events
            .iter()
            .filter(|_| random.below(3) == 0)
            .cloned()
            .collect();
        events.extend(doubles);
        random.shuffle(&mut events);
        for (n, event) in events.iter().enumerate() {
            second.handle(event).await;
            if n % 40 == 0 {
                // Timelines that were made on the way must not end differently.
                everything(&second).await;
            }
        }
        // Names come with the events of threads, from whichever is first: all the same here.
        assert_eq!(everything(&second).await, expected, "seed {seed}");
        second.settle().await;
        assert_eq!(
            everything(&second).await,
            expected,
            "seed {seed}, from timelines"
        );
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_skipped() {
    let feed = Feed::start(&[]).await;
    for r#type in [
        "discussion.thread.created",
        "identity.follow.created",
        "discussion.unliked",
        "identity.user.deleted",
        "no.such.event",
    ] {
        for data in [
            json!(null),
            json!([]),
            json!({"thread_id": 7}),
            json!({"user_id": {}}),
        ] {
            feed.handle(&feed.event(r#type, &data)).await;
        }
    }
    let mut odd = feed.thread("a/../b", "odd");
    feed.tell("discussion.thread.created", &odd).await;
    assert_eq!(feed.stream(None).await, Vec::<String>::new());
    odd.author_id = "ann".to_owned();
    odd.title = "</script><img src=x onerror=1> \u{202e}".to_owned();
    feed.tell("discussion.thread.created", &odd).await;
    assert_eq!(feed.stream(None).await, [odd.title]);
}

#[tokio::test]
async fn counts_are_of_what_is_there() {
    let feed = Feed::start(&[]).await;
    let thread = feed.open("ann", "hello").await;
    let like = |user: &str, at: DateTime<Utc>| {
        json!({
            "thread_id": thread.thread_id, "comment_id": null, "category_id": GENERAL, "read_role": null, "thread_title": "",
            "author_id": "ann", "user_id": user, "username": user, "liked_at": at, "unliked_at": at,
        })
    };
    let count = async || feed.get("/api/activity-stream", None).await[0]["like_count"].clone();
    let early = feed.clock.now();
    feed.wait(TimeDelta::seconds(1));
    feed.tell("discussion.thread.liked", &like("bob", feed.clock.now()))
        .await;
    feed.tell("discussion.thread.liked", &like("bob", feed.clock.now()))
        .await;
    feed.tell("discussion.thread.liked", &like("eve", feed.clock.now()))
        .await;
    assert_eq!(count().await, 2);
    feed.tell("discussion.unliked", &like("bob", early)).await;
    assert_eq!(count().await, 2, "older news");
    let of_a_comment = json!({
        "thread_id": thread.thread_id, "comment_id": thread.thread_id, "user_id": "eve", "unliked_at": feed.clock.now(),
    });
    feed.tell("discussion.unliked", &of_a_comment).await;
    assert_eq!(count().await, 2);
    feed.tell("discussion.unliked", &like("bob", feed.clock.now()))
        .await;
    feed.tell("discussion.unliked", &like("dan", feed.clock.now()))
        .await;
    assert_eq!(count().await, 1);
}

#[tokio::test]
async fn what_is_no_longer_needed_is_swept_and_what_is_stays() {
    let feed = Feed::start(&[]).await;
    let ann = feed.member("ann", &["member"]).await;
    feed.relate("follow.created", "ann", "bob").await;
    feed.relate("follow.created", "ann", "eve").await;
    feed.relate("follow.deleted", "ann", "eve").await;
    feed.open("bob", "hello").await;
    let rows = async |table: &'static str| {
        let statement = match table {
            "handled_events" => "select count(*) from handled_events",
            _ => "select count(*) from relations",
        };
        let db = feed.state.store.db();
        let count: i64 = folkmoot_common::with_reader!(db, db => {
            folkmoot_common::db::sqlx::query_scalar(statement).fetch_one(db).await.unwrap()
        });
        count
    };
    crate::sweep::sweep(feed.state.store.clone()).await;
    assert_eq!(
        (rows("handled_events").await, rows("relations").await),
        (5, 2)
    );
    feed.wait(TimeDelta::days(9));
    crate::sweep::sweep(feed.state.store.clone()).await;
    assert_eq!(
        (rows("handled_events").await, rows("relations").await),
        (0, 1)
    );
    let again = feed.stranger("ann", &["member"]);
    assert_eq!(ann.id, again.id);
    assert_eq!(feed.home(&again).await, ["hello"]);
}
