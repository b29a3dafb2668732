//! The two ends of one room, driven by one task: what is written, what comes, and whether it is right.

use std::future::pending;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::audience::GroupAudience;
use super::client::{ChatClient, Entered};
use super::ledger::RoomLedger;
use super::plan::ChatPlan;
use super::protocol::{ChatCursor, ChatEvent, NOT_WELCOMED};
use super::run::ChatRun;
use crate::clock::now_us;
use crate::connection::Fault;
use crate::open_loop::OpenLoopWorker;
use crate::tally::Span;

/// Longest that one message may take to be acknowledged and everywhere.
const MESSAGE_LIMIT: Duration = Duration::from_secs(15);
/// Longest that a group may take to be known to chat, once it is made.
const KNOWN_LIMIT: Duration = Duration::from_secs(30);
/// Between two looks whether it is.
const KNOWN_PAUSE: Duration = Duration::from_millis(100);
/// Longest that coming back may take until nothing is missing.
const CATCH_UP_LIMIT: Duration = Duration::from_secs(120);
/// The end that writes.
const WRITER: usize = 0;
/// The end that only reads.
pub(crate) const READER: usize = 1;

/// A room whose two people are in, or cut off.
pub(crate) struct ChatRoom {
    run: Arc<ChatRun>,
    plan: ChatPlan,
    ends: [RoomEnd; 2],
    /// The rest of a group.
    audience: GroupAudience,
    ledger: RoomLedger,
    ping_every: Option<Duration>,
    ping_timer: Pin<Box<Sleep>>,
}

enum RoomEnd {
    In(Box<ChatClient>),
    CutOff(ChatCursor),
}

impl RoomEnd {
    /// What comes next; pends for ever where it is cut off. Cancel-safe.
    async fn next(&mut self) -> Result<ChatEvent, Fault> {
        match self {
            RoomEnd::In(client) => client.next().await,
            RoomEnd::CutOff(_) => pending().await,
        }
    }

    fn client(&mut self) -> Result<&mut ChatClient, Fault> {
        match self {
            RoomEnd::In(client) => Ok(client),
            RoomEnd::CutOff(_) => Err(Fault::Closed(None)),
        }
    }
}

impl ChatRoom {
    /// All connect and come in.
    pub(crate) async fn open(run: &Arc<ChatRun>, plan: ChatPlan) -> Result<Self, Fault> {
        let enter = |end: usize| ChatClient::enter(run, plan.protocol, &plan.entries[end], None);
        let known_by = Instant::now() + KNOWN_LIMIT;
        let (writer, first) = loop {
            match enter(WRITER).await {
                Err(Fault::Refused(code))
                    if code == NOT_WELCOMED
                        && !plan.audience.is_empty()
                        && Instant::now() < known_by =>
                {
                    tokio::time::sleep(KNOWN_PAUSE).await;
                }
                entered => break entered?,
            }
        };
        let (reader, second) = enter(READER).await?;
        if first.last_seq != second.last_seq {
            return Err(Fault::Refused("room_is_not_ours_alone".to_owned()));
        }
        let audience = GroupAudience::enter(run, &plan, first.last_seq).await?;
        let ping_every = first.ping_every;
        let mut ends = [writer, reader].map(|client| RoomEnd::In(Box::new(client)));
        for end in &mut ends {
            end.client()?.passed(first.last_seq, None);
        }
        Ok(Self {
            run: Arc::clone(run),
            plan,
            ends,
            audience,
            ledger: RoomLedger::new(first.last_seq),
            ping_every,
            ping_timer: Box::pin(sleep_until(Instant::now() + ping_every.unwrap_or_default())),
        })
    }

    /// One message: written, acknowledged, and at every end that is in. Latencies count from `began`, which may be before
    /// it is written.
    pub(crate) async fn deliver(&mut self, began: Instant) -> Result<(), Fault> {
        let delivered = timeout(MESSAGE_LIMIT, self.run_delivery(began)).await;
        delivered.unwrap_or(Err(Fault::TimedOut("message")))
    }

    async fn run_delivery(&mut self, began: Instant) -> Result<(), Fault> {
        let number = self.ledger.send();
        self.ends[WRITER].client()?.write(number).await?;
        let is_read = matches!(self.ends[READER], RoomEnd::In(_));
        let (mut was_acked, mut was_read) = (false, !is_read);
        while !was_acked || !was_read || !self.ledger.has(WRITER, number) {
            self.step().await?;
            if !was_acked && self.ledger.is_acked(number) {
                was_acked = true;
                self.run.tally.took(Span::Ack, began.elapsed());
            }
            if !was_read && self.ledger.has(READER, number) {
                was_read = true;
                self.run.tally.took(Span::Message, began.elapsed());
            }
        }
        if !self.audience.is_empty() {
            self.audience.all_have_one_more().await?;
            self.run.tally.took(Span::FanOut, began.elapsed());
        }
        Ok(())
    }

