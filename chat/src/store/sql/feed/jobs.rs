//! What is done batch by batch: posts that come into feeds, and entries that count no more.
//!
//! A job is claimed by the lock of its row, and a batch is one transaction with how far the job is then: whoever dies in
//! between leaves it as it was.

mod forget;
mod spread;

use storage::{FromRow, Row, SqlConnection, query};

use super::new_id;
use crate::store::DoneBatch;

const WAITING: &str = "SELECT DISTINCT kind FROM feed_jobs";

const CLAIM: &str = "SELECT job_id, author_id, reader_id, post_id, after_id FROM feed_jobs
     WHERE kind = ?1 ORDER BY job_id LIMIT 1 FOR UPDATE SKIP LOCKED";

const ADD: &str = "INSERT INTO feed_jobs (job_id, kind, author_id, reader_id, post_id) VALUES (?1, ?2, ?3, ?4, ?5)";

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FeedJobKind {
    /// A post comes into the feeds of those who follow.
    Spread,
    /// A post goes from all feeds.
    ForgetPost,
    /// An author's posts go from the feed of one reader.
    ForgetAuthorOfReader,
    /// An author's posts go from all feeds.
    ForgetAuthor,
    /// A reader's feed goes.
    ForgetReader,
}

impl FeedJobKind {
    /// Each of them: what people wait for comes first.
    const ALL: [Self; 5] = [
        Self::Spread,
        Self::ForgetPost,
        Self::ForgetAuthorOfReader,
        Self::ForgetAuthor,
        Self::ForgetReader,
    ];

    /// As it is stored.
    fn name(self) -> &'static str {
        match self {
            Self::Spread => "spread",
            Self::ForgetPost => "forget_post",
            Self::ForgetAuthorOfReader => "forget_author_of_reader",
            Self::ForgetAuthor => "forget_author",
            Self::ForgetReader => "forget_reader",
        }
    }
}

/// A job as it is stored.
struct FeedJob {
    id: String,
    author: String,
    reader: String,
    post: String,
    /// How far it is: empty at first.
    after: String,
}

impl FromRow for FeedJob {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        let (id, author, reader, post, after) = FromRow::from_row(row)?;
        Ok(Self {
            id,
            author,
            reader,
            post,
            after,
        })
    }
}

impl FeedJob {
    /// Notes how far it is; without that, it is done.
    async fn advance(
        &self,
        connection: &mut dyn SqlConnection,
        after: Option<&str>,
    ) -> Result<(), storage::Error> {
        match after {
            Some(after) => {
                let advanced = query("UPDATE feed_jobs SET after_id = ?2 WHERE job_id = ?1");
                let advanced = advanced.bind(&self.id).bind(after);
                advanced.execute(connection).await?;
            }
            None => {
                let done = query("DELETE FROM feed_jobs WHERE job_id = ?1").bind(&self.id);
                done.execute(connection).await?;
            }
        }
        Ok(())
    }
}

/// Adds a job of an author, a reader and a post, as far as it is of them.
pub(super) async fn add(
    connection: &mut dyn SqlConnection,
    kind: FeedJobKind,
    id: &str,
    (author, reader, post): (&str, &str, &str),
) -> Result<(), storage::Error> {
    let job = query(ADD).bind(id).bind(kind.name()).bind(author);
    job.bind(reader).bind(post).execute(connection).await?;
    Ok(())
}

/// Has a person's posts taken out of all feeds, and their own feed deleted.
pub(in crate::store::sql) async fn forget_person(
    connection: &mut dyn SqlConnection,
    user: &str,
) -> Result<(), storage::Error> {
    add(
        connection,
        FeedJobKind::ForgetAuthor,
        &new_id(),
        (user, "", ""),
    )
    .await?;
    add(
        connection,
        FeedJobKind::ForgetReader,
        &new_id(),
        ("", user, ""),
    )
    .await
}

/// What is to be done next.
pub(super) async fn next_kind(
    connection: &mut dyn SqlConnection,
) -> Result<Option<FeedJobKind>, storage::Error> {
    let waiting: Vec<(String,)> = query(WAITING).fetch_all(connection).await?;
    let waits = |kind: &FeedJobKind| waiting.iter().any(|(name,)| name == kind.name());
    Ok(FeedJobKind::ALL.into_iter().find(waits))
}

/// Does a batch of the first job of a kind that nobody else is at.
pub(super) async fn run(
    connection: &mut dyn SqlConnection,
    kind: FeedJobKind,
    fanout_limit: u32,
) -> Result<Option<DoneBatch>, storage::Error> {
    let claimed = query(CLAIM).bind(kind.name());
    let Some(job) = claimed.fetch_optional::<FeedJob>(connection).await? else {
        return Ok(None);
    };
    match kind {
        FeedJobKind::Spread => return spread::run(connection, &job, fanout_limit).await.map(Some),
        FeedJobKind::ForgetPost => forget::post(connection, &job).await?,
        FeedJobKind::ForgetAuthorOfReader => forget::author_of_reader(connection, &job).await?,
        FeedJobKind::ForgetAuthor => forget::author(connection, &job).await?,
        FeedJobKind::ForgetReader => forget::reader(connection, &job).await?,
    }
    Ok(Some(DoneBatch { told: None }))
}
