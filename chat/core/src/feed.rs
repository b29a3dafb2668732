//! The feed: who may follow whom, which posts somebody sees, how a post comes into feeds, and pages of them.
//!
//! A post is *pulled* first: whoever reads looks for it among its author's. Then it is put into the feeds of those who
//! follow, a batch at a time, and pulled no more; unless too many follow, for then it stays as it is. Which way a post
//! went is never seen: what somebody reads is a matter of [`Follow::shows`] alone, and a page is both ways
//! [merged](FeedPage::merged).

use wire::UnixMs;
use wire::chat::Post;

/// People whom one person may follow of their own accord: for each page something is looked up of each.
pub const MAX_FOLLOWING: u32 = 1_000;
/// Feeds that one transaction writes to: some milliseconds' work.
pub const SPREAD_TOGETHER: u32 = 500;
/// Most bytes of text in a page, and one post more.
const MAX_PAGE_BYTES: usize = 1024 * 1024;

/// What stands between somebody and an author.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Relation {
    /// One of the two blocks the other.
    pub blocked: bool,
    /// They are matched.
    pub matched: bool,
    /// Whose person the author is, as far as that was told.
    pub tenant: String,
    /// Whether strangers may find the author.
    pub discoverable: bool,
}

impl Relation {
    /// Whether somebody of that tenant may follow the author, and read what they post.
    #[must_use]
    pub fn is_open_to(&self, tenant: Option<&str>) -> bool {
        let may_find = self.discoverable && tenant == Some(self.tenant.as_str());
        !self.blocked && (self.matched || may_find)
    }
}

/// That somebody follows an author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follow {
    /// Posts with a higher id were posted since.
    pub since_id: String,
    /// When that was.
    pub followed_at: UnixMs,
    /// The two are matched: the author need not be discoverable.
    pub matched: bool,
}

impl Follow {
    /// Whether a post stands in the follower's feed.
    #[must_use]
    pub fn shows(&self, post_id: &str, discoverable: bool, blocked: bool) -> bool {
        post_id > self.since_id.as_str() && self.counts(discoverable, blocked)
    }

    /// Whether anything of the author does.
    #[must_use]
    pub fn counts(&self, discoverable: bool, blocked: bool) -> bool {
        !blocked && (self.matched || discoverable)
    }
}

/// How a post comes to those who follow its author.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FanoutMode {
    /// It is put into their feeds.
    OnWrite,
    /// They find it when they read.
    OnRead,
}

impl FanoutMode {
    /// The way of a post of somebody whom so many follow. One that was begun is ended in the same way.
    #[must_use]
    pub fn of(followers: u64, limit: u32) -> Self {
        match followers > u64::from(limit) {
            true => Self::OnRead,
            false => Self::OnWrite,
        }
    }
}

/// A page of posts, the newest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FeedPage {
    /// What is on it.
    pub posts: Vec<Post>,
    /// The next page has what comes before this post, if there is more.
    pub next_before: Option<String>,
}

impl FeedPage {
    /// The newest `limit` of what was found in one way or another, each post once. Of each way the newest `limit + 1` must
    /// be there, if it has as many.
    #[must_use]
    pub fn merged(found: impl IntoIterator<Item = Vec<Post>>, limit: u32) -> Self {
        Self::merged_down_to(None, found, limit)
    }

    /// The same where one way was looked through down to a post alone: what lies before it is for the next page.
    #[must_use]
    pub fn merged_down_to(
        looked_to: Option<String>,
        found: impl IntoIterator<Item = Vec<Post>>,
        limit: u32,
    ) -> Self {
        let mut posts: Vec<Post> = found.into_iter().flatten().collect();
        posts.retain(|post| looked_to.as_ref().is_none_or(|to| &post.post_id >= to));
        posts.sort_by(|a, b| b.post_id.cmp(&a.post_id));
        posts.dedup_by(|a, b| a.post_id == b.post_id);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut bytes = 0;
        let fits = |post: &&Post| {
            let begun = bytes < MAX_PAGE_BYTES;
            bytes += post.body.len();
            begun
        };
        let kept = posts.iter().take(limit).take_while(fits).count();
        let has_more = posts.len() > kept;
        posts.truncate(kept);
        let last = posts.last().filter(|_| has_more);
        Self {
            next_before: last.map(|last| last.post_id.clone()).or(looked_to),
            posts,
        }
    }
}

#[cfg(test)]
mod tests;
