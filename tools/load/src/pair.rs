//! Two people in one session, driven by one task: what is sent to either, and what it means.

use std::collections::VecDeque;
use std::future::pending;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use crate::clock::now_us;
use crate::connection::{Connection, Fault, Utf8Bytes};
use crate::dialect::{Heard, seq};
use crate::fill::Run;
use crate::material::Role;
use crate::seat::Table;
use crate::tally::Span;

/// Longest wait for `welcome`, and for both to be introduced.
const JOIN_LIMIT: Duration = Duration::from_secs(30);
/// Longest exchange.
const EXCHANGE_LIMIT: Duration = Duration::from_secs(15);

/// A pair that is in.
pub(crate) struct Pair {
    run: Arc<Run>,
    table: Table,
    ends: [End; 2],
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

/// One of the two.
struct End {
    /// None once the server has closed it.
    connection: Option<Connection>,
    last_seq: u64,
    last_id: u64,
    over: bool,
}

impl Pair {
    /// Both connect, join and are introduced to each other.
    pub(crate) async fn open(run: &Arc<Run>, table: Table) -> Result<Self, Fault> {
        let (first, ping_every) = come_in(run, &table, 0).await?;
        let (second, _) = come_in(run, &table, 1).await?;
        let first_ping = Instant::now() + ping_every.unwrap_or_default();
        let mut pair = Self {
            run: Arc::clone(run),
            ends: [first, second],
            epoch: 1,
            offerer: 0,
            script: [Vec::new(), Vec::new()],
            ping_every,
            ping_timer: Box::pin(sleep_until(first_ping)),
            pinged_at: Instant::now(),
            both_in_us: now_us(),
            live_at: None,
            deadline_at: None,
            table,
        };
        if pair.table.tongue.introduces() {
            match timeout(JOIN_LIMIT, pair.be_introduced()).await {
                Ok(introduced) => introduced?,
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
            if let Some(frame) = self.table.tongue.connected(self.epoch) {
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
                heard = self.hear() => refused(heard?.1)?,
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
                heard = self.hear() => refused(heard?.1)?,
            };
        }
        Ok(())
    }

    /// True once both were told so.
    pub(crate) fn is_over(&self) -> bool {
        self.ends.iter().all(|end| end.connection.is_none())
    }

    /// Both go, and their sockets are closed.
    pub(crate) async fn close(mut self) {
        for end in 0..2 {
            if let Some(leave) = self.table.tongue.leave() {
                // A socket that is gone already has left.
                drop(self.send(end, leave).await);
            }
        }
        for end in self.ends {
            if let Some(connection) = end.connection {
                connection.close().await;
            }
        }
    }

    async fn be_introduced(&mut self) -> Result<(), Fault> {
        let mut epochs = [None, None];
        // The first of them may have been introduced to somebody who was here before.
        while epochs[0].is_none() || epochs[0] != epochs[1] {
            let (end, heard) = self.hear().await?;
            if let Heard::Negotiate { epoch, offerer } = heard {
                epochs[end] = Some(epoch);
                self.epoch = epoch;
                let is_second = offerer.is_some_and(|user| user == self.table.seats[1].me);
                self.offerer = usize::from(is_second);
            } else {
                refused(heard)?;
            }
        }
        self.both_in_us = now_us();
        Ok(())
    }

    fn write_script(&mut self) {
        for (end, seat) in self.table.seats.iter().enumerate() {
            let role = match end == self.offerer {
                true => Role::Offerer,
                false => Role::Answerer,
            };
            let lines = self.table.tongue.lines(seat, role, self.epoch);
            self.script[end] = lines.into_iter().map(Utf8Bytes::from).collect();
        }
    }

    async fn run_exchange(&mut self, began: Instant) -> Result<(), Fault> {
        let mut left = [self.script[1].len(), self.script[0].len()];
        let mut sent = [VecDeque::new(), VecDeque::new()];
        self.say_all(self.offerer, began, &mut sent[self.offerer])
            .await?;
        while left != [0, 0] {
            let (end, heard) = self.hear().await?;
            let is_offer = heard == Heard::Offer;
            if !is_offer && heard != Heard::Relayed {
                refused(heard)?;
                continue;
            }
            if let Some(at) = sent[1 - end].pop_front() {
                self.run.tally.took(Span::Message, Instant::elapsed(&at));
            }
            left[end] = left[end].saturating_sub(1);
            if is_offer {
                self.say_all(end, Instant::now(), &mut sent[end]).await?;
            }
        }
        Ok(())
    }

    /// Sends one side's frames, each in a write of its own, and notes when each began its way.
    async fn say_all(
        &mut self,
        end: usize,
        began: Instant,
        sent: &mut VecDeque<Instant>,
    ) -> Result<(), Fault> {
        let waited = began.elapsed();
        for number in 0..self.script[end].len() {
            let line = self.script[end][number].clone();
            sent.push_back(Instant::now() - waited);
            self.send(end, line).await?;
        }
        Ok(())
    }

    async fn send(&mut self, end: usize, text: Utf8Bytes) -> Result<(), Fault> {
        let numbered = self.run.options.numbered && self.table.tongue.introduces();
        let end = &mut self.ends[end];
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
    async fn hear(&mut self) -> Result<(usize, Heard), Fault> {
        loop {
            let [first, second] = &mut self.ends;
            let (end, heard) = tokio::select! {
                heard = first.next() => (0, heard),
                heard = second.next() => (1, heard),
                () = self.ping_timer.as_mut(), if self.ping_every.is_some() => {
                    self.ping().await?;
                    continue;
                }
            };
            let text = match heard {
                Ok(text) => text,
                Err(_) if self.ends[end].over => {
                    self.ends[end].connection = None;
                    return Ok((end, Heard::Other));
                }
                Err(fault) => return Err(fault),
            };
            if let Some(seq) = seq(&text) {
                self.ends[end].last_seq = seq;
            }
            let heard = self.table.tongue.hear(&text);
            self.note(end, &heard);
            return Ok((end, heard));
        }
    }

    fn note(&mut self, end: usize, heard: &Heard) {
        let now = now_us();
        let late = |span, due| {
            self.run.tally.took(span, self.run.offset().late(now, due));
        };
        match heard {
            Heard::Countdown { live_at } => {
                self.live_at = Some(*live_at);
                // Whoever comes after the start has a countdown of their own.
                let starts_at = self.table.starts_at.unwrap_or_default();
                if starts_at * 1_000 > self.both_in_us {
                    late(Span::CountdownLate, starts_at);
                }
            }
            Heard::Live { deadline_at } => {
                self.deadline_at = Some(*deadline_at);
                if let Some(live_at) = self.live_at {
                    late(Span::LiveLate, live_at);
                }
            }
            Heard::Ended { reason } => {
                self.ends[end].over = true;
                self.run.tally.ended(reason);
                if let (Some(deadline_at), "completed") = (self.deadline_at, reason.as_str()) {
                    late(Span::EndedLate, deadline_at);
                }
            }
            Heard::Pong { server_now } => self.run.learn_clock(self.pinged_at.into(), *server_now),
            _ => {}
        }
    }

    async fn ping(&mut self) -> Result<(), Fault> {
        let Some(every) = self.ping_every else {
            return Ok(());
        };
        self.ping_timer.as_mut().reset(Instant::now() + every);
        self.pinged_at = Instant::now();
        for end in &mut self.ends {
            let ping = self.table.tongue.ping(now_us() / 1_000, end.last_seq);
            if let (Some(connection), Some(ping), false) = (&mut end.connection, ping, end.over) {
                connection.send(ping).await?;
            }
        }
        Ok(())
    }
}

impl End {
    async fn next(&mut self) -> Result<Utf8Bytes, Fault> {
        match &mut self.connection {
            Some(connection) => connection.next().await,
            None => pending().await,
        }
    }
}

/// One of the two connects and joins; the server's wish for signs of life comes back too.
async fn come_in(run: &Run, table: &Table, end: usize) -> Result<(End, Option<Duration>), Fault> {
    run.may_join().await;
    let (began, tongue, seat) = (Instant::now(), table.tongue, &table.seats[end]);
    let mut connection = Connection::open(&seat.url, tongue.subprotocol()).await?;
    if let Some(join) = tongue.join(seat) {
        connection.send(join).await?;
    }
    let mut ping_every = None;
    if tongue.greets() {
        let greeting = timeout(JOIN_LIMIT, greeting(run, tongue, &mut connection));
        ping_every = match greeting.await {
            Ok(greeted) => greeted?,
            Err(_) => return Err(Fault::TimedOut("welcome")),
        };
    }
    run.tally.took(Span::Join, began.elapsed());
    let end = End {
        connection: Some(connection),
        last_seq: 0,
        last_id: 0,
        over: false,
    };
    Ok((end, ping_every.filter(|_| run.options.pings)))
}

async fn greeting(
    run: &Run,
    tongue: crate::seat::Tongue,
    connection: &mut Connection,
) -> Result<Option<Duration>, Fault> {
    let asked = Instant::now();
    loop {
        let text = connection.next().await?;
        match tongue.hear(&text) {
            Heard::Welcome {
                ping_ms,
                server_now,
            } => {
                if let Some(server_now) = server_now {
                    run.learn_clock(asked.into(), server_now);
                }
                return Ok(ping_ms.map(Duration::from_millis));
            }
            heard => refused(heard)?,
        }
    }
}

fn refused(heard: Heard) -> Result<(), Fault> {
    match heard {
        Heard::Refused { code } => Err(Fault::Refused(code)),
        _ => Ok(()),
    }
}
