//! Who follows whom.

use std::collections::BTreeSet;

use chat_core::MAX_FOLLOWING;
use storage::{SqlConnection, query};
use wire::{Participant, UnixMs, UserId};

use super::jobs::FeedJobKind;
use super::{jobs, new_id, relation};
use crate::store::sql::person_locks;
use crate::store::{FollowOutcome, NewFollow};

const FOLLOWS: &str = "SELECT since_id FROM follows WHERE follower_id = ?1 AND author_id = ?2";

/// Those whom somebody is matched with are not counted.
const COUNT: &str = "SELECT count(*) FROM follows WHERE follower_id = ?1 AND matched = 0";

/// Who follows already does so since they did.
const START: &str =
    "INSERT INTO follows (follower_id, author_id, since_id, followed_at, matched) VALUES ?rows
     ON CONFLICT (follower_id, author_id) DO UPDATE SET matched = excluded.matched";

const STOP: &str = "DELETE FROM follows WHERE follower_id = ?1 AND author_id = ?2";

const LIST: &str = "SELECT follows.author_id, profiles.name FROM follows
     LEFT JOIN profiles ON profiles.user_id = follows.author_id
     WHERE follows.follower_id = ?1 AND follows.author_id > ?2
       AND (follows.matched = 1 OR profiles.discoverable = 1)
       AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocks.blocked = 1
           AND blocks.by_id = ?1 AND blocks.user_id = follows.author_id)
       AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocks.blocked = 1
           AND blocks.by_id = follows.author_id AND blocks.user_id = ?1)
     ORDER BY follows.author_id LIMIT ?3";

/// Has somebody follow an author from now on, if they may.
pub(super) async fn follow(
    connection: &mut dyn SqlConnection,
    new: &NewFollow,
) -> Result<FollowOutcome, storage::Error> {
    let (follower, author) = (new.follower.as_str(), new.author.as_str());
    let people = BTreeSet::from([follower, author]);
    person_locks::know(connection, &people).await?;
    let erased = person_locks::lock(connection, &people).await?;
    let between = relation::of(connection, &new.follower, &new.author).await?;
    if !erased.is_empty() || !between.is_open_to(new.tenant.as_deref()) {
        return Ok(FollowOutcome::Refused);
    }
    let follows = query(FOLLOWS).bind(follower).bind(author);
    let follows: Option<(String,)> = follows.fetch_optional(connection).await?;
    if follows.is_some() {
        return Ok(FollowOutcome::Followed);
    }
    let count = query(COUNT).bind(follower);
    let (count,): (u64,) = count.fetch_one(connection).await?;
    if count >= u64::from(MAX_FOLLOWING) && !between.matched {
        return Ok(FollowOutcome::TooMany);
    }
    start_following(connection, (follower, author), new.at, between.matched).await?;
    Ok(FollowOutcome::Followed)
}

/// Has somebody follow an author from now on; since when is unchanged where they did before. Both are locked.
pub(in crate::store::sql) async fn start_following(
    connection: &mut dyn SqlConnection,
    (follower, author): (&str, &str),
    at: UnixMs,
    matched: bool,
) -> Result<(), storage::Error> {
    let row = [
        follower.into(),
        author.into(),
        new_id().into(),
        at.into(),
        matched.into(),
    ];
    query(START).bind_rows([row]).execute(connection).await?;
    Ok(())
}

/// Has somebody follow an author no more.
pub(super) async fn unfollow(
    connection: &mut dyn SqlConnection,
    follower: &UserId,
    author: &UserId,
) -> Result<(), storage::Error> {
    let (follower, author) = (follower.as_str(), author.as_str());
    person_locks::lock(connection, &BTreeSet::from([follower])).await?;
    let stopped = query(STOP).bind(follower).bind(author);
    if stopped.execute(connection).await? > 0 {
        forget_feed_of(connection, follower, author).await?;
    }
    Ok(())
}

/// Has an author's posts taken out of the feed of somebody who follows them no more: what is there up to now.
pub(in crate::store::sql) async fn forget_feed_of(
    connection: &mut dyn SqlConnection,
    reader: &str,
    author: &str,
) -> Result<(), storage::Error> {
    let job = new_id();
    jobs::add(
        connection,
        FeedJobKind::ForgetAuthorOfReader,
        &job,
        (author, reader, ""),
    )
    .await
}

/// Whom somebody follows, as far as it counts.
pub(super) async fn list(
    connection: &mut dyn SqlConnection,
    follower: &UserId,
    after: Option<&UserId>,
    limit: u32,
) -> Result<Vec<Participant>, storage::Error> {
    let list = query(LIST)
        .bind(follower.as_str())
        .bind(after.map_or("", UserId::as_str))
        .bind(limit);
    let found: Vec<(String, Option<String>)> = list.fetch_all(connection).await?;
    let followed = |(author, name): (String, Option<String>)| Participant {
        user_id: UserId(author),
        name: name.unwrap_or_default(),
    };
    Ok(found.into_iter().map(followed).collect())
}
