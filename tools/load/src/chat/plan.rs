//! Which rooms are chatted in, by whom, and where.

use std::sync::Arc;

use wire::SessionId;

use super::entry::ChatEntry;
use super::protocol::ChatServerProtocol;

/// One room, and the two that chat in it; the first writes.
#[derive(Clone)]
pub(crate) struct ChatPlan {
    pub(crate) protocol: ChatServerProtocol,
    /// What was booked for it, and is cancelled in the end.
    pub(crate) session: Option<SessionId>,
    pub(crate) entries: [ChatEntry; 2],
}

/// A room on a server that takes anybody: made by whoever comes first.
pub(crate) fn open_room(
    protocol: ChatServerProtocol,
    base: &str,
    ticket: Option<&Arc<str>>,
    room: &str,
    body: &Arc<str>,
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
        session: None,
        entries: [entry("a"), entry("b")],
    }
}
