//! A made-up community, the same for the same arguments: for benchmarks and for trying things out. Pure.
//!
//! Sizes and popularity follow [Zipf's law], as they do in communities that were measured: a few threads, authors and comments
//! get most of the attention. The first thread holds a tenth of all comments, and a fifth of all members follow the first
//! one, so that what is large is large in every set.
//!
//! [Zipf's law]: https://en.wikipedia.org/wiki/Zipf%27s_law

mod text;

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use folkmoot_common::transfer::{Category, Comment, Follow, Like, Record, Room, Thread, User};
use uuid::{Builder, Uuid};

/// What the community is like.
#[derive(Debug, Clone, clap::Args)]
pub struct Shape {
    /// Members.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    pub users: u32,
    /// Threads.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub threads: u32,
    /// Comments.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(0..=100_000_000))]
    pub comments: u32,
    /// Likes.
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(0..=100_000_000))]
    pub likes: u32,
    /// Another number makes another community.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// When the community began, in seconds since 1970: 2024-01-01.
const BEGINNING: i64 = 1_704_067_200;
/// How long it has lived.
const LIFE: TimeDelta = TimeDelta::days(700);
/// How many others a member follows, besides the first.
const FOLLOWS: u32 = 2;
/// One in so many members follows the first.
const FANS: u32 = 5;
/// One in so many comments is in the first thread.
const FIRST_THREAD: u32 = 10;
/// One in so many comments answers the thread and no comment.
const TOP_LEVEL: u32 = 3;
/// Comments of a thread that the next one may answer.
const RECENT: usize = 64;
/// Threads that are made together.
const AHEAD: u32 = 500;
const CATEGORIES: [(&str, &str); 4] = [
    ("news", "News"),
    ("help", "Help"),
    ("projects", "Projects"),
    ("off-topic", "Off topic"),
];

impl Shape {
    /// How many records there will be at most.
    #[must_use]
    pub fn records(&self) -> u64 {
        let follows = u64::from(self.users) * u64::from(FOLLOWS + 1);
        let others = [self.users, self.threads, self.comments, self.likes];
        follows + others.map(u64::from).iter().sum::<u64>() + CATEGORIES.len() as u64 + 1
    }
}

/// The records of a community, in an order in which they can be imported.
pub(super) fn records(shape: &Shape) -> impl Iterator<Item = Record> + use<> {
    let members = Members::new(shape);
    let categories = CATEGORIES.iter().enumerate();
    let seed = shape.seed;
    let categories = categories.map(move |(index, entry)| category(seed, index, *entry));
    let users = (0..shape.users).map({
        let members = members.clone();
        move |index| Record::User(members.user(index))
    });
    let discussion = Discussion::new(shape, members.clone());
    [Record::Room(room())]
        .into_iter()
        .chain(users)
        .chain(members.follows().map(Record::Follow))
        .chain(categories)
        .chain(discussion)
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(BEGINNING + seconds)
}

/// When the item of this index came, of `count` that are spread evenly over the life of the community.
fn spread(index: u32, count: u32) -> DateTime<Utc> {
    let step = LIFE.num_milliseconds() * i64::from(index) / i64::from(count.max(1));
    at(0) + TimeDelta::milliseconds(step)
}

/// An id of that time. No two things of one kind are of the same millisecond and the same bits.
fn id(rng: &mut Rng, time: DateTime<Utc>) -> Uuid {
    let mut random = [0; 10];
    rng.fill(&mut random);
    let milliseconds = u64::try_from(time.timestamp_millis()).unwrap_or_default();
    Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid()
}

/// Small indexes are likely, large ones rare: the inverse of the distribution function of 1/x.
fn popular(rng: &mut Rng, count: u32) -> u32 {
    let drawn = f64::from(count).powf(rng.f64()) - 1.0;
    (drawn as u32).min(count.saturating_sub(1))
}

fn category(seed: u64, index: usize, (slug, name): (&str, &str)) -> Record {
    let mut rng = Rng::with_seed(seed ^ 0xca7e_0000 ^ index as u64);
    Record::Category(Category {
        id: id(&mut rng, at(0)),
        slug: slug.to_owned(),
        name: name.to_owned(),
        description: text::sentence(&mut rng),
        position: i32::try_from(index).unwrap_or_default() + 1,
        read_role: None,
        post_role: None,
        created_at: at(0),
    })
}

