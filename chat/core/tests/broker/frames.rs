//! Times, frames and rooms that the tests are written with.

use std::collections::BTreeSet;

use chat_core::{Membership, Room};
use wire::chat::{ChatClientFrame, ChatServerFrame, MarkRead, Send};
use wire::{ErrorCode, RoomKind, RoomMember, RoomRole, UnixMs};

/// When every test begins.
const START: i64 = 1_700_000_000_000;

pub(crate) fn at(ms: i64) -> UnixMs {
    UnixMs(START + ms)
}

pub(crate) fn kinds(frames: &[ChatServerFrame]) -> Vec<&'static str> {
    frames.iter().map(ChatServerFrame::kind).collect()
}

pub(crate) fn send(room: &str, client_id: &str, body: &str) -> ChatClientFrame {
    Send {
        room: room.into(),
        client_id: client_id.into(),
        body: body.into(),
        ttl_ms: None,
    }
    .into()
}

pub(crate) fn read(room: &str, seq: u64) -> ChatClientFrame {
    MarkRead {
        room: room.into(),
        seq,
    }
    .into()
}

pub(crate) fn errors(frames: &[ChatServerFrame]) -> Vec<ErrorCode> {
    let code = |frame: &ChatServerFrame| match frame {
        ChatServerFrame::ErrorBody(body) => Some(body.code),
        _ => None,
    };
    frames.iter().filter_map(code).collect()
}

pub(crate) fn room(id: &str, members: &[&str]) -> Room {
    Room {
        id: id.into(),
        epoch: format!("e-{id}"),
        last_seq: 0,
        min_seq: 1,
        active_at: at(-1_000),
        last_message: None,
        closed: false,
        kind: RoomKind::Pair,
        name: None,
        revision: 0,
        uncounted: BTreeSet::new(),
        left: BTreeSet::new(),
        changes: 0,
        members: members.iter().map(|user| member(user)).collect(),
    }
}

pub(crate) fn member(user: &str) -> Membership {
    Membership::new(RoomMember {
        user_id: user.into(),
        name: user.to_uppercase(),
        role: RoomRole::Member,
    })
}
