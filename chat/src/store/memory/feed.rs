//! The feed in memory: posts come into feeds by the same two ways, and what counts no more goes at once.

use std::collections::{BTreeMap, BTreeSet};

use chat_core::{FanoutMode, FeedPage, Follow, MAX_FOLLOWING, Relation, SPREAD_TOGETHER};
use wire::chat::Post;
use wire::{Participant, UnixMs, UserId};

use super::MemoryStore;
use super::tables::MemoryTables;
use crate::store::{
    DoneBatch, FeedStore, FollowOutcome, MatchChange, NewFollow, NewPost, Posted, ProfileChange,
    StoreError,
};

#[derive(Debug, Default)]
pub(super) struct FeedTables {
    profiles: BTreeMap<UserId, Profile>,
    /// Of each pair when it changed last, and whether the two are matched.
    pairs: BTreeMap<(UserId, UserId), ((UnixMs, String), bool)>,
    /// By follower and author.
    follows: BTreeMap<(UserId, UserId), Follow>,
    posts: BTreeMap<String, StoredPost>,
    /// Those that readers find by their author.
    pulled: BTreeSet<String>,
    /// By reader and post.
    entries: BTreeSet<(UserId, String)>,
    /// Posts that are to come into feeds, and into whose they came last.
    spreading: BTreeMap<String, Option<UserId>>,
}

#[derive(Debug, Default)]
struct Profile {
    name: String,
    named_at: UnixMs,
    tenant: String,
    discoverable: bool,
    revision: u64,
}

#[derive(Debug)]
struct StoredPost {
    author: UserId,
    client_id: String,
    /// None of one that was deleted.
    body: Option<String>,
    sent_at: UnixMs,
}

impl FeedTables {
    pub(super) fn match_pair(&mut self, change: &MatchChange) {
        let (low, high) = change.ids();
        let latest = self.pairs.entry((low.clone(), high.clone())).or_default();
        if change.order <= latest.0 {
            return;
        }
        *latest = (change.order.clone(), change.matched);
        let at = change.order.0;
        for person in &change.pair {
            self.call(&person.user_id, &person.name, at);
        }
        for pair in [(low, high), (high, low)] {
            let pair = (pair.0.clone(), pair.1.clone());
            match change.matched {
                true => self.start_following(pair, at, true),
                false => {
                    self.follows
                        .retain(|key, follow| *key != pair || follow.followed_at > at);
                    if let Some(follow) = self.follows.get_mut(&pair) {
                        follow.matched = false;
                    }
                }
            }
        }
    }

    pub(super) fn change_profile(&mut self, change: &ProfileChange) {
        self.call(&change.user, &change.name, change.at);
        let profile = self.profiles.entry(change.user.clone()).or_default();
        if change.revision > profile.revision {
            profile.revision = change.revision;
            profile.tenant.clone_from(&change.tenant);
            profile.discoverable = change.discoverable;
        }
    }

    pub(super) fn forget(&mut self, user: &UserId) {
        self.profiles.remove(user);
        self.pairs
            .retain(|(low, high), _| low != user && high != user);
        self.follows
            .retain(|(follower, author), _| follower != user && author != user);
        let Self { posts, pulled, .. } = self;
        posts.retain(|_, post| &post.author != user);
        pulled.retain(|id| posts.contains_key(id));
        self.spreading.retain(|id, _| posts.contains_key(id));
        self.entries
            .retain(|(reader, id)| reader != user && posts.contains_key(id));
    }

    fn call(&mut self, user: &UserId, name: &str, at: UnixMs) {
        let profile = self.profiles.entry(user.clone()).or_default();
        if (profile.named_at, profile.name.as_str()) < (at, name) {
            name.clone_into(&mut profile.name);
            profile.named_at = at;
        }
    }

    fn start_following(&mut self, pair: (UserId, UserId), at: UnixMs, matched: bool) {
        let fresh = || Follow {
            since_id: uuid::Uuid::now_v7().to_string(),
            followed_at: at,
            matched,
        };
        self.follows.entry(pair).or_insert_with(fresh).matched = matched;
    }

    fn named(&self, user: &UserId) -> Participant {
        let name = self.profiles.get(user).map(|profile| profile.name.clone());
        Participant {
            user_id: user.clone(),
            name: name.unwrap_or_default(),
        }
    }

    fn is_discoverable(&self, user: &UserId) -> bool {
        self.profiles.get(user).is_some_and(|one| one.discoverable)
    }

