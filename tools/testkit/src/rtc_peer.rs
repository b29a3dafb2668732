//! A person with media: a session of the client in Rust, on loopback, whose events can be waited for.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Deref;
use std::time::Duration;

use rendezvous_client::{
    DataChannel, MediaState, Refusal, RemoteTrack, Session, SessionEnd, SessionEvent,
    SessionOptions, SessionStage, Ticket, TicketSource, UnixMs,
};
use tokio::time::{Instant, timeout_at};

/// Longest time for ICE, DTLS and SCTP together, on two busy cores.
pub const MEDIA_UP: Duration = Duration::from_secs(20);

/// A native peer. An event that a wait skips is kept for a later one.
#[derive(Debug)]
pub struct RtcPeer {
    session: Session,
    skipped: VecDeque<SessionEvent>,
}

impl RtcPeer {
    /// Joins on loopback; `more` adds tracks and channels.
    pub fn join(
        tickets: impl TicketSource,
        more: impl FnOnce(SessionOptions) -> SessionOptions,
    ) -> Self {
        let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let options = SessionOptions::new(tickets).bind([loopback]);
        Self {
            session: Session::join(more(options)),
            skipped: VecDeque::new(),
        }
    }

    /// Joins with one ticket that counts for long.
    pub fn with_ticket(
        url: &str,
        ticket: &str,
        more: impl FnOnce(SessionOptions) -> SessionOptions,
    ) -> Self {
        let (url, ticket) = (url.to_owned(), ticket.to_owned());
        let expires_at = UnixMs(i64::MAX);
        let given = Ticket {
            ticket,
            url,
            expires_at,
        };
        Self::join(move || std::future::ready(Ok(given.clone())), more)
    }

    /// What `pick` makes of the first event that it takes; others are given back by it.
    ///
    /// # Panics
    /// When none comes within `limit`, or the session ends first.
    pub async fn expect<T>(
        &mut self,
        what: &str,
        limit: Duration,
        mut pick: impl FnMut(SessionEvent) -> Result<T, SessionEvent>,
    ) -> T {
        let mut kept = std::mem::take(&mut self.skipped);
        while let Some(event) = kept.pop_front() {
            match pick(event) {
                Ok(found) => {
                    self.skipped.append(&mut kept);
                    return found;
                }
                Err(event) => self.skipped.push_back(event),
            }
        }
        let deadline = Instant::now() + limit;
        loop {
            match timeout_at(deadline, self.session.next_event()).await {
                Ok(Some(event)) => match pick(event) {
                    Ok(found) => return found,
                    Err(event) => self.skipped.push_back(event),
                },
                Ok(None) => panic!("over before {what}; unread: {:?}", self.skipped),
                Err(_) => panic!("no {what} within {limit:?}; unread: {:?}", self.skipped),
            }
        }
    }

    /// Waits until it is live: since when, and until when.
    pub async fn live(&mut self) -> (UnixMs, UnixMs) {
        self.expect("live", MEDIA_UP, |event| match event {
            SessionEvent::Live {
                started_at,
                deadline_at,
            } => Ok((started_at, deadline_at)),
            other => Err(other),
        })
        .await
    }

    /// Waits until a channel is there and open.
    ///
    /// # Panics
    /// When it closes before it opens.
    pub async fn channel(&mut self) -> DataChannel {
        let mut channel = self
            .expect("a data channel", MEDIA_UP, |event| match event {
                SessionEvent::Channel(channel) => Ok(channel),
                other => Err(other),
            })
            .await;
        tokio::time::timeout(MEDIA_UP, channel.opened())
            .await
            .unwrap()
            .unwrap();
        channel
    }

    /// Waits for a track of the other peer.
    pub async fn track(&mut self) -> RemoteTrack {
        self.expect("a track", MEDIA_UP, |event| match event {
            SessionEvent::Track(track) => Ok(track),
            other => Err(other),
        })
        .await
    }

    /// Waits until the connection to the other peer is told to stand so.
    pub async fn media(&mut self, wanted: MediaState) {
        self.expect(&format!("{wanted:?}"), MEDIA_UP, |event| match event {
            SessionEvent::Media(media) if media == wanted => Ok(()),
            other => Err(other),
        })
        .await;
    }

    /// Waits for the end.
    pub async fn ended(&mut self, limit: Duration) -> SessionEnd {
        self.expect("the end", limit, |event| match event {
            SessionEvent::Ended(end) => Ok(end),
            other => Err(other),
        })
        .await
    }

    /// Waits for a refusal.
    pub async fn refusal(&mut self, limit: Duration) -> Refusal {
        self.expect("a refusal", limit, |event| match event {
            SessionEvent::Error(refusal) => Ok(refusal),
            other => Err(other),
        })
        .await
    }

    /// What happens next, after what was skipped; none once it is over.
    pub async fn next_event(&mut self) -> Option<SessionEvent> {
        match self.skipped.pop_front() {
            Some(event) => Some(event),
            None => self.session.next_event().await,
        }
    }

    /// Forgets the events that were skipped, so that only new ones are found.
    pub fn forget(&mut self) {
        self.skipped.clear();
    }

    /// When the session is live until, as far as this peer knows.
    ///
    /// # Panics
    /// When it is not live.
    #[must_use]
    pub fn deadline(&self) -> UnixMs {
        match self.session.snapshot().phase {
            SessionStage::Live { deadline_at, .. } => deadline_at,
            other => panic!("{other:?}"),
        }
    }
}

impl Deref for RtcPeer {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}

/// Bytes to and fro over a channel that both have.
///
/// # Panics
/// When something else arrives, or nothing in time.
pub async fn exchange(one: &mut DataChannel, other: &mut DataChannel) {
    let bytes: Vec<u8> = (0..=u8::MAX).collect();
    one.send(&bytes).await.unwrap();
    assert_eq!(received(other).await, bytes);
    let back: Vec<u8> = bytes.into_iter().rev().collect();
    other.send(&back).await.unwrap();
    assert_eq!(received(one).await, back);
}

async fn received(channel: &mut DataChannel) -> Vec<u8> {
    let message = tokio::time::timeout(MEDIA_UP, channel.recv()).await;
    let message = message
        .expect("a message in time")
        .expect("an open channel");
    message.data.to_vec()
}
