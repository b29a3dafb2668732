//! Posts that readers look for themselves, since too many follow their authors.
//!
//! A join by the author reads a part of the index on PostgreSQL and SQLite alone, and all that an author ever posted on MariaDB.
//! So authors and ends are bound as values, of which every database makes ranges of the index: first where those end
//! which have a few posts of each author, then what lies in them. Who posted more often than that is looked at once
//! more. Of each author at most as many entries are read as a page has, twice.

use std::fmt::Write as _;
use std::sync::LazyLock;

use storage::{Row, SqlConnection, query};
use wire::UserId;
use wire::chat::Post;

use crate::store::sql::feed::{PostRow, views};

/// Authors of one statement. Whoever follows more whose posts are pulled has more statements.
const AUTHORS_TOGETHER: usize = 24;
/// So many posts of each are looked at first, beside twice their share of the page.
const FIRST_LOOK: u32 = 2;

/// Whom one follows, may see, and whose posts are pulled: since when, and the newest of those. Who posted last comes first, so
/// that those whose posts are too old for a page need not be looked at.
const AUTHORS: &str = "SELECT own.author_id, own.since_id, own.newest_id
     FROM (SELECT follows.author_id AS author_id, follows.since_id AS since_id,
             (SELECT pulled_posts.post_id FROM pulled_posts
              WHERE pulled_posts.author_id = follows.author_id
              ORDER BY pulled_posts.post_id DESC LIMIT 1) AS newest_id
         FROM follows LEFT JOIN profiles ON profiles.user_id = follows.author_id
         WHERE follows.follower_id = ?1
           AND (follows.matched = 1 OR profiles.discoverable = 1)
           AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocks.blocked = 1
               AND blocks.by_id = ?1 AND blocks.user_id = follows.author_id)
           AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocks.blocked = 1
               AND blocks.by_id = follows.author_id AND blocks.user_id = ?1)) AS own
     WHERE own.newest_id > own.since_id
     ORDER BY own.newest_id DESC";

/// Of each author one post: so many others lie between it and the end.
static NTH: LazyLock<String> = LazyLock::new(|| {
    let mut text = String::from("SELECT ");
    for n in 0..AUTHORS_TOGETHER {
        let comma = if n == 0 { "" } else { ", " };
        let (author, end) = (2 * n + 2, 2 * n + 3);
        write!(
            text,
            "{comma}(SELECT post_id FROM pulled_posts WHERE author_id = ?{author} AND post_id < ?{end}
             ORDER BY post_id DESC LIMIT 1 OFFSET ?1) AS nth_{n}"
        )
        .expect("a String takes it");
    }
    text
});

