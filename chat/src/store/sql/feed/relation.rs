//! What stands between two people.

use chat_core::Relation;
use storage::{SqlConnection, query};
use wire::UserId;

const PROFILE: &str = "SELECT tenant, discoverable FROM profiles WHERE user_id = ?1";

const MATCHED: &str =
    "SELECT matched FROM matched_pairs WHERE low_id = ?1 AND high_id = ?2 AND matched = 1";

const BLOCKED: &str = "SELECT by_id FROM blocks WHERE blocked = 1
     AND (by_id = ?1 AND user_id = ?2 OR by_id = ?2 AND user_id = ?1)";

/// What stands between a reader and an author.
pub(super) async fn of(
    connection: &mut dyn SqlConnection,
    reader: &UserId,
    author: &UserId,
) -> Result<Relation, storage::Error> {
    let (reader, author) = (reader.as_str(), author.as_str());
    let profile = query(PROFILE).bind(author);
    let profile: Option<(String, bool)> = profile.fetch_optional(connection).await?;
    let (low, high) = (reader.min(author), reader.max(author));
    let matched = query(MATCHED).bind(low).bind(high);
    let matched: Option<(i64,)> = matched.fetch_optional(connection).await?;
    let blocked = query(BLOCKED).bind(reader).bind(author);
    let blocked: Option<(String,)> = blocked.fetch_optional(connection).await?;
    let (tenant, discoverable) = profile.unwrap_or_default();
    Ok(Relation {
        blocked: blocked.is_some(),
        matched: matched.is_some(),
        tenant,
        discoverable,
    })
}
