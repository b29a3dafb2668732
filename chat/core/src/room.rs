//! A room as it is committed: its head, its members and how far each of them is. It knows no connections.

use wire::chat::{Member, Message, RoomView};
use wire::{RoomId, UnixMs, UserId};

use crate::{PositionKind, PositionUpdate};

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
    /// Who belongs to it.
    pub members: Vec<Member>,
    /// It takes no more messages: it was closed, or it is of two of whom one blocks the other. Which of them, nobody
    /// is told.
    pub closed: bool,
}

impl Room {
    /// The member of that id.
    #[must_use]
    pub fn member(&self, user: &UserId) -> Option<&Member> {
        self.members.iter().find(|member| &member.user_id == user)
    }

    /// True where its members are to be told of it anew: there are others, with other names, or it was closed or opened.
    #[must_use]
    pub fn differs_from(&self, known: &Room) -> bool {
        let named = |member: &Member| (member.user_id.clone(), member.name.clone());
        let (ours, theirs) = (self.members.iter(), known.members.iter());
        self.closed != known.closed || !ours.map(named).eq(theirs.map(named))
    }

    /// The members with their positions, as `user` sees them: in a closed room nobody learns how far the others are.
    #[must_use]
    pub fn members_for(&self, user: &UserId) -> Vec<Member> {
        let mut members = self.members.clone();
        let hidden = |member: &&mut Member| self.closed && &member.user_id != user;
        for member in members.iter_mut().filter(hidden) {
            (member.read_seq, member.delivered_seq) = (0, 0);
        }
        members
    }

    /// Takes over how far the messages and the members are in `known`, the same room, where that is further.
    pub(crate) fn take_progress(&mut self, known: &Room) {
        if known.last_seq >= self.last_seq {
            self.last_seq = known.last_seq;
            self.last_message.clone_from(&known.last_message);
        }
        self.active_at = self.active_at.max(known.active_at);
        for member in &mut self.members {
            if let Some(known) = known.member(&member.user_id) {
                member.read_seq = member.read_seq.max(known.read_seq);
                member.delivered_seq = member.delivered_seq.max(known.delivered_seq);
            }
        }
    }

    /// The room as `user` sees it; `None` for a stranger.
    #[must_use]
    pub fn view(&self, user: &UserId, recovered: bool) -> Option<RoomView> {
        let read_seq = self.member(user)?.read_seq;
        Some(RoomView {
            room: self.id.clone(),
            epoch: self.epoch.clone(),
            last_seq: self.last_seq,
            min_seq: self.min_seq,
            read_seq,
            unread: self.last_seq.saturating_sub(read_seq),
            last_message: self.last_message.clone(),
            recovered,
            members: self.members_for(user),
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

    /// Takes a committed move; false when nothing changed. Who has read a message also has it.
    pub fn moved(&mut self, update: &PositionUpdate) -> bool {
        if self.reach(&update.user, update.kind, update.seq) != Some(update.seq) {
            return false;
        }
        let Some(member) = self.member_mut(&update.user) else {
            return false;
        };
        if update.kind == PositionKind::Read {
            member.read_seq = update.seq;
        }
        member.delivered_seq = member.delivered_seq.max(update.seq);
        true
    }

    /// Takes a committed message, which also moves its sender's positions; false when it is known already.
    pub fn stored(&mut self, message: &Message) -> bool {
        if message.seq <= self.last_seq {
            return false;
        }
        self.last_seq = message.seq;
        self.active_at = self.active_at.max(message.sent_at);
        self.last_message = Some(message.clone());
        if let Some(sender) = self.member_mut(&message.from) {
            sender.read_seq = message.seq;
            sender.delivered_seq = message.seq;
        }
        true
    }

    fn member_mut(&mut self, user: &UserId) -> Option<&mut Member> {
        self.members
            .iter_mut()
            .find(|member| &member.user_id == user)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A room with an epoch of its own name's.
    pub(crate) fn room(id: &str, members: &[&str]) -> Room {
        Room {
            id: id.into(),
            epoch: format!("e-{id}"),
            last_seq: 0,
            min_seq: 1,
            active_at: UnixMs(0),
            last_message: None,
            closed: false,
            members: members
                .iter()
                .map(|user| Member {
                    user_id: (*user).into(),
                    name: user.to_uppercase(),
                    read_seq: 0,
                    delivered_seq: 0,
                })
                .collect(),
        }
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
        assert!(room.moved(&to("b", PositionKind::Read, 3)));
        assert_eq!(room.reach(&b, PositionKind::Read, 3), None);
        assert!(!room.moved(&to("b", PositionKind::Read, 2)));
        assert!(!room.moved(&to("stranger", PositionKind::Read, 2)));
        assert_eq!(
            room.member(&b).map(|m| (m.read_seq, m.delivered_seq)),
            Some((3, 3))
        );
        assert!(room.moved(&to("b", PositionKind::Delivered, 4)));
        assert_eq!(
            room.member(&b).map(|m| (m.read_seq, m.delivered_seq)),
            Some((3, 4))
        );
    }

    #[test]
    fn cht_5_unread_is_last_minus_read_and_sending_reads() {
        let mut room = room("r", &["a", "b"]);
        for seq in 1..=4 {
            assert!(room.stored(&message("r", seq, "a")));
        }
        assert_eq!(room.view(&"b".into(), false).unwrap().unread, 4);
        assert_eq!(room.view(&"a".into(), false).unwrap().unread, 0);
        assert!(room.stored(&message("r", 5, "b")));
        assert_eq!(room.view(&"b".into(), false).unwrap().unread, 0);
        assert_eq!(room.view(&"a".into(), false).unwrap().unread, 1);
        assert!(room.view(&"c".into(), false).is_none());
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
        let open = room.view(&"b".into(), false).unwrap();
        assert_eq!((open.members[0].read_seq, open.closed), (1, false));
        room.closed = true;
        let of = |user: &str| room.view(&user.into(), false).unwrap();
        assert!(of("b").closed);
        assert_eq!(of("b").members[0].read_seq, 0);
        assert_eq!((of("a").members[0].read_seq, of("a").read_seq), (1, 1));
    }
}
