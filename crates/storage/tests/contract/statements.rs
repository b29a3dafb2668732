//! What statements in the subset of SQL do on every engine.

use std::time::{SystemTime, UNIX_EPOCH};

use storage::{Database, Error, Value, query};

use crate::fixture::on_every_engine;

const INSERT: &str = "INSERT INTO inbox (event_id, received_at) VALUES ?rows
     ON CONFLICT (event_id) DO UPDATE SET received_at = GREATEST(inbox.received_at, excluded.received_at)";

/// Characters that some database, driver or JSON might trip over.
const AWKWARD: &str = "\u{1}\t\r\n\"'\\%_?$1 {}[]:\u{e9}e\u{301}\u{1f468}\u{200d}\u{1f469} \u{ffff}\u{10ffff}\u{2028} ";

async fn insert(database: &Database, rows: &[(&str, i64)]) {
    let rows = rows.iter().map(|(id, at)| [(*id).into(), (*at).into()]);
    let insert = query(INSERT).bind_rows(rows);
    database.execute(insert).await.unwrap();
}

async fn all(database: &Database) -> Vec<(String, i64)> {
    query("SELECT event_id, received_at FROM inbox ORDER BY event_id")
        .fetch_all(&mut database.read().await.unwrap())
        .await
        .unwrap()
}

fn owned<const N: usize>(rows: [(&str, i64); N]) -> Vec<(String, i64)> {
    rows.map(|(id, at)| (id.to_owned(), at)).into()
}

