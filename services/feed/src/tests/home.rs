//! Home feeds: timelines and tables say the same, whatever happens.

use super::*;

#[tokio::test]
async fn a_follow_brings_the_newest_and_its_end_takes_them_away() {
    let feed = Feed::start(&[]).await;
    let ann = feed.member("ann", &["member"]).await;
    for n in 0..5 {
        feed.open("bob", &format!("bob {n}")).await;
        feed.open("eve", &format!("eve {n}")).await;
    }
    feed.open("ann", "own").await;
    feed.warm(&[&ann]).await;
    assert_eq!(feed.home(&ann).await, ["own"]);
    feed.relate("follow.created", "ann", "bob").await;
    assert_eq!(
        feed.home(&ann).await,
        ["own", "bob 4", "bob 3", "bob 2", "bob 1", "bob 0"]
    );
    feed.open("bob", "new").await;
    feed.open("eve", "other").await;
    assert_eq!(feed.home(&ann).await[..2], ["new", "own"]);
    feed.relate("follow.deleted", "ann", "bob").await;
    assert_eq!(feed.home(&ann).await, ["own"]);
    assert_eq!(feed.true_home(&ann).await, ["own"]);
}

#[tokio::test]
async fn pages_go_on_in_the_tables_where_the_timeline_ends() {
    let feed = Feed::start(&["--feed-home-entries", "100"]).await;
    let ann = feed.member("ann", &["member"]).await;
    feed.relate("follow.created", "ann", "bob").await;
    for n in 0..250 {
        feed.open(["bob", "eve"][n % 2], &n.to_string()).await;
    }
    let expected: Vec<_> = (0..250)
        .rev()
        .filter(|n| n % 2 == 0)
        .map(|n| n.to_string())
        .collect();
    for round in 0..3 {
        for limit in [1, 7, 50, 125, 200] {
            assert_eq!(
                feed.whole_home(&ann, limit).await,
                expected,
                "round {round} limit {limit}"
            );
        }
        feed.settle().await;
        if round == 1 {
            feed.open("bob", "x").await;
            let newest = feed.whole_home(&ann, 30).await;
            assert_eq!((newest.len(), newest[0].as_str()), (126, "x"));
            let id = feed.get("/api/feed?limit=1", Some(&ann)).await[0]["id"].clone();
            let gone = json!({"thread_id": id, "author_id": "bob", "deleted_at": feed.clock.now()});
            feed.tell("discussion.thread.deleted", &gone).await;
        }
    }
}

#[tokio::test]
async fn large_authors_are_merged_when_read_and_handed_out_when_they_are_small_again() {
    let feed = Feed::start(&["--feed-large-author-followers", "3"]).await;
    let ann = feed.member("ann", &["member"]).await;
    feed.relate("follow.created", "ann", "bob").await;
    feed.open("bob", "small").await;
    feed.warm(&[&ann]).await;
    for fan in ["f1", "f2", "f3"] {
        feed.relate("follow.created", fan, "bob").await;
    }
    assert_eq!(
        feed.state.store.large_followed("ann", 10).await.unwrap(),
        ["bob"]
    );
    let bob = feed.stranger("bob", &["member"]);
    for n in 0..120 {
        feed.open("bob", &format!("large {n}")).await;
        feed.open("ann", &format!("own {n}")).await;
    }
    for round in 0..3 {
        assert_eq!(
            feed.whole_home(&ann, 50).await,
            feed.true_home(&ann).await,
            "round {round}"
        );
        assert_eq!(feed.whole_home(&ann, 200).await.len(), 241);
        assert_eq!(
            feed.whole_home(&bob, 50).await.len(),
            121,
            "they read themselves"
        );
        feed.settle().await;
    }
    // Back below the limit: what was not handed out is.
    feed.relate("follow.deleted", "f1", "bob").await;
    assert_eq!(
        feed.state.store.large_followed("ann", 10).await.unwrap(),
        Vec::<String>::new()
    );
    feed.open("bob", "small again").await;
    assert_eq!(feed.whole_home(&ann, 50).await, feed.true_home(&ann).await);
    assert_eq!(feed.home(&ann).await[..2], ["small again", "own 119"]);
}

#[tokio::test]
async fn nothing_is_handed_to_who_does_not_ask_and_who_returns_misses_nothing() {
    let feed = Feed::start(&["--feed-active-days", "2"]).await;
    let ann = feed.member("ann", &["member"]).await;
    feed.relate("follow.created", "ann", "bob").await;
    feed.open("bob", "one").await;
    feed.warm(&[&ann]).await;
    let active = async |feed: &Feed| {
        let since = feed.clock.now() - TimeDelta::days(2) - TimeDelta::hours(2);
        feed.state
            .store
            .active_followers("bob", "", since, 10)
            .await
            .unwrap()
    };
    assert_eq!(active(&feed).await, ["ann"]);
    feed.wait(TimeDelta::days(1));
    let ann = feed.stranger("ann", &["member"]);
    feed.open("bob", "two").await;
    assert_eq!(feed.home(&ann).await, ["two", "one"]);
    feed.wait(TimeDelta::days(3));
    assert_eq!(active(&feed).await, Vec::<String>::new());
    feed.open("bob", "three").await;
    let ann = feed.stranger("ann", &["member"]);
    assert_eq!(
        feed.home(&ann).await,
        ["three", "two", "one"],
        "at once, from the tables"
    );
    feed.open("bob", "four").await;
    feed.settle().await;
    assert_eq!(feed.home(&ann).await[..2], ["four", "three"]);
    feed.wait(TimeDelta::hours(47));
    let ann = feed.stranger("ann", &["member"]);
    feed.open("bob", "five").await;
    assert_eq!(feed.home(&ann).await[..2], ["five", "four"]);
}

/// Random follows, blocks, mutes, posts, deletions, and readers in between: at every moment what is read is what the tables
/// say.
#[tokio::test]
async fn timelines_say_what_the_tables_say() {
    let feed = Feed::start(&[
        "--feed-home-entries",
        "100",
        "--feed-large-author-followers",
        "3",
    ])
    .await;
    let mut members = Vec::new();
    let users: Vec<String> = (0..6).map(|n| format!("u{n}")).collect();
    for user in &users {
        members.push(feed.member(user, &["member"]).await);
    }
    let mut state = 11_u64;
    let mut below = |bound: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        ((state >> 33) as usize) % bound
    };
    let mut threads: Vec<ThreadChanged> = Vec::new();
    for step in 0..450 {
        let (user, target) = (&users[below(6)], &users[below(6)]);
        match below(14) {
            0..=6 => threads.push(feed.open(user, &step.to_string()).await),
            7 | 8 => feed.relate("follow.created", user, target).await,
            9 => feed.relate("follow.deleted", user, target).await,
            10 => {
                feed.relate(["mute.created", "mute.deleted"][below(2)], user, target)
                    .await
            }
            11 => {
                feed.relate(
                    ["block.created", "block.deleted", "block.deleted"][below(3)],
                    user,
                    target,
                )
                .await
            }
            12 if !threads.is_empty() => {
                let thread = &threads[below(threads.len())];
                feed.delete(thread).await;
            }
            13 if !threads.is_empty() => {
                let at = below(threads.len());
                feed.change(&mut threads[at]).await;
            }
            _ => {}
        }
        let member = &members[below(6)];
        assert_eq!(
            feed.whole_home(member, 20).await,
            feed.true_home(member).await,
            "step {step}"
        );
        if below(4) == 0 {
            feed.settle().await;
        }
    }
}
