//! Pages of posts. However many follow their authors, a feed is two statements where all was put into it and four where something
//! is pulled; more only for who follows very many of the latter, and where entries count no more.

mod pulled;

#[cfg(test)]
pub(super) use pulled::IN_RANGES;

use chat_core::FeedPage;
use storage::{FromRow, Row, SqlConnection, query};
use wire::chat::Post;
use wire::{Participant, UnixMs, UserId};

use super::{PostRow, views};

/// Entries that are looked at together where those of a page were not enough, since some of them count no more.
const WINDOW: u32 = 200;
/// Windows of one page at most.
const MAX_WINDOWS: usize = 10;

/// An entry counts for who follows its author still, or again since before the post; of others there is no body. They are taken
/// before anything is joined to them: otherwise a server may look through all that their authors ever posted.
const ENTERED: &str = "SELECT entered.post_id, entered.author_id, profiles.name,
         CASE WHEN follows.author_id IS NOT NULL
             AND (follows.matched = 1 OR profiles.discoverable = 1)
             AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocks.blocked = 1
                 AND blocks.by_id = ?1 AND blocks.user_id = entered.author_id)
             AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocks.blocked = 1
                 AND blocks.by_id = entered.author_id AND blocks.user_id = ?1)
         THEN posts.body END,
         posts.sent_at
     FROM (SELECT feed_entries.post_id AS post_id, feed_entries.author_id AS author_id
         FROM feed_entries
         WHERE feed_entries.reader_id = ?1 AND feed_entries.post_id < ?2
         ORDER BY feed_entries.post_id DESC LIMIT ?3) AS entered
     LEFT JOIN follows ON follows.follower_id = ?1
         AND follows.author_id = entered.author_id AND follows.since_id < entered.post_id
     LEFT JOIN profiles ON profiles.user_id = entered.author_id
     LEFT JOIN posts ON posts.post_id = entered.post_id
     ORDER BY entered.post_id DESC";

const OF_AUTHOR: &str =
    "SELECT posts.post_id, posts.author_id, profiles.name, posts.body, posts.sent_at
     FROM posts LEFT JOIN profiles ON profiles.user_id = posts.author_id
     WHERE posts.author_id = ?1 AND posts.post_id < ?2 AND posts.body IS NOT NULL
     ORDER BY posts.post_id DESC LIMIT ?3";

/// Sorts after every post.
const AFTER_ANY_ID: &str = "\u{10ffff}";

/// An entry, and the post if it counts.
struct EntryRow {
    post_id: String,
    post: Option<Post>,
}

impl FromRow for EntryRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        let (post_id, author, name, body, sent_at): (
            String,
            String,
            Option<String>,
            Option<String>,
            Option<UnixMs>,
        ) = FromRow::from_row(row)?;
        let post = body.zip(sent_at).map(|(body, sent_at)| Post {
            post_id: post_id.clone(),
            author: Participant {
                user_id: UserId(author),
                name: name.unwrap_or_default(),
            },
            body,
            sent_at,
        });
        Ok(Self { post_id, post })
    }
}

/// A page of somebody's feed. What is pulled is read first: a post that is in no feed yet then is among it, and one that is
/// pulled no more by then has come into all feeds before.
pub(super) async fn feed_of(
    connection: &mut dyn SqlConnection,
    reader: &UserId,
    before: Option<&str>,
    limit: u32,
) -> Result<FeedPage, storage::Error> {
    let before = before.unwrap_or(AFTER_ANY_ID);
    let pulled = pulled::posts_for(connection, reader, before, limit + 1).await?;
    let (entered, looked_to) = entered(connection, reader, before, limit).await?;
    let both = [pulled, entered];
    Ok(FeedPage::merged_down_to(looked_to, both, limit))
}

/// More than a page of what was put into somebody's feed, if there is as much; and down to which entry that was looked for, if not
/// to the end.
async fn entered(
    connection: &mut dyn SqlConnection,
    reader: &UserId,
    before: &str,
    limit: u32,
) -> Result<(Vec<Post>, Option<String>), storage::Error> {
    let (mut posts, mut looked_to, mut window) = (Vec::new(), before.to_owned(), limit + 1);
    for _ in 0..MAX_WINDOWS {
        let rows = query(ENTERED).bind(reader.as_str()).bind(&looked_to);
        let rows: Vec<EntryRow> = rows.bind(window).fetch_all(connection).await?;
        let is_last = rows.len() < window as usize;
        if let Some(last) = rows.last() {
            looked_to.clone_from(&last.post_id);
        }
        posts.extend(rows.into_iter().filter_map(|row| row.post));
        if is_last {
            return Ok((posts, None));
        }
        if posts.len() > limit as usize {
            break;
        }
        window = WINDOW;
    }
    Ok((posts, Some(looked_to)))
}

/// A page of what one person posted.
pub(super) async fn posts_of(
    connection: &mut dyn SqlConnection,
    author: &UserId,
    before: Option<&str>,
    limit: u32,
) -> Result<FeedPage, storage::Error> {
    let before = before.unwrap_or(AFTER_ANY_ID);
    let found = query(OF_AUTHOR).bind(author.as_str()).bind(before);
    let found: Vec<PostRow> = found.bind(limit + 1).fetch_all(connection).await?;
    Ok(FeedPage::merged([views(found)], limit))
}
