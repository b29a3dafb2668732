//! Entries that count no more go, some at a time. Nobody sees them meanwhile.

use chat_core::SPREAD_TOGETHER;
use storage::{SqlConnection, query};

use super::FeedJob;

const READERS: &str = "SELECT reader_id FROM feed_entries WHERE author_id = ?1 AND post_id = ?2
     ORDER BY reader_id LIMIT ?3";

const FORGET_READERS: &str =
    "DELETE FROM feed_entries WHERE author_id = ?1 AND post_id = ?2 AND reader_id <= ?3";

const FIRST_POST: &str =
    "SELECT post_id FROM feed_entries WHERE author_id = ?1 ORDER BY post_id LIMIT 1";

const NEWEST_OF_READER: &str =
    "SELECT post_id FROM feed_entries WHERE reader_id = ?1 AND post_id < ?2
     ORDER BY post_id DESC LIMIT ?3";

const FORGET_OF_AUTHOR: &str = "DELETE FROM feed_entries
     WHERE reader_id = ?1 AND post_id < ?2 AND post_id >= ?3 AND author_id = ?4";

const OLDEST_OF_READER: &str =
    "SELECT post_id FROM feed_entries WHERE reader_id = ?1 ORDER BY post_id LIMIT ?2";

const FORGET_OF_READER: &str = "DELETE FROM feed_entries WHERE reader_id = ?1 AND post_id <= ?2";

/// A post that was deleted.
pub(super) async fn post(
    connection: &mut dyn SqlConnection,
    job: &FeedJob,
) -> Result<(), storage::Error> {
    match forget_some(connection, &job.author, &job.post).await? {
        true => Ok(()),
        false => job.advance(connection, None).await,
    }
}

/// All posts of somebody who was erased, one after the other.
pub(super) async fn author(
    connection: &mut dyn SqlConnection,
    job: &FeedJob,
) -> Result<(), storage::Error> {
    let first = query(FIRST_POST).bind(&job.author);
    let first: Option<(String,)> = first.fetch_optional(connection).await?;
    let Some((first,)) = first else {
        return job.advance(connection, None).await;
    };
    forget_some(connection, &job.author, &first).await?;
    Ok(())
}

/// True where there may be more of it.
async fn forget_some(
    connection: &mut dyn SqlConnection,
    author: &str,
    post: &str,
) -> Result<bool, storage::Error> {
    let readers = query(READERS).bind(author).bind(post).bind(SPREAD_TOGETHER);
    let readers: Vec<(String,)> = readers.fetch_all(connection).await?;
    if let Some((last,)) = readers.last() {
        let forget = query(FORGET_READERS).bind(author).bind(post).bind(last);
        forget.execute(connection).await?;
    }
    Ok(readers.len() >= SPREAD_TOGETHER as usize)
}

/// What one reader has of an author from before the job.
pub(super) async fn author_of_reader(
    connection: &mut dyn SqlConnection,
    job: &FeedJob,
) -> Result<(), storage::Error> {
    let before = match job.after.as_str() {
        "" => job.id.as_str(),
        after => after,
    };
    let looked_at = query(NEWEST_OF_READER).bind(&job.reader).bind(before);
    let looked_at: Vec<(String,)> = looked_at
        .bind(SPREAD_TOGETHER)
        .fetch_all(connection)
        .await?;
    let Some((last,)) = looked_at.last() else {
        return job.advance(connection, None).await;
    };
    let forget = query(FORGET_OF_AUTHOR).bind(&job.reader).bind(before);
    let forget = forget.bind(last).bind(&job.author);
    forget.execute(connection).await?;
    job.advance(connection, Some(last)).await
}

/// The feed of somebody who was erased.
pub(super) async fn reader(
    connection: &mut dyn SqlConnection,
    job: &FeedJob,
) -> Result<(), storage::Error> {
    let oldest = query(OLDEST_OF_READER)
        .bind(&job.reader)
        .bind(SPREAD_TOGETHER);
    let oldest: Vec<(String,)> = oldest.fetch_all(connection).await?;
    let Some((last,)) = oldest.last() else {
        return job.advance(connection, None).await;
    };
    let forget = query(FORGET_OF_READER).bind(&job.reader).bind(last);
    forget.execute(connection).await?;
    Ok(())
}