    fn view(&self, id: &str) -> Option<Post> {
        let post = self.posts.get(id)?;
        Some(Post {
            post_id: id.to_owned(),
            author: self.named(&post.author),
            body: post.body.clone()?,
            sent_at: post.sent_at,
        })
    }

    fn repeat_of(&self, new: &NewPost) -> Option<Posted> {
        let is_it =
            |post: &StoredPost| post.author == new.author && post.client_id == new.client_id;
        let (id, known) = self.posts.iter().find(|(_, post)| is_it(post))?;
        let is_same = known.body.as_ref() == Some(&new.body);
        let repeat = self.view(id).filter(|_| is_same);
        Some(repeat.map_or(Posted::Conflict, Posted::Repeat))
    }
}

impl MemoryTables {
    fn shows(&self, reader: &UserId, id: &str) -> bool {
        let Some(post) = self.feed.posts.get(id) else {
            return false;
        };
        let pair = (reader.clone(), post.author.clone());
        let discoverable = self.feed.is_discoverable(&post.author);
        let blocked = self.are_blocked(reader, &post.author);
        let follow = self.feed.follows.get(&pair);
        follow.is_some_and(|follow| follow.shows(id, discoverable, blocked))
    }

    fn relation(&self, reader: &UserId, author: &UserId) -> Relation {
        let pair = (reader.min(author).clone(), reader.max(author).clone());
        let profile = self.feed.profiles.get(author);
        Relation {
            blocked: self.are_blocked(reader, author),
            matched: self
                .feed
                .pairs
                .get(&pair)
                .is_some_and(|(_, matched)| *matched),
            tenant: profile.map(|one| one.tenant.clone()).unwrap_or_default(),
            discoverable: self.feed.is_discoverable(author),
        }
    }

    fn page<'a>(
        &self,
        ids: impl Iterator<Item = &'a String>,
        before: Option<&str>,
        limit: u32,
    ) -> FeedPage {
        let ids = ids.filter(|id| before.is_none_or(|before| id.as_str() < before));
        let posts = ids.filter_map(|id| self.feed.view(id)).collect();
        FeedPage::merged([posts], limit)
    }

    fn spread(&mut self, id: String, after: Option<UserId>, limit: u32) -> DoneBatch {
        let nobody = DoneBatch { told: None };
        self.feed.spreading.remove(&id);
        let Some(post) = self.feed.view(&id) else {
            return nobody;
        };
        let author = &post.author.user_id;
        let follows = self.feed.follows.iter();
        let of_author = follows.filter(|((_, of), follow)| of == author && follow.since_id < id);
        let followers: Vec<UserId> = of_author.map(|((one, _), _)| one.clone()).collect();
        let mode = FanoutMode::of(followers.len() as u64, limit);
        if after.is_none() && mode == FanoutMode::OnRead {
            return nobody;
        }
        let later = followers.into_iter();
        let later = later.filter(|one| after.as_ref().is_none_or(|after| one > after));
        let batch: Vec<UserId> = later.take(SPREAD_TOGETHER as usize).collect();
        let entries = batch.iter().map(|reader| (reader.clone(), id.clone()));
        self.feed.entries.extend(entries);
        match batch.last() {
            Some(last) if batch.len() == SPREAD_TOGETHER as usize => {
                self.feed.spreading.insert(id.clone(), Some(last.clone()));
            }
            _ => {
                self.feed.pulled.remove(&id);
            }
        }
        let readers = batch.into_iter().filter(|reader| self.shows(reader, &id));
        let readers = readers.collect();
        DoneBatch {
            told: Some((post, readers)),
        }
    }
}

impl FeedStore for MemoryStore {
    async fn repeat_of_post(&self, new: &NewPost) -> Result<Option<Posted>, StoreError> {
        Ok(self.tables().feed.repeat_of(new))
    }

    async fn post(&self, new: &NewPost) -> Result<Posted, StoreError> {
        let mut tables = self.tables();
        if tables.erased.contains_key(&new.author) {
            return Ok(Posted::Erased);
        }
        let feed = &mut tables.feed;
        if let Some(known) = feed.repeat_of(new) {
            return Ok(known);
        }
        feed.call(&new.author, &new.name, new.named_at);
        let id = uuid::Uuid::now_v7().to_string();
        let post = StoredPost {
            author: new.author.clone(),
            client_id: new.client_id.clone(),
            body: Some(new.body.clone()),
            sent_at: new.sent_at,
        };
        feed.posts.insert(id.clone(), post);
        feed.pulled.insert(id.clone());
        feed.spreading.insert(id.clone(), None);
        Ok(feed.view(&id).map_or(Posted::Conflict, Posted::Stored))
    }

