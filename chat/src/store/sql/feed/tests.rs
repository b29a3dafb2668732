//! What posts and pages cost: statements are counted, which no load of a machine changes.

mod reads;

use storage::{Database, Schema, SqlConnection, Statement, StorageFuture, query};
use wire::UnixMs;

use super::*;
use crate::store::RoomStore;

/// A connection that counts the statements that run on it.
struct CountedConnection<'a> {
    inner: &'a mut dyn SqlConnection,
    statements: usize,
}

impl SqlConnection for CountedConnection<'_> {
    fn execute<'a>(&'a mut self, statement: Statement<'a>) -> StorageFuture<'a, u64> {
        self.statements += 1;
        self.inner.execute(statement)
    }

    fn fetch_all<'a>(&'a mut self, statement: Statement<'a>) -> StorageFuture<'a, Vec<Row>> {
        self.statements += 1;
        self.inner.fetch_all(statement)
    }

    fn fetch_optional<'a>(
        &'a mut self,
        statement: Statement<'a>,
    ) -> StorageFuture<'a, Option<Row>> {
        self.statements += 1;
        self.inner.fetch_optional(statement)
    }
}

struct OwnFeed {
    rooms: SqlRooms,
    _folder: tempfile::TempDir,
}

impl OwnFeed {
    /// With an author whom the readers `r00000`, `r00001`, … follow.
    async fn followed(author: &str, followers: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("chat.db");
        let database = Database::open_file(&file, Schema::chat()).await.unwrap();
        let mut work = database.begin().await.unwrap();
        let profile = "INSERT INTO profiles (user_id, name, named_at, tenant, discoverable, revision) VALUES ?rows";
        let row = [
            author.into(),
            "Ann".into(),
            1.into(),
            "people".into(),
            true.into(),
            1.into(),
        ];
        let told = query(profile).bind_rows([row]);
        told.execute(&mut work).await.unwrap();
        let follows = (0..followers).map(|n| {
            let reader = format!("r{n:05}");
            [reader.into(), author.into(), "0".into(), 1.into(), 0.into()]
        });
        let insert = "INSERT INTO follows (follower_id, author_id, since_id, followed_at, matched) VALUES ?rows";
        let insert = query(insert).bind_rows(follows);
        insert.execute(&mut work).await.unwrap();
        work.commit().await.unwrap();
        Self {
            rooms: SqlRooms::new(database),
            _folder: folder,
        }
    }

    async fn post_counted(&self, author: &str, key: &str) -> usize {
        let mut transaction = self.rooms.database.begin().await.unwrap();
        let mut counted = CountedConnection {
            inner: &mut transaction,
            statements: 0,
        };
        let posted = posts::post(&mut counted, &new(author, key)).await.unwrap();
        assert!(matches!(posted, Posted::Stored(_)));
        let statements = counted.statements;
        transaction.commit().await.unwrap();
        statements
    }

    async fn read_counted(&self, reader: &str, limit: u32) -> (usize, usize) {
        let mut connection = self.rooms.database.read().await.unwrap();
        let mut counted = CountedConnection {
            inner: &mut connection,
            statements: 0,
        };
        let reader = reader.into();
        let page = pages::feed_of(&mut counted, &reader, None, limit);
        let page = page.await.unwrap();
        (counted.statements, page.posts.len())
    }

    async fn run_jobs(&self, fanout_limit: u32) -> usize {
        let mut batches = 0;
        while self.rooms.run_job(fanout_limit).await.unwrap().is_some() {
            batches += 1;
        }
        batches
    }

    async fn rows(&self, count: &'static str) -> u64 {
        let mut connection = self.rooms.database.read().await.unwrap();
        let (rows,): (u64,) = query(count).fetch_one(&mut connection).await.unwrap();
        rows
    }
}

fn new(author: &str, key: &str) -> NewPost {
    NewPost {
        author: author.into(),
        name: "Ann".to_owned(),
        named_at: UnixMs(1),
        client_id: key.to_owned(),
        body: format!("{key} of {author}"),
        sent_at: UnixMs(5),
    }
}

#[tokio::test]
async fn cht_195_a_post_and_a_page_cost_the_same_whoever_follows() {
    const LIMIT: u32 = 1_000;
    let (few, many) = (
        OwnFeed::followed("ann", 100).await,
        OwnFeed::followed("ann", 20_000).await,
    );
    let mut posts = Vec::new();
    let mut pages = Vec::new();
    for feed in [&few, &many] {
        // The first notes the author's row: what is counted is of those that follow.
        feed.post_counted("ann", "c-0").await;
        posts.push(feed.post_counted("ann", "c-1").await);
        pages.push(feed.read_counted("r00007", 10).await);
        feed.run_jobs(LIMIT).await;
        posts.push(feed.post_counted("ann", "c-2").await);
        feed.run_jobs(LIMIT).await;
        pages.push(feed.read_counted("r00007", 10).await);
    }
    assert_eq!(posts, [posts[0]; 4]);
    assert!(posts[0] <= 8, "{posts:?}");
    // What no job has put into feeds yet, and what none ever will, is two statements more.
    assert_eq!(pages, [(4, 2), (2, 3), (4, 2), (4, 3)]);
    assert_eq!(few.rows("SELECT count(*) FROM pulled_posts").await, 0);
    assert_eq!(few.rows("SELECT count(*) FROM feed_entries").await, 300);
    assert_eq!(many.rows("SELECT count(*) FROM pulled_posts").await, 3);
    assert_eq!(many.rows("SELECT count(*) FROM feed_entries").await, 0);
}

