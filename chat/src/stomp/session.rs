//! One connection without its socket: what it subscribed to, what it waits for, and what it is told.

use std::collections::BTreeMap;

use chat_core::{MAX_MISSED, MissedRange, Recovery, Room, RoomBroker, recover};
use service::clock::now;
use wire::chat::{ChatServerFrame, Cursor, RoomView};
use wire::{ErrorBody, ErrorCode, FrameId, RoomId, UserId};

use super::destination::StompSource;
use super::encoding;
use super::outcome::CatchUpStep;
use super::request::{StompRefusal, refusal, wrong};
use super::topics::TopicSubscriptions;
use crate::caller::Caller;

/// Subscriptions of one connection: ten times the rooms that a `welcome` has.
const MAX_SUBSCRIPTIONS: usize = 1_000;
/// Frames of one connection whose outcome is not known yet: five times what it may send at once.
const MAX_UNANSWERED: usize = 1_000;
/// Rooms that a new subscription to them is told: as many as a `welcome` has.
const MAX_ROOMS: usize = 100;

/// What is known of one client.
#[derive(Debug)]
pub(super) struct StompSession {
    caller: Caller,
    subscriptions: BTreeMap<String, StompSource>,
    topics: TopicSubscriptions,
    /// The receipts that frames have asked for whose outcome is not known yet.
    unanswered: BTreeMap<u64, Option<String>>,
    last_frame: u64,
    last_told: u64,
    /// `DISCONNECT` came, and may have asked for a receipt.
    leaving: Option<Option<String>>,
}

impl StompSession {
    pub(super) fn new(caller: Caller) -> Self {
        Self {
            caller,
            subscriptions: BTreeMap::new(),
            topics: TopicSubscriptions::default(),
            unanswered: BTreeMap::new(),
            last_frame: 0,
            last_told: 0,
            leaving: None,
        }
    }

    /// Numbers a frame that the broker will answer; `None` where too many wait for that.
    pub(super) fn expect_answer(&mut self, receipt: Option<String>) -> Option<FrameId> {
        if self.unanswered.len() >= MAX_UNANSWERED {
            return None;
        }
        self.last_frame += 1;
        self.unanswered.insert(self.last_frame, receipt);
        Some(FrameId::Number(self.last_frame))
    }

    /// Adds a subscription to a room; says what it is to be read first.
    ///
    /// # Errors
    /// `not_a_member`; `bad_cursor` where not all after `after` can follow; what is wrong with the id.
    pub(super) fn subscribe_room(
        &mut self,
        id: String,
        room: &RoomId,
        after: Option<u64>,
        broker: &RoomBroker,
    ) -> Result<Option<MissedRange>, StompRefusal> {
        self.check_new(&id)?;
        let found = self.find(room, broker)?;
        let missed = match after {
            Some(after) => missed(found, &self.caller.user, after)?,
            None => None,
        };
        let last = missed.is_none().then_some(found.last_seq);
        self.topics.add(room.clone(), id.clone(), last);
        self.subscriptions
            .insert(id, StompSource::Room(room.clone()));
        Ok(missed)
    }

    /// Adds a subscription to what is refused.
    ///
    /// # Errors
    /// What is wrong with the id.
    pub(super) fn subscribe_errors(&mut self, id: String) -> Result<(), StompRefusal> {
        self.check_new(&id)?;
        self.subscriptions.insert(id, StompSource::Errors);
        Ok(())
    }

    /// Adds a subscription to the person's rooms, and returns the newest of them.
    ///
    /// # Errors
    /// What is wrong with the id.
    pub(super) fn subscribe_rooms(
        &mut self,
        id: &str,
        broker: &RoomBroker,
    ) -> Result<Vec<String>, StompRefusal> {
        self.check_new(id)?;
        self.subscriptions.insert(id.to_owned(), StompSource::Rooms);
        let Caller { user, only, .. } = &self.caller;
        let rooms = broker.rooms_of(user, only.as_ref());
        let views: Vec<RoomView> = rooms
            .into_iter()
            .take(MAX_ROOMS)
            .filter_map(|room| room.view(now(), user, false))
            .collect();
        Ok(views
            .iter()
            .map(|view| {
                let number = self.next_told();
                encoding::room("room", &json(view), id, number)
            })
            .collect())
    }

