//! Posts: storing, repeating and deleting them. How many follow is asked by none of it.

use std::collections::BTreeSet;

use storage::{SqlConnection, query};
use wire::chat::Post;
use wire::{Participant, UnixMs, UserId};

use super::jobs::FeedJobKind;
use super::{jobs, new_id};
use crate::store::sql::person_locks;
use crate::store::{NewPost, Posted};

const KEYED: &str = "SELECT posts.post_id, posts.body, posts.sent_at, profiles.name FROM posts
     LEFT JOIN profiles ON profiles.user_id = posts.author_id
     WHERE posts.author_id = ?1 AND posts.client_id = ?2";

const STORE: &str = "INSERT INTO posts (post_id, author_id, client_id, body, sent_at)
     VALUES (?1, ?2, ?3, ?4, ?5)";

const PULL: &str = "INSERT INTO pulled_posts (author_id, post_id) VALUES (?1, ?2)";

const UNPULL: &str = "DELETE FROM pulled_posts WHERE author_id = ?1 AND post_id = ?2";

const OWN: &str = "SELECT post_id FROM posts WHERE post_id = ?1 AND author_id = ?2
     AND body IS NOT NULL";

const NAMED: &str = "SELECT name, named_at FROM profiles WHERE user_id = ?1";

const NAME: &str = "INSERT INTO profiles (user_id, name, named_at) VALUES (?1, ?2, ?3)
     ON CONFLICT (user_id) DO UPDATE SET name = excluded.name, named_at = excluded.named_at";

/// What was stored before under a key.
pub(super) async fn repeat_of(
    connection: &mut dyn SqlConnection,
    new: &NewPost,
) -> Result<Option<Posted>, storage::Error> {
    let keyed = query(KEYED).bind(new.author.as_str()).bind(&new.client_id);
    let known: Option<(String, Option<String>, UnixMs, Option<String>)> =
        keyed.fetch_optional(connection).await?;
    Ok(known.map(|(post_id, body, sent_at, name)| match body {
        Some(body) if body == new.body => Posted::Repeat(Post {
            post_id,
            author: Participant {
                user_id: new.author.clone(),
                name: name.unwrap_or_default(),
            },
            body,
            sent_at,
        }),
        _ => Posted::Conflict,
    }))
}

/// Stores a post to be pulled, and the job that puts it into feeds.
pub(super) async fn post(
    connection: &mut dyn SqlConnection,
    new: &NewPost,
) -> Result<Posted, storage::Error> {
    let author = new.author.as_str();
    let people = BTreeSet::from([author]);
    person_locks::know(connection, &people).await?;
    if !person_locks::lock(connection, &people).await?.is_empty() {
        return Ok(Posted::Erased);
    }
    if let Some(known) = repeat_of(connection, new).await? {
        return Ok(known);
    }
    let name = call(connection, author, &new.name, new.named_at).await?;
    let post_id = new_id();
    let row = query(STORE).bind(&post_id).bind(author);
    let row = row.bind(&new.client_id).bind(&new.body).bind(new.sent_at);
    row.execute(connection).await?;
    let pulled = query(PULL).bind(author).bind(&post_id);
    pulled.execute(connection).await?;
    jobs::add(
        connection,
        FeedJobKind::Spread,
        &post_id,
        (author, "", &post_id),
    )
    .await?;
    Ok(Posted::Stored(Post {
        post_id,
        author: Participant {
            user_id: new.author.clone(),
            name,
        },
        body: new.body.clone(),
        sent_at: new.sent_at,
    }))
}

/// Deletes a post: its key stays.
pub(super) async fn delete(
    connection: &mut dyn SqlConnection,
    author: &UserId,
    post_id: &str,
) -> Result<bool, storage::Error> {
    let author = author.as_str();
    person_locks::lock(connection, &BTreeSet::from([author])).await?;
    let own = query(OWN).bind(post_id).bind(author);
    let own: Option<(String,)> = own.fetch_optional(connection).await?;
    if own.is_none() {
        return Ok(false);
    }
    withdraw(connection, author, post_id).await?;
    let emptied = query("UPDATE posts SET body = NULL WHERE post_id = ?1").bind(post_id);
    emptied.execute(connection).await?;
    Ok(true)
}

/// Takes a post out of what is pulled, what is to come into feeds, and with a job of its own out of feeds.
pub(super) async fn withdraw(
    connection: &mut dyn SqlConnection,
    author: &str,
    post_id: &str,
) -> Result<(), storage::Error> {
    // First: a batch that puts it into feeds is done, or never begins.
    let spreading = query("DELETE FROM feed_jobs WHERE job_id = ?1").bind(post_id);
    spreading.execute(connection).await?;
    unpull(connection, author, post_id).await?;
    let (kind, job) = (FeedJobKind::ForgetPost, new_id());
    jobs::add(connection, kind, &job, (author, "", post_id)).await
}

/// Readers do not find a post by its author any more.
pub(super) async fn unpull(
    connection: &mut dyn SqlConnection,
    author: &str,
    post_id: &str,
) -> Result<(), storage::Error> {
    let pulled = query(UNPULL).bind(author).bind(post_id);
    pulled.execute(connection).await.map(drop)
}

/// Notes what somebody is called, unless something newer is known; what they are called then. Their row in `people` is locked.
pub(in crate::store::sql) async fn call(
    connection: &mut dyn SqlConnection,
    user: &str,
    name: &str,
    at: UnixMs,
) -> Result<String, storage::Error> {
    let known = query(NAMED).bind(user);
    let known: Option<(String, UnixMs)> = known.fetch_optional(connection).await?;
    if let Some((known, named_at)) = known
        && (named_at, known.as_str()) >= (at, name)
    {
        return Ok(known);
    }
    let named = query(NAME).bind(user).bind(name).bind(at);
    named.execute(connection).await?;
    Ok(name.to_owned())
}
