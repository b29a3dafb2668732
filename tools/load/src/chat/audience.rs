//! The members of a group who only read. Of hundreds of sockets only those are looked at on which something came.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt, stream};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::client::{ChatClient, Entered};
use super::plan::ChatPlan;
use super::protocol::{ChatEvent, ChatServerProtocol};
use super::run::ChatRun;
use crate::clock::now_us;
use crate::connection::Fault;

/// Members of one group who connect at once.
const ENTERING_AT_ONCE: usize = 8;

/// All of them. They take what comes while one of the methods is waited for.
pub(crate) struct GroupAudience {
    listeners: FuturesUnordered<BoxFuture<'static, Result<(), Fault>>>,
    /// How many have what was sent last.
    arrived: Arc<Semaphore>,
    finish: CancellationToken,
}

impl GroupAudience {
    /// They come into a room that has `last_seq` messages.
    pub(crate) async fn enter(
        run: &Arc<ChatRun>,
        plan: &ChatPlan,
        last_seq: u64,
    ) -> Result<Self, Fault> {
        let audience = Self {
            listeners: FuturesUnordered::new(),
            arrived: Arc::new(Semaphore::new(0)),
            finish: CancellationToken::new(),
        };
        let enter = |entry| ChatClient::enter(run, plan.protocol, entry, None);
        let entering: Vec<_> = plan.audience.iter().map(enter).collect();
        let mut entering = stream::iter(entering).buffer_unordered(ENTERING_AT_ONCE);
        while let Some(entered) = entering.next().await {
            let (client, Entered { ping_every, .. }) = entered?;
            let listener = GroupListener {
                client,
                protocol: plan.protocol,
                ping_every,
                account: ListenerAccount { last_seq, heard: 0 },
                arrived: Arc::clone(&audience.arrived),
            };
            let listening = listener.listen(Arc::clone(run), audience.finish.clone());
            audience.listeners.push(listening.boxed());
        }
        Ok(audience)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.listeners.is_empty()
    }

    /// Returns when one of them can't go on. Cancel-safe.
    pub(crate) async fn failed(&mut self) -> Fault {
        match self.listeners.next().await {
            Some(Err(fault)) => fault,
            Some(Ok(())) | None => pending().await,
        }
    }

    /// Returns once each of them has one message more.
    pub(crate) async fn all_have_one_more(&mut self) -> Result<(), Fault> {
        let all = u32::try_from(self.listeners.len()).unwrap_or(u32::MAX);
        let arrived = Arc::clone(&self.arrived);
        tokio::select! {
            fault = self.failed() => Err(fault),
            arrived = arrived.acquire_many(all) => {
                arrived.map_err(|_| Fault::Closed(None))?.forget();
                Ok(())
            }
        }
    }

    /// They go, and their sockets are closed.
    pub(crate) async fn close(mut self) {
        self.finish.cancel();
        while self.listeners.next().await.is_some() {}
    }
}

/// One of them.
struct GroupListener {
    client: ChatClient,
    protocol: ChatServerProtocol,
    ping_every: Option<Duration>,
    account: ListenerAccount,
    arrived: Arc<Semaphore>,
}

/// What one of them has.
#[derive(Debug, Clone, Copy)]
struct ListenerAccount {
    last_seq: u64,
    /// The number of the last message.
    heard: u64,
}

impl GroupListener {
    async fn listen(mut self, run: Arc<ChatRun>, finish: CancellationToken) -> Result<(), Fault> {
        self.hold(&run, &finish).await?;
        self.client.close().await;
        Ok(())
    }

    /// Takes what comes, and shows life, until `finish`.
    async fn hold(&mut self, run: &ChatRun, finish: &CancellationToken) -> Result<(), Fault> {
        let mut ping_at = self.next_ping();
        loop {
            let event = tokio::select! {
                biased;
                () = finish.cancelled() => return Ok(()),
                event = self.client.next() => Some(event?),
                () = sleep_until(ping_at), if self.ping_every.is_some() => None,
            };
            match event {
                Some(event) => self.take(run, event).await?,
                None => {
                    ping_at = self.next_ping();
                    if let Some(ping) = self.protocol.ping(now_us() / 1_000) {
                        self.client.answer(ping).await?;
                    }
                }
            }
        }
    }

    fn next_ping(&self) -> Instant {
        Instant::now() + self.ping_every.unwrap_or_default()
    }

    async fn take(&mut self, run: &ChatRun, event: ChatEvent) -> Result<(), Fault> {
        match event {
            ChatEvent::Answer(text) => return self.client.answer(text).await,
            ChatEvent::Refused { code } => return Err(Fault::Refused(code)),
            ChatEvent::Entered { .. } => run.tally.failed("welcomed_twice"),
            ChatEvent::Acked { .. } => run.tally.failed("acknowledged_elsewhere"),
            ChatEvent::Delivered {
                seq,
                number,
                intact,
                ..
            } => {
                if let Err(what) = self.account.heard(seq, number, intact) {
                    run.tally.failed(what);
                }
                self.arrived.add_permits(1);
            }
        }
        Ok(())
    }
}

impl ListenerAccount {
    /// Notes a message, and says what is wrong with it; the next one in order, unchanged, is right.
    fn heard(&mut self, seq: u64, number: Option<u64>, intact: bool) -> Result<(), &'static str> {
        let before = *self;
        self.last_seq = self.last_seq.max(seq);
        self.heard = self.heard.max(number.unwrap_or_default());
        match number {
            _ if seq <= before.last_seq => Err("doubled_or_late"),
            _ if seq > before.last_seq + 1 => Err("gap"),
            Some(number) if number == before.heard + 1 && intact => Ok(()),
            Some(number) if number == before.heard + 1 => Err("body_changed"),
            Some(_) | None => Err("another_message"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lod_37_a_member_who_only_reads_has_each_message_once_in_order_and_unchanged() {
        let fresh = || ListenerAccount {
            last_seq: 4,
            heard: 0,
        };
        let mut account = fresh();
        assert_eq!(account.heard(5, Some(1), true), Ok(()));
        assert_eq!(account.heard(6, Some(2), true), Ok(()));
        assert_eq!(account.heard(6, Some(2), true), Err("doubled_or_late"));
        assert_eq!(account.heard(7, Some(3), true), Ok(()));
        let wrong = [
            (6, Some(1), true, "gap"),
            (5, Some(1), false, "body_changed"),
            (5, Some(2), true, "another_message"),
            (5, None, true, "another_message"),
        ];
        for (seq, number, intact, what) in wrong {
            assert_eq!(fresh().heard(seq, number, intact), Err(what));
        }
    }
}
