//! One end of a room: a socket that is in, what it read ahead, and how far it is.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::entry::ChatEntry;
use super::protocol::{ChatCursor, ChatEvent, ChatEvents, ChatServerProtocol};
use super::run::ChatRun;
use crate::connection::{Fault, LoadConnection};
use crate::tally::Span;

/// Longest wait for coming in.
const ENTER_LIMIT: Duration = Duration::from_secs(30);

/// A socket that the server has let in.
pub(crate) struct ChatClient {
    connection: LoadConnection,
    protocol: ChatServerProtocol,
    entry: ChatEntry,
    /// Read, and not yet taken.
    events: ChatEvents,
    cursor: ChatCursor,
}

/// How a server let somebody in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entered {
    pub(crate) last_seq: u64,
    pub(crate) recovered: bool,
    pub(crate) ping_every: Option<Duration>,
}

impl ChatClient {
    /// Connects and comes in; with a cursor, for what was missed.
    pub(crate) async fn enter(
        run: &ChatRun,
        protocol: ChatServerProtocol,
        entry: &ChatEntry,
        cursor: Option<ChatCursor>,
    ) -> Result<(Self, Entered), Fault> {
        run.admission.may_join().await;
        let began = Instant::now();
        let mut connection = LoadConnection::open(&entry.url, protocol.subprotocol()).await?;
        if let Some(hello) = protocol.hello(entry, cursor.as_ref()) {
            connection.send(hello.into()).await?;
        }
        let mut client = Self {
            connection,
            protocol,
            entry: entry.clone(),
            events: ChatEvents::new(),
            cursor: cursor.unwrap_or_default(),
        };
        let entered = timeout(ENTER_LIMIT, client.await_entered()).await;
        let entered = entered.unwrap_or(Err(Fault::TimedOut("welcome")))?;
        run.tally.took(Span::Join, began.elapsed());
        Ok((client, entered))
    }

    async fn await_entered(&mut self) -> Result<Entered, Fault> {
        let mut early = ChatEvents::new();
        loop {
            match self.next().await? {
                ChatEvent::Answer(text) => self.connection.send(text.into()).await?,
                ChatEvent::Refused { code } => return Err(Fault::Refused(code)),
                ChatEvent::Entered {
                    epoch,
                    last_seq,
                    recovered,
                    ping_ms,
                } => {
                    self.cursor.epoch = epoch;
                    early.append(&mut self.events);
                    self.events = early;
                    return Ok(Entered {
                        last_seq,
                        recovered,
                        ping_every: ping_ms.map(Duration::from_millis),
                    });
                }
                missed @ ChatEvent::Delivered { .. } if self.protocol.tells_missed_first() => {
                    early.push_back(missed);
                }
                ChatEvent::Acked { .. } | ChatEvent::Delivered { .. } => {
                    return Err(Fault::Refused("message_before_welcome".to_owned()));
                }
            }
        }
    }

    /// What comes next. Cancel-safe.
    pub(crate) async fn next(&mut self) -> Result<ChatEvent, Fault> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Ok(event);
            }
            let text = self.connection.next().await?;
            let cursor = (!self.cursor.epoch.is_empty()).then_some(&self.cursor);
            self.protocol
                .read(&text, &self.entry, cursor, &mut self.events);
        }
    }

    /// Sends message `number`.
    pub(crate) async fn write(&mut self, number: u64) -> Result<(), Fault> {
        self.answer(self.protocol.send(&self.entry, number)).await
    }

    /// Sends what the server waits for.
    pub(crate) async fn answer(&mut self, text: String) -> Result<(), Fault> {
        self.connection.send(text.into()).await
    }

    /// It has the message with `seq`, which it can come back with.
    pub(crate) fn passed(&mut self, seq: u64, offset: Option<String>) {
        self.cursor.seq = self.cursor.seq.max(seq);
        if offset.is_some() {
            self.cursor.offset = offset;
        }
    }

    /// What it can come back with, once it is dropped: that cuts the connection without a word, as a lost network does.
    pub(crate) fn take_cursor(&mut self) -> ChatCursor {
        std::mem::take(&mut self.cursor)
    }

    /// Closes the socket as a person does who goes.
    pub(crate) async fn close(self) {
        self.connection.close().await;
    }
}
