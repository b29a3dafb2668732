//! A room as it is committed: its head, its members and how far each of them is. It knows no connections.

use std::collections::BTreeSet;

use wire::chat::{Member, Message, RoomView};
use wire::{RoomId, RoomKind, UnixMs, UserId};

use crate::{Membership, PositionKind, PositionUpdate, without_expired_text};

/// Members that a room names in what it is shown as; of more it says how many.
pub const MAX_MEMBERS_SHOWN: usize = 20;

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
pub(crate) mod tests {
    use wire::{RoomMember, RoomRole};

    use super::*;
    use crate::SentCount;

    /// A room with an epoch of its own name's.
    pub(crate) fn room(id: &str, members: &[&str]) -> Room {
        Room {
            id: id.into(),
            epoch: format!("e-{id}"),
            last_seq: 0,
            min_seq: 1,
            active_at: UnixMs(0),
            last_message: None,
            changes: 0,
            kind: RoomKind::Pair,
            name: None,
            revision: 0,
            uncounted: BTreeSet::new(),
            closed: false,
            members: members.iter().map(|user| member(user)).collect(),
        }
    }

    fn member(user: &str) -> Membership {
        Membership::new(RoomMember {
            user_id: user.into(),
            name: user.to_uppercase(),
            role: RoomRole::Member,
        })
    }

    /// A message of `from`.
    pub(crate) fn message(room: &str, seq: u64, from: &str) -> Message {
        Message {
            room: room.into(),
            seq,
            message_id: format!("m-{room}-{seq}"),
            from: from.into(),
            client_id: format!("c-{seq}"),
            body: format!("body {seq}"),
            sent_at: UnixMs(1_000 + i64::try_from(seq).unwrap()),
            expires_at: None,
            deleted: false,
            corrupt: false,
        }
    }

    fn to(user: &str, kind: PositionKind, seq: u64) -> PositionUpdate {
        PositionUpdate {
            room: "r".into(),
            user: user.into(),
            kind,
            seq,
        }
    }

    #[test]
    fn cht_4_positions_only_move_forward_and_never_past_the_last_message() {
        let mut room = room("r", &["a", "b"]);
        for seq in 1..=5 {
            assert!(room.stored(&message("r", seq, "a")));
        }
        let b = UserId::from("b");
        assert_eq!(room.reach(&b, PositionKind::Read, 3), Some(3));
        assert_eq!(room.reach(&b, PositionKind::Read, 9), Some(5));
        assert_eq!(room.reach(&b, PositionKind::Read, 0), None);
        assert!(room.moved(&to("b", PositionKind::Read, 3), 0));
        assert_eq!(room.reach(&b, PositionKind::Read, 3), None);
        assert!(!room.moved(&to("b", PositionKind::Read, 2), 0));
        assert!(!room.moved(&to("stranger", PositionKind::Read, 2), 0));
        assert_eq!(
            room.member(&b).map(|m| (m.read_seq, m.delivered_seq)),
            Some((3, 3))
        );
        assert!(room.moved(&to("b", PositionKind::Delivered, 4), 0));
        assert_eq!(
            room.member(&b).map(|m| (m.read_seq, m.delivered_seq)),
            Some((3, 4))
        );
    }

    #[test]
    fn cht_5_unread_counts_the_messages_of_others_behind_the_position() {
        let mut room = room("r", &["a", "b"]);
        for seq in 1..=4 {
            assert!(room.stored(&message("r", seq, "a")));
        }
        let of = |room: &Room, user: &str| {
            let view = room.view(UnixMs(0), &user.into(), false).unwrap();
            (view.read_seq, view.unread)
        };
        assert_eq!((of(&room, "b"), of(&room, "a")), ((0, 4), (4, 0)));
        // Sending is not reading: b has those of a still to read.
        assert!(room.stored(&message("r", 5, "b")));
        assert_eq!((of(&room, "b"), of(&room, "a")), ((0, 4), (4, 1)));
        assert!(room.moved(&to("b", PositionKind::Read, 2), 0));
        assert_eq!(of(&room, "b"), (2, 2));
        assert!(room.moved(&to("b", PositionKind::Read, 5), 1));
        assert_eq!(of(&room, "b"), (5, 0));
        assert!(room.stored(&message("r", 6, "b")));
        assert_eq!((of(&room, "b"), of(&room, "a")), ((6, 0), (4, 2)));
        assert!(room.view(UnixMs(0), &"c".into(), false).is_none());
    }

