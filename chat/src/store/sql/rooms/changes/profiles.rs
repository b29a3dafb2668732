//! What others may know of people: of what is told of one the highest revision.

use std::collections::BTreeSet;

use storage::{SqlConnection, query};

use super::RowsToWrite;
use crate::store::sql::feed;

const KNOWN: &str = "SELECT revision FROM profiles WHERE user_id = ?1";

/// Of rows that are there: none is inserted.
const CHANGE: &str =
    "INSERT INTO profiles (user_id, name, tenant, discoverable, revision) VALUES ?rows
     ON CONFLICT (user_id) DO UPDATE SET
         tenant = excluded.tenant,
         discoverable = excluded.discoverable,
         revision = excluded.revision";

impl RowsToWrite<'_> {
    /// Notes what is told of people who are not erased, unless more is known.
    pub(super) async fn write_profiles(
        &self,
        connection: &mut dyn SqlConnection,
        erased: &BTreeSet<String>,
    ) -> Result<(), storage::Error> {
        let left = self.profiles.iter();
        for (user, change) in left.filter(|(user, _)| !erased.contains(**user)) {
            feed::call(connection, user, &change.name, change.at).await?;
            let known = query(KNOWN).bind(*user);
            let known: Option<(u64,)> = known.fetch_optional(connection).await?;
            if known.is_some_and(|(revision,)| revision >= change.revision) {
                continue;
            }
            let row = [
                (*user).into(),
                change.name.as_str().into(),
                change.tenant.as_str().into(),
                change.discoverable.into(),
                change.revision.into(),
            ];
            query(CHANGE).bind_rows([row]).execute(connection).await?;
        }
        Ok(())
    }
}