#[tokio::test]
async fn cht_196_a_post_comes_into_feeds_in_batches_and_one_that_is_cut_short_goes_on() {
    let feed = OwnFeed::followed("ann", 1_300).await;
    feed.post_counted("ann", "c-1").await;
    // A batch that is not committed: as if the process died.
    let mut transaction = feed.rooms.database.begin().await.unwrap();
    let kind = jobs::next_kind(&mut transaction).await.unwrap().unwrap();
    jobs::run(&mut transaction, kind, 2_000).await.unwrap();
    drop(transaction);
    assert_eq!(feed.rows("SELECT count(*) FROM feed_entries").await, 0);
    let first = feed.rooms.run_job(2_000).await.unwrap().unwrap();
    assert_eq!(first.told.unwrap().1.len(), 500);
    // Meanwhile more than the limit follow: what was begun goes on, and nobody has it twice.
    for reader in ["r00003", "r01200"] {
        assert_eq!(feed.read_counted(reader, 10).await, (4, 1));
    }
    assert_eq!(feed.run_jobs(10).await, 2);
    assert_eq!(feed.rows("SELECT count(*) FROM feed_entries").await, 1_300);
    assert_eq!(feed.rows("SELECT count(*) FROM pulled_posts").await, 0);
    for reader in ["r00003", "r01200"] {
        assert_eq!(feed.read_counted(reader, 10).await, (2, 1));
    }
}

#[tokio::test]
async fn cht_197_entries_that_count_no_more_are_deleted() {
    let feed = OwnFeed::followed("ann", 600).await;
    for n in 0..4 {
        feed.post_counted("ann", &format!("c-{n}")).await;
    }
    feed.run_jobs(1_000).await;
    assert_eq!(feed.rows("SELECT count(*) FROM feed_entries").await, 2_400);
    assert_eq!(feed.rooms.sweep_posts(UnixMs(5), 9).await.unwrap(), 0);
    assert_eq!(feed.rooms.sweep_posts(UnixMs(6), 1).await.unwrap(), 1);
    feed.run_jobs(1_000).await;
    assert_eq!(feed.rows("SELECT count(*) FROM feed_entries").await, 1_800);
    let ann = "ann".into();
    feed.rooms.unfollow(&"r00005".into(), &ann).await.unwrap();
    feed.run_jobs(1_000).await;
    assert_eq!(feed.rows("SELECT count(*) FROM feed_entries").await, 1_797);
    let page = feed.rooms.posts_of(&ann, None, 1).await.unwrap();
    let newest = &page.posts[0].post_id;
    assert!(feed.rooms.delete_post(&ann, newest).await.unwrap());
    feed.run_jobs(1_000).await;
    assert_eq!(feed.rows("SELECT count(*) FROM feed_entries").await, 1_198);
    let mut changes = crate::store::RoomChanges::default();
    for user in ["ann", "r00009"] {
        changes.erasures.push(crate::store::Erasure {
            user: user.into(),
            at: UnixMs(9),
        });
    }
    feed.rooms.apply(&changes).await.unwrap();
    feed.run_jobs(1_000).await;
    for count in [
        "SELECT count(*) FROM feed_entries",
        "SELECT count(*) FROM follows",
        "SELECT count(*) FROM posts",
        "SELECT count(*) FROM profiles",
        "SELECT count(*) FROM pulled_posts",
        "SELECT count(*) FROM feed_jobs",
    ] {
        assert_eq!(feed.rows(count).await, 0, "{count}");
    }
}

#[tokio::test]
async fn cht_199_a_page_looks_past_entries_that_count_no_more_and_no_further_than_it_may() {
    let feed = OwnFeed::followed("ann", 1).await;
    for key in ["c-1", "c-2"] {
        feed.post_counted("ann", key).await;
    }
    feed.run_jobs(9).await;
    // Of somebody whom the reader follows no more, later than those two: ids rise.
    let enter = async |count: usize| {
        let rows = (0..count).map(|_| ["r00000".into(), new_id().into(), "bo".into()]);
        let mut work = feed.rooms.database.begin().await.unwrap();
        let insert = "INSERT INTO feed_entries (reader_id, post_id, author_id) VALUES ?rows";
        let inserted = query(insert).bind_rows(rows).execute(&mut work);
        inserted.await.unwrap();
        work.commit().await.unwrap();
    };
    enter(250).await;
    // What is pulled, the page's own entries and one more, and two windows.
    assert_eq!(feed.read_counted("r00000", 2).await, (4, 2));
    enter(2_000).await;
    let reader = "r00000".into();
    let page = feed.rooms.feed_of(&reader, None, 2).await.unwrap();
    assert!(page.posts.is_empty());
    let next = page.next_before.as_deref();
    assert!(next.is_some(), "there may be more");
    let page = feed.rooms.feed_of(&reader, next, 2).await.unwrap();
    let bodies: Vec<_> = page.posts.iter().map(|post| post.body.as_str()).collect();
    assert_eq!(bodies, ["c-2 of ann", "c-1 of ann"]);
    assert_eq!(page.next_before, None);
}
