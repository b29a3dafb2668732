//! What a migration has made, as the database itself describes it.

use faults::look;
use storage::testing::{TestDatabase, TestEngine};

/// Columns, indexes, constraints and the rows that a migration brings.
const POSTGRES: [&str; 3] = [
    "SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default, \
     collation_name, generation_expression) FROM information_schema.columns \
     WHERE table_schema = 'public' ORDER BY 1",
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
    "SELECT concat_ws(' ', CAST(conrelid AS regclass), pg_get_constraintdef(oid)) \
     FROM pg_constraint WHERE connamespace = CAST('public' AS regnamespace) ORDER BY 1",
];
const MARIADB: [&str; 4] = [
    "SELECT concat_ws(' ', table_name, column_name, column_type, is_nullable, column_default, \
     collation_name, generation_expression) FROM information_schema.columns \
     WHERE table_schema = DATABASE() ORDER BY 1",
    "SELECT concat_ws(' ', table_name, index_name, seq_in_index, column_name, non_unique) \
     FROM information_schema.statistics WHERE table_schema = DATABASE() ORDER BY 1",
    "SELECT concat_ws(' ', table_name, constraint_name, check_clause) \
     FROM information_schema.check_constraints WHERE constraint_schema = DATABASE() ORDER BY 1",
    "SELECT concat_ws(' ', table_name, constraint_name, referenced_table_name, delete_rule) \
     FROM information_schema.referential_constraints WHERE constraint_schema = DATABASE() ORDER BY 1",
];
const SQLITE: [&str; 1] =
    ["SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name"];
const BROUGHT: [&str; 2] = [
    "SELECT description FROM _sqlx_migrations WHERE success = TRUE ORDER BY version",
    "SELECT CAST(position AS CHAR(20)) FROM outbox_head",
];

/// Everything that two databases of one schema have in common.
pub(super) async fn description(url: &str) -> Vec<String> {
    let of_schema = match url.split_once(':').unwrap().0 {
        "sqlite" => &SQLITE[..],
        "postgres" => &POSTGRES[..],
        _ => &MARIADB[..],
    };
    let mut all = Vec::new();
    for statement in of_schema.iter().chain(&BROUGHT) {
        let found = look(url, statement).await;
        // The references of MySQL's kind and nothing else may be missing in a schema that is whole.
        assert!(!found.is_empty(), "{statement} finds nothing");
        all.extend(found);
    }
    all
}

/// An empty database.
pub(super) async fn empty(engine: TestEngine) -> Option<(TestDatabase, String)> {
    let database = TestDatabase::create(engine).await?;
    let url = database.url_text();
    Some((database, url))
}