    /// Ends a subscription.
    ///
    /// # Errors
    /// Where there is none of that id.
    pub(super) fn unsubscribe(&mut self, id: &str) -> Result<(), StompRefusal> {
        match self.subscriptions.remove(id) {
            Some(StompSource::Room(room)) => self.topics.remove(&room, id),
            Some(StompSource::Rooms | StompSource::Errors) => {}
            None => return Err(wrong("id", "This is the id of a subscription.")),
        }
        Ok(())
    }

    /// What follows once a subscription was read everything up to the end of `range`.
    pub(super) fn go_on(
        &mut self,
        id: &str,
        range: &mut MissedRange,
        broker: &RoomBroker,
    ) -> CatchUpStep {
        if self.subscriptions.get(id) != Some(&StompSource::Room(range.room.clone())) {
            return CatchUpStep::Done;
        }
        match self.find(&range.room, broker) {
            Ok(room) if room.last_seq > range.through => {
                range.through = room.last_seq;
                CatchUpStep::ReadOn
            }
            Ok(_) => {
                self.topics.go_live(&range.room, id, range.through);
                CatchUpStep::Done
            }
            Err(refusal) => {
                self.subscriptions.remove(id);
                self.topics.remove(&range.room, id);
                CatchUpStep::Refused(refusal)
            }
        }
    }

    /// Says goodbye: what follows is not taken any more.
    pub(super) fn leave(&mut self, receipt: Option<String>) {
        self.leaving = Some(receipt);
    }

    /// True where a message of the room is told to it, or will be once what it missed is read.
    pub(super) fn takes(&self, room: &RoomId) -> bool {
        self.topics.has(room) || self.follows_rooms()
    }

    pub(super) fn is_leaving(&self) -> bool {
        self.leaving.is_some()
    }

    /// The receipt of the goodbye, if it asked for one, once everything before it is answered.
    pub(super) fn take_farewell(&mut self) -> Option<Option<String>> {
        match self.unanswered.is_empty() {
            true => self.leaving.take(),
            false => None,
        }
    }

    /// The frames for what the broker tells.
    pub(super) fn tell(&mut self, frame: &ChatServerFrame, broker: &RoomBroker) -> Vec<String> {
        let mut out = Vec::new();
        match frame {
            ChatServerFrame::Sent(sent) => {
                let receipt = self.answered(sent.id.as_ref());
                out.extend(receipt.map(|id| encoding::sent(&id, sent)));
            }
            ChatServerFrame::Accepted(accepted) => {
                let receipt = self.answered(Some(&accepted.id));
                out.extend(receipt.map(|id| encoding::receipt(&id)));
            }
            ChatServerFrame::ErrorBody(body) => {
                let receipt = self.answered(body.id.as_ref());
                out = self.refuse(body, receipt.as_deref());
            }
            ChatServerFrame::Message(message) => {
                self.topics.tell(message, &mut out);
                self.tell_room(&message.room, broker, &mut out);
            }
            ChatServerFrame::MessageDeleted(deleted) => {
                self.tell_room(&deleted.room, broker, &mut out);
            }
            ChatServerFrame::Read(read) => self.tell_room(&read.room, broker, &mut out),
            ChatServerFrame::Delivered(delivered) => {
                self.tell_room(&delivered.room, broker, &mut out);
            }
            ChatServerFrame::RoomView(view) => self.tell_rooms("room", || json(view), &mut out),
            ChatServerFrame::Removed(removed) => {
                for id in self.topics.end(&removed.room) {
                    self.subscriptions.remove(&id);
                }
                self.tell_rooms("removed", || json(removed), &mut out);
            }
            // There is no destination for the rest.
            _ => {}
        }
        out
    }

