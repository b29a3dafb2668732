//! A room as it is committed: its head, its members and how far each of them is. It knows no connections.

use std::collections::BTreeSet;

use wire::chat::{Member, Message, RoomView};
use wire::{RoomId, RoomKind, UnixMs, UserId};

use crate::{Membership, PositionKind, PositionUpdate, without_expired_text};

/// Members that a room names in what it is shown as; of more it says how many.
pub const MAX_MEMBERS_SHOWN: usize = 20;

/// Members that a room may have: a message is queued for each of them. As many of those who left are remembered; the others are told that they were taken out.
pub const MAX_MEMBERS: usize = 500;

/// A room with its head and its members.
#[derive(Debug, Clone, PartialEq)]
pub struct Room {
    /// Names it for ever.
    pub id: RoomId,
    /// Opaque; another one makes every cursor void.
    pub epoch: String,
    /// The last message's `seq`; 0 in an empty room.
    pub last_seq: u64,
    /// The first `seq` that retention left.
    pub min_seq: u64,
    /// When the last message came, or the room was opened.
    pub active_at: UnixMs,
    /// The newest message.
    pub last_message: Option<Message>,
    /// How often a text of it was taken away, by its sender or by its time.
    pub changes: u64,
    /// What it is for.
    pub kind: RoomKind,
    /// What a group is called.
    pub name: Option<String>,
    /// Of the facts that a group's name and members are from.
    pub revision: u64,
    /// Who belongs to it.
    pub members: Vec<Membership>,
    /// Of whom its row does not know all that they wrote: what is written next of the room says so.
    pub uncounted: BTreeSet<UserId>,
    /// Of those who were members: who left by themselves, as far as this process was told.
    pub left: BTreeSet<UserId>,
    /// It takes no more messages: it was closed, or it is of two of whom one blocks the other. Which of them, nobody
    /// is told.
    pub closed: bool,
}

impl Room {
    /// The member of that id.
    #[must_use]
    pub fn member(&self, user: &UserId) -> Option<&Membership> {
        self.members.iter().find(|member| &member.user_id == user)
    }

    /// True where its members are to be told of it anew: it has another name, there are others, with other names or
    /// roles, or it was closed or opened.
    #[must_use]
    pub fn differs_from(&self, known: &Room) -> bool {
        let of = |room: &Room| (room.closed, room.kind, room.name.clone());
        let shown =
            |member: &Membership| (member.user_id.clone(), member.name.clone(), member.role);
        let (ours, theirs) = (self.members.iter(), known.members.iter());
        of(self) != of(known) || !ours.map(shown).eq(theirs.map(shown))
    }

    /// The members with their positions, as `user` sees them: in a closed room nobody learns how far the others are.
    #[must_use]
    pub fn members_for(&self, user: &UserId) -> Vec<Member> {
        let mut members: Vec<Member> = self.members.iter().map(Membership::shown).collect();
        let hidden = |member: &&mut Member| self.closed && &member.user_id != user;
        for member in members.iter_mut().filter(hidden) {
            (member.read_seq, member.delivered_seq) = (0, 0);
        }
        members
    }

    /// How many others have read all of it, as `user` sees it: in a closed room nobody.
    fn read_by(&self, user: &UserId) -> u64 {
        let has_read = |member: &&Membership| {
            !self.closed && &member.user_id != user && member.read_seq >= self.last_seq
        };
        self.members.iter().filter(has_read).count() as u64
    }

    /// The first `seq` that is left for that member.
    #[must_use]
    pub fn min_seq_for(&self, member: &Membership) -> u64 {
        self.min_seq.max(member.from_seq)
    }

    /// True where a member may be shown a message of that number: it was stored, and is not pruned.
    #[must_use]
    pub fn may_have(&self, user: &UserId, seq: u64) -> bool {
        let own = self.member(user);
        own.is_some_and(|own| seq >= self.min_seq_for(own) && seq <= self.last_seq)
    }

    /// Notes who left it by themselves, but for those who are members again.
    pub fn note_left(&mut self, left: impl IntoIterator<Item = UserId>) {
        self.left.extend(left);
        let members: BTreeSet<&UserId> = self.members.iter().map(|one| &one.user_id).collect();
        self.left.retain(|user| !members.contains(user));
        while self.left.len() > MAX_MEMBERS {
            self.left.pop_first();
        }
    }