/// What lies in a range of each author. Names are joined last: a server may write texts without a bound to disk meanwhile.
pub(in crate::store::sql::feed) static IN_RANGES: LazyLock<String> = LazyLock::new(|| {
    let mut text = String::from(
        "SELECT posts.post_id, posts.author_id, profiles.name, posts.body, posts.sent_at
         FROM (SELECT pulled_posts.post_id AS post_id FROM pulled_posts WHERE ",
    );
    for n in 0..AUTHORS_TOGETHER {
        let or = if n == 0 { "" } else { " OR " };
        let (author, from, end) = (3 * n + 2, 3 * n + 3, 3 * n + 4);
        write!(
            text,
            "{or}author_id = ?{author} AND post_id >= ?{from} AND post_id < ?{end}"
        )
        .expect("a String takes it");
    }
    text + " ORDER BY pulled_posts.post_id DESC LIMIT ?1) AS picked
         JOIN posts ON posts.post_id = picked.post_id
         LEFT JOIN profiles ON profiles.user_id = posts.author_id
         WHERE posts.body IS NOT NULL
         ORDER BY posts.post_id DESC"
});

/// Somebody whose posts are pulled, and those that were not looked at.
#[derive(Debug, Clone)]
struct PulledAuthor {
    author: String,
    /// The first that the reader may see.
    since: String,
    /// All from here on are looked at, or too late.
    end: String,
}

/// The newest `limit` of the posts before `before` that the reader is to look for.
pub(super) async fn posts_for(
    connection: &mut dyn SqlConnection,
    reader: &UserId,
    before: &str,
    limit: u32,
) -> Result<Vec<Post>, storage::Error> {
    let authors = query(AUTHORS).bind(reader.as_str());
    let authors: Vec<(String, String, String)> = authors.fetch_all(connection).await?;
    let mut posts = Vec::new();
    for together in authors.chunks(AUTHORS_TOGETHER) {
        // Whatever is older than a whole page of what is known already is on a later one.
        let floor = whole_page_down_to(&mut posts, limit);
        let mut open: Vec<PulledAuthor> = together
            .iter()
            .filter(|(.., newest)| *newest > floor)
            .map(|(author, since, _)| PulledAuthor {
                author: author.clone(),
                since: since.clone(),
                end: before.to_owned(),
            })
            .collect();
        let Ok(authors @ 1..) = u32::try_from(open.len()) else {
            break;
        };
        let first = (FIRST_LOOK + 2 * limit.div_ceil(authors)).min(limit);
        for look in [first, limit - first] {
            if look == 0 || open.is_empty() {
                break;
            }
            let floor = whole_page_down_to(&mut posts, limit);
            open.retain(|author| author.end > floor);
            posts.extend(newest_of(connection, &mut open, (look, &floor), limit).await?);
        }
    }
    whole_page_down_to(&mut posts, limit);
    Ok(posts)
}

/// The oldest of the newest `limit` posts, or what sorts before all where there are not as many. The others are let go.
fn whole_page_down_to(posts: &mut Vec<Post>, limit: u32) -> String {
    posts.sort_by(|a, b| b.post_id.cmp(&a.post_id));
    posts.truncate(limit as usize);
    let is_whole = posts.len() == limit as usize;
    let oldest = posts.last().filter(|_| is_whole);
    oldest.map_or(String::new(), |post| post.post_id.clone())
}

/// The newest `look` posts of each author, from `floor` on: of all of them the newest `limit`. Leaves those who may have more.
async fn newest_of(
    connection: &mut dyn SqlConnection,
    authors: &mut Vec<PulledAuthor>,
    (look, floor): (u32, &str),
    limit: u32,
) -> Result<Vec<Post>, storage::Error> {
    if authors.is_empty() {
        return Ok(Vec::new());
    }
    let mut nth = query(NTH.as_str()).bind(look - 1);
    for n in 0..AUTHORS_TOGETHER {
        // Nobody has an empty id.
        let (author, end) = authors
            .get(n)
            .map_or(("", ""), |one| (one.author.as_str(), one.end.as_str()));
        nth = nth.bind(author).bind(end);
    }
    let nth: Option<Row> = connection.fetch_optional(nth).await?;
    let nth = nth.ok_or_else(|| storage::Error::corrupt("a row without a table is missing"))?;
    let mut found = query(IN_RANGES.as_str()).bind(limit);
    let mut ranges = Vec::with_capacity(AUTHORS_TOGETHER);
    for n in 0..authors.len() {
        let nth: Option<String> = nth.get(n)?;
        ranges.push(nth.unwrap_or_default());
    }
    for n in 0..AUTHORS_TOGETHER {
        let (author, from, end) = match (authors.get(n), ranges.get(n)) {
            (Some(author), Some(nth)) => {
                let from = nth.as_str().max(author.since.as_str()).max(floor);
                (author.author.as_str(), from, author.end.as_str())
            }
            _ => ("", "", ""),
        };
        found = found.bind(author).bind(from).bind(end);
    }
    let found: Vec<PostRow> = found.fetch_all(connection).await?;
    let mut nth = ranges.into_iter();
    authors.retain_mut(|author| {
        author.end = nth.next().unwrap_or_default();
        author.end > author.since
    });
    Ok(views(found))
}