    /// The frames for a refusal: one for each subscription to them, or one all the same.
    pub(super) fn refuse(&mut self, body: &ErrorBody, receipt: Option<&str>) -> Vec<String> {
        let ids = self.subscribed_to(&StompSource::Errors);
        let number = self.next_told();
        if ids.is_empty() {
            return vec![encoding::error(body, receipt, None, number)];
        }
        let of = |id: &String| encoding::error(body, receipt, Some(id), number);
        ids.iter().map(of).collect()
    }

    fn tell_room(&mut self, room: &RoomId, broker: &RoomBroker, out: &mut Vec<String>) {
        if !self.follows_rooms() {
            return;
        }
        let Caller { user, only, .. } = &self.caller;
        let found = broker.room_of(user, only.as_ref(), room).ok();
        if let Some(view) = found.and_then(|room| room.view(now(), user, false)) {
            self.tell_rooms("room", || json(&view), out);
        }
    }

    fn follows_rooms(&self) -> bool {
        let mut sources = self.subscriptions.values();
        sources.any(|source| *source == StompSource::Rooms)
    }

    fn tell_rooms(&mut self, event: &str, json: impl FnOnce() -> String, out: &mut Vec<String>) {
        let ids = self.subscribed_to(&StompSource::Rooms);
        if ids.is_empty() {
            return;
        }
        let (json, number) = (json(), self.next_told());
        let of = |id: &String| encoding::room(event, &json, id, number);
        out.extend(ids.iter().map(of));
    }

    fn subscribed_to(&self, source: &StompSource) -> Vec<String> {
        let all = self.subscriptions.iter();
        let wanted = all.filter(|(_, subscribed)| *subscribed == source);
        wanted.map(|(id, _)| id.clone()).collect()
    }

    /// The receipt that an answered frame asked for.
    fn answered(&mut self, frame: Option<&FrameId>) -> Option<String> {
        self.unanswered.remove(&frame?.number()?)?
    }

    fn next_told(&mut self) -> u64 {
        self.last_told += 1;
        self.last_told
    }

    fn check_new(&self, id: &str) -> Result<(), StompRefusal> {
        if self.subscriptions.contains_key(id) {
            return Err(wrong("id", "Another subscription has this id."));
        }
        if self.subscriptions.len() >= MAX_SUBSCRIPTIONS {
            metrics::counter!("chat_stomp_limits_total", "limit" => "subscriptions").increment(1);
            let message = format!("A connection has at most {MAX_SUBSCRIPTIONS} subscriptions.");
            return Err(refusal(ErrorCode::QuotaExceeded, message));
        }
        Ok(())
    }

    fn find<'a>(&self, room: &RoomId, broker: &'a RoomBroker) -> Result<&'a Room, StompRefusal> {
        let Caller { user, only, .. } = &self.caller;
        let found = broker.room_of(user, only.as_ref(), room);
        found.map_err(|code| refusal(code, "You are not in that room."))
    }
}

/// What a client of a member that has everything up to `after` missed of a room, if anything.
fn missed(room: &Room, user: &UserId, after: u64) -> Result<Option<MissedRange>, StompRefusal> {
    let cursor = Cursor {
        epoch: room.epoch.clone(),
        seq: after,
    };
    if recover(Some(&cursor), room, user, MAX_MISSED) == Recovery::ReadHistory {
        let member = room.member(user);
        let min_seq = member.map_or(room.min_seq, |member| room.min_seq_for(member));
        let message = format!(
            "Not all after that can follow: the room has {} to {}, of which the last {MAX_MISSED}. Read the history.",
            min_seq, room.last_seq,
        );
        return Err(refusal(ErrorCode::BadCursor, message));
    }
    let range = MissedRange {
        room: room.id.clone(),
        after,
        through: room.last_seq,
    };
    Ok((after < room.last_seq).then_some(range))
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("a view has string keys and no failing field")
}
