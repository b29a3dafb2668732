//! The line to the service: asks for a ticket, opens a socket, watches that it lives, and waits between attempts. What
//! is said over it is the driver's.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::sleep_until;
use wire::UnixMs;

use crate::connection::{ABNORMAL_CLOSE, IncomingMessage, SignalingConnection};
use crate::protocol::{TicketChoice, span};
use crate::{NoTicket, Ticket, TicketSource};

/// A socket without a `welcome` after this is given up.
const WELCOME_LIMIT: Duration = Duration::from_secs(8);
/// After a change of network a socket that lives answers a ping within this.
const PROBE_LIMIT: Duration = Duration::from_secs(2);
/// Pings after `welcome` that measure the clock, so that it is right before a countdown.
const FIRST_PINGS: u32 = 4;
/// Time between them.
const FIRST_PING_EVERY: Duration = Duration::from_millis(250);
/// A ticket that is good for less is replaced before it is used, in milliseconds.
const TICKET_SLACK_MS: i64 = 5_000;

/// An attempt: a ticket, and a socket to where it says.
type Attempt =
    Pin<Box<dyn Future<Output = Result<(SignalingConnection, Ticket), LinkFailure>> + Send>>;

/// Where the line stands.
pub(crate) struct Link {
    tickets: Arc<dyn TicketSource>,
    ticket: Option<Ticket>,
    state: LinkPhase,
}

enum LinkPhase {
    Waiting {
        until: Instant,
        ticket: TicketChoice,
    },
    Connecting(Attempt),
    Open(Box<OpenLink>),
    Closed,
}

struct OpenLink {
    connection: SignalingConnection,
    welcomed: bool,
    /// Longest silence of the server.
    silence: Duration,
    last_life: Instant,
    /// A sign of life is due by then; before `welcome`, that.
    alive_by: Option<Instant>,
    /// A write failed: nothing more is written.
    broken: bool,
    ping_every: Duration,
    first_pings: u32,
    next_ping: Option<Instant>,
}

/// Why an attempt got no socket.
pub(crate) enum LinkFailure {
    Ticket(NoTicket),
    Unreachable,
}

/// What happened on the line.
pub(crate) enum LinkEvent {
    /// A wait is over: [`Link::connect`] is due.
    Due,
    /// A socket is open: `join` is due, with this ticket.
    Opened(String),
    Failed(LinkFailure),
    Text(String),
    /// The socket is closed, with this code.
    Closed(u16),
    /// Nothing came for too long.
    Silent,
    PingDue,
}

impl Link {
    /// A line that is due at once.
    pub(crate) fn new(tickets: Arc<dyn TicketSource>) -> Self {
        let state = LinkPhase::Waiting {
            until: Instant::now(),
            ticket: TicketChoice::Fresh,
        };
        Self {
            tickets,
            ticket: None,
            state,
        }
    }

    /// Begins an attempt. While a ticket counts, whoever holds it can come back although nobody gives another.
    pub(crate) fn connect(&mut self, server_now: UnixMs) {
        let choice = match self.state {
            LinkPhase::Waiting { ticket, .. } => ticket,
            _ => TicketChoice::Same,
        };
        if choice == TicketChoice::Replaced {
            self.ticket = None;
        }
        let counts = |ticket: &&Ticket| ticket.expires_at.since(server_now) > TICKET_SLACK_MS;
        let kept = self.ticket.as_ref().filter(counts).cloned();
        let tickets = Arc::clone(&self.tickets);
        self.state = LinkPhase::Connecting(Box::pin(async move {
            let ticket = match (kept, choice) {
                (Some(kept), TicketChoice::Same) => kept,
                (kept, _) => match (tickets.ticket().await, kept) {
                    (Ok(fresh), _) => fresh,
                    (Err(error), Some(kept)) if !error.is_final => kept,
                    (Err(error), _) => return Err(LinkFailure::Ticket(error)),
                },
            };
            let opened = SignalingConnection::open(&ticket.url).await;
            let connection = opened.map_err(|_| LinkFailure::Unreachable)?;
            Ok((connection, ticket))
        }));
    }

    /// Waits for `delay`, then [`LinkEvent::Due`] follows.
    pub(crate) fn wait(&mut self, delay: Duration, ticket: TicketChoice) {
        let until = Instant::now() + delay;
        self.state = LinkPhase::Waiting { until, ticket };
    }

