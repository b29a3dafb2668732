//! A tracker that knows of another node: its people count as they do there.

use chat_core::{
    FrameDelivery, Input, LocalPresence, Output, PresenceTracker, RoomBroker, Settings,
};
use wire::chat::{ChatServerFrame, Presence, PresenceState};
use wire::{ConnectionId, UnixMs, UserId};

use crate::frames::{at, room};

/// Kim is connected to another node.
struct KimIsElsewhere(LocalPresence);

impl PresenceTracker for KimIsElsewhere {
    fn connected(&mut self, now: UnixMs, user: &UserId) {
        self.0.connected(now, user);
    }

    fn disconnected(&mut self, now: UnixMs, user: &UserId, away: bool, clean: bool) {
        self.0.disconnected(now, user, away, clean);
    }

    fn set_away(&mut self, user: &UserId, away: bool) {
        self.0.set_away(user, away);
    }

    fn active(&mut self, now: UnixMs, user: &UserId) {
        self.0.active(now, user);
    }

    fn take_active(&mut self) -> Vec<(UserId, UnixMs)> {
        self.0.take_active()
    }

    fn take_change(&mut self, user: &UserId) -> Option<Presence> {
        self.0.take_change(user)
    }

    fn presence(&self, user: &UserId) -> Presence {
        let mut presence = self.0.presence(user);
        if user.as_str() == "kim" {
            presence.state = PresenceState::Online;
        }
        presence
    }

    fn is_here(&self, user: &UserId) -> bool {
        self.0.is_here(user)
    }

    fn take_expired(&mut self, now: UnixMs) -> Option<UserId> {
        self.0.take_expired(now)
    }

    fn next_deadline(&self) -> Option<UnixMs> {
        self.0.next_deadline()
    }

    fn erase(&mut self, user: &UserId) {
        self.0.erase(user);
    }

    fn forget(&mut self, user: &UserId) {
        self.0.forget(user);
    }
}

#[test]
fn cht_24_who_is_online_on_another_node_is_told_to_a_newcomer() {
    let presence = KimIsElsewhere(LocalPresence::new(30_000));
    let mut broker = RoomBroker::with_presence(Settings::default(), presence);
    let room = room("r", &["ann", "bo", "kim"]);
    let as_of = broker.version();
    broker.handle(at(0), Input::Loaded { room, as_of });
    let hello = Input::Hello {
        connection: ConnectionId(1),
        user: "ann".into(),
        only: None,
        cursors: [].into(),
    };
    let told = |output| match output {
        Output::Deliver(FrameDelivery {
            frame: ChatServerFrame::Presence(presence),
            ..
        }) => Some((presence.user_id.to_string(), presence.state)),
        _ => None,
    };
    let told: Vec<_> = broker
        .handle(at(0), hello)
        .into_iter()
        .filter_map(told)
        .collect();
    assert_eq!(told, [("kim".to_owned(), PresenceState::Online)]);
}