    /// Takes over how far the messages and the members are in `known`, the same room, where that is further.
    pub(crate) fn take_progress(&mut self, known: &Room) {
        if known.last_seq >= self.last_seq {
            self.last_seq = known.last_seq;
            let last = known.last_message.as_ref();
            let last = last.filter(|last| last.seq >= self.min_seq);
            self.last_message = last.cloned();
        }
        self.changes = self.changes.max(known.changes);
        self.active_at = self.active_at.max(known.active_at);
        self.uncounted.extend(known.uncounted.iter().cloned());
        self.note_left(known.left.iter().cloned());
        for member in &mut self.members {
            let known = known.member(&member.user_id);
            // Who was taken out and joined again begins anew.
            if let Some(known) = known.filter(|known| known.from_seq == member.from_seq) {
                member.raise(&known.progress(&self.id));
            }
        }
    }

    /// The room as `user` sees it at `now`; `None` for a stranger.
    #[must_use]
    pub fn view(&self, now: UnixMs, user: &UserId, recovered: bool) -> Option<RoomView> {
        let own = self.member(user)?;
        let is_shown = self.members.len() <= MAX_MEMBERS_SHOWN;
        let last_message = self.last_message.as_ref();
        let last_message = last_message.filter(|message| message.seq >= own.from_seq);
        Some(RoomView {
            room: self.id.clone(),
            epoch: self.epoch.clone(),
            kind: self.kind,
            name: self.name.clone(),
            role: own.role,
            last_seq: self.last_seq,
            min_seq: self.min_seq_for(own),
            read_seq: own.read_seq,
            unread: own.unread(self.last_seq),
            read_by: self.read_by(user),
            changes: self.changes,
            last_message: last_message.map(|last| without_expired_text(last.clone(), now)),
            recovered,
            members: match is_shown {
                true => self.members_for(user),
                false => Vec::new(),
            },
            member_count: (!is_shown).then_some(self.members.len() as u64),
            closed: self.closed,
        })
    }

    /// Where a position would move to: never past the last message, `None` where it would not move forward.
    #[must_use]
    pub fn reach(&self, user: &UserId, kind: PositionKind, seq: u64) -> Option<u64> {
        let member = self.member(user)?;
        let present = match kind {
            PositionKind::Read => member.read_seq,
            PositionKind::Delivered => member.delivered_seq,
        };
        Some(seq.min(self.last_seq)).filter(|seq| *seq > present)
    }

    /// Takes a committed move; false when nothing changed. Who has read a message also has it. `sent_read` is how many
    /// messages of their own they have read then.
    pub fn moved(&mut self, update: &PositionUpdate, sent_read: u64) -> bool {
        if self.reach(&update.user, update.kind, update.seq) != Some(update.seq) {
            return false;
        }
        let Some(member) = self.member_mut(&update.user) else {
            return false;
        };
        if update.kind == PositionKind::Read {
            member.read_seq = update.seq;
            member.sent_read = member.sent_read.max(sent_read).min(member.sent);
        }
        member.delivered_seq = member.delivered_seq.max(update.seq);
        true
    }

    /// Takes a committed message, which also moves its sender's position from the one before; false when it is known
    /// already.
    pub fn stored(&mut self, message: &Message) -> bool {
        if message.seq <= self.last_seq {
            return false;
        }
        self.last_seq = message.seq;
        self.active_at = self.active_at.max(message.sent_at);
        self.last_message = Some(message.clone());
        if let Some(sender) = self.member_mut(&message.from) {
            sender.wrote(message.seq);
        }
        true
    }

    /// Takes that the text of a message was taken back; false when it is known already.
    pub(crate) fn deleted(&mut self, seq: u64, changes: u64) -> bool {
        let last = self.last_message.as_mut().filter(|last| last.seq == seq);
        if let Some(last) = last {
            last.body = String::new();
            last.deleted = true;
        }
        self.changed(changes)
    }

    /// Takes how often a text was taken away; false when it is known already.
    pub(crate) fn changed(&mut self, changes: u64) -> bool {
        let is_new = changes > self.changes;
        self.changes = self.changes.max(changes);
        is_new
    }

    fn member_mut(&mut self, user: &UserId) -> Option<&mut Membership> {
        self.members
            .iter_mut()
            .find(|member| &member.user_id == user)
    }
}

#[cfg(test)]
pub(crate) mod tests;
