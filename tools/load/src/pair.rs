//! Two peers of one session, driven by one task: what is sent to either, and what comes back.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use crate::clock::now_us;
use crate::connection::{Fault, Utf8Bytes};
use crate::joining::{ConnectedPeer, join, refused};
use crate::open_loop::OpenLoopWorker;
use crate::plan::PairPlan;
use crate::protocol::{ReceivedFrame, seq};
use crate::run::Run;
use crate::sdp::Role;
use crate::tally::Span;

/// Longest wait for the `negotiate` of both.
const NEGOTIATE_LIMIT: Duration = Duration::from_secs(30);
/// Longest that one exchange may take.
const EXCHANGE_LIMIT: Duration = Duration::from_secs(15);

/// Two peers that have joined one session.
pub(crate) struct LoadPair {
    run: Arc<Run>,
    plan: PairPlan,
    peers: [ConnectedPeer; 2],
    epoch: u64,
    offerer: usize,
    script: [Vec<Utf8Bytes>; 2],
    ping_every: Option<Duration>,
    ping_timer: Pin<Box<Sleep>>,
    pinged_at: Instant,
    both_in_us: i64,
    live_at: Option<i64>,
    deadline_at: Option<i64>,
}

impl LoadPair {
    /// Both connect, join and get the `negotiate` of one epoch.
    pub(crate) async fn open(run: &Arc<Run>, plan: PairPlan) -> Result<Self, Fault> {
        let (first, ping_every) = join(run, &plan, 0).await?;
        let (second, _) = join(run, &plan, 1).await?;
        let first_ping = Instant::now() + ping_every.unwrap_or_default();
        let mut pair = Self {
            run: Arc::clone(run),
            peers: [first, second],
            epoch: 1,
            offerer: 0,
            script: [Vec::new(), Vec::new()],
            ping_every,
            ping_timer: Box::pin(sleep_until(first_ping)),
            pinged_at: Instant::now(),
            both_in_us: now_us(),
            live_at: None,
            deadline_at: None,
            plan,
        };
        if pair.plan.protocol.negotiates() {
            match timeout(NEGOTIATE_LIMIT, pair.await_negotiation()).await {
                Ok(negotiating) => negotiating?,
                Err(_) => return Err(Fault::TimedOut("negotiate")),
            }
        }
        pair.write_script();
        Ok(pair)
    }

    /// One exchange. Latencies count from `began`, which may be before the first frame is sent.
    pub(crate) async fn exchange(&mut self, began: Instant) -> Result<(), Fault> {
        match timeout(EXCHANGE_LIMIT, self.run_exchange(began)).await {
            Ok(done) => done?,
            Err(_) => return Err(Fault::TimedOut("exchange")),
        }
        self.run.tally.took(Span::Exchange, began.elapsed());
        Ok(())
    }

    /// Both report that their media is up, so that the session may go live.
    pub(crate) async fn report_connected(&mut self) -> Result<(), Fault> {
        for end in 0..2 {
            if let Some(frame) = self.plan.protocol.connected(self.epoch) {
                self.send(end, frame).await?;
            }
        }
        Ok(())
    }

    /// Keeps both alive until `token`, or until their session is over.
    pub(crate) async fn hold(&mut self, token: &CancellationToken) -> Result<(), Fault> {
        while !self.is_over() {
            tokio::select! {
                biased;
                () = token.cancelled() => return Ok(()),
                frame = self.next_frame() => refused(frame?.1)?,
            };
        }
        Ok(())
    }

    /// Keeps both alive until `until`.
    pub(crate) async fn hold_until(&mut self, until: Instant) -> Result<(), Fault> {
        let mut timer = std::pin::pin!(sleep_until(until));
        while !self.is_over() {
            tokio::select! {
                biased;
                () = &mut timer => return Ok(()),
                frame = self.next_frame() => refused(frame?.1)?,
            };
        }
        Ok(())
    }

    /// True once the server has closed both connections.
    pub(crate) fn is_over(&self) -> bool {
        self.peers.iter().all(|end| end.connection.is_none())
    }

    /// Both go, and their sockets are closed.
    pub(crate) async fn close(mut self) {
        for end in 0..2 {
            if let Some(leave) = self.plan.protocol.leave() {
                // A socket that is gone already has left.
                drop(self.send(end, leave).await);
            }
        }
        for end in self.peers {
            if let Some(connection) = end.connection {
                connection.close().await;
            }
        }
    }

    async fn await_negotiation(&mut self) -> Result<(), Fault> {
        let mut epochs = [None, None];
        // The first of them may have had a `negotiate` with somebody who was here before.
        while epochs[0].is_none() || epochs[0] != epochs[1] {
            let (end, frame) = self.next_frame().await?;
            if let ReceivedFrame::Negotiate { epoch, offerer } = frame {
                epochs[end] = Some(epoch);
                self.epoch = epoch;
                let is_second = offerer.is_some_and(|user| user == self.plan.peers[1].me);
                self.offerer = usize::from(is_second);
            } else {
                refused(frame)?;
            }
        }
        self.both_in_us = now_us();
        Ok(())
    }

