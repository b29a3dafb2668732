//! One socket: who it is, what its frames are, and when it has had too many chances.
//!
//! What a frame does is the core's; how bytes become frames and liveness is `service::socket`'s.

mod door;

use std::net::IpAddr;
use std::sync::Arc;

use chat_core::{Input, Missed, Output, Page, PageFrom, check_id};
use service::clock::{now, sleep_until};
use service::socket::{Departure, FIRST_FRAME_TIMEOUT, Incoming, Socket};
use tokio::time::Instant;
use wire::chat::{ChatClientFrame, Hello, Message, Messages};
use wire::{CloseCode, ErrorBody, ErrorCode, RoomId, UnixMs};

use crate::edge::{Admission, Edge};
use crate::registry::Membership;
use crate::store::{StoreError, Stores};
use door::{Door, Refusal, is_hello};

/// A ticket may be this much past its time when it is shown, in milliseconds; then it is good for as long.
const EXPIRY_LEEWAY_MS: i64 = 60_000;
/// Messages read at once while a device catches up.
const CATCH_UP_PAGE: u32 = 200;

/// Serves a socket until it is over, and gives it back for the closing handshake.
pub(crate) async fn serve<S: Stores>(
    mut socket: Socket,
    edge: Arc<Edge<S>>,
    address: IpAddr,
) -> Socket {
    let mut door = Door::new(socket.handle(), edge.frame_rate);
    let Some((hello, id, admission)) = come_in(&mut socket, &mut door, &edge, address).await else {
        return socket;
    };
    if let Err(code) = edge.open(&admission).await {
        Refusal::storage(code).tell(&door, id);
        return socket;
    }
    let cursors = hello.cursors.unwrap_or_default();
    let (mut membership, left) = edge
        .registry
        .enter(&admission.caller, socket.handle(), cursors);
    follow_up(left, &door, &edge).await;
    // Whoever came in after the others were told goodbye is told here.
    if edge.shutdown.is_started() {
        door.say_goodbye(edge.retry_after_ms());
    }
    let departure = converse(&mut socket, &mut door, &edge, &membership, &admission).await;
    if is_goodbye(departure) {
        membership.closed_cleanly();
    }
    tracing::debug!(connection = %membership.connection(), ?departure, "socket over");
    socket
}

/// Waits for a good `hello`. None where the socket is over, or is to be closed.
async fn come_in<S: Stores>(
    socket: &mut Socket,
    door: &mut Door,
    edge: &Edge<S>,
    address: IpAddr,
) -> Option<(Hello, Option<wire::FrameId>, Admission)> {
    let until = Instant::now() + FIRST_FRAME_TIMEOUT;
    loop {
        let incoming = tokio::select! {
            incoming = socket.first(until.saturating_duration_since(Instant::now())) => incoming,
            () = edge.shutdown.started() => {
                door.say_goodbye(edge.retry_after_ms());
                return None;
            }
        };
        let Incoming::Text(text) = incoming else {
            return None;
        };
        match door.take(&text) {
            Some((envelope, ChatClientFrame::Hello(hello))) => {
                return match admit(&hello, edge, address).await {
                    Ok(admission) => Some((hello, envelope.id, admission)),
                    Err(refusal) => {
                        refusal.tell(door, envelope.id);
                        None
                    }
                };
            }
            Some((envelope, _)) => {
                Refusal::unauthenticated("no_ticket").tell(door, envelope.id);
                return None;
            }
            // A hello that can't be read is a refused one; anything else may still be followed by a good one.
            None if is_hello(&text) => {
                door.close(CloseCode::Malformed);
                return None;
            }
            None => {}
        }
    }
}

async fn admit<S: Stores>(
    hello: &Hello,
    edge: &Edge<S>,
    address: IpAddr,
) -> Result<Admission, Refusal> {
    edge.count_join(address).map_err(Refusal::rate_limited)?;
    check_id(&hello.device_id).map_err(|_| Refusal::malformed("device_id"))?;
    edge.admit(&hello.ticket)
        .await
        .map_err(|fault| Refusal::unauthenticated(fault.reason()))
}

