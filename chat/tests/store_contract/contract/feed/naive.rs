//! A feed that is looked up anew each time among all posts, and that the store's must be like: whatever people do, however far the
//! jobs are, and while authors cross the limit in either direction.

use std::collections::{BTreeMap, BTreeSet};

use chat::store::{FeedStore, FollowOutcome, RoomStore};
use testkit::SeededRandom;

use super::super::blocked;
use super::{feed, follow, known, matched, post, run_jobs};

const PEOPLE: [&str; 6] = ["ann", "bo", "kim", "lee", "max", "ned"];
/// So that most authors cross it again and again.
const FANOUT_LIMIT: u32 = 2;

#[derive(Default)]
struct NaiveFeed {
    /// By follower and author: how many posts there were before.
    follows: BTreeMap<(&'static str, &'static str), usize>,
    matched: BTreeSet<(&'static str, &'static str)>,
    blocked: BTreeSet<(&'static str, &'static str)>,
    discoverable: BTreeSet<&'static str>,
    /// Author and text; none of a deleted one.
    posts: Vec<(&'static str, Option<String>)>,
}

impl NaiveFeed {
    fn are_matched(&self, one: &'static str, other: &'static str) -> bool {
        self.matched.contains(&(one.min(other), one.max(other)))
    }

    fn sees(&self, reader: &'static str, author: &'static str) -> bool {
        let blocks = |by, user| self.blocked.contains(&(by, user));
        let open = self.are_matched(reader, author) || self.discoverable.contains(author);
        open && !blocks(reader, author) && !blocks(author, reader)
    }

    fn of(&self, reader: &'static str) -> Vec<String> {
        let posts = self.posts.iter().enumerate().rev();
        let shown = posts.filter_map(|(n, (author, body))| {
            let since = *self.follows.get(&(reader, author))?;
            (n >= since && self.sees(reader, author)).then(|| body.clone())?
        });
        shown.collect()
    }
}

/// A store, what it must be like, and chance.
struct Walk<'a, S> {
    store: &'a S,
    naive: NaiveFeed,
    random: SeededRandom,
    /// Ids of posts, as the store gave them.
    ids: Vec<String>,
    step: i64,
}

impl<S: RoomStore + FeedStore> Walk<'_, S> {
    fn two(&mut self) -> (&'static str, &'static str) {
        let one = self.random.one_of(&PEOPLE);
        loop {
            let other = self.random.one_of(&PEOPLE);
            if other != one {
                return (one, other);
            }
        }
    }

    async fn go(&mut self) {
        self.step += 1;
        let (one, other) = self.two();
        match self.random.below(12) {
            0..=3 => self.post(one).await,
            4 | 5 => self.follow(one, other).await,
            6 => {
                let (follower, author) = (one.into(), other.into());
                let unfollowed = self.store.unfollow(&follower, &author);
                unfollowed.await.unwrap();
                self.naive.follows.remove(&(one, other));
            }
            7 => self.match_or_part(one, other).await,
            8 => self.block_or_lift(one, other).await,
            9 => self.show_or_hide(one).await,
            10 => self.delete().await,
            _ => {
                for _ in 0..self.random.below(4) {
                    self.store.run_job(FANOUT_LIMIT).await.unwrap();
                }
            }
        }
    }

    async fn post(&mut self, author: &'static str) {
        let key = format!("{author} {}", self.step);
        let stored = post(self.store, author, &key).await;
        self.ids.push(stored.post_id);
        self.naive.posts.push((author, Some(key)));
    }

    async fn follow(&mut self, one: &'static str, other: &'static str) {
        let outcome = follow(self.store, one, other, self.step).await;
        let may = self.naive.sees(one, other);
        assert_eq!(outcome == FollowOutcome::Followed, may, "{one} {other}");
        if may {
            let before = self.naive.posts.len();
            self.naive.follows.entry((one, other)).or_insert(before);
        }
    }

    async fn match_or_part(&mut self, one: &'static str, other: &'static str) {
        let are_matched = !self.naive.are_matched(one, other);
        let change = matched(one, other, are_matched, self.step);
        self.store.apply(&change).await.unwrap();
        let pair = (one.min(other), one.max(other));
        let before = self.naive.posts.len();
        match are_matched {
            true => self.naive.matched.insert(pair),
            false => self.naive.matched.remove(&pair),
        };
        for pair in [(one, other), (other, one)] {
            match are_matched {
                true => {
                    self.naive.follows.entry(pair).or_insert(before);
                }
                false => {
                    self.naive.follows.remove(&pair);
                }
            }
        }
    }

    async fn block_or_lift(&mut self, one: &'static str, other: &'static str) {
        let blocks = !self.naive.blocked.remove(&(one, other));
        if blocks {
            self.naive.blocked.insert((one, other));
        }
        // Liftings are remembered for a while after they happened, and no longer.
        let at = service::clock::now().0 + self.step;
        let change = blocked(one, other, blocks, at, "e");
        self.store.apply(&change).await.unwrap();
    }

    async fn show_or_hide(&mut self, one: &'static str) {
        let shows = !self.naive.discoverable.remove(one);
        if shows {
            self.naive.discoverable.insert(one);
        }
        let revision = u64::try_from(self.step).unwrap();
        self.store
            .apply(&known(one, shows, revision))
            .await
            .unwrap();
    }

    async fn delete(&mut self) {
        if self.ids.is_empty() {
            return;
        }
        let n = self.random.index(self.ids.len());
        let (author, body) = &mut self.naive.posts[n];
        let author = (*author).into();
        let deleted = self.store.delete_post(&author, &self.ids[n]);
        assert_eq!(deleted.await.unwrap(), body.take().is_some());
    }

    async fn check(&mut self, seed: u64, reader: &'static str) {
        let limit = self.random.one_of(&[1, 2, 3, 50]);
        let found = feed(self.store, reader, limit).await;
        let expected = self.naive.of(reader);
        assert_eq!(found, expected, "seed {seed}, step {}, {reader}", self.step);
    }

    async fn check_all(&mut self, seed: u64) {
        for reader in PEOPLE {
            self.check(seed, reader).await;
        }
    }
}

/// Some steps on an empty store, after each of which a feed is compared, and after the last one all of them.
pub(crate) async fn follow_a_naive_feed(
    store: &(impl RoomStore + FeedStore),
    seed: u64,
    steps: u64,
) {
    let mut walk = Walk {
        store,
        naive: NaiveFeed::default(),
        random: SeededRandom::new(seed),
        ids: Vec::new(),
        step: 0,
    };
    for person in &PEOPLE[..4] {
        walk.step += 1;
        walk.show_or_hide(person).await;
    }
    for _ in 0..steps {
        walk.go().await;
        let reader = walk.random.one_of(&PEOPLE);
        walk.check(seed, reader).await;
    }
    walk.check_all(seed).await;
    run_jobs(store, FANOUT_LIMIT).await;
    walk.check_all(seed).await;
}

/// On a real database some steps of one walk; in memory there is time for many more.
pub(crate) async fn cht_210_a_feed_is_what_a_naive_one_is(store: impl RoomStore + FeedStore) {
    follow_a_naive_feed(&store, 7, 120).await;
}