    fn write_script(&mut self) {
        for (end, peer) in self.plan.peers.iter().enumerate() {
            let role = match end == self.offerer {
                true => Role::Offerer,
                false => Role::Answerer,
            };
            let frames = self
                .plan
                .protocol
                .script(&peer.me, &peer.other, role, self.epoch);
            self.script[end] = frames.into_iter().map(Utf8Bytes::from).collect();
        }
    }

    async fn run_exchange(&mut self, began: Instant) -> Result<(), Fault> {
        let mut left = [self.script[1].len(), self.script[0].len()];
        let mut sent = [VecDeque::new(), VecDeque::new()];
        self.send_script(self.offerer, began, &mut sent[self.offerer])
            .await?;
        while left != [0, 0] {
            let (end, frame) = self.next_frame().await?;
            let is_offer = frame == ReceivedFrame::Offer;
            if !is_offer && frame != ReceivedFrame::Relayed {
                refused(frame)?;
                continue;
            }
            if let Some(at) = sent[1 - end].pop_front() {
                self.run.tally.took(Span::Message, Instant::elapsed(&at));
            }
            left[end] = left[end].saturating_sub(1);
            if is_offer {
                self.send_script(end, Instant::now(), &mut sent[end])
                    .await?;
            }
        }
        Ok(())
    }

    /// Sends one side's frames, each in a write of its own, and notes when each began its way.
    async fn send_script(
        &mut self,
        end: usize,
        began: Instant,
        sent: &mut VecDeque<Instant>,
    ) -> Result<(), Fault> {
        let waited = began.elapsed();
        for number in 0..self.script[end].len() {
            let frame = self.script[end][number].clone();
            sent.push_back(Instant::now() - waited);
            self.send(end, frame).await?;
        }
        Ok(())
    }

    async fn send(&mut self, end: usize, text: Utf8Bytes) -> Result<(), Fault> {
        let numbered = self.run.options.numbered && self.plan.protocol.negotiates();
        let end = &mut self.peers[end];
        let Some(connection) = &mut end.connection else {
            return Err(Fault::Closed(None));
        };
        if !numbered {
            return connection.send(text).await;
        }
        end.last_id += 1;
        let open = text.strip_suffix('}').unwrap_or(&text);
        let text = format!("{open},\"id\":{}}}", end.last_id);
        connection.send(text.into()).await
    }

    /// The next frame of either, and whose. Cancel-safe. Meanwhile signs of life are sent, and what
    /// comes by the clock is held against it.
    async fn next_frame(&mut self) -> Result<(usize, ReceivedFrame), Fault> {
        loop {
            let [first, second] = &mut self.peers;
            let (end, frame) = tokio::select! {
                frame = first.next() => (0, frame),
                frame = second.next() => (1, frame),
                () = self.ping_timer.as_mut(), if self.ping_every.is_some() => {
                    self.ping().await?;
                    continue;
                }
            };
            let text = match frame {
                Ok(text) => text,
                Err(_) if self.peers[end].over => {
                    self.peers[end].connection = None;
                    return Ok((end, ReceivedFrame::Other));
                }
                Err(fault) => return Err(fault),
            };
            if let Some(seq) = seq(&text) {
                self.peers[end].last_seq = seq;
            }
            let frame = self.plan.protocol.read(&text);
            self.note(end, &frame);
            return Ok((end, frame));
        }
    }

    fn note(&mut self, end: usize, frame: &ReceivedFrame) {
        let now = now_us();
        let late = |span, due| {
            self.run.tally.took(span, self.run.offset().late(now, due));
        };
        match frame {
            ReceivedFrame::Countdown { live_at } => {
                self.live_at = Some(*live_at);
                // Whoever comes after the start has a countdown of their own.
                let starts_at = self.plan.starts_at.unwrap_or_default();
                if starts_at * 1_000 > self.both_in_us {
                    late(Span::CountdownLate, starts_at);
                }
            }
            ReceivedFrame::Live { deadline_at } => {
                self.deadline_at = Some(*deadline_at);
                if let Some(live_at) = self.live_at {
                    late(Span::LiveLate, live_at);
                }
            }
            ReceivedFrame::Ended { reason } => {
                self.peers[end].over = true;
                self.run.tally.ended(reason);
                if let (Some(deadline_at), "completed") = (self.deadline_at, reason.as_str()) {
                    late(Span::EndedLate, deadline_at);
                }
            }
            ReceivedFrame::Pong { server_now } => {
                self.run.learn_clock(self.pinged_at.into(), *server_now)
            }
            _ => {}
        }
    }

    async fn ping(&mut self) -> Result<(), Fault> {
        let Some(every) = self.ping_every else {
            return Ok(());
        };
        self.ping_timer.as_mut().reset(Instant::now() + every);
        self.pinged_at = Instant::now();
        for end in &mut self.peers {
            let ping = self.plan.protocol.ping(now_us() / 1_000, end.last_seq);
            if let (Some(connection), Some(ping), false) = (&mut end.connection, ping, end.over) {
                connection.send(ping).await?;
            }
        }
        Ok(())
    }
}

impl OpenLoopWorker for LoadPair {
    async fn hold_until(&mut self, until: Instant) -> Result<(), Fault> {
        self.hold_until(until).await
    }

    async fn operate(&mut self, began: Instant) -> Result<(), Fault> {
        self.exchange(began).await
    }
}
