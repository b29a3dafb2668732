//! What the memory holds, and what changes come to.

use std::collections::BTreeMap;

use chat_core::{MessageDraft, PositionKind, PositionUpdate};
use wire::chat::{Member, Message};
use wire::{RoomId, SessionId, UnixMs, UserId};

use crate::removals::Removal;
use crate::store::{Appended, BlockChange, NewMessage, Opening, RoomChanges, StoredRoom};

/// When a pair's block changed last, and the event that told of it; and whether it holds.
type LatestBlock = ((UnixMs, String), bool);

#[derive(Debug, Default)]
pub(super) struct MemoryTables {
    /// With the revision of the booking that the names are from.
    pub(super) rooms: BTreeMap<RoomId, (StoredRoom, u64)>,
    pub(super) messages: Vec<Message>,
    pub(super) removals: BTreeMap<(SessionId, UserId), UnixMs>,
    closed: BTreeMap<RoomId, UnixMs>,
    blocks: BTreeMap<(UserId, UserId), LatestBlock>,
    pub(super) erased: BTreeMap<UserId, UnixMs>,
}

impl MemoryTables {
    pub(super) fn apply(&mut self, changes: &RoomChanges) {
        for erasure in &changes.erasures {
            self.erased.insert(erasure.user.clone(), erasure.at);
        }
        for opening in &changes.openings {
            self.open(opening);
        }
        for to in &changes.positions {
            self.move_to(to);
        }
        for settled in &changes.settled {
            if let Some((room, _)) = self.rooms.get_mut(&settled.room) {
                room.last_seq = room.last_seq.max(settled.last_seq);
                room.active_at = room.active_at.max(settled.active_at);
            }
        }
        for closing in &changes.closings {
            self.closed.insert(closing.room.clone(), closing.at);
        }
        for block in &changes.blocks {
            self.block(block);
        }
        for Removal { session, user, at } in &changes.removals {
            let removed = self.removals.entry((session.clone(), user.clone()));
            let known = removed.or_insert(*at);
            *known = (*known).max(*at);
        }
        for (room, _) in self.rooms.values_mut() {
            let erased = &self.erased;
            room.members
                .retain(|member| !erased.contains_key(&member.user_id));
        }
    }

    /// A room, with what closes it.
    pub(super) fn room(&self, id: &RoomId) -> Option<StoredRoom> {
        let (mut room, _) = self.rooms.get(id)?.clone();
        let blocks = |by: &Member, user: &Member| {
            let pair = (by.user_id.clone(), user.user_id.clone());
            self.blocks.get(&pair).is_some_and(|(_, blocked)| *blocked)
        };
        let are_apart = match room.members.as_slice() {
            [one, other] => blocks(one, other) || blocks(other, one),
            _ => false,
        };
        room.closed = are_apart || self.closed.contains_key(id);
        Some(room)
    }

    pub(super) fn repeat_of(&self, draft: &MessageDraft) -> Option<Appended> {
        let known = self.messages.iter().find(|m| {
            m.room == draft.room && m.from == draft.from && m.client_id == draft.client_id
        })?;
        Some(match known.body == draft.body {
            true => Appended::Repeat(known.clone()),
            false => Appended::Conflict,
        })
    }

    fn block(&mut self, change: &BlockChange) {
        let pair = (change.by.clone(), change.user.clone());
        let latest = self.blocks.entry(pair).or_default();
        if change.order >= latest.0 {
            *latest = (change.order.clone(), change.blocked);
        }
    }

    pub(super) fn append(&mut self, new: &NewMessage) -> Appended {
        let draft = &new.draft;
        if let Some(repeat) = self.repeat_of(draft) {
            return repeat;
        }
        let last = self.messages.iter().rfind(|m| m.room == draft.room);
        let message = Message {
            room: draft.room.clone(),
            seq: last.map_or(0, |last| last.seq) + 1,
            message_id: new.message_id.clone(),
            from: draft.from.clone(),
            client_id: draft.client_id.clone(),
            body: draft.body.clone(),
            sent_at: new.sent_at,
        };
        self.messages.push(message.clone());
        Appended::Stored(message)
    }

    fn open(&mut self, opening: &Opening) {
        let fresh = || StoredRoom {
            id: opening.room.clone(),
            epoch: opening.epoch.clone(),
            last_seq: 0,
            active_at: opening.at,
            members: Vec::new(),
            closed: false,
        };
        let (room, revision) = self
            .rooms
            .entry(opening.room.clone())
            .or_insert_with(|| (fresh(), 0));
        let erased = &self.erased;
        let named = opening.members.iter();
        for one in named.filter(|one| !erased.contains_key(&one.user_id)) {
            match room
                .members
                .iter_mut()
                .find(|member| member.user_id == one.user_id)
            {
                Some(member) if opening.revision.is_some_and(|new| new >= *revision) => {
                    member.name.clone_from(&one.name);
                }
                Some(_) => {}
                None => room.members.push(Member {
                    user_id: one.user_id.clone(),
                    name: one.name.clone(),
                    read_seq: 0,
                    delivered_seq: 0,
                }),
            }
        }
        room.members.sort_by(|a, b| a.user_id.cmp(&b.user_id));
        *revision = (*revision).max(opening.revision.unwrap_or(0));
    }

    fn move_to(&mut self, to: &PositionUpdate) {
        let room = self.rooms.get_mut(&to.room);
        let members = room.map(|(room, _)| &mut room.members);
        let Some(member) = members.and_then(|all| all.iter_mut().find(|m| m.user_id == to.user))
        else {
            return;
        };
        if to.kind == PositionKind::Read {
            member.read_seq = member.read_seq.max(to.seq);
        }
        member.delivered_seq = member.delivered_seq.max(to.seq);
    }
}