    /// The rest of a wait is skipped; an open socket must show that it lives.
    pub(crate) fn hurry(&mut self) {
        match &mut self.state {
            LinkPhase::Waiting { until, .. } => *until = Instant::now(),
            LinkPhase::Open(open) if open.welcomed => {
                open.next_ping = Some(Instant::now());
                open.alive_by.get_or_insert(Instant::now() + PROBE_LIMIT);
            }
            _ => {}
        }
    }

    /// The server has let this peer in, and named its limits (milliseconds).
    pub(crate) fn welcomed(&mut self, ping_ms: i64, timeout_ms: i64) {
        if let LinkPhase::Open(open) = &mut self.state {
            open.welcomed = true;
            open.alive_by = None;
            open.silence = at_least_a_second(timeout_ms);
            open.ping_every = at_least_a_second(ping_ms);
            open.first_pings = FIRST_PINGS;
            open.next_ping = Some(Instant::now());
        }
    }

    /// Whether frames can be sent now.
    pub(crate) fn is_welcomed(&self) -> bool {
        matches!(&self.state, LinkPhase::Open(open) if open.welcomed)
    }

    /// Sends a frame, if there is a socket. Where it breaks, the next event says so.
    pub(crate) async fn send(&mut self, text: String) {
        if let LinkPhase::Open(open) = &mut self.state
            && !open.broken
        {
            open.broken = !open.connection.send(text).await;
        }
    }

    /// Closes for good.
    pub(crate) async fn close(&mut self) {
        let state = std::mem::replace(&mut self.state, LinkPhase::Closed);
        if let LinkPhase::Open(open) = state {
            open.connection.close().await;
        }
    }

    /// What happens next. Cancel-safe. Never returns once closed.
    pub(crate) async fn next(&mut self) -> LinkEvent {
        match &mut self.state {
            LinkPhase::Waiting { until, .. } => {
                sleep_until((*until).into()).await;
                LinkEvent::Due
            }
            LinkPhase::Connecting(attempt) => match attempt.await {
                Ok((connection, ticket)) => {
                    let text = ticket.ticket.clone();
                    self.ticket = Some(ticket);
                    self.state = LinkPhase::Open(Box::new(OpenLink::new(connection)));
                    LinkEvent::Opened(text)
                }
                Err(failure) => {
                    self.state = LinkPhase::Closed;
                    LinkEvent::Failed(failure)
                }
            },
            LinkPhase::Open(open) => {
                let event = open.next().await;
                if matches!(event, LinkEvent::Closed(_) | LinkEvent::Silent) {
                    self.state = LinkPhase::Closed;
                }
                event
            }
            LinkPhase::Closed => std::future::pending().await,
        }
    }
}

impl OpenLink {
    fn new(connection: SignalingConnection) -> Self {
        Self {
            connection,
            welcomed: false,
            silence: WELCOME_LIMIT,
            last_life: Instant::now(),
            alive_by: Some(Instant::now() + WELCOME_LIMIT),
            broken: false,
            ping_every: WELCOME_LIMIT,
            first_pings: 0,
            next_ping: None,
        }
    }

    async fn next(&mut self) -> LinkEvent {
        loop {
            if self.broken {
                return LinkEvent::Closed(ABNORMAL_CLOSE);
            }
            let silent_at = self.last_life + self.silence;
            let silent_at = self.alive_by.map_or(silent_at, |at| at.min(silent_at));
            let wake_at = self.next_ping.map_or(silent_at, |at| at.min(silent_at));
            tokio::select! {
                // What has come is heard before silence is.
                biased;
                incoming = self.connection.next() => match incoming {
                    IncomingMessage::Text(text) => {
                        self.lives();
                        return LinkEvent::Text(text);
                    }
                    IncomingMessage::Ping => self.lives(),
                    IncomingMessage::Closed(code) => return LinkEvent::Closed(code),
                },
                () = sleep_until(wake_at.into()) => {
                    if Instant::now() >= silent_at {
                        return LinkEvent::Silent;
                    }
                    self.plan_ping();
                    return LinkEvent::PingDue;
                }
            }
        }
    }

    fn lives(&mut self) {
        self.last_life = Instant::now();
        if self.welcomed {
            self.alive_by = None;
        }
    }

    fn plan_ping(&mut self) {
        let every = match self.first_pings {
            0 => self.ping_every,
            _ => FIRST_PING_EVERY,
        };
        self.first_pings = self.first_pings.saturating_sub(1);
        self.next_ping = Some(Instant::now() + every);
    }
}

/// A span that the server named, at least a second.
fn at_least_a_second(ms: i64) -> Duration {
    span(ms).max(Duration::from_secs(1))
}
