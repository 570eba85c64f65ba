//! How many statements an answer costs: at most six, however much there is and however deep the page.

use folkmoot_common::ServiceName;
use folkmoot_tests::{
    app::{Backends, Stores},
    backends::Redis,
    on_both_backends,
    process::Folkmoot,
    wait,
};

use crate::statements::MOST;

use super::teller::{Feed, titles};

const THREADS: usize = 1_200;

on_both_backends! {
    async fn an_answer_costs_at_most_six_statements(backends: Backends) {
        let stores = Stores::new(backends).await;
        let feed = Feed::start(&stores, &["--feed-home-entries=100", "--feed-large-author-followers=1"]).await;
        let [ann, bob, big, fan] = ["ann", "bob", "big", "fan"].map(|name| feed.member(name));
        for (reader, author) in [(&ann, &bob), (&ann, &big), (&fan, &big)] {
            feed.teller.relate("follow.created", reader, author).await;
        }
        feed.teller.relate("mute.created", &ann, &fan).await;
        let events: Vec<_> = (0..THREADS).map(|n| {
            let author = [&bob, &big, &fan][n % 3];
            feed.teller.event("discussion.thread.created", &feed.teller.thread(author, &n.to_string()))
        }).collect();
        feed.teller.tell_all(&events).await;
        let deep = wait::until_within(wait::LIMIT * 4, "all are told", async || {
            let page = bob.get("/api/activity-stream?skip=999&limit=1").await.expect(200);
            (titles(&page) == ["200"]).then(|| page[0]["id"].as_str().unwrap().to_owned())
        }).await;
        let user_id = bob.user_id.clone();
        drop(feed);

        // Another process on the same tables, whose log can be read: with timelines that are not there at first.
        let own = Redis::start().await;
        let stores = match backends {
            Backends::Embedded => stores,
            Backends::Real => Stores { redis: Some(own.url()), ..stores },
        };
        let folkmoot = Folkmoot::serve(&[ServiceName::Feed]).stores(&stores).log_statements()
            .set("FEED_HOME_ENTRIES", "100").set("FEED_LARGE_AUTHOR_FOLLOWERS", "1").start().await;
        let ann = ann.at(folkmoot.site());
        let paths = [
            "/api/activity-stream".to_owned(),
            "/api/activity-stream?limit=100&skip=900".to_owned(),
            format!("/api/activity-stream/user?user_id={user_id}&limit=100"),
            "/api/activity-stream/user".to_owned(),
            "/api/activity-stream/stats".to_owned(),
            "/api/feed".to_owned(),
            "/api/feed?limit=200".to_owned(),
            format!("/api/feed?after={deep}"),
        ];
        let mut total = 0;
        for _ in 0..3 {
            for path in &paths {
                let answer = ann.get(path).await;
                answer.expect(200);
                // What timelines answer by themselves costs none.
                let count = folkmoot.statements_of(&answer);
                assert!(count <= MOST, "{path} costs {count} statements");
                total += count;
            }
        }
        assert!(total >= paths.len(), "statements are in the log: {total}");
    }
}
