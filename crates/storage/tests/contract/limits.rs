//! What a server may keep a caller waiting for, and what becomes of the connection.

use std::time::{Duration, Instant};

use storage::testing::{TestDatabase, TestEngine};
use storage::{Database, DatabaseOptions, Error, Schema, query};

const LIMIT: Duration = Duration::from_millis(800);
/// Ours, and what a busy machine adds.
const SOON: Duration = Duration::from_secs(4);

struct Server {
    database: Database,
    _place: TestDatabase,
    sleep: &'static str,
}

async fn server(engine: TestEngine) -> Option<Server> {
    let place = TestDatabase::create(engine).await?;
    // The tables take their time, in another session than the limits are of.
    place.open(Schema::scheduler()).await.unwrap().close().await;
    let options = DatabaseOptions {
        max_connections: 2,
        connect_timeout: Duration::from_secs(1),
        statement_timeout: LIMIT,
        ..DatabaseOptions::default()
    };
    Some(Server {
        database: Database::open(place.url(), &options, Schema::scheduler())
            .await
            .unwrap(),
        _place: place,
        sleep: match engine {
            TestEngine::MySql => "SELECT SLEEP(20)",
            _ => "SELECT 1 FROM pg_sleep(20)",
        },
    })
}

macro_rules! on_servers {
    ($(async fn $story:ident($server:ident: &Server) $body:block)+) => {
        $( async fn $story($server: &Server) $body )+
        mod postgres { on_servers!(@engine Postgres $($story)+); }
        mod mysql { on_servers!(@engine MySql $($story)+); }
    };
    (@engine $engine:ident $($story:ident)+) => {
        $( #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $story() {
            if let Some(server) = super::server(storage::testing::TestEngine::$engine).await {
                super::$story(&server).await;
                server.database.close().await;
            }
        } )+
    };
}

/// Asks, and is gone before the answer comes.
async fn stop_waiting(asking: impl Future<Output = Result<Vec<storage::Row>, Error>>) {
    tokio::select! {
        answer = asking => assert!(answer.is_err(), "it slept through"),
        () = tokio::time::sleep(Duration::from_millis(50)) => {}
    }
}

async fn works(database: &Database) {
    for _ in 0..5 {
        database.probe_writable().await.unwrap();
    }
}

on_servers! {
    async fn edg_119_an_answer_that_does_not_come_is_not_waited_for(server: &Server) {
        let database = &server.database;
        // More often than there are connections: none stays lost.
        for _ in 0..5 {
            let asked = Instant::now();
            let mut connection = database.read().await.unwrap();
            let answer = query(server.sleep).fetch_all::<storage::Row>(&mut connection).await;
            assert!(matches!(answer, Err(Error::Unavailable(_))), "{answer:?}");
            assert!(asked.elapsed() < SOON);
            let after = query("SELECT 1").fetch_all::<storage::Row>(&mut connection).await;
            assert!(matches!(after, Err(Error::Unavailable(_))), "{after:?}");
        }
        works(database).await;
    }

    async fn edg_119_a_transaction_has_one_deadline_for_all_of_it(server: &Server) {
        let database = &server.database;
        let mut transaction = database.begin().await.unwrap();
        tokio::time::sleep(LIMIT).await;
        let late = query("DELETE FROM inbox").execute(&mut transaction).await;
        assert!(matches!(late, Err(Error::Unavailable(_))), "{late:?}");
        let committed = transaction.commit().await;
        assert!(matches!(committed, Err(Error::Unavailable(_))), "{committed:?}");
        works(database).await;
    }

    async fn edg_119_what_has_one_deadline_together_takes_no_longer(server: &Server) {
        let (database, asked) = (&server.database, Instant::now());
        // Each by itself would be in time; the third begins when the first two have used the time up.
        let last = storage::with_deadline(LIMIT, async {
            for _ in 0..2 {
                database.probe_writable().await.unwrap();
                tokio::time::sleep(LIMIT / 2).await;
            }
            let late = database.begin().await.map(drop);
            // A limit within it is no way out.
            let inner = storage::with_deadline(SOON, async { database.read().await.map(drop) });
            (late, inner.await)
        });
        let (late, inner) = last.await;
        for refused in [late, inner] {
            assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}");
        }
        assert!(asked.elapsed() < SOON);
        works(database).await;
    }

    async fn edg_119_a_caller_that_stops_waiting_leaves_no_connection_in_between(server: &Server) {
        let database = &server.database;
        for _ in 0..5 {
            let mut connection = database.read().await.unwrap();
            let asking = query(server.sleep).fetch_all::<storage::Row>(&mut connection);
            stop_waiting(asking).await;
        }
        for _ in 0..5 {
            let mut transaction = database.begin().await.unwrap();
            let asking = query("INSERT INTO inbox (event_id, received_at) VALUES ('x', 1)");
            asking.execute(&mut transaction).await.unwrap();
            let asking = query(server.sleep).fetch_all::<storage::Row>(&mut transaction);
            stop_waiting(asking).await;
        }
        works(database).await;
        let (count,): (i64,) = query("SELECT count(*) FROM inbox")
            .fetch_one(&mut database.read().await.unwrap())
            .await
            .unwrap();
        assert_eq!(count, 0, "a transaction that was dropped is rolled back");
    }

    async fn edg_119_who_finds_no_connection_free_is_told_so_in_time(server: &Server) {
        let database = &server.database;
        let held = (database.read().await.unwrap(), database.begin().await.unwrap());
        let asked = Instant::now();
        let refused = database.read().await.map(drop);
        assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}");
        assert!(asked.elapsed() < SOON);
        drop(held);
        works(database).await;
    }
}

#[tokio::test]
async fn edg_119_a_server_that_is_not_there_is_named_without_its_password() {
    for scheme in ["postgres", "mysql"] {
        let url = format!("{scheme}://somebody:canary@127.0.0.1:1/nothing");
        let url = storage::DatabaseUrl::parse(&url).unwrap();
        let options = DatabaseOptions::default();
        let opened = Database::open(&url, &options, Schema::scheduler()).await;
        let error = opened.unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("127.0.0.1:1"), "{shown}");
        assert!(!shown.contains("canary"), "{shown}");
    }
}
