//! The feed in SQL: each method one transaction, or one connection that reads.
//!
//! Who posts, follows or is matched has locked the rows in `people` of all who are concerned, the lower id first, before an id
//! is made that rises with time: whoever follows sees what was stored after that, and nothing from before. Batches of jobs
//! lock their job, then the follows whose feeds they write to, so that nothing is put into the feed of somebody who
//! follows no more.

mod following;
mod jobs;
mod pages;
mod posts;
mod relation;
mod retention;

#[cfg(test)]
mod tests;

use chat_core::{FeedPage, Relation};
use storage::{FromRow, Row, retry_on_conflict};
use wire::chat::Post;
use wire::{Participant, UnixMs, UserId};

use super::rooms::SqlRooms;
use crate::store::{DoneBatch, FeedStore, FollowOutcome, NewFollow, NewPost, Posted, StoreError};

pub(super) use following::{forget_feed_of, start_following};
pub(super) use jobs::forget_person;
pub(super) use posts::call;

/// A new id, higher than any before of this process.
fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// A post with its author's present name.
struct PostRow(Post);

impl FromRow for PostRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        let (post_id, author, name, body, sent_at): (
            String,
            String,
            Option<String>,
            String,
            UnixMs,
        ) = FromRow::from_row(row)?;
        Ok(Self(Post {
            post_id,
            author: Participant {
                user_id: UserId(author),
                name: name.unwrap_or_default(),
            },
            body,
            sent_at,
        }))
    }
}

fn views(rows: Vec<PostRow>) -> Vec<Post> {
    rows.into_iter().map(|PostRow(post)| post).collect()
}

impl FeedStore for SqlRooms {
    async fn repeat_of_post(&self, new: &NewPost) -> Result<Option<Posted>, StoreError> {
        Ok(posts::repeat_of(&mut self.database.read().await?, new).await?)
    }

    async fn post(&self, new: &NewPost) -> Result<Posted, StoreError> {
        let write = || async {
            let mut transaction = self.database.begin().await?;
            let posted = posts::post(&mut transaction, new).await?;
            transaction.commit().await?;
            Ok::<_, storage::Error>(posted)
        };
        Ok(retry_on_conflict("post", write).await?)
    }

    async fn delete_post(&self, author: &UserId, post_id: &str) -> Result<bool, StoreError> {
        let write = || async {
            let mut transaction = self.database.begin().await?;
            let deleted = posts::delete(&mut transaction, author, post_id).await?;
            transaction.commit().await?;
            Ok::<_, storage::Error>(deleted)
        };
        Ok(retry_on_conflict("delete_post", write).await?)
    }

    async fn feed_of(
        &self,
        reader: &UserId,
        before: Option<&str>,
        limit: u32,
    ) -> Result<FeedPage, StoreError> {
        let mut connection = self.database.read().await?;
        Ok(pages::feed_of(&mut connection, reader, before, limit).await?)
    }

    async fn posts_of(
        &self,
        author: &UserId,
        before: Option<&str>,
        limit: u32,
    ) -> Result<FeedPage, StoreError> {
        let mut connection = self.database.read().await?;
        Ok(pages::posts_of(&mut connection, author, before, limit).await?)
    }

    async fn relation(&self, reader: &UserId, author: &UserId) -> Result<Relation, StoreError> {
        let mut connection = self.database.read().await?;
        Ok(relation::of(&mut connection, reader, author).await?)
    }

    async fn follow(&self, new: &NewFollow) -> Result<FollowOutcome, StoreError> {
        // Before anything is locked: there are rows of people of whom the scheduler told, and of no others.
        let relation = self.relation(&new.follower, &new.author).await?;
        if !relation.is_open_to(new.tenant.as_deref()) {
            return Ok(FollowOutcome::Refused);
        }
        let write = || async {
            let mut transaction = self.database.begin().await?;
            let outcome = following::follow(&mut transaction, new).await?;
            transaction.commit().await?;
            Ok::<_, storage::Error>(outcome)
        };
        Ok(retry_on_conflict("follow", write).await?)
    }

    async fn unfollow(&self, follower: &UserId, author: &UserId) -> Result<(), StoreError> {
        let write = || async {
            let mut transaction = self.database.begin().await?;
            following::unfollow(&mut transaction, follower, author).await?;
            transaction.commit().await
        };
        Ok(retry_on_conflict("unfollow", write).await?)
    }

    async fn following(
        &self,
        follower: &UserId,
        after: Option<&UserId>,
        limit: u32,
    ) -> Result<Vec<Participant>, StoreError> {
        let mut connection = self.database.read().await?;
        Ok(following::list(&mut connection, follower, after, limit).await?)
    }

    async fn sweep_posts(&self, before: UnixMs, limit: u32) -> Result<usize, StoreError> {
        let write = || async {
            let mut transaction = self.database.begin().await?;
            let swept = retention::sweep(&mut transaction, before, limit).await?;
            transaction.commit().await?;
            Ok::<_, storage::Error>(swept)
        };
        Ok(retry_on_conflict("sweep_posts", write).await?)
    }

    async fn run_job(&self, fanout_limit: u32) -> Result<Option<DoneBatch>, StoreError> {
        let Some(kind) = jobs::next_kind(&mut self.database.read().await?).await? else {
            return Ok(None);
        };
        let write = || async {
            let mut transaction = self.database.begin().await?;
            let done = jobs::run(&mut transaction, kind, fanout_limit).await?;
            transaction.commit().await?;
            Ok::<_, storage::Error>(done)
        };
        Ok(retry_on_conflict("feed_job", write).await?)
    }
}
