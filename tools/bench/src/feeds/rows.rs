//! Authors and who follows them, written as rows.

use storage::testing::TestDatabase;

use super::AUTHORS;
use crate::databases::insert;

/// Whom few follow.
pub(super) const FEW: &str = "few";
/// Whom most follow.
pub(super) const MOST: &str = "most";
/// Of whom one more follower would be one too many.
pub(super) const AT_LIMIT: &str = "at-limit";
/// Follows those whom few follow.
pub(super) const READER_OF_FEW: &str = "reader-of-few";
/// Follows those of whom too many follow for their posts to be put into feeds.
pub(super) const READER_OF_MANY: &str = "reader-of-many";

/// How many follow whom.
#[derive(Debug, Clone, Copy)]
pub(super) struct FollowRows {
    pub(super) few: usize,
    pub(super) many: usize,
    pub(super) above_limit: usize,
    pub(super) at_limit: usize,
}

pub(super) fn few(author: usize) -> String {
    format!("{FEW}-{author:02}")
}

pub(super) fn many(author: usize) -> String {
    format!("many-{author:02}")
}

impl FollowRows {
    /// Everybody can be found, so that all follows count.
    pub(super) async fn write(self, database: &TestDatabase) {
        let kinds = (0..AUTHORS).flat_map(|author| {
            [
                (few(author), self.few, Some(READER_OF_FEW)),
                (many(author), self.above_limit, Some(READER_OF_MANY)),
            ]
        });
        let alone = [
            (FEW.to_owned(), self.few, None),
            (MOST.to_owned(), self.many, None),
            (AT_LIMIT.to_owned(), self.at_limit, None),
        ];
        let authors: Vec<_> = kinds.chain(alone).collect();
        let profiles = authors
            .iter()
            .map(|(author, ..)| format!("('{author}', '{author}', 1, 'people', 1, 1)"));
        insert(
            database,
            "profiles (user_id, name, named_at, tenant, discoverable, revision)",
            profiles,
        )
        .await;
        let follows = authors.iter().flat_map(|(author, followers, reader)| {
            let named = reader.iter().map(|reader| (*reader).to_owned());
            let others = (named.len()..*followers).map(|number| format!("follower-{number:06}"));
            named
                .chain(others)
                .map(move |follower| format!("('{follower}', '{author}', '0', 1, 0)"))
        });
        insert(
            database,
            "follows (follower_id, author_id, since_id, followed_at, matched)",
            follows,
        )
        .await;
    }
}
