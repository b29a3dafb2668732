//! What is asked of a media server, whichever it is.

use std::future::Future;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use signaling_core::MediaPerson;
use wire::{MediaBackend, UserId};

/// Longest wait for one answer of a media server.
pub(crate) const ANSWER_LIMIT: Duration = Duration::from_secs(3);
/// Largest answer that is read, in bytes: ten thousand rooms in one list.
const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;

/// A media server, asked for what the service needs of it. `tests/media/contract.rs` runs on every
/// implementation, against the real server where there is one.
///
/// - Each command may be given again: what is as it should be already is no error.
/// - Every answer is waited for 3 s at most.
/// - What [`rooms`](Self::rooms) and [`people`](Self::people) say is true at some moment of the call.
pub trait MediaServer: Send + Sync + 'static {
    /// Which kind it is.
    fn kind(&self) -> MediaBackend;

    /// For how long after a session's end a token of it can still bring somebody in, in milliseconds:
    /// its life, what the server allows for clocks that differ, and tokens that it gave out itself.
    fn token_reach_ms(&self) -> i64;

    /// Makes a room for two, unless it is there.
    fn open(&self, room: &str) -> impl Future<Output = Result<(), MediaError>> + Send;

    /// Gets ready what these two need in order to come into a room that is there.
    fn prepare(
        &self,
        room: &str,
        users: &[UserId; 2],
    ) -> impl Future<Output = Result<(), MediaError>> + Send;

    /// Of `names` those rooms that are there; every room, where `names` is none.
    fn rooms(
        &self,
        names: Option<&[String]>,
    ) -> impl Future<Output = Result<Vec<String>, MediaError>> + Send;

    /// Everybody who is in a room; nobody where there is no such room.
    fn people(
        &self,
        room: &str,
    ) -> impl Future<Output = Result<Vec<MediaPerson>, MediaError>> + Send;

    /// Puts a connection out of a room.
    fn remove(
        &self,
        room: &str,
        person: &MediaPerson,
    ) -> impl Future<Output = Result<(), MediaError>> + Send;

    /// Removes a room, and everybody in it.
    fn delete(&self, room: &str) -> impl Future<Output = Result<(), MediaError>> + Send;
}

/// Why a media server did not do as it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// It does not take our credentials: a person must put that right.
    #[error("it refuses our credentials ({0})")]
    Refused(u16),
    /// It did not answer, or not in time.
    #[error("it does not answer: {0}")]
    Unreachable(String),
    /// It answered something else than it should.
    #[error("it answered {0}")]
    Strange(String),
}

impl From<reqwest::Error> for MediaError {
    fn from(error: reqwest::Error) -> Self {
        // The address may hold a room's name, and is known from the settings anyway.
        Self::Unreachable(innermost(&error.without_url()))
    }
}

/// The last cause says what happened: "Connection refused", not "error sending request".
fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// A client for media servers, bounded in time.
pub(crate) fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .timeout(ANSWER_LIMIT)
        .connect_timeout(Duration::from_secs(2))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .tcp_nodelay(true)
        .build()
        .expect("main installs the rustls provider, and nothing else can fail")
}

/// Reads an answer whole, up to [`MAX_ANSWER_BYTES`].
pub(crate) async fn read(mut response: reqwest::Response) -> Result<Bytes, MediaError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Err(MediaError::Strange("more than 8 MiB".to_owned()));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}
