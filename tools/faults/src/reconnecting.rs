//! Many clients that a restarting service sends away, and that come back when it asked them to.

use std::time::Duration;

use rand::Rng;
use testkit::{CutPeer, SOON, TestPeer};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use wire::CloseCode;
use wire::signaling::{GoingAway, Welcome};

/// Longest wait for a goodbye, and for a way back.
const LIMIT: Duration = Duration::from_secs(60);
/// Pause after an attempt that nobody took, in milliseconds: by chance, so that those who came too early
/// do not come together either.
const RETRY_MS: std::ops::RangeInclusive<u64> = 500..=6_500;

/// One client that went and came back.
#[derive(Debug)]
pub struct Reconnection {
    /// The same client, with its new `welcome`.
    pub peer: TestPeer,
    /// How long it was asked to stay away.
    pub asked: Duration,
    /// When its old socket closed.
    pub went_at: Instant,
    /// When it began each connection; the last one is that which took it back.
    pub attempts: Vec<Instant>,
    /// When its `welcome` came.
    pub back_at: Instant,
}

/// Clients that each wait in a task of their own for `going_away`.
#[derive(Debug, Default)]
pub struct ReconnectingClients(JoinSet<Reconnection>);

impl ReconnectingClients {
    /// Takes clients in.
    #[must_use]
    pub fn of(peers: impl IntoIterator<Item = TestPeer>) -> Self {
        let mut crowd = JoinSet::new();
        for peer in peers {
            crowd.spawn(there_and_back(peer));
        }
        Self(crowd)
    }

    /// Waits until all are back.
    ///
    /// # Panics
    /// When one was not sent away as it should be, or is not taken back.
    pub async fn back(mut self) -> Vec<Reconnection> {
        let mut returns = Vec::with_capacity(self.0.len());
        while let Some(one) = self.0.join_next().await {
            returns.push(one.expect("it came back"));
        }
        returns
    }
}

/// The most attempts that fall into any one second.
#[must_use]
pub fn busiest_second(returns: &[Reconnection]) -> usize {
    let attempts = returns.iter().flat_map(|one| one.attempts.iter().copied());
    let mut attempts: Vec<Instant> = attempts.collect();
    attempts.sort_unstable();
    let within = |first: &Instant| {
        let end = *first + Duration::from_secs(1);
        attempts.partition_point(|at| *at < end) - attempts.partition_point(|at| at < first)
    };
    attempts.iter().map(within).max().unwrap_or_default()
}

async fn there_and_back(mut peer: TestPeer) -> Reconnection {
    let going = peer.expect::<GoingAway>(LIMIT).await;
    let code = peer.expect_close(SOON * 2).await;
    assert_eq!(code, Some(CloseCode::GoingAway as u16));
    let went_at = Instant::now();
    let asked = Duration::from_millis(going.retry_after_ms);
    sleep(asked).await;
    peer.forget();
    let page = peer.cut().await;
    let mut attempts = Vec::new();
    let peer = timeout(LIMIT, come_back(page, &mut attempts)).await;
    Reconnection {
        peer: peer.expect("a way back"),
        asked,
        went_at,
        attempts,
        back_at: Instant::now(),
    }
}

async fn come_back(mut page: CutPeer, attempts: &mut Vec<Instant>) -> TestPeer {
    loop {
        attempts.push(Instant::now());
        match page.try_reopen().await {
            Ok(mut peer) => {
                peer.expect::<Welcome>(SOON * 2).await;
                return peer;
            }
            Err((same, _)) => page = same,
        }
        let pause = rand::rng().random_range(RETRY_MS);
        sleep(Duration::from_millis(pause)).await;
    }
}
