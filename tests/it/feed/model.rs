//! Whatever happens, feeds end as a model of a few lines says, and stay so when they are read from timelines.

use std::collections::{BTreeMap, BTreeSet};

use folkmoot_common::events::discussion::ThreadChanged;
use folkmoot_tests::{
    app::{Member, Stores},
    on_both_backends,
    seeded::Seeded,
    wait,
};

use super::teller::{Feed, home, titles, whole_home};

/// What is true.
#[derive(Default)]
struct Model {
    /// By when they were opened: author and title.
    threads: BTreeMap<usize, (usize, String)>,
    follows: BTreeSet<(usize, usize)>,
    blocks: BTreeSet<(usize, usize)>,
    mutes: BTreeSet<(usize, usize)>,
}

impl Model {
    fn sees(&self, reader: usize, author: usize) -> bool {
        !self.blocks.contains(&(reader, author))
            && !self.blocks.contains(&(author, reader))
            && !self.mutes.contains(&(reader, author))
    }

    fn home(&self, reader: usize) -> Vec<String> {
        let threads = self.threads.values().rev();
        let mine = threads.filter(|(author, _)| {
            *author == reader
                || self.follows.contains(&(reader, *author)) && self.sees(reader, *author)
        });
        mine.map(|(_, title)| title.clone()).collect()
    }

    fn stream(&self, reader: usize) -> Vec<String> {
        let threads = self.threads.values().rev();
        let shown = threads.filter(|(author, _)| self.sees(reader, *author));
        shown.map(|(_, title)| title.clone()).take(100).collect()
    }
}

/// One thing that happens, told and noted.
async fn happen(
    feed: &Feed,
    model: &mut Model,
    threads: &mut Vec<ThreadChanged>,
    members: &[Member],
    random: &mut Seeded,
) {
    let (user, target) = (random.below(members.len()), random.below(members.len()));
    let (one, other) = (&members[user], &members[target]);
    let (made, pair) = (random.percent(60), (user, target));
    match random.below(12) {
        0..=5 => {
            let title = format!("thread {}", threads.len());
            threads.push(feed.teller.open(one, &title).await);
            model.threads.insert(threads.len() - 1, (user, title));
        }
        6..=8 if user != target => {
            let what = if made {
                "follow.created"
            } else {
                "follow.deleted"
            };
            feed.teller.relate(what, one, other).await;
            change(&mut model.follows, pair, made);
        }
        9 if user != target => {
            let what = if made { "mute.created" } else { "mute.deleted" };
            feed.teller.relate(what, one, other).await;
            change(&mut model.mutes, pair, made);
        }
        10 if user != target => {
            let made = random.percent(30);
            let what = if made {
                "block.created"
            } else {
                "block.deleted"
            };
            feed.teller.relate(what, one, other).await;
            change(&mut model.blocks, pair, made);
            if made {
                model.follows.remove(&pair);
                model.follows.remove(&(target, user));
            }
        }
        11 if !threads.is_empty() => {
            let at = random.below(threads.len());
            if random.percent(50) {
                feed.teller.delete(&threads[at]).await;
                model.threads.remove(&at);
            } else {
                // Changed, or back.
                feed.teller.change(&mut threads[at]).await;
                let author = members
                    .iter()
                    .position(|one| one.user_id == threads[at].author_id);
                let title = threads[at].title.clone();
                model.threads.insert(at, (author.unwrap(), title));
            }
        }
        _ => {}
    }
}

fn change(set: &mut BTreeSet<(usize, usize)>, pair: (usize, usize), made: bool) {
    match made {
        true => set.insert(pair),
        false => set.remove(&pair),
    };
}

on_both_backends! {
    async fn feeds_end_as_the_model_says(backends: Backends) {
        let stores = Stores::new(backends).await;
        let own = ["--feed-home-entries=100", "--feed-large-author-followers=3"];
        let feed = Feed::start(&stores, &own).await;
        let members: Vec<_> = (0..6).map(|n| feed.member(&format!("u{n}"))).collect();
        let (mut model, mut threads, mut random) = (Model::default(), Vec::new(), Seeded::new());
        for round in 0..6 {
            for _ in 0..50 {
                happen(&feed, &mut model, &mut threads, &members, &mut random).await;
                // Timelines are made while things happen.
                let reader = random.pick(&members);
                home(reader).await;
            }
            // The last that is told: everything before it has been taken then.
            let last = feed.teller.open(&members[0], &format!("round {round}")).await;
            model.threads.insert(threads.len(), (0, last.title.clone()));
            threads.push(last);
            for (n, member) in members.iter().enumerate() {
                let expected = model.home(n);
                wait::until(&format!("round {round}: the feed of u{n} is right"), async || {
                    let newest = feed.titles("/api/activity-stream?limit=1").await;
                    (newest == [format!("round {round}")] && whole_home(member, 40).await == expected).then_some(())
                }).await;
                for limit in [40, 200] {
                    assert_eq!(whole_home(member, limit).await, expected, "round {round} u{n}");
                }
                let stream = titles(&member.get("/api/activity-stream?limit=100").await.expect(200));
                assert_eq!(stream, model.stream(n), "round {round} u{n}");
            }
        }
    }
}
