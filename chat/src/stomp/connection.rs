//! One socket of STOMP: who it is, and its frames on their way to the broker.

use std::future::pending;
use std::pin::pin;
use std::sync::Arc;

use chat_core::{Input, RoomBroker};
use service::clock::{now, sleep_until};
use service::realtime::JoinError;
use service::socket::{ConnectionPermit, Disconnect, Socket};
use tokio::time::{Instant, sleep_until as sleep_until_instant};
use wire::chat::ChatClientFrame;
use wire::stomp::{StompFault, StompFrame};
use wire::{CloseCode, ConnectionId, ErrorBody, ErrorCode, UnixMs};

use super::catch_up::StompCatchUp;
use super::destination::StompSource;
use super::handshake::{Connect, connected};
use super::heart_beat::HeartBeats;
use super::reader::{Received, StompReader, fatal};
use super::request::{StompRefusal, StompRequest, read_request, receipt_of, refusal};
use super::subscriber::StompSubscriber;
use crate::connection::{
    CatchUp, admit, good_until, is_goodbye, not_opened, room_of, storage_error,
};
use crate::registry::Subscription;
use crate::state::{Admission, AppState};
use crate::store::Stores;

/// When to try again where too many frames wait for their outcome, in milliseconds.
const BUSY_RETRY_MS: u64 = 1_000;

/// Serves a socket until it is over, and gives it back for the closing handshake. `bearer` is the ticket of the upgrade.
pub(crate) async fn serve<S: Stores>(
    mut socket: Socket,
    state: Arc<AppState<S>>,
    permit: ConnectionPermit,
    bearer: Option<String>,
) -> Socket {
    let mut reader = StompReader::new(socket.handle(), permit);
    // Boxed, so that a socket that has joined does not keep the memory that joining took.
    let joined = Box::pin(join(&mut socket, &mut reader, bearer, &state)).await;
    let Some((mut subscription, beats, expires_at)) = joined else {
        return socket;
    };
    if state.connections.shutdown.is_started() {
        reader.go_away(state.connections.retry_after_ms());
    }
    let frame_loop = StompLoop {
        reader,
        state: &state,
        connection: subscription.connection(),
        catching_up: StompCatchUp::default(),
    };
    let disconnect = frame_loop.hold(&mut socket, beats, expires_at).await;
    if is_goodbye(disconnect) || disconnect == Disconnect::Server(CloseCode::Normal) {
        subscription.closed_cleanly();
    }
    tracing::debug!(connection = %subscription.connection(), ?disconnect, "socket over");
    socket
}

/// Waits for a good `CONNECT`, opens its rooms and registers the socket. None where the socket is over, or is to be
/// closed.
async fn join<S: Stores>(
    socket: &mut Socket,
    reader: &mut StompReader,
    bearer: Option<String>,
    state: &AppState<S>,
) -> Option<(Subscription, HeartBeats, UnixMs)> {
    let frame = reader.first(socket, &state.connections).await?;
    count(&frame);
    let receipt = receipt_of(&frame).ok().flatten();
    let (admission, beats) = match authenticate(&frame, reader, bearer, state).await {
        Ok(authenticated) => authenticated,
        Err(error) => {
            let error = reader.gate.refusal(error);
            reader.refuse(error, receipt.as_deref());
            return None;
        }
    };
    if let Err(code) = state.open(&admission).await {
        reader.refuse(not_opened(code), receipt.as_deref());
        return None;
    }
    let Admission {
        caller, expires_at, ..
    } = admission;
    let subscription = state.registry.enter_stomp(&caller, socket.handle());
    let connection = subscription.connection();
    reader.gate.send(connected(connection, &caller.user));
    Some((subscription, beats, expires_at))
}

async fn authenticate<S: Stores>(
    frame: &StompFrame,
    reader: &mut StompReader,
    bearer: Option<String>,
    state: &AppState<S>,
) -> Result<(Admission, HeartBeats), JoinError> {
    let connect = Connect::read(frame).map_err(|body| {
        let close = match body.code {
            ErrorCode::Unauthenticated => CloseCode::Unauthenticated,
            _ => CloseCode::Malformed,
        };
        JoinError::new(*body, close)
    })?;
    let ticket = connect.ticket.or(bearer);
    let ticket = ticket.ok_or_else(|| JoinError::unauthenticated("no_ticket"))?;
    let admission = admit(&ticket, &mut reader.gate, state).await?;
    Ok((admission, connect.beats))
}