    #[test]
    fn cht_150_own_messages_are_counted_by_the_shorter_way() {
        let mut room = room("r", &["a", "b"]);
        assert!(room.stored(&message("r", 1, "a")));
        for seq in 2..=9 {
            assert!(room.stored(&message("r", seq, "b")));
        }
        let b = room.member(&"b".into()).unwrap();
        assert_eq!((b.read_seq, b.sent, b.sent_read), (0, 8, 0));
        assert_eq!(b.sent_through(0, 9), SentCount::Known(0));
        assert_eq!(b.sent_through(9, 9), SentCount::Known(8));
        let (two, eight) = (b.sent_through(2, 9), b.sent_through(8, 9));
        assert_eq!((two.between(), two.with_between(1)), (Some((0, 2)), 1));
        assert_eq!((eight.between(), eight.with_between(1)), (Some((8, 9)), 7));
        let a = room.member(&"a".into()).unwrap();
        assert_eq!(
            a.sent_through(5, 9),
            SentCount::Known(1),
            "all of theirs are read"
        );
    }

    #[test]
    fn cht_151_kakaos_number_is_what_is_left_of_the_others() {
        let mut room = room("r", &["a", "b", "c"]);
        assert!(room.stored(&message("r", 1, "a")));
        let read_by =
            |room: &Room, user: &str| room.view(UnixMs(0), &user.into(), false).unwrap().read_by;
        assert_eq!((read_by(&room, "a"), read_by(&room, "b")), (0, 1));
        assert!(room.moved(&to("b", PositionKind::Read, 1), 0));
        assert_eq!((read_by(&room, "a"), read_by(&room, "b")), (1, 1));
        assert!(room.stored(&message("r", 2, "c")));
        assert_eq!(read_by(&room, "a"), 0, "c has not read the first");
    }

    #[test]
    fn cht_152_a_room_of_more_than_20_says_how_many() {
        let names: Vec<String> = (0..21).map(|n| format!("u{n:02}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let shown = |count: usize| {
            let view = room("r", &names[..count])
                .view(UnixMs(0), &"u00".into(), false)
                .unwrap();
            (view.members.len(), view.member_count)
        };
        assert_eq!((shown(20), shown(21)), ((20, None), (0, Some(21))));
    }

    #[test]
    fn cht_160_who_joins_reads_from_their_joining_on() {
        let mut room = room("r", &["a"]);
        for seq in 1..=3 {
            assert!(room.stored(&message("r", seq, "a")));
        }
        room.members.push(member("b").joining_after(3));
        let view = room.view(UnixMs(0), &"b".into(), false).unwrap();
        assert_eq!((view.min_seq, view.read_seq, view.unread), (4, 3, 0));
        assert_eq!(view.last_message, None);
        assert!(room.stored(&message("r", 4, "a")));
        let view = room.view(UnixMs(0), &"b".into(), false).unwrap();
        assert_eq!(
            (view.unread, view.last_message.map(|last| last.seq)),
            (1, Some(4))
        );
    }

    #[test]
    fn a_known_message_changes_nothing() {
        let mut room = room("r", &["a", "b"]);
        assert!(room.stored(&message("r", 1, "a")));
        let before = room.clone();
        assert!(!room.stored(&message("r", 1, "b")));
        assert_eq!(room, before);
    }

    #[test]
    fn cht_82_in_a_closed_room_nobody_sees_how_far_the_others_are() {
        let mut room = room("r", &["a", "b"]);
        assert!(room.stored(&message("r", 1, "a")));
        let open = room.view(UnixMs(0), &"b".into(), false).unwrap();
        assert_eq!((open.members[0].read_seq, open.closed), (1, false));
        room.closed = true;
        let of = |user: &str| room.view(UnixMs(0), &user.into(), false).unwrap();
        assert!(of("b").closed);
        assert_eq!(of("b").members[0].read_seq, 0);
        assert_eq!((of("a").members[0].read_seq, of("a").read_seq), (1, 1));
    }
}
