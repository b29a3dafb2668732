//! Posts go when they are old, and their keys with them. What is left of them in feeds, which nobody sees, goes by jobs.

use storage::{SqlConnection, query};
use wire::UnixMs;

use super::jobs::FeedJobKind;
use super::{jobs, new_id};

const OLDEST: &str = "SELECT post_id, author_id FROM posts WHERE sent_at < ?1
     ORDER BY sent_at, post_id LIMIT ?2";

/// Deletes posts that were sent before a time, the oldest first; how many.
pub(super) async fn sweep(
    connection: &mut dyn SqlConnection,
    before: UnixMs,
    limit: u32,
) -> Result<usize, storage::Error> {
    let oldest = query(OLDEST).bind(before).bind(limit);
    let oldest: Vec<(String, String)> = oldest.fetch_all(connection).await?;
    for (post, author) in &oldest {
        for statement in [
            // First: a batch that puts it into feeds is done, or never begins.
            "DELETE FROM feed_jobs WHERE job_id = ?1",
            "DELETE FROM posts WHERE post_id = ?1",
        ] {
            query(statement).bind(post).execute(connection).await?;
        }
        let pulled = query("DELETE FROM pulled_posts WHERE author_id = ?1 AND post_id = ?2");
        let pulled = pulled.bind(author).bind(post);
        pulled.execute(connection).await?;
        let job = new_id();
        jobs::add(
            connection,
            FeedJobKind::ForgetPost,
            &job,
            (author, "", post),
        )
        .await?;
    }
    Ok(oldest.len())
}
