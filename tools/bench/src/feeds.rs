//! What the number of followers does to posts and to pages of a feed, on each database: an author whom few follow and one whom
//! many do, in turn; and pages of readers who follow authors of either kind.

mod rows;

use std::time::{Duration, Instant};

use chat::store::sql::SqlRooms;
use chat::store::{FeedStore, NewPost, Posted, StoreError};
use serde_json::json;
use service::clock;
use storage::Schema;
use storage::testing::{TestDatabase, TestEngine};

use self::rows::FollowRows;
use crate::databases::Figures;

/// Followers up to which posts are put into feeds: as chat has it by default.
const FANOUT_LIMIT: u32 = 1_000;
/// Authors of each kind whom a reader of pages follows.
const AUTHORS: usize = 20;
/// Posts of a page, as it is if nothing is said.
const PAGE: u32 = 50;
/// Text of a post, in bytes.
const BODY_BYTES: usize = 200;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub struct FeedSizes {
    /// Followers of those whom few follow.
    pub few: usize,
    /// Followers of the one whom most follow.
    pub many: usize,
    /// Posts of each of the authors whose pages are read.
    pub history: usize,
    /// Posts and pages of each measurement.
    pub operations: usize,
    /// How often all of it is measured.
    pub rounds: usize,
}

/// The figures of each round as `run.py` reads them.
///
/// # Errors
/// When the store refuses something. `None` where a server is missing.
pub async fn measure(sizes: FeedSizes) -> Result<Option<String>, String> {
    let mut rounds = vec![Figures::new(); sizes.rounds];
    for engine in TestEngine::ALL {
        let began = Instant::now();
        let Some(feeds) = MeasuredFeeds::new(engine, sizes).await? else {
            return Ok(None);
        };
        eprintln!("{}: filled in {:.1?}", engine_name(engine), began.elapsed());
        for figures in &mut rounds {
            let measured = feeds.round().await.map_err(text)?;
            let name = engine_name(engine);
            figures.extend(
                measured
                    .into_iter()
                    .map(|(what, value)| (format!("{name}_{what}"), value)),
            );
        }
        feeds.rooms.close().await;
    }
    Ok(Some(json!({ "rounds": rounds }).to_string()))
}

fn engine_name(engine: TestEngine) -> &'static str {
    match engine {
        TestEngine::Sqlite => "sqlite",
        TestEngine::Postgres => "postgres",
        TestEngine::MySql => "mariadb",
    }
}

/// A store with authors and followers. It goes when it is dropped.
struct MeasuredFeeds {
    rooms: SqlRooms,
    sizes: FeedSizes,
    _database: TestDatabase,
}

impl MeasuredFeeds {
    async fn new(engine: TestEngine, sizes: FeedSizes) -> Result<Option<Self>, String> {
        let Some(database) = TestDatabase::create(engine).await else {
            return Ok(None);
        };
        let opened = database.open(Schema::chat()).await;
        let rooms = SqlRooms::new(opened.map_err(|error| error.to_string())?);
        let rows = FollowRows {
            few: sizes.few,
            many: sizes.many,
            above_limit: FANOUT_LIMIT as usize + 1,
            at_limit: FANOUT_LIMIT as usize,
        };
        rows.write(&database).await;
        let feeds = Self {
            rooms,
            sizes,
            _database: database,
        };
        for number in 0..sizes.history {
            for author in 0..AUTHORS {
                for author in [rows::few(author), rows::many(author)] {
                    feeds
                        .post(&author, &format!("before-{number}"))
                        .await
                        .map_err(text)?;
                }
            }
            feeds.run_jobs().await.map_err(text)?;
        }
        if engine == TestEngine::Postgres {
            feeds._database.run("VACUUM ANALYZE").await;
        }
        Ok(Some(feeds))
    }

    /// How long posts and pages took, in milliseconds.
    async fn round(&self) -> Result<Figures, StoreError> {
        let mut figures = Figures::new();
        let mut note = |what: &str, mut spans: Vec<Duration>| {
            spans.sort_unstable();
            for (quantile, share) in [("p50", 50), ("p99", 99)] {
                let span =
                    spans.get((spans.len() * share / 100).min(spans.len().saturating_sub(1)));
                let ms = span.map_or(0.0, |span| span.as_secs_f64() * 1e3);
                figures.insert(format!("{what}_{quantile}"), ms);
            }
        };
        let run = clock::now().0;
        let (mut few, mut many) = (Vec::new(), Vec::new());
        for number in 0..self.sizes.operations {
            let key = format!("{run}-{number}");
            for turn in 0..2 {
                let (author, spans) = match (number + turn) % 2 {
                    0 => (rows::FEW, &mut few),
                    _ => (rows::MOST, &mut many),
                };
                let began = Instant::now();
                self.post(author, &key).await?;
                spans.push(began.elapsed());
            }
            self.run_jobs().await?;
        }
        note("post_few", few);
        note("post_many", many);
        let (mut few, mut many) = (Vec::new(), Vec::new());
        for number in 0..self.sizes.operations {
            for turn in 0..2 {
                let (reader, spans) = match (number + turn) % 2 {
                    0 => (rows::READER_OF_FEW, &mut few),
                    _ => (rows::READER_OF_MANY, &mut many),
                };
                spans.push(self.read(reader).await?);
            }
        }
        note("page_few", few);
        note("page_many", many);
        let began = Instant::now();
        self.post(rows::AT_LIMIT, &format!("{run}-spread")).await?;
        self.run_jobs().await?;
        note("spread", vec![began.elapsed()]);
        Ok(figures)
    }

    async fn post(&self, author: &str, key: &str) -> Result<(), StoreError> {
        let now = clock::now();
        let new = NewPost {
            author: author.into(),
            name: author.to_owned(),
            named_at: now,
            client_id: key.to_owned(),
            body: "x".repeat(BODY_BYTES),
            sent_at: now,
        };
        let posted = self.rooms.post(&new).await?;
        assert!(matches!(posted, Posted::Stored(_)), "{posted:?}");
        Ok(())
    }

    /// How long a page took, which is full if there is as much.
    async fn read(&self, reader: &str) -> Result<Duration, StoreError> {
        let reader = reader.into();
        let began = Instant::now();
        let page = self.rooms.feed_of(&reader, None, PAGE).await?;
        let took = began.elapsed();
        let whole = (PAGE as usize).min(AUTHORS * self.sizes.history);
        assert_eq!(page.posts.len(), whole, "{reader}");
        Ok(took)
    }

    async fn run_jobs(&self) -> Result<(), StoreError> {
        while self.rooms.run_job(FANOUT_LIMIT).await?.is_some() {}
        Ok(())
    }
}

fn text(error: StoreError) -> String {
    error.to_string()
}