    /// Keeps both alive until `token`, and takes what comes.
    pub(crate) async fn hold(&mut self, token: &CancellationToken) -> Result<(), Fault> {
        loop {
            let (end, event) = tokio::select! {
                biased;
                () = token.cancelled() => return Ok(()),
                next = self.next_event() => next?,
            };
            self.take(end, event).await?;
        }
    }

    /// Keeps both alive until `until`.
    pub(crate) async fn hold_until(&mut self, until: Instant) -> Result<(), Fault> {
        let mut timer = std::pin::pin!(sleep_until(until));
        loop {
            let (end, event) = tokio::select! {
                biased;
                () = &mut timer => return Ok(()),
                next = self.next_event() => next?,
            };
            self.take(end, event).await?;
        }
    }

    /// Cuts an end off without a word, if it is in.
    pub(crate) fn cut(&mut self, end: usize) {
        if let RoomEnd::In(client) = &mut self.ends[end] {
            self.ends[end] = RoomEnd::CutOff(client.take_cursor());
        }
    }

    /// Cuts both off.
    pub(crate) fn cut_all(&mut self) {
        self.cut(WRITER);
        self.cut(READER);
    }

    /// Both come back with their cursors, until nothing is missing; spans count from `began`.
    pub(crate) async fn come_back(&mut self, began: Instant) -> Result<(), Fault> {
        let back = timeout(CATCH_UP_LIMIT, self.run_come_back(began)).await;
        back.unwrap_or(Err(Fault::TimedOut("catch_up")))
    }

    async fn run_come_back(&mut self, began: Instant) -> Result<(), Fault> {
        for end in [READER, WRITER] {
            let RoomEnd::CutOff(cursor) = &self.ends[end] else {
                continue;
            };
            let (plan, cursor) = (&self.plan, Some(cursor.clone()));
            let enter = ChatClient::enter(&self.run, plan.protocol, &plan.entries[end], cursor);
            let (client, Entered { recovered, .. }) = enter.await?;
            self.ends[end] = RoomEnd::In(Box::new(client));
            if !recovered {
                return Err(Fault::Refused("not_recovered".to_owned()));
            }
            let last = self.ledger.last_acked();
            while !self.ledger.has(end, last) {
                self.step().await?;
            }
            self.run.tally.took(Span::CaughtUp, began.elapsed());
        }
        Ok(())
    }

    /// What the server has taken and an end has not.
    pub(crate) fn missing(&self) -> u64 {
        let is_in = |end: &usize| matches!(self.ends[*end], RoomEnd::In(_));
        let ends = [WRITER, READER].into_iter().filter(is_in);
        ends.map(|end| self.ledger.missing(end)).sum()
    }

    /// All go, and their sockets are closed.
    pub(crate) async fn close(self) {
        self.audience.close().await;
        for end in self.ends {
            if let RoomEnd::In(client) = end {
                client.close().await;
            }
        }
    }

    async fn step(&mut self) -> Result<(), Fault> {
        let (end, event) = self.next_event().await?;
        self.take(end, event).await
    }

    /// What comes next, and at which end. Cancel-safe but for signs of life.
    async fn next_event(&mut self) -> Result<(usize, ChatEvent), Fault> {
        loop {
            let [writer, reader] = &mut self.ends;
            tokio::select! {
                event = writer.next() => return Ok((WRITER, event?)),
                event = reader.next() => return Ok((READER, event?)),
                fault = self.audience.failed() => return Err(fault),
                () = self.ping_timer.as_mut(), if self.ping_every.is_some() => {}
            }
            self.ping().await?;
        }
    }

    async fn take(&mut self, end: usize, event: ChatEvent) -> Result<(), Fault> {
        let judged = match event {
            ChatEvent::Answer(text) => return self.ends[end].client()?.answer(text).await,
            ChatEvent::Refused { code } => return Err(Fault::Refused(code)),
            ChatEvent::Entered { .. } => Err("welcomed_twice"),
            ChatEvent::Acked { number, seq } => self.ledger.acked(number, seq),
            ChatEvent::Delivered {
                seq,
                number,
                intact,
                offset,
            } => {
                let judged = self.ledger.delivered(end, seq, number);
                self.ends[end].client()?.passed(self.ledger.at(end), offset);
                match intact {
                    true => judged,
                    false => judged.and(Err("body_changed")),
                }
            }
        };
        if let Err(what) = judged {
            self.run.tally.failed(what);
        }
        Ok(())
    }

    async fn ping(&mut self) -> Result<(), Fault> {
        let Some(every) = self.ping_every else {
            return Ok(());
        };
        self.ping_timer.as_mut().reset(Instant::now() + every);
        for end in &mut self.ends {
            let ping = self.plan.protocol.ping(now_us() / 1_000);
            if let (RoomEnd::In(client), Some(ping)) = (end, ping) {
                client.answer(ping).await?;
            }
        }
        Ok(())
    }
}

impl OpenLoopWorker for ChatRoom {
    async fn hold_until(&mut self, until: Instant) -> Result<(), Fault> {
        self.hold_until(until).await
    }

    async fn operate(&mut self, began: Instant) -> Result<(), Fault> {
        self.deliver(began).await
    }
}
