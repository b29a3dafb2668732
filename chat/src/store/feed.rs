//! What is kept of posts, of who follows whom, and of what is to be done about them; and what of people changes that.

use std::future::Future;

use chat_core::{FeedPage, Relation};
use wire::chat::Post;
use wire::{Participant, UnixMs, UserId};

use super::StoreError;

/// That two people were matched, or are matched no more. Of those of one and the same pair the latest counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchChange {
    /// The two, as they are called then.
    pub pair: [Participant; 2],
    /// False once the match is over.
    pub matched: bool,
    /// When that was, and of changes at one time the order of their events.
    pub order: (UnixMs, String),
}

impl MatchChange {
    /// The two by their ids, the lower one first.
    #[must_use]
    pub fn ids(&self) -> (&UserId, &UserId) {
        let [one, other] = &self.pair;
        match one.user_id <= other.user_id {
            true => (&one.user_id, &other.user_id),
            false => (&other.user_id, &one.user_id),
        }
    }
}

/// What others may know of somebody from a revision on. Of several the highest counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileChange {
    /// Who it is.
    pub user: UserId,
    /// What they are called, unless it is known that they were called otherwise later.
    pub name: String,
    /// Whose person they are.
    pub tenant: String,
    /// Whether strangers of the same tenant may follow them.
    pub discoverable: bool,
    /// Of the scheduler's facts of this person; above 0.
    pub revision: u64,
    /// When that was.
    pub at: UnixMs,
}

/// A post that has no id yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPost {
    /// Who wrote it.
    pub author: UserId,
    /// What their ticket calls them.
    pub name: String,
    /// Since when it does.
    pub named_at: UnixMs,
    /// The author's own key for it: the same one again is a retry.
    pub client_id: String,
    /// What it says, [cleaned](wire::visible_text::clean_body).
    pub body: String,
    /// When it came.
    pub sent_at: UnixMs,
}

/// What became of a post.
#[derive(Debug, Clone, PartialEq)]
pub enum Posted {
    /// It is stored.
    Stored(Post),
    /// It was stored before: this is what was stored.
    Repeat(Post),
    /// Its key stands for another text, or for a post that was deleted.
    Conflict,
    /// Its author was erased.
    Erased,
}

/// That somebody wants to follow an author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFollow {
    /// Who wants to read what the other one posts.
    pub follower: UserId,
    /// Whose person the reader is.
    pub tenant: Option<String>,
    /// Whose posts they are to read.
    pub author: UserId,
    /// When that was.
    pub at: UnixMs,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FollowOutcome {
    /// They follow, from now on or from before.
    Followed,
    /// They may not, or there is no such person: which of both is not told.
    Refused,
    /// They follow [as many](chat_core::MAX_FOLLOWING) as one may.
    TooMany,
}

/// A batch of a job that was done.
#[derive(Debug, Clone, PartialEq)]
pub struct DoneBatch {
    /// A post that was put into feeds, and those of their owners who see it.
    pub told: Option<(Post, Vec<UserId>)>,
}

/// Keeps posts, and who follows whom. What the scheduler tells of people, matches and blocks comes by
/// [`RoomStore::apply`](super::RoomStore::apply).
///
/// - What a method has returned `Ok` for survives the death of the process; it is written whole or not at all.
/// - Ids of posts rise with time. `(author, client_id)` is unique, also once the post is deleted, until its age takes both.
/// - A feed shows what [`Follow::shows`](chat_core::Follow::shows) says, from the moment on at which a post is stored, and
///   however far the jobs are.
/// - Storing a post costs the same whoever follows.
pub trait FeedStore: Send + Sync + 'static {
    /// What was stored before under a post's key, without storing anything.
    ///
    /// # Errors
    /// When the store does not answer.
    fn repeat_of_post(
        &self,
        new: &NewPost,
    ) -> impl Future<Output = Result<Option<Posted>, StoreError>> + Send;

    /// Stores a post, and that it is to come into feeds.
    ///
    /// # Errors
    /// When it is not stored, or nobody knows: it may be given again.
    fn post(&self, new: &NewPost) -> impl Future<Output = Result<Posted, StoreError>> + Send;

    /// Deletes a post of its author's; false where they have none of that id.
    ///
    /// # Errors
    /// When nobody knows whether it is deleted.
    fn delete_post(
        &self,
        author: &UserId,
        post_id: &str,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// What those posted whom somebody follows, before a post or from the newest on.
    ///
    /// # Errors
    /// When the store does not answer.
    fn feed_of(
        &self,
        reader: &UserId,
        before: Option<&str>,
        limit: u32,
    ) -> impl Future<Output = Result<FeedPage, StoreError>> + Send;

    /// What one person posted, before a post or from the newest on.
    ///
    /// # Errors
    /// When the store does not answer.
    fn posts_of(
        &self,
        author: &UserId,
        before: Option<&str>,
        limit: u32,
    ) -> impl Future<Output = Result<FeedPage, StoreError>> + Send;

    /// What stands between somebody and an author.
    ///
    /// # Errors
    /// When the store does not answer.
    fn relation(
        &self,
        reader: &UserId,
        author: &UserId,
    ) -> impl Future<Output = Result<Relation, StoreError>> + Send;

    /// Has somebody follow an author who [is open](Relation::is_open_to) to them.
    ///
    /// # Errors
    /// When nobody knows whether they follow.
    fn follow(
        &self,
        new: &NewFollow,
    ) -> impl Future<Output = Result<FollowOutcome, StoreError>> + Send;

    /// Has somebody follow an author no more, whether they did or not.
    ///
    /// # Errors
    /// When nobody knows whether they follow.
    fn unfollow(
        &self,
        follower: &UserId,
        author: &UserId,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Whom somebody follows, by their ids, from the one after `after` on.
    ///
    /// # Errors
    /// When the store does not answer.
    fn following(
        &self,
        follower: &UserId,
        after: Option<&UserId>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Participant>, StoreError>> + Send;

    /// Deletes posts that were sent before a time, with their keys, the oldest first and so many at once; how many it deleted.
    ///
    /// # Errors
    /// When none of them is deleted.
    fn sweep_posts(
        &self,
        before: UnixMs,
        limit: u32,
    ) -> impl Future<Output = Result<usize, StoreError>> + Send;

    /// Does a batch of what is to be done; `None` where nothing is. Posts of whom more than `fanout_limit` follow are left
    /// to be pulled.
    ///
    /// # Errors
    /// When the batch is not done: it is still to be done.
    fn run_job(
        &self,
        fanout_limit: u32,
    ) -> impl Future<Output = Result<Option<DoneBatch>, StoreError>> + Send;
}