/// What one socket's task goes by.
struct StompLoop<'a, S> {
    reader: StompReader,
    state: &'a AppState<S>,
    connection: ConnectionId,
    catching_up: StompCatchUp,
}

impl<S: Stores> StompLoop<'_, S> {
    /// Takes frames until the socket is over.
    async fn hold(
        mut self,
        socket: &mut Socket,
        beats: HeartBeats,
        expires_at: UnixMs,
    ) -> Disconnect {
        let mut expiry = pin!(sleep_until(good_until(expires_at, now())));
        let mut expired = false;
        let mut beat_at = beats.outgoing.map(|every| Instant::now() + every);
        loop {
            // What is queued does not wait for the store, `CONNECTED` first of all.
            socket.write_while(self.catch_up()).await;
            let lost_at = beats.silence.map(|silence| self.reader.heard_at + silence);
            tokio::select! {
                biased;
                () = &mut expiry, if !expired => {
                    expired = true;
                    self.reader.refuse(JoinError::unauthenticated("expired"), None);
                }
                received = self.reader.next(socket) => match received {
                    Received::Frame(frame) => socket.write_while(self.take(frame)).await,
                    Received::Faulty(fault) => self.refuse_fault(fault),
                    Received::Closed(disconnect) => return disconnect,
                },
                () = at(beat_at) => {
                    beat_at = beats.outgoing.map(|every| Instant::now() + every);
                    if self.reader.gate.socket().has_room() {
                        self.reader.gate.send("\n".to_owned());
                    }
                }
                () = at(lost_at), if !self.reader.gate.socket().is_closed() => self.lose(),
                () = CatchUp::pause(), if !self.catching_up.is_empty() => {}
            }
        }
    }

    async fn catch_up(&mut self) {
        if self.catching_up.is_empty() {
            return;
        }
        let socket = self.reader.gate.socket();
        let (registry, stores) = (&self.state.registry, self.state.stores.as_ref());
        let going = self
            .catching_up
            .go_on(self.connection, socket, registry, stores);
        // Boxed: the task of a socket that has missed nothing does not keep its size.
        if let Err(error) = Box::pin(going).await {
            metrics::counter!("storage_errors_total").increment(1);
            tracing::error!(%error, "the store can't be read");
            self.catching_up = StompCatchUp::default();
            let body = storage_error(ErrorCode::StorageUnavailable);
            self.reader
                .refuse(JoinError::new(body, CloseCode::Internal), None);
        }
    }

    /// Nothing came for too long from who has promised to write.
    fn lose(&self) {
        metrics::counter!("chat_stomp_limits_total", "limit" => "heart_beat").increment(1);
        let body = ErrorBody::new(ErrorCode::Timeout, "Nothing came, not even heart-beats.");
        self.reader
            .refuse(JoinError::new(body, CloseCode::HeartbeatTimeout), None);
    }

    async fn take(&mut self, frame: StompFrame) {
        // What came in one message with the frame that ended the connection.
        if self.reader.gate.socket().is_closed() {
            return;
        }
        count(&frame);
        let receipt = match receipt_of(&frame) {
            Ok(receipt) => receipt,
            Err(body) => return self.refuse(&body, None),
        };
        if let Err(exceeded) = self.reader.gate.check_frame() {
            let mut body = ErrorBody::new(ErrorCode::RateLimited, "Too many frames.");
            body.retry_after_ms = Some(exceeded.retry_after_ms);
            if exceeded.flood {
                let flood = JoinError::new(body, CloseCode::RateLimited);
                return self.reader.refuse(flood, receipt.as_deref());
            }
            return self.refuse(&body, receipt.as_deref());
        }
        if self.with(|subscriber| subscriber.session.is_leaving()) != Some(false) {
            return;
        }
        let taken = match read_request(frame) {
            Ok(StompRequest::Chat(frame)) => self.ask_broker(frame, receipt.clone()).await,
            Ok(StompRequest::Subscribe { id, source, after }) => {
                self.subscribe(id, source, after, receipt.as_deref()).await
            }
            Ok(StompRequest::Unsubscribe { id }) => self.unsubscribe(&id, receipt.as_deref()),
            Ok(StompRequest::Disconnect) => {
                self.with(|subscriber| subscriber.leave(receipt.clone()));
                Ok(())
            }
            Err(body) => Err(body),
        };
        if let Err(body) = taken {
            self.refuse(&body, receipt.as_deref());
        }
    }

    async fn ask_broker(
        &self,
        frame: ChatClientFrame,
        receipt: Option<String>,
    ) -> Result<(), StompRefusal> {
        if let Some(room) = room_of(&frame) {
            self.state.find(room).await.map_err(unavailable)?;
        }
        let id = self.with(|subscriber| subscriber.session.expect_answer(receipt));
        let Some(id) = id.flatten() else {
            metrics::counter!("chat_stomp_limits_total", "limit" => "unanswered").increment(1);
            let mut body = refusal(ErrorCode::RateLimited, "Too many frames wait.");
            body.retry_after_ms = Some(BUSY_RETRY_MS);
            return Err(body);
        };
        self.state.registry.handle(Input::Frame {
            connection: self.connection,
            id: Some(id),
            frame,
        });
        Ok(())
    }

    async fn subscribe(
        &mut self,
        id: String,
        source: StompSource,
        after: Option<u64>,
        receipt: Option<&str>,
    ) -> Result<(), StompRefusal> {
        if let StompSource::Room(room) = &source {
            self.state.find(room).await.map_err(unavailable)?;
        }
        let registry = &self.state.registry;
        let begin = |broker: &RoomBroker, subscriber: &mut StompSubscriber| {
            subscriber.subscribe(id.clone(), &source, after, receipt, broker)
        };
        let missed = registry.with_stomp(self.connection, begin);
        if let Some(missed) = missed.transpose()?.flatten() {
            self.catching_up.add(id, missed);
        }
        Ok(())
    }

    fn unsubscribe(&mut self, id: &str, receipt: Option<&str>) -> Result<(), StompRefusal> {
        self.catching_up.remove(id);
        let ended = self.with(|subscriber| {
            subscriber.session.unsubscribe(id)?;
            subscriber.receipt(receipt);
            Ok(())
        });
        ended.unwrap_or(Ok(()))
    }

    /// Says what was wrong. What is too large ends the connection, and so does the third malformed frame in 10 s.
    fn refuse_fault(&mut self, fault: StompFault) {
        metrics::counter!("chat_stomp_frames_total", "command" => "malformed").increment(1);
        let error = fatal(fault);
        if fault_is_large(fault) || self.reader.gate.count_malformed() {
            return self.reader.refuse(error, None);
        }
        let (body, _) = error.into_parts();
        self.refuse(&body, None);
    }

    fn refuse(&self, body: &ErrorBody, receipt: Option<&str>) {
        self.with(|subscriber| subscriber.refuse(body, receipt));
    }

    fn with<T>(&self, act: impl FnOnce(&mut StompSubscriber) -> T) -> Option<T> {
        let registry = &self.state.registry;
        registry.with_stomp(self.connection, |_, subscriber| act(subscriber))
    }
}

fn unavailable(code: ErrorCode) -> StompRefusal {
    Box::new(storage_error(code))
}

fn fault_is_large(fault: StompFault) -> bool {
    let is_large = matches!(fault, StompFault::TooLarge(_));
    if is_large {
        metrics::counter!("chat_stomp_limits_total", "limit" => "frame").increment(1);
    }
    is_large
}

fn count(frame: &StompFrame) {
    metrics::counter!("chat_stomp_frames_total", "command" => frame.command.name()).increment(1);
}

/// Waits for a moment that may never come.
async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until_instant(moment).await,
        None => pending().await,
    }
}
