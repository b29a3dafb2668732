//! What goes on over a socket from `welcome` to its end.

use std::pin::pin;
use std::sync::Arc;

use chat_core::{Input, MAX_WATCHED, ReadRequest};
use service::clock::{now, sleep_until};
use service::realtime::JoinError;
use service::socket::{Disconnect, Incoming, Socket};
use wire::chat::{ChatClientFrame, Messages};
use wire::{CloseCode, ConnectionId, Envelope, ErrorCode, RoomId, UnixMs};

use super::catch_up::{CatchUp, Progress};
use super::protocol::{ChatFrameReader, storage_error};
use crate::registry::Subscription;
use crate::state::AppState;
use crate::store::{StoreError, Stores};
use crate::subscriber::ReadQueue;

/// A ticket may be this much past its time when it is shown, in milliseconds; then it is good for as long.
const EXPIRY_LEEWAY_MS: i64 = 60_000;

/// What one socket's task goes by.
pub(super) struct FrameLoop<'a, S> {
    reader: &'a mut ChatFrameReader,
    state: &'a AppState<S>,
    connection: ConnectionId,
    reads: Arc<ReadQueue>,
    catching_up: Option<CatchUp>,
}

impl<'a, S: Stores> FrameLoop<'a, S> {
    /// `reads` is where the broker asks for what it wants read.
    pub(super) fn new(
        reader: &'a mut ChatFrameReader,
        state: &'a AppState<S>,
        subscription: &Subscription,
        reads: Arc<ReadQueue>,
    ) -> Self {
        Self {
            reader,
            state,
            connection: subscription.connection(),
            reads,
            catching_up: None,
        }
    }

    /// Takes frames until the socket is over.
    pub(super) async fn hold(mut self, socket: &mut Socket, expires_at: UnixMs) -> Disconnect {
        let mut expiry = pin!(sleep_until(good_until(expires_at, now())));
        let mut expired = false;
        loop {
            // What is queued does not wait for the store, `welcome` first of all.
            socket.write_while(self.catch_up()).await;
            tokio::select! {
                biased;
                // A frame's answer is read before the next frame is taken.
                request = self.reads.next() => socket.write_while(self.read(request)).await,
                () = &mut expiry, if !expired => {
                    expired = true;
                    self.reader.refuse(JoinError::unauthenticated("expired"), None);
                }
                incoming = self.reader.next(socket) => match incoming {
                    Incoming::Text(text) => socket.write_while(self.take(&text)).await,
                    Incoming::Closed(departure) => return departure,
                },
                () = CatchUp::pause(), if self.catching_up.is_some() => {}
            }
        }
    }

    async fn catch_up(&mut self) {
        let Some(catching_up) = &mut self.catching_up else {
            return;
        };
        // Boxed, as each read is: the task of a socket that waits for none does not keep its size.
        let going = catching_up.go_on(self.reader, self.state.stores.as_ref());
        match Box::pin(going).await {
            Ok(Progress::Waiting) => return,
            Ok(Progress::Done) => {
                let connection = self.connection;
                self.state.registry.handle(Input::CaughtUp { connection });
            }
            Err(error) => {
                self.unreadable(&error, None);
                self.reader.close(CloseCode::Internal);
            }
        }
        self.catching_up = None;
    }

    async fn take(&mut self, text: &str) {
        let Some((Envelope { id, .. }, frame)) = self.reader.read(text) else {
            return;
        };
        if let Some(room) = room_of(&frame)
            && let Err(code) = self.state.find(room).await
        {
            self.reader.send(storage_error(code).for_frame(id));
            return;
        }
        let connection = self.connection;
        let input = match frame {
            ChatClientFrame::AskPresence(frame) => {
                let asked = &frame.users[..frame.users.len().min(MAX_WATCHED)];
                // Boxed, as each read is.
                let last_active = Box::pin(self.state.last_activity.of(asked)).await;
                Input::AskedPresence {
                    connection,
                    id,
                    frame,
                    last_active,
                }
            }
            frame => Input::Frame {
                connection,
                id,
                frame,
            },
        };
        self.state.registry.handle(input);
    }

    async fn read(&mut self, request: ReadRequest) {
        match request {
            ReadRequest::CatchUp { missed, .. } => self.catching_up = Some(CatchUp::new(missed)),
            ReadRequest::History {
                id,
                room,
                page,
                min_seq,
                last_seq,
                ..
            } => match Box::pin(self.state.stores.page(&room, page)).await {
                Ok(messages) => {
                    let messages = page.fit(messages);
                    let last_seq = messages.last().map_or(0, |last| last.seq).max(last_seq);
                    let room = Some(room);
                    self.reader.send(Messages {
                        id,
                        room,
                        messages,
                        min_seq,
                        last_seq,
                    });
                }
                Err(error) => self.unreadable(&error, id),
            },
        }
    }

    fn unreadable(&self, error: &StoreError, id: Option<wire::FrameId>) {
        metrics::counter!("storage_errors_total").increment(1);
        tracing::error!(%error, "the store can't be read");
        let body = storage_error(ErrorCode::StorageUnavailable);
        self.reader.send(body.for_frame(id));
    }
}

/// The room that a frame names.
pub(crate) fn room_of(frame: &ChatClientFrame) -> Option<&RoomId> {
    match frame {
        ChatClientFrame::Send(frame) => Some(&frame.room),
        ChatClientFrame::MarkRead(frame) => Some(&frame.room),
        ChatClientFrame::MarkDelivered(frame) => Some(&frame.room),
        ChatClientFrame::Typing(frame) => Some(&frame.room),
        ChatClientFrame::History(frame) => Some(&frame.room),
        ChatClientFrame::DeleteMessage(frame) => Some(&frame.room),
        ChatClientFrame::Hello(_)
        | ChatClientFrame::AskPresence(_)
        | ChatClientFrame::SetStatus(_)
        | ChatClientFrame::Ping(_) => None,
    }
}

/// When a ticket that was taken at `now` is no longer good.
pub(crate) fn good_until(expires_at: UnixMs, now: UnixMs) -> UnixMs {
    match expires_at > now {
        true => expires_at,
        false => expires_at + EXPIRY_LEEWAY_MS,
    }
}
