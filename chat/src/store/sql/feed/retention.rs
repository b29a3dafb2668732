//! Posts go when they are old, and their keys with them. What is left of them in feeds, which nobody sees, goes by jobs.

use storage::{SqlConnection, query};
use wire::UnixMs;

use super::posts;

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
        posts::withdraw(connection, author, post).await?;
        let deleted = query("DELETE FROM posts WHERE post_id = ?1").bind(post);
        deleted.execute(connection).await?;
    }
    Ok(oldest.len())
}
