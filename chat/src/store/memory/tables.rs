//! What the memory holds, and what changes come to.

use std::collections::BTreeMap;

use chat_core::{ChainHash, MemberProgress, Membership, MessageDraft, StoredMessage};
use wire::{RoomId, RoomKind, RoomMember, SessionId, UnixMs, UserId};

use super::feed::FeedTables;
use crate::removals::Removal;
use crate::store::chain::{ChainAnchors, ReadCheck};
use crate::store::{
    Appended, BlockChange, GroupFact, NewMessage, Opening, RoomChanges, StoredRoom,
};

/// When a pair's block changed last, and the event that told of it; and whether it holds.
type LatestBlock = ((UnixMs, String), bool);

#[derive(Debug, Default)]
pub(super) struct MemoryTables {
    /// With the revision of the booking that the names are from.
    pub(super) rooms: BTreeMap<RoomId, (StoredRoom, u64)>,
    pub(super) messages: Vec<StoredMessage>,
    pub(super) anchors: ChainAnchors,
    /// How often a text was taken away.
    pub(super) changes: BTreeMap<RoomId, u64>,
    /// The last message that was too old.
    pub(super) begins_after: BTreeMap<RoomId, u64>,
    pub(super) check: ReadCheck,
    pub(super) removals: BTreeMap<(Option<SessionId>, UserId), UnixMs>,
    closed: BTreeMap<RoomId, UnixMs>,
    blocks: BTreeMap<(UserId, UserId), LatestBlock>,
    pub(super) erased: BTreeMap<UserId, UnixMs>,
    pub(super) feed: FeedTables,
}

impl MemoryTables {
    pub(super) fn apply(&mut self, changes: &RoomChanges) {
        for erasure in &changes.erasures {
            self.erased.insert(erasure.user.clone(), erasure.at);
        }
        for opening in &changes.openings {
            self.open(opening);
        }
        for settled in &changes.settled {
            if let Some((room, _)) = self.rooms.get_mut(&settled.room) {
                room.last_seq = room.last_seq.max(settled.last_seq);
                room.active_at = room.active_at.max(settled.active_at);
            }
        }
        for group in &changes.groups {
            self.change_group(group);
        }
        for progress in &changes.positions {
            self.move_to(progress);
        }
        for closing in &changes.closings {
            self.closed.insert(closing.room.clone(), closing.at);
        }
        for block in &changes.blocks {
            self.block(block);
        }
        let is_left = |user: &UserId| !self.erased.contains_key(user);
        for change in &changes.profiles {
            if is_left(&change.user) {
                self.feed.change_profile(change);
            }
        }
        for change in &changes.matches {
            let (low, high) = change.ids();
            if is_left(low) && is_left(high) {
                self.feed.match_pair(change);
            }
        }
        for erasure in &changes.erasures {
            self.feed.forget(&erasure.user);
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
        let are_apart = match room.members.as_slice() {
            _ if room.kind == RoomKind::Group => false,
            [one, other] => self.are_blocked(&one.user_id, &other.user_id),
            _ => false,
        };
        room.closed = are_apart || self.closed.contains_key(id);
        Some(room)
    }

    /// True where one of the two blocks the other.
    pub(super) fn are_blocked(&self, one: &UserId, other: &UserId) -> bool {
        let blocks = |by: &UserId, user: &UserId| {
            let pair = self.blocks.get(&(by.clone(), user.clone()));
            pair.is_some_and(|(_, blocked)| *blocked)
        };
        blocks(one, other) || blocks(other, one)
    }

    pub(super) fn repeat_of(&self, draft: &MessageDraft) -> Option<Appended> {
        let known = self.messages.iter().find(|stored| {
            let m = &stored.message;
            m.room == draft.room && m.from == draft.from && m.client_id == draft.client_id
        })?;
        Some(self.check.outcome(known.clone(), draft, &self.anchors))
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
        let begins_after = self.begins_after.get(&draft.room).copied().unwrap_or(0);
        let held = self.messages.iter().map(|stored| &stored.message);
        let held = held.filter(|held| held.room == draft.room && held.seq > begins_after);
        let held: usize = held.map(|held| held.body.len()).sum();
        if (held + draft.body.len()) as u64 > new.room_bytes {
            return Appended::Full;
        }
        let mut stored = self.messages.iter();
        let last = stored.rfind(|stored| stored.message.room == draft.room);
        let anchor = self.anchors.get(&draft.room).copied().unwrap_or_default();
        let (seq, previous) = last.map_or((anchor.seq, anchor.chain), |last| {
            let chain = last.link.map_or(ChainHash::GENESIS, |link| link.chain);
            (last.message.seq, chain)
        });
        let stored = StoredMessage::new(new.at(seq + 1), new.salt, previous);
        let message = stored.message.clone();
        self.messages.push(stored);
        Appended::Stored(message)
    }

    fn open(&mut self, opening: &Opening) {
        let (room, revision) = self
            .rooms
            .entry(opening.room.clone())
            .or_insert_with(|| (fresh(&opening.room, &opening.epoch, opening.at), 0));
        if room.kind == RoomKind::Group {
            return;
        }
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
                None => room
                    .members
                    .push(Membership::new(RoomMember::from(one.clone()))),
            }
        }
        room.members.sort_by(|a, b| a.user_id.cmp(&b.user_id));
        *revision = (*revision).max(opening.revision.unwrap_or(0));
    }

    fn change_group(&mut self, group: &GroupFact) {
        let (room, _) = self
            .rooms
            .entry(group.room.clone())
            .or_insert_with(|| (fresh(&group.room, &group.epoch, group.at), 0));
        if group.revision <= room.revision {
            return;
        }
        (room.kind, room.revision) = (RoomKind::Group, group.revision);
        room.name.clone_from(&group.name);
        let mut known: BTreeMap<UserId, Membership> = std::mem::take(&mut room.members)
            .into_iter()
            .map(|member| (member.user_id.clone(), member))
            .collect();
        for named in &group.members {
            let member = Membership::new(named.clone());
            let member = match known.remove(&named.user_id) {
                Some(known) => Membership {
                    name: member.name,
                    role: member.role,
                    ..known
                },
                None => member.joining_after(room.last_seq),
            };
            room.members.push(member);
        }
        room.members.sort_by(|a, b| a.user_id.cmp(&b.user_id));
    }

    fn move_to(&mut self, to: &MemberProgress) {
        let room = self.rooms.get_mut(&to.room);
        let members = room.map(|(room, _)| &mut room.members);
        if let Some(member) = members.and_then(|all| all.iter_mut().find(|m| m.user_id == to.user))
        {
            member.raise(to);
        }
    }
}

fn fresh(room: &RoomId, epoch: &str, at: UnixMs) -> StoredRoom {
    StoredRoom {
        id: room.clone(),
        epoch: epoch.to_owned(),
        last_seq: 0,
        active_at: at,
        kind: RoomKind::Pair,
        name: None,
        revision: 0,
        members: Vec::new(),
        closed: false,
    }
}
