//! What is not for everybody is nowhere for those it is not for.

use super::*;

const STAFF: Uuid = Uuid::from_u128(2);
const WORD: &str = "xylograph";

/// Everything that a reader is shown, as text.
async fn all_of(feed: &Feed, member: Option<&Member>) -> String {
    let mut text = String::new();
    for path in [
        "/api/activity-stream?limit=100",
        "/api/activity-stream?limit=1&skip=0",
        "/api/activity-stream?limit=1&skip=1",
        "/api/activity-stream/user?user_id=ann",
        "/api/activity-stream/stats",
    ] {
        text += &feed.get(path, member).await.to_string();
    }
    if let Some(member) = member {
        text += &feed
            .get("/api/feed?limit=200", Some(member))
            .await
            .to_string();
        text += &feed
            .get("/api/feed?limit=1", Some(member))
            .await
            .to_string();
        text += &feed
            .get("/api/activity-stream/user", Some(member))
            .await
            .to_string();
    }
    text
}

async fn size(feed: &Feed, member: Option<&Member>) -> Value {
    feed.get("/api/activity-stream/stats", member).await["global_feed_size"].clone()
}

#[tokio::test]
async fn a_private_threads_word_is_nowhere_for_outsiders() {
    let feed = Feed::start(&[]).await;
    feed.category(STAFF, Some("staff")).await;
    let ann = feed.member("ann", &["member", "staff"]).await;
    let admin = feed.member("root", &["member", "admin"]).await;
    let bob = feed.member("bob", &["member"]).await;
    let moderator = feed.member("mia", &["member", "moderator"]).await;
    let odd = feed
        .member(
            "odd",
            &["member", "staf_", "%", "*", "a,staff,b", "STAFF", ""],
        )
        .await;
    for user in ["bob", "mia", "odd", "root"] {
        feed.relate("follow.created", user, "ann").await;
    }
    for round in 0..3 {
        let mut thread = feed.thread("ann", &format!("{WORD} {round}"));
        (thread.category_id, thread.read_role) = (STAFF, Some("staff".to_owned()));
        feed.tell("discussion.thread.created", &thread).await;
        feed.open("ann", &format!("open {round}")).await;
        for outsider in [None, Some(&bob), Some(&moderator), Some(&odd)] {
            let text = all_of(&feed, outsider).await;
            assert!(!text.contains(WORD), "round {round}: {outsider:?} {text}");
            assert_eq!(size(&feed, outsider).await, json!(round + 1));
            assert_eq!(
                feed.stream(outsider).await.len(),
                round + 1,
                "pages are topped up"
            );
            if let Some(outsider) = outsider {
                assert_eq!(feed.home(outsider).await.len(), round + 1);
            }
        }
        for insider in [&ann, &admin] {
            assert_eq!(size(&feed, Some(insider)).await, json!(2 * (round + 1)));
            assert_eq!(feed.stream(Some(insider)).await.len(), 2 * (round + 1));
            assert_eq!(feed.home(insider).await.len(), 2 * (round + 1));
        }
        feed.settle().await;
    }
}

#[tokio::test]
async fn a_move_and_a_changed_category_count_at_once() {
    let feed = Feed::start(&[]).await;
    feed.category(STAFF, Some("staff")).await;
    let (ann, bob) = (
        feed.member("ann", &["staff"]).await,
        feed.member("bob", &["member"]).await,
    );
    feed.relate("follow.created", "bob", "ann").await;
    let mut thread = feed.open("ann", WORD).await;
    feed.open("ann", "other").await;
    feed.warm(&[&ann, &bob]).await;
    assert!(all_of(&feed, None).await.contains(WORD));

    thread.category_id = STAFF;
    thread.read_role = Some("staff".to_owned());
    feed.change(&mut thread).await;
    for outsider in [None, Some(&bob)] {
        assert!(!all_of(&feed, outsider).await.contains(WORD));
    }
    assert_eq!(feed.stream(Some(&ann)).await, ["other", WORD]);
    assert_eq!(feed.home(&ann).await, ["other", WORD]);

    feed.category(STAFF, None).await;
    for reader in [None, Some(&bob), Some(&ann)] {
        assert_eq!(feed.stream(reader).await, ["other", WORD]);
    }
    assert_eq!(feed.home(&bob).await, ["other", WORD]);
    feed.warm(&[&ann, &bob]).await;
    feed.category(STAFF, Some("staff")).await;
    for outsider in [None, Some(&bob)] {
        assert!(!all_of(&feed, outsider).await.contains(WORD));
    }

    thread.category_id = GENERAL;
    thread.read_role = None;
    feed.change(&mut thread).await;
    for reader in [None, Some(&bob), Some(&ann)] {
        assert_eq!(feed.stream(reader).await, ["other", WORD]);
    }
}

