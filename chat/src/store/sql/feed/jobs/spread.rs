//! A post comes into the feeds of those who follow: 500 of them in one transaction.

use std::collections::BTreeSet;

use chat_core::{FanoutMode, SPREAD_TOGETHER};
use storage::{SqlConnection, query};
use wire::UserId;
use wire::chat::Post;

use super::super::{PostRow, posts};
use super::FeedJob;
use crate::store::DoneBatch;

const POST: &str = "SELECT posts.post_id, posts.author_id, profiles.name, posts.body, posts.sent_at
     FROM posts LEFT JOIN profiles ON profiles.user_id = posts.author_id
     WHERE posts.post_id = ?1 AND posts.body IS NOT NULL";

const COUNT: &str = "SELECT count(*) FROM (SELECT follower_id FROM follows
         WHERE author_id = ?1 AND since_id < ?2 LIMIT ?3) AS counted";

/// Their locks keep them from following no more meanwhile.
const FOLLOWERS: &str = "SELECT follower_id, matched FROM follows
     WHERE author_id = ?1 AND follower_id > ?2 AND since_id < ?3
     ORDER BY follower_id LIMIT ?4 FOR UPDATE";

const ENTER: &str = "INSERT INTO feed_entries (reader_id, post_id, author_id) VALUES ?rows
     ON CONFLICT (reader_id, post_id) DO NOTHING";

const FOUND: &str = "SELECT user_id FROM profiles WHERE user_id = ?1 AND discoverable = 1";

const BLOCKED_BY: &str =
    "SELECT by_id FROM blocks WHERE blocked = 1 AND user_id = ?1 AND by_id IN (?2..)";

const BLOCKS: &str =
    "SELECT user_id FROM blocks WHERE blocked = 1 AND by_id = ?1 AND user_id IN (?2..)";

/// Does a batch, and says who is to be told of the post.
pub(super) async fn run(
    connection: &mut dyn SqlConnection,
    job: &FeedJob,
    fanout_limit: u32,
) -> Result<DoneBatch, storage::Error> {
    let nobody = DoneBatch { told: None };
    let post = query(POST).bind(&job.post);
    let Some(PostRow(post)) = post.fetch_optional(connection).await? else {
        job.advance(connection, None).await?;
        return Ok(nobody);
    };
    let is_begun = !job.after.is_empty();
    if !is_begun && mode(connection, job, fanout_limit).await? == FanoutMode::OnRead {
        job.advance(connection, None).await?;
        return Ok(nobody);
    }
    let followers = query(FOLLOWERS).bind(&job.author).bind(&job.after);
    let followers: Vec<(String, bool)> = followers
        .bind(&job.post)
        .bind(SPREAD_TOGETHER)
        .fetch_all(connection)
        .await?;
    let entry = |(reader, _): &(String, bool)| {
        [
            reader.clone().into(),
            job.post.clone().into(),
            job.author.clone().into(),
        ]
    };
    if !followers.is_empty() {
        let entries: Vec<_> = followers.iter().map(entry).collect();
        query(ENTER).bind_rows(entries).execute(connection).await?;
    }
    match followers.last() {
        Some((last, _)) if followers.len() >= SPREAD_TOGETHER as usize => {
            job.advance(connection, Some(last)).await?;
        }
        _ => {
            posts::unpull(connection, &job.author, &job.post).await?;
            job.advance(connection, None).await?;
        }
    }
    let told = told(connection, post, followers).await?;
    Ok(DoneBatch { told: Some(told) })
}

async fn mode(
    connection: &mut dyn SqlConnection,
    job: &FeedJob,
    fanout_limit: u32,
) -> Result<FanoutMode, storage::Error> {
    let counted = query(COUNT).bind(&job.author).bind(&job.post);
    let counted = counted.bind(fanout_limit.saturating_add(1));
    let (followers,): (u64,) = counted.fetch_one(connection).await?;
    Ok(FanoutMode::of(followers, fanout_limit))
}

/// Those of the followers who see the post now.
async fn told(
    connection: &mut dyn SqlConnection,
    post: Post,
    followers: Vec<(String, bool)>,
) -> Result<(Post, Vec<UserId>), storage::Error> {
    let author = post.author.user_id.as_str();
    let found = query(FOUND).bind(author);
    let found: Option<(String,)> = found.fetch_optional(connection).await?;
    let mut apart = BTreeSet::new();
    for statement in [BLOCKED_BY, BLOCKS] {
        let readers = followers.iter().map(|(reader, _)| reader.as_str());
        let blocked = query(statement).bind(author).bind_list(readers);
        let blocked: Vec<(String,)> = blocked.fetch_all(connection).await?;
        apart.extend(blocked.into_iter().map(|(user,)| user));
    }
    let sees = |(reader, matched): &(String, bool)| {
        (*matched || found.is_some()) && !apart.contains(reader)
    };
    let readers = followers.into_iter().filter(sees);
    let readers = readers.map(|(reader, _)| UserId(reader)).collect();
    Ok((post, readers))
}
