//! Who is matched: both follow each other, for as long as they are.

use std::collections::BTreeSet;

use storage::{SqlConnection, query};
use wire::UnixMs;

use super::RowsToWrite;
use crate::store::MatchChange;
use crate::store::sql::feed;

/// A pair of which nothing is known yet.
const KNOW_PAIR: &str = "INSERT INTO matched_pairs (low_id, high_id) VALUES ?rows
     ON CONFLICT (low_id, high_id) DO NOTHING";

const LATEST: &str = "SELECT changed_at, event_id FROM matched_pairs
     WHERE low_id = ?1 AND high_id = ?2 FOR UPDATE";

/// Of rows that are there: none is inserted.
const CHANGE: &str =
    "INSERT INTO matched_pairs (low_id, high_id, matched, changed_at, event_id) VALUES ?rows
     ON CONFLICT (low_id, high_id) DO UPDATE SET
         matched = excluded.matched,
         changed_at = excluded.changed_at,
         event_id = excluded.event_id";

const STOP: &str =
    "DELETE FROM follows WHERE follower_id = ?1 AND author_id = ?2 AND followed_at <= ?3";

const PART: &str = "UPDATE follows SET matched = 0 WHERE follower_id = ?1 AND author_id = ?2";

impl RowsToWrite<'_> {
    /// Of each pair the latest change, in whatever order they come; none of the erased.
    pub(super) async fn write_matches(
        &self,
        connection: &mut dyn SqlConnection,
        erased: &BTreeSet<String>,
    ) -> Result<(), storage::Error> {
        for ((low, high), change) in &self.matches {
            if erased.contains(*low) || erased.contains(*high) {
                continue;
            }
            let pair = [[(*low).into(), (*high).into()]];
            query(KNOW_PAIR).bind_rows(pair).execute(connection).await?;
            let latest = query(LATEST).bind(*low).bind(*high);
            let latest: (UnixMs, String) = latest.fetch_one(connection).await?;
            if change.order > latest {
                write_match(connection, (low, high), change).await?;
            }
        }
        Ok(())
    }
}

async fn write_match(
    connection: &mut dyn SqlConnection,
    (low, high): (&str, &str),
    change: &MatchChange,
) -> Result<(), storage::Error> {
    let (at, event) = &change.order;
    let row = [
        low.into(),
        high.into(),
        change.matched.into(),
        (*at).into(),
        event.into(),
    ];
    query(CHANGE).bind_rows([row]).execute(connection).await?;
    for person in &change.pair {
        feed::call(connection, person.user_id.as_str(), &person.name, *at).await?;
    }
    for (follower, author) in [(low, high), (high, low)] {
        if change.matched {
            feed::start_following(connection, (follower, author), *at, true).await?;
            continue;
        }
        let stopped = query(STOP).bind(follower).bind(author).bind(*at);
        if stopped.execute(connection).await? > 0 {
            feed::forget_feed_of(connection, follower, author).await?;
        }
        let parted = query(PART).bind(follower).bind(author);
        parted.execute(connection).await?;
    }
    Ok(())
}