#[tokio::test]
async fn what_a_thread_says_of_its_category_does_not_open_it() {
    let feed = Feed::start(&[]).await;
    // Written when the category was open, told when it no longer is.
    let mut late = feed.thread("ann", WORD);
    late.category_id = STAFF;
    feed.wait(TimeDelta::seconds(1));
    late.changed_at = feed.clock.now() + TimeDelta::seconds(5);
    feed.category(STAFF, Some("staff")).await;
    feed.tell("discussion.thread.created", &late).await;
    assert!(!all_of(&feed, None).await.contains(WORD));

    // A category of which only a thread told so far.
    let mut first = feed.thread("ann", "first");
    (first.category_id, first.read_role) = (Uuid::from_u128(3), Some("staff".to_owned()));
    feed.tell("discussion.thread.created", &first).await;
    assert_eq!(feed.stream(None).await, Vec::<String>::new());
    feed.category(Uuid::from_u128(3), None).await;
    assert_eq!(feed.stream(None).await, ["first"]);
}

#[tokio::test]
async fn a_block_parts_both_and_a_mute_hides_from_one() {
    let feed = Feed::start(&[]).await;
    let (ann, bob) = (
        feed.member("ann", &["member"]).await,
        feed.member("bob", &["member"]).await,
    );
    for (user, target) in [("ann", "bob"), ("bob", "ann")] {
        feed.relate("follow.created", user, target).await;
    }
    for n in 0..30 {
        feed.open("bob", &format!("bob {n}")).await;
    }
    feed.open("ann", "ann").await;
    feed.open("eve", "eve").await;
    feed.warm(&[&ann, &bob]).await;
    assert_eq!(feed.home(&ann).await.len(), 31);

    feed.relate("mute.created", "ann", "bob").await;
    assert_eq!(feed.stream(Some(&ann)).await, ["eve", "ann"]);
    assert_eq!(
        feed.titles("/api/activity-stream?limit=2", Some(&ann))
            .await,
        ["eve", "ann"]
    );
    assert_eq!(feed.home(&ann).await, ["ann"]);
    assert_eq!(
        feed.titles("/api/activity-stream/user?user_id=bob", Some(&ann))
            .await
            .len(),
        20
    );
    assert_eq!(
        feed.stream(Some(&bob)).await.len(),
        32,
        "who is muted does not learn of it"
    );
    assert_eq!(feed.home(&bob).await.len(), 31);
    feed.relate("mute.deleted", "ann", "bob").await;
    assert_eq!(feed.home(&ann).await.len(), 31);

    feed.relate("block.created", "ann", "bob").await;
    for _ in 0..2 {
        assert_eq!(feed.stream(Some(&ann)).await, ["eve", "ann"]);
        assert_eq!(feed.home(&ann).await, ["ann"]);
        assert_eq!(feed.stream(Some(&bob)).await.len(), 31);
        assert!(!feed.stream(Some(&bob)).await.contains(&"ann".to_owned()));
        assert_eq!(feed.home(&bob).await.len(), 30);
        assert_eq!(
            feed.get("/api/activity-stream/user?user_id=bob", Some(&ann))
                .await,
            json!([])
        );
        assert_eq!(
            feed.get("/api/activity-stream/user?user_id=ann", Some(&bob))
                .await,
            json!([])
        );
        assert_eq!(feed.stream(None).await.len(), 32);
        feed.settle().await;
    }
    // A follow from before the block that comes late does not count.
    feed.relate("block.deleted", "ann", "bob").await;
    assert_eq!(feed.stream(Some(&ann)).await.len(), 32);
    assert_eq!(feed.home(&ann).await, ["ann"], "the follow has ended");
}
