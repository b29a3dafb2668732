//! Texts that are taken away: by who wrote them, and by their time.

use wire::RoomId;
use wire::chat::{DeleteMessage, MessageDeleted};
use wire::{ErrorCode, UserId};

use super::RoomBroker;
use super::frames::{ErrorReply, error};
use crate::{Deletion, Origin, Output, PresenceTracker, WriteRequest};

impl<P: PresenceTracker> RoomBroker<P> {
    /// Whose message it is the store knows. Also in a closed room one's own can be taken back.
    pub(super) fn on_delete(
        &mut self,
        origin: Origin,
        user: UserId,
        frame: DeleteMessage,
        out: &mut Vec<Output>,
    ) -> Result<(), ErrorReply> {
        let DeleteMessage { room, seq } = frame;
        let known = self.room_for(&origin, &room)?;
        let is_there = known.may_have(&user, seq);
        if !is_there {
            return Err(error(ErrorCode::NotFound, origin.id));
        }
        let deletion = Deletion { room, seq, user };
        out.push(WriteRequest::Delete { origin, deletion }.into());
        Ok(())
    }

    pub(super) fn deleted(
        &mut self,
        deletion: Deletion,
        (changes, is_new): (u64, bool),
        origin: Option<Origin>,
        out: &mut Vec<Output>,
    ) {
        self.rooms.note_told(&deletion.room);
        if let Some(loaded) = self.rooms.get_mut(&deletion.room) {
            loaded.room.deleted(deletion.seq, changes);
        }
        if is_new && let Some(room) = self.rooms.get(&deletion.room) {
            let to = self.audience(room, |_, member| {
                let member = room.member(member);
                member.is_some_and(|member| member.from_seq <= deletion.seq)
            });
            let Deletion { room, seq, user } = deletion;
            let user_id = user;
            if !to.is_empty() {
                self.send(to, MessageDeleted { room, seq, user_id }.into(), out);
            }
        }
        if let Some(origin) = origin {
            self.accept(origin, out);
        }
    }

    /// Whoever was told of the messages knows when their texts end: nobody is told again.
    pub(super) fn texts_expired(&mut self, room: &RoomId, changes: u64) {
        self.rooms.note_told(room);
        if let Some(loaded) = self.rooms.get_mut(room) {
            loaded.room.changed(changes);
        }
    }
}