on_every_engine! {
    async fn sch_412_a_server_tells_what_its_clock_shows_and_a_file_has_none(store: &Store) {
        let shown = store.database.server_time().await.unwrap();
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let now = i64::try_from(since_epoch.as_millis()).unwrap();
        match store.place.url_text().starts_with("sqlite:") {
            true => assert_eq!(shown, None),
            // It runs on this machine.
            false => assert!(shown.unwrap().0.abs_diff(now) < 30_000, "{shown:?}, {now}"),
        }
    }

    async fn edg_66_many_rows_are_one_statement_and_a_conflict_is_settled(store: &Store) {
        let database = &store.database;
        insert(database, &[]).await;
        assert!(all(database).await.is_empty());
        insert(database, &[("b", 5), ("a", i64::MAX)]).await;
        insert(database, &[("b", 3), ("c\"'\u{e9}", i64::MIN)]).await;
        insert(database, &[("b", 7)]).await;
        let expected = owned([("a", i64::MAX), ("b", 7), ("c\"'\u{e9}", i64::MIN)]);
        assert_eq!(all(database).await, expected);
    }

    async fn edg_66_rows_are_inserted_in_their_order_and_one_that_is_there_stays(store: &Store) {
        let database = &store.database;
        let ids: Vec<String> = (0..50).rev().map(|number| format!("e{number}")).collect();
        let rows = (1_i64..).zip(&ids).map(|(at, id)| [at.into(), id.into(), 1.into(), "{}".into()]);
        let text = "INSERT INTO outbox (position, event_id, occurred_at, body) VALUES ?rows
             ON CONFLICT (event_id) DO NOTHING";
        database.execute(query(text).bind_rows(rows)).await.unwrap();
        // The same event twice in one statement, and one that is there.
        let again = [60_i64, 61, 62].into_iter().zip(["e7", "x", "x"]);
        let rows = again.map(|(at, id)| [at.into(), id.into(), 2.into(), "{}".into()]);
        database.execute(query(text).bind_rows(rows)).await.unwrap();
        let found: Vec<(String, i64)> = query("SELECT event_id, occurred_at FROM outbox ORDER BY position")
            .fetch_all(&mut database.read().await.unwrap())
            .await
            .unwrap();
        let mut expected: Vec<_> = ids.into_iter().map(|id| (id, 1)).collect();
        expected.push(("x".to_owned(), 2));
        assert_eq!(found, expected);
    }

    async fn edg_66_an_insert_that_does_nothing_touches_no_row(store: &Store) {
        let database = &store.database;
        let text = "INSERT INTO inbox (event_id, received_at) VALUES (?1, ?2)
             ON CONFLICT (event_id) DO NOTHING";
        assert_eq!(database.execute(query(text).bind("a").bind(1_i64)).await.unwrap(), 1);
        assert_eq!(database.execute(query(text).bind("a").bind(2_i64)).await.unwrap(), 0);
        assert_eq!(database.execute(query(text).bind("a").bind(1_i64)).await.unwrap(), 0);
        assert_eq!(database.execute(query(text).bind("b").bind(1_i64)).await.unwrap(), 1);
        assert_eq!(all(database).await, owned([("a", 1), ("b", 1)]));
    }

    async fn edg_66_rows_are_counted_that_were_found_whether_they_changed_or_not(store: &Store) {
        let database = &store.database;
        insert(database, &[("a", 1), ("b", 1)]).await;
        let update = || query("UPDATE inbox SET received_at = ?1").bind(1_i64);
        assert_eq!(database.execute(update()).await.unwrap(), 2);
        let delete = query("DELETE FROM inbox WHERE event_id = ?1").bind("a");
        assert_eq!(database.execute(delete).await.unwrap(), 1);
    }

    async fn edg_66_a_list_is_a_subquery(store: &Store) {
        let database = &store.database;
        insert(database, &[("a", 1), ("b", 2), ("c", 3), (AWKWARD, 4)]).await;
        let within = "SELECT event_id FROM inbox WHERE received_at > ?1 AND event_id IN (?2..)
             ORDER BY event_id FOR UPDATE SKIP LOCKED";
        let mut connection = database.begin().await.unwrap();
        let found: Vec<(String,)> = query(within)
            .bind(1_i64)
            .bind_list(["c", "a", "x", "b"])
            .fetch_all(&mut connection)
            .await
            .unwrap();
        assert_eq!(found, [("b".to_owned(),), ("c".to_owned(),)]);
        let joined = "SELECT ids.value, received_at FROM (?1..) AS ids
             JOIN inbox ON event_id = ids.value ORDER BY event_id";
        let found: Vec<(String, i64)> = query(joined)
            .bind_list(["b", "x", AWKWARD])
            .fetch_all(&mut connection)
            .await
            .unwrap();
        let mut expected = owned([("b", 2), (AWKWARD, 4)]);
        expected.sort();
        assert_eq!(found, expected);
        let none: Vec<(String,)> = query(within)
            .bind(0_i64)
            .bind_list(Vec::<String>::new())
            .fetch_all(&mut connection)
            .await
            .unwrap();
        assert!(none.is_empty());
    }

    async fn edg_66_values_come_back_as_they_were_bound(store: &Store) {
        let database = &store.database;
        let insert = "INSERT INTO audit (id, at, actor, action, subject, detail) VALUES (?1, ?2, ?1, ?1, ?3, ?4)";
        let bound = query(insert).bind(AWKWARD).bind(u64::MAX).bind("").bind(None::<&str>);
        database.execute(bound).await.unwrap();
        // What is prepared with a text takes none, and the other way round.
        let bound = query(insert).bind("b").bind(true).bind("x").bind("y");
        database.execute(bound).await.unwrap();
        let rows = [["c".into(), 5.into(), AWKWARD.into(), "".into(), "".into(), None::<&str>.into()]];
        let many = "INSERT INTO audit (id, at, actor, action, subject, detail) VALUES ?rows";
        database.execute(query(many).bind_rows(rows)).await.unwrap();
        let rows: Vec<storage::Row> =
            query("SELECT id, at, actor, subject AS e, detail FROM audit WHERE detail IS NULL ORDER BY at DESC")
                .fetch_all(&mut database.read().await.unwrap())
                .await
                .unwrap();
        let [large, many] = rows.as_slice() else { panic!("{rows:?}") };
        assert_eq!(large.get::<String>("actor").unwrap(), AWKWARD);
        assert_eq!(large.get::<u64>(1).unwrap(), i64::MAX.unsigned_abs());
        assert_eq!(large.get::<String>("e").unwrap(), "");
        assert_eq!(large.get::<Option<String>>("detail").unwrap(), None);
        assert_eq!(many.get::<String>("actor").unwrap(), AWKWARD);
        assert!(many.get::<bool>("at").unwrap());
        assert!(matches!(large.get::<i64>("id"), Err(Error::Corrupt(_))));
        assert!(matches!(large.get::<String>("detail"), Err(Error::Corrupt(_))));
        assert!(matches!(large.get::<u32>("at"), Err(Error::Corrupt(_))));
        assert!(matches!(large.get::<i64>("f"), Err(Error::Statement(_))));
        assert_eq!(Value::from(Some("x")), Value::from("x"));
    }

    async fn edg_66_a_condition_that_may_be_left_out_takes_nothing_first_and_a_value_after(store: &Store) {
        let database = &store.database;
        insert(database, &[("a", 1), ("b", 2)]).await;
        let text = "SELECT event_id FROM inbox WHERE (?1 IS NULL OR event_id = ?1)
             AND (?2 IS NULL OR received_at >= ?2) ORDER BY event_id LIMIT ?3";
        let mut connection = database.read().await.unwrap();
        for (id, since, expected) in [
            (None, None, vec!["a", "b"]),
            (Some("a"), None, vec!["a"]),
            (None, Some(2_i64), vec!["b"]),
            (Some("a"), Some(2), vec![]),
        ] {
            let found: Vec<(String,)> = query(text)
                .bind(id)
                .bind(since)
                .bind(10_u32)
                .fetch_all(&mut connection)
                .await
                .unwrap();
            let found: Vec<_> = found.iter().map(|(id,)| id.as_str()).collect();
            assert_eq!(found, expected, "{id:?} {since:?}");
        }
    }

    async fn edg_116_texts_are_told_apart_and_ordered_byte_by_byte(store: &Store) {
        let database = &store.database;
        let ids = ["", " ", "A", "A ", "B", "a", "a ", "a\u{301}", "e", "\u{e1}", "\u{ffff}", "\u{1f600}"];
        let rows: Vec<_> = ids.iter().rev().map(|id| (*id, 1)).collect();
        insert(database, &rows).await;
        let found: Vec<_> = all(database).await.into_iter().map(|(id, _)| id).collect();
        assert_eq!(found, ids);
        for id in ids {
            let same: Vec<(String,)> = query("SELECT event_id FROM inbox WHERE event_id = ?1")
                .bind(id)
                .fetch_all(&mut database.read().await.unwrap())
                .await
                .unwrap();
            assert_eq!(same, [(id.to_owned(),)]);
        }
    }

    async fn edg_67_errors_are_kinds(store: &Store) {
        let database = &store.database;
        let insert = || query("INSERT INTO inbox (event_id, received_at) VALUES ('a', 1)");
        database.execute(insert()).await.unwrap();
        let twice = database.execute(insert()).await.unwrap_err();
        assert!(matches!(twice, Error::UniqueViolation(_)), "{twice:?}");
        assert!(twice.is_conflict());
        let wrong = database
            .execute(query("INSERT INTO nowhere VALUES (1)"))
            .await;
        assert!(matches!(wrong, Err(Error::Statement(_))), "{wrong:?}");
        let orphan = "INSERT INTO timeline (id, session_id, at, body) VALUES ('a', 'nobody', 1, '{}')
             ON CONFLICT (id) DO NOTHING";
        let orphan = database.execute(query(orphan)).await;
        assert!(matches!(orphan, Err(Error::Statement(_))), "{orphan:?}");
        let mut connection = database.read().await.unwrap();
        let none =
            query("SELECT 1 FROM inbox WHERE event_id = 'b'").fetch_one::<(i64,)>(&mut connection);
        assert!(matches!(none.await, Err(Error::Corrupt(_))));
        // What is wrong with a statement is its own affair: the store goes on.
        database.probe_writable().await.unwrap();
    }
}
