//! Which rooms are chatted in, by whom, and where.

use std::sync::Arc;

use wire::{RoomId, SessionId};

use super::entry::ChatEntry;
use super::protocol::ChatServerProtocol;

/// One room, and the two that chat in it; the first writes. In a group the audience reads with them.
#[derive(Clone)]
pub(crate) struct ChatPlan {
    pub(crate) protocol: ChatServerProtocol,
    /// What was made for it, and is taken back in the end.
    pub(crate) made: Option<MadeRoom>,
    pub(crate) entries: [ChatEntry; 2],
    pub(crate) audience: Vec<ChatEntry>,
}

/// What a room of Rendezvous is of.
#[derive(Debug, Clone)]
pub(crate) enum MadeRoom {
    Session(SessionId),
    Group(RoomId),
}

/// A room on a server that takes anybody: made by whoever comes first.
pub(crate) fn open_room(
    protocol: ChatServerProtocol,
    base: &str,
    ticket: Option<&Arc<str>>,
    room: &str,
    body: &Arc<str>,
    sockets: u64,
) -> ChatPlan {
    let base = base.trim_end_matches('/');
    let path = match protocol {
        ChatServerProtocol::Centrifugo => "/connection/websocket",
        ChatServerProtocol::SocketIo => "/socket.io/?EIO=4&transport=websocket",
        ChatServerProtocol::Rendezvous => "",
    };
    let entry = |side: &str| ChatEntry {
        url: format!("{base}{path}"),
        ticket: ticket.cloned(),
        device: format!("{room}-{side}"),
        room: room.into(),
        body: Arc::clone(body),
    };
    ChatPlan {
        protocol,
        made: None,
        entries: [entry("a"), entry("b")],
        audience: (2..sockets).map(|n| entry(&format!("c{n}"))).collect(),
    }
}