fn room() -> Room {
    Room {
        id: "lobby".to_owned(),
        name: "Lobby".to_owned(),
        description: String::new(),
        created_at: at(0),
    }
}

/// Who is there: made from the index alone, so that nobody has to be remembered.
#[derive(Debug, Clone)]
struct Members {
    seed: u64,
    count: u32,
}

impl Members {
    fn new(shape: &Shape) -> Self {
        Self {
            seed: shape.seed,
            count: shape.users,
        }
    }

    fn rng(&self, index: u32) -> Rng {
        Rng::with_seed(self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ u64::from(index))
    }

    fn id(&self, index: u32) -> Uuid {
        // All came on the first day: whoever writes is there.
        let time = at(0) + TimeDelta::milliseconds(i64::from(index) * 86);
        id(&mut self.rng(index), time)
    }

    fn user(&self, index: u32) -> User {
        let username = format!("{}_{index}", text::name(&mut self.rng(index)));
        User {
            id: self.id(index),
            email: format!("{username}@example.org"),
            username,
            password_hash: None,
            roles: Vec::new(),
            display_name: None,
            email_verified_at: Some(at(0)),
            created_at: at(0) + TimeDelta::milliseconds(i64::from(index) * 86),
        }
    }

    fn popular(&self, rng: &mut Rng) -> u32 {
        popular(rng, self.count)
    }

    fn follows(&self) -> impl Iterator<Item = Follow> + use<> {
        let members = self.clone();
        (1..self.count).flat_map(move |index| {
            let mut rng = members.rng(index ^ 0xf011_0000);
            let mut targets: Vec<u32> = (0..FOLLOWS).map(|_| members.popular(&mut rng)).collect();
            targets.retain(|target| *target != 0 && *target != index);
            if index.is_multiple_of(FANS) {
                targets.push(0);
            }
            targets.sort_unstable();
            targets.dedup();
            let members = members.clone();
            targets.into_iter().map(move |target| Follow {
                user_id: members.id(index),
                target_id: members.id(target),
                created_at: at(86_400),
            })
        })
    }
}

/// What was written, in the order of time. Comments and likes come when their threads are there.
struct Discussion {
    shape: Shape,
    members: Members,
    rng: Rng,
    threads: Vec<OpenThread>,
    next_thread: u32,
    next_comment: u32,
    next_like: u32,
    liked: Vec<Uuid>,
}

struct OpenThread {
    id: Uuid,
    recent: Vec<Uuid>,
}

impl Discussion {
    fn new(shape: &Shape, members: Members) -> Self {
        Self {
            rng: Rng::with_seed(shape.seed ^ 0xd15c_0000),
            threads: Vec::with_capacity(shape.threads as usize),
            liked: Vec::new(),
            next_thread: 0,
            next_comment: 0,
            next_like: 0,
            shape: shape.clone(),
            members,
        }
    }

    /// How many threads there were when the next comment was written.
    fn opened(&self) -> u32 {
        let (threads, comments) = (self.shape.threads, self.shape.comments);
        if self.next_comment >= comments {
            return threads;
        }
        let part = u64::from(self.next_comment) * u64::from(threads) / u64::from(comments);
        u32::try_from(part + 1).map_or(threads, |opened| opened.min(threads))
    }

    fn thread(&mut self) -> Record {
        let created_at = spread(self.next_thread, self.shape.threads) + TimeDelta::days(1);
        let id = id(&mut self.rng, created_at);
        // The most popular member opened the first thread, and the largest.
        let author = match self.next_thread {
            0 => 0,
            _ => self.members.popular(&mut self.rng),
        };
        let (category, _) = CATEGORIES[self.rng.usize(..CATEGORIES.len())];
        self.next_thread += 1;
        self.threads.push(OpenThread {
            id,
            recent: Vec::new(),
        });
        self.liked.push(id);
        Record::Thread(Thread {
            id,
            category: category.to_owned(),
            author_id: self.members.id(author).to_string(),
            title: text::title(&mut self.rng),
            body: text::body(&mut self.rng),
            tags: text::tags(&mut self.rng),
            is_locked: false,
            is_pinned: false,
            created_at,
            edited_at: None,
        })
    }

