//! Rows of people, which keep everybody else from naming and erasing them until a transaction is over.

use std::collections::BTreeSet;

use storage::{SqlConnection, query};
use wire::UnixMs;

const KNOW: &str = "INSERT INTO people (user_id) VALUES ?rows ON CONFLICT (user_id) DO NOTHING";

const LOCK: &str = "SELECT people.user_id, people.erased_at
     FROM (?1..) AS ids JOIN people ON people.user_id = ids.value
     ORDER BY people.user_id FOR UPDATE";

/// What an erased person's `erased_at` is at least: 0 is that of all others.
pub(super) const ERASED_FROM: UnixMs = UnixMs(1);

/// Sees that there are rows for these people.
pub(super) async fn know(
    connection: &mut dyn SqlConnection,
    people: &BTreeSet<&str>,
) -> Result<(), storage::Error> {
    if !people.is_empty() {
        let rows = people.iter().map(|user| [(*user).into()]);
        query(KNOW).bind_rows(rows).execute(connection).await?;
    }
    Ok(())
}

/// Locks those of the people who have rows, in the order of their ids; those of them who are erased.
pub(super) async fn lock(
    connection: &mut dyn SqlConnection,
    people: &BTreeSet<&str>,
) -> Result<BTreeSet<String>, storage::Error> {
    if people.is_empty() {
        return Ok(BTreeSet::new());
    }
    let lock = query(LOCK).bind_list(people.iter().copied());
    let locked: Vec<(String, UnixMs)> = lock.fetch_all(connection).await?;
    let erased = locked.into_iter().filter(|(_, at)| *at >= ERASED_FROM);
    Ok(erased.map(|(user, _)| user).collect())
}
