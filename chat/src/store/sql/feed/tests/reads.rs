//! What a page reads of posts that are pulled, as the databases themselves count or plan it.

use storage::testing::{TestDatabase, TestEngine};
use storage::{Database, Schema, SqlConnection, query};

use super::super::pages;
use crate::store::sql::feed::pages::IN_RANGES;

/// More than one statement asks for.
const AUTHORS: usize = 30;
/// Posts of each author.
const POSTS: usize = 300;
/// Posts of a page.
const PAGE: u32 = 10;
/// What a page may read: who is followed, the newest post of each, and twice as many of each as the page has and one more. Servers
/// read some rows more to look up blocks and profiles.
const AT_MOST: u64 = AUTHORS as u64 * (2 * (PAGE as u64 + 1) + 4);

fn post_id(n: usize, author: usize) -> String {
    format!("{n:06}-{author:03}")
}

/// Somebody who follows all authors, and their posts in turn.
async fn fill(database: &Database) {
    let mut work = database.begin().await.unwrap();
    let authors = (0..AUTHORS).map(|author| format!("a{author:03}"));
    let authors: Vec<String> = authors.collect();
    let follows = authors.iter().map(|author| {
        [
            "reader".into(),
            author.as_str().into(),
            "".into(),
            1.into(),
            1.into(),
        ]
    });
    let insert =
        "INSERT INTO follows (follower_id, author_id, since_id, followed_at, matched) VALUES ?rows";
    let inserted = query(insert).bind_rows(follows);
    inserted.execute(&mut work).await.unwrap();
    let places = || (0..POSTS).flat_map(|n| (0..AUTHORS).map(move |author| (n, author)));
    let posts = places().map(|(n, author)| {
        let id = post_id(n, author);
        let name = authors[author].as_str();
        [
            id.clone().into(),
            name.into(),
            id.into(),
            "hi".into(),
            1.into(),
        ]
    });
    let insert = "INSERT INTO posts (post_id, author_id, client_id, body, sent_at) VALUES ?rows";
    let inserted = query(insert).bind_rows(posts);
    inserted.execute(&mut work).await.unwrap();
    let pulled =
        places().map(|(n, author)| [authors[author].as_str().into(), post_id(n, author).into()]);
    let insert = "INSERT INTO pulled_posts (author_id, post_id) VALUES ?rows";
    let inserted = query(insert).bind_rows(pulled);
    inserted.execute(&mut work).await.unwrap();
    work.commit().await.unwrap();
}

/// Index entries and rows that a transaction has read so far, one after the other.
async fn read_so_far(engine: TestEngine, connection: &mut dyn SqlConnection) -> u64 {
    match engine {
        TestEngine::Sqlite => 0,
        TestEngine::Postgres => {
            let counted = "SELECT sum(pg_stat_get_xact_tuples_returned(oid))::bigint FROM pg_class
                 WHERE relname IN ('pulled_posts', 'pulled_posts_pkey')";
            let (read,): (u64,) = query(counted).fetch_one(connection).await.unwrap();
            read
        }
        TestEngine::MySql => {
            let counters = query("SHOW SESSION STATUS LIKE 'Handler_read_%'");
            let counters: Vec<(String, String)> = counters.fetch_all(connection).await.unwrap();
            let of_an_index = counters
                .iter()
                .filter(|(name, _)| name.ends_with("_next") || name.ends_with("_prev"))
                .filter(|(name, _)| !name.contains("_rnd_"));
            of_an_index
                .map(|(_, value)| value.parse::<u64>().unwrap())
                .sum()
        }
    }
}

/// SQLite counts nothing of this; its plan says from where to where it reads.
async fn is_planned_by_range(connection: &mut dyn SqlConnection) {
    let text: &'static str =
        Box::leak(format!("EXPLAIN QUERY PLAN {}", *IN_RANGES).into_boxed_str());
    let mut plan = query(text).bind(PAGE);
    for _ in 0..text.matches("author_id = ?").count() {
        plan = plan.bind("a").bind("").bind("9");
    }
    let plan: Vec<(i64, i64, i64, String)> = plan.fetch_all(connection).await.unwrap();
    let of_pulled = plan
        .iter()
        .filter(|(.., step)| step.contains("pulled_posts"));
    let mut found = 0;
    for (.., step) in of_pulled {
        assert!(
            step.ends_with("(author_id=? AND post_id>? AND post_id<?)"),
            "{step}"
        );
        found += 1;
    }
    assert!(found > 1, "{plan:?}");
}

#[tokio::test]
async fn cht_261_of_each_author_a_page_reads_no_more_than_it_could_show() {
    for engine in TestEngine::ALL {
        let Some(made) = TestDatabase::create(engine).await else {
            continue;
        };
        let database = made.open(Schema::chat()).await.unwrap();
        fill(&database).await;
        match engine {
            TestEngine::Sqlite => {}
            TestEngine::Postgres => made.run("ANALYZE").await,
            TestEngine::MySql => made.run("ANALYZE TABLE follows, pulled_posts, posts").await,
        }
        let mut connection = database.begin().await.unwrap();
        for newest in [POSTS, POSTS / 2, 1] {
            let before = post_id(newest, 0);
            let read_before = read_so_far(engine, &mut connection).await;
            let page = pages::feed_of(&mut connection, &"reader".into(), Some(&before), PAGE).await;
            let read = read_so_far(engine, &mut connection).await - read_before;
            let found = page.unwrap().posts;
            let found: Vec<_> = found.into_iter().map(|post| post.post_id).collect();
            let expected = (0..PAGE as usize).map(|n| post_id(newest - 1, AUTHORS - 1 - n));
            assert_eq!(found, expected.collect::<Vec<_>>(), "{engine:?}");
            assert!(read <= AT_MOST, "{engine:?}: {read} before {before}");
        }
        if engine == TestEngine::Sqlite {
            is_planned_by_range(&mut connection).await;
        }
        drop(connection);
        database.close().await;
    }
}