    fn comment(&mut self) -> Record {
        // A day behind its thread at least.
        let created_at = spread(self.next_comment, self.shape.comments) + TimeDelta::days(2);
        let index = if self.next_comment.is_multiple_of(FIRST_THREAD) {
            0
        } else {
            let open = self.opened();
            popular(&mut self.rng, open) as usize
        };
        let (id, author) = (
            id(&mut self.rng, created_at),
            self.members.popular(&mut self.rng),
        );
        let parent_id = self.parent(index);
        let thread = &mut self.threads[index];
        if thread.recent.len() == RECENT {
            thread.recent.remove(0);
        }
        thread.recent.push(id);
        if self.liked.len() < 100_000 {
            self.liked.push(id);
        }
        self.next_comment += 1;
        Record::Comment(Comment {
            id,
            thread_id: thread.id,
            parent_id,
            author_id: self.members.id(author).to_string(),
            body: Some(text::paragraph(&mut self.rng)),
            created_at,
            edited_at: None,
        })
    }

    fn parent(&mut self, thread: usize) -> Option<Uuid> {
        let recent = &self.threads[thread].recent;
        if recent.is_empty() || self.rng.u32(..TOP_LEVEL) == 0 {
            return None;
        }
        Some(recent[self.rng.usize(..recent.len())])
    }

    fn like(&mut self) -> Record {
        let target = popular(&mut self.rng, self.liked.len() as u32) as usize;
        let user = self.rng.u32(..self.shape.users);
        self.next_like += 1;
        Record::Like(Like {
            target_id: self.liked[target],
            user_id: self.members.id(user).to_string(),
            created_at: at(0) + LIFE,
        })
    }
}

impl Iterator for Discussion {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        // Some threads ahead of the comments, so that what is of one kind is in a row and can be stored together.
        let due = (self.opened() / AHEAD + 1) * AHEAD;
        if self.next_thread < due.min(self.shape.threads) {
            return Some(self.thread());
        }
        if self.next_comment < self.shape.comments {
            return Some(self.comment());
        }
        (self.next_like < self.shape.likes).then(|| self.like())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;

    fn shape() -> Shape {
        Shape {
            users: 500,
            threads: 50,
            comments: 5_000,
            likes: 1_000,
            seed: 1,
        }
    }

    #[test]
    fn the_same_arguments_make_the_same_community_and_another_seed_another() {
        let lines = |shape: &Shape| -> Vec<String> {
            records(shape)
                .map(|record| serde_json::to_string(&record).unwrap())
                .collect()
        };
        assert_eq!(lines(&shape()), lines(&shape()));
        let other = Shape { seed: 2, ..shape() };
        assert_ne!(lines(&shape()), lines(&other));
    }

    #[test]
    fn whatever_a_record_refers_to_comes_before_it() {
        let (mut known, mut threads) = (HashSet::new(), HashMap::new());
        for record in records(&shape()) {
            match record {
                Record::User(user) => assert!(known.insert(user.id)),
                Record::Follow(follow) => {
                    assert!(known.contains(&follow.user_id) && known.contains(&follow.target_id));
                    assert_ne!(follow.user_id, follow.target_id);
                }
                Record::Thread(thread) => {
                    assert!(known.contains(&thread.author_id.parse().unwrap()));
                    threads.insert(thread.id, (thread.id, thread.created_at));
                }
                Record::Comment(comment) => {
                    let above = comment.parent_id.unwrap_or(comment.thread_id);
                    let (thread, time) = threads[&above];
                    assert_eq!(thread, comment.thread_id, "a parent of another thread");
                    assert!(time < comment.created_at, "older than what it answers");
                    assert!(
                        threads
                            .insert(comment.id, (thread, comment.created_at))
                            .is_none()
                    );
                }
                Record::Like(like) => assert!(threads.contains_key(&like.target_id)),
                Record::Category(_) | Record::Room(_) | Record::Message(_) => {}
            }
        }
    }

    #[test]
    fn a_few_get_most_of_the_attention() {
        let (mut comments, mut first, mut fans) = (0, 0, 0);
        let (mut first_thread, mut first_user) = (None, None);
        for record in records(&shape()) {
            match record {
                Record::User(user) if first_user.is_none() => first_user = Some(user.id),
                Record::Follow(follow) if Some(follow.target_id) == first_user => fans += 1,
                Record::Thread(thread) if first_thread.is_none() => first_thread = Some(thread.id),
                Record::Comment(comment) => {
                    comments += 1;
                    first += u32::from(Some(comment.thread_id) == first_thread);
                }
                _ => {}
            }
        }
        assert_eq!((comments, fans), (5_000, 99));
        assert!((500..2_500).contains(&first), "{first} in the first thread");
    }
}
