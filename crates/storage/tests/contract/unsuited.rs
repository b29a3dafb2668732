//! Databases that are refused before anything of ours is in them.

use storage::testing::{TestDatabase, TestEngine, patient};
use storage::{Database, OpenError, Schema};

/// What opening it says, and what looking at it says.
async fn both(place: &TestDatabase) -> [Result<(), OpenError>; 2] {
    let schema = Schema::scheduler();
    let looked = Database::pending(place.url(), &patient(), schema).await;
    [place.open(schema).await.map(drop), looked.map(drop)]
}

#[tokio::test]
async fn edg_127_a_database_with_other_tables_is_refused_and_left_as_it_is() {
    for engine in TestEngine::ALL {
        let Some(place) = TestDatabase::create(engine).await else {
            continue;
        };
        // One that is called as one of ours, which MariaDB would take for it.
        place.run("CREATE TABLE jobs (a INT)").await;
        for refused in both(&place).await {
            let named =
                matches!(&refused, Err(OpenError::Occupied { table, .. }) if table == "jobs");
            assert!(named, "{engine:?}: {refused:?}");
        }
        // Nothing of ours was left beside it, or this would be refused.
        place.run("DROP TABLE jobs").await;
        place.open(Schema::scheduler()).await.unwrap().close().await;
        // Once it is ours, others may stand beside.
        place.run("CREATE TABLE mine (a INT)").await;
        place.open(Schema::scheduler()).await.unwrap().close().await;
    }
}

#[tokio::test]
async fn edg_127_a_record_of_another_programs_migrations_is_not_taken_for_a_newer_version() {
    for engine in TestEngine::ALL {
        let Some(place) = TestDatabase::create(engine).await else {
            continue;
        };
        place.open(Schema::scheduler()).await.unwrap().close().await;
        place
            .run("UPDATE _sqlx_migrations SET version = version + 20200101")
            .await;
        for refused in both(&place).await {
            assert!(
                matches!(refused, Err(OpenError::Occupied { .. })),
                "{engine:?}: {refused:?}"
            );
        }
    }
}

#[tokio::test]
async fn edg_127_a_database_that_can_not_hold_every_text_is_refused_by_its_encoding() {
    for encoding in ["LATIN1", "SQL_ASCII"] {
        let options = format!(
            "ENCODING '{encoding}' TEMPLATE template0 LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'"
        );
        let Some(place) = TestDatabase::create_as(TestEngine::Postgres, &options).await else {
            return;
        };
        for refused in both(&place).await {
            let line = refused.unwrap_err().to_string();
            assert!(line.contains(encoding) && line.contains("UTF8"), "{line}");
        }
    }
}