    async fn delete_post(&self, author: &UserId, post_id: &str) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let feed = &mut tables.feed;
        let own = feed.posts.get_mut(post_id);
        let Some(post) = own.filter(|post| &post.author == author && post.body.is_some()) else {
            return Ok(false);
        };
        post.body = None;
        feed.pulled.remove(post_id);
        feed.spreading.remove(post_id);
        feed.entries.retain(|(_, id)| id != post_id);
        Ok(true)
    }

    async fn feed_of(
        &self,
        reader: &UserId,
        before: Option<&str>,
        limit: u32,
    ) -> Result<FeedPage, StoreError> {
        let tables = self.tables();
        let entries = tables.feed.entries.iter();
        let entered = entries.filter(|(of, _)| of == reader).map(|(_, id)| id);
        let shown = entered
            .chain(&tables.feed.pulled)
            .filter(|id| tables.shows(reader, id));
        Ok(tables.page(shown, before, limit))
    }

    async fn posts_of(
        &self,
        author: &UserId,
        before: Option<&str>,
        limit: u32,
    ) -> Result<FeedPage, StoreError> {
        let tables = self.tables();
        let posts = tables.feed.posts.iter();
        let own = posts.filter(|(_, post)| &post.author == author);
        Ok(tables.page(own.map(|(id, _)| id), before, limit))
    }

    async fn relation(&self, reader: &UserId, author: &UserId) -> Result<Relation, StoreError> {
        Ok(self.tables().relation(reader, author))
    }

    async fn follow(&self, new: &NewFollow) -> Result<FollowOutcome, StoreError> {
        let mut tables = self.tables();
        let relation = tables.relation(&new.follower, &new.author);
        let is_erased = |user| tables.erased.contains_key(user);
        let erased = is_erased(&new.follower) || is_erased(&new.author);
        if erased || !relation.is_open_to(new.tenant.as_deref()) {
            return Ok(FollowOutcome::Refused);
        }
        let pair = (new.follower.clone(), new.author.clone());
        let feed = &mut tables.feed;
        if feed.follows.contains_key(&pair) {
            return Ok(FollowOutcome::Followed);
        }
        let follows = feed.follows.iter();
        let own = follows.filter(|((one, _), follow)| one == &new.follower && !follow.matched);
        if own.count() >= MAX_FOLLOWING as usize && !relation.matched {
            return Ok(FollowOutcome::TooMany);
        }
        feed.start_following(pair, new.at, relation.matched);
        Ok(FollowOutcome::Followed)
    }

    async fn unfollow(&self, follower: &UserId, author: &UserId) -> Result<(), StoreError> {
        let pair = (follower.clone(), author.clone());
        self.tables().feed.follows.remove(&pair);
        Ok(())
    }

    async fn following(
        &self,
        follower: &UserId,
        after: Option<&UserId>,
        limit: u32,
    ) -> Result<Vec<Participant>, StoreError> {
        let tables = self.tables();
        let counts = |author: &UserId, follow: &Follow| {
            let discoverable = tables.feed.is_discoverable(author);
            follow.counts(discoverable, tables.are_blocked(follower, author))
        };
        let follows = tables.feed.follows.iter();
        let own = follows.filter(|((one, author), follow)| {
            one == follower && after.is_none_or(|after| author > after) && counts(author, follow)
        });
        let named = own.map(|((_, author), _)| tables.feed.named(author));
        Ok(named.take(limit as usize).collect())
    }

    async fn sweep_posts(&self, before: UnixMs, limit: u32) -> Result<usize, StoreError> {
        let mut tables = self.tables();
        let feed = &mut tables.feed;
        let old = feed.posts.iter().filter(|(_, post)| post.sent_at < before);
        let mut old: Vec<_> = old.map(|(id, post)| (post.sent_at, id.clone())).collect();
        old.sort();
        old.truncate(limit as usize);
        for (_, id) in &old {
            feed.posts.remove(id);
            feed.pulled.remove(id);
            feed.spreading.remove(id);
            feed.entries.retain(|(_, entered)| entered != id);
        }
        Ok(old.len())
    }

    async fn run_job(&self, fanout_limit: u32) -> Result<Option<DoneBatch>, StoreError> {
        let mut tables = self.tables();
        let first = tables.feed.spreading.first_key_value();
        let first = first.map(|(id, after)| (id.clone(), after.clone()));
        Ok(first.map(|(id, after)| tables.spread(id, after, fanout_limit)))
    }
}