/// Takes frames until the socket is over.
async fn converse<S: Stores>(
    socket: &mut Socket,
    door: &mut Door,
    edge: &Edge<S>,
    membership: &Membership,
    admission: &Admission,
) -> Departure {
    let mut expiry = std::pin::pin!(sleep_until(good_until(admission.expires_at, now())));
    let mut expired = false;
    loop {
        let text = tokio::select! {
            incoming = socket.next() => match incoming {
                Incoming::Text(text) => text,
                Incoming::Closed(departure) => return departure,
            },
            () = &mut expiry, if !expired => {
                expired = true;
                Refusal::unauthenticated("expired").tell(door, None);
                continue;
            }
        };
        let Some((envelope, frame)) = door.take(&text) else {
            continue;
        };
        if let Some(room) = room_of(&frame)
            && let Err(code) = edge.find(room).await
        {
            door.send(Refusal::storage(code).body.for_frame(envelope.id));
            continue;
        }
        let connection = membership.connection();
        let left = edge.registry.handle(Input::Frame {
            connection,
            id: envelope.id,
            frame,
        });
        follow_up(left, door, edge).await;
    }
}

/// Reads what the hub asks for.
async fn follow_up<S: Stores>(outputs: Vec<Output>, door: &Door, edge: &Edge<S>) {
    for output in outputs {
        match output {
            Output::History {
                id,
                room,
                page,
                min_seq,
                last_seq,
                ..
            } => match edge.stores.page(&room, page).await {
                Ok(messages) => {
                    let last_seq = messages.last().map_or(0, |last| last.seq).max(last_seq);
                    door.send(Messages {
                        id,
                        room: Some(room),
                        messages,
                        min_seq,
                        last_seq,
                    });
                }
                Err(error) => door.send(unreadable(&error).for_frame(id)),
            },
            Output::CatchUp { connection, missed } => match missed_messages(edge, &missed).await {
                Ok(messages) => {
                    edge.registry.handle(Input::CaughtUp {
                        connection,
                        messages,
                    });
                }
                Err(error) => {
                    door.send(unreadable(&error));
                    door.close(CloseCode::Internal);
                }
            },
            _ => {}
        }
    }
}

/// Everything in those spans, room by room.
pub(crate) async fn missed_messages<S: Stores>(
    edge: &Edge<S>,
    missed: &[Missed],
) -> Result<Vec<Message>, StoreError> {
    let mut all = Vec::new();
    for span in missed {
        let mut after = span.after;
        while after < span.through {
            let page = Page {
                from: PageFrom::After(after),
                limit: CATCH_UP_PAGE,
            };
            let messages = edge.stores.page(&span.room, page).await?;
            let Some(last) = messages.last() else {
                break;
            };
            after = last.seq;
            all.extend(
                messages
                    .into_iter()
                    .filter(|message| message.seq <= span.through),
            );
        }
    }
    Ok(all)
}

fn unreadable(error: &StoreError) -> ErrorBody {
    metrics::counter!("storage_errors_total").increment(1);
    tracing::error!(%error, "the store can't be read");
    Refusal::storage(ErrorCode::StorageUnavailable).body
}

fn room_of(frame: &ChatClientFrame) -> Option<&RoomId> {
    match frame {
        ChatClientFrame::Send(frame) => Some(&frame.room),
        ChatClientFrame::MarkRead(frame) => Some(&frame.room),
        ChatClientFrame::MarkDelivered(frame) => Some(&frame.room),
        ChatClientFrame::Typing(frame) => Some(&frame.room),
        ChatClientFrame::History(frame) => Some(&frame.room),
        ChatClientFrame::Hello(_)
        | ChatClientFrame::AskPresence(_)
        | ChatClientFrame::SetStatus(_)
        | ChatClientFrame::Ping(_) => None,
    }
}

fn good_until(expires_at: UnixMs, now: UnixMs) -> UnixMs {
    match expires_at > now {
        true => expires_at,
        false => expires_at + EXPIRY_LEEWAY_MS,
    }
}

/// A close frame that a client sends on purpose. A page that is left or reloaded sends 1001: it is lost,
/// and may be back at once.
fn is_goodbye(departure: Departure) -> bool {
    matches!(departure, Departure::Peer(None | Some(1000 | 1005)))
}
