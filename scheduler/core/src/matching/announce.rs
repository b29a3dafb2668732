//! What the services and the two people are told of gifts, matches and proposals.

use serde::Serialize;
use wire::{
    Event, EventType, GiftFact, GiftId, MatchId, Notification, NotificationKind, Participant,
    ProposalFact, RoomFact, RoomKind, RoomMember, UnixMs, UserBlocked, UserErased, UserId,
};

use super::gift::Gift;
use super::match_record::Match;
use super::proposal::Proposal;
use crate::commands::SOURCE;
use crate::effects::Effects;
use crate::ids::NewId;
use crate::notification::NewNotification;
use crate::webhook::outgoing;

/// Announces what is decided at one moment.
pub(super) struct Announcer<'a> {
    pub(super) now: UnixMs,
    pub(super) new_id: NewId<'a>,
    pub(super) effects: Effects,
}

impl<'a> Announcer<'a> {
    pub(super) fn new(now: UnixMs, new_id: NewId<'a>) -> Self {
        Self {
            now,
            new_id,
            effects: Effects::default(),
        }
    }

    /// Who gave it is said of an opened one alone.
    pub(super) fn gift(&mut self, gift: &Gift, kind: EventType) {
        let is_opened = kind == EventType::GiftOpened;
        let fact = GiftFact {
            gift_id: gift.id.clone(),
            kind: gift.kind,
            to: gift.receiver.user_id.clone(),
            from: is_opened.then(|| gift.giver.user_id.clone()),
            opens_at: gift.opens_at,
        };
        self.event(kind, gift.id.as_str(), None, &fact);
    }

    pub(super) fn match_created(&mut self, made: &Match) {
        let fact = made.fact();
        self.event(EventType::MatchCreated, made.id.as_str(), None, &fact);
        self.publish_last(made);
        self.room(made, EventType::RoomOpened, Match::ROOM_OPENED);
    }

    pub(super) fn match_ended(&mut self, ended: &Match) {
        let fact = ended.fact();
        self.event(EventType::MatchEnded, ended.id.as_str(), None, &fact);
        self.publish_last(ended);
        self.room(ended, EventType::RoomClosed, Match::ROOM_CLOSED);
    }

    /// Under the match's id, so that of one match each is told after the one before.
    pub(super) fn proposal(&mut self, proposal: &Proposal, kind: EventType) {
        let fact = ProposalFact {
            proposal: proposal.view(self.now),
        };
        self.event(kind, proposal.match_id.as_str(), None, &fact);
    }

    pub(super) fn user_blocked(&mut self, by: &UserId, user: &UserId, blocked: bool) {
        let fact = UserBlocked {
            by: by.clone(),
            user_id: user.clone(),
            blocked,
        };
        self.event(EventType::UserBlocked, by.as_str(), None, &fact);
    }

    pub(super) fn user_erased(&mut self, user: &UserId) {
        let fact = UserErased {
            user_id: user.clone(),
        };
        self.event(EventType::UserErased, user.as_str(), None, &fact);
    }

    /// A gift names nobody: its receiver is not to know who gave it.
    pub(super) fn notify_gift(&mut self, gift: &Gift) {
        let user = gift.receiver.user_id.clone();
        let about = About {
            gift: Some(&gift.id),
            ..About::default()
        };
        self.notify(
            user,
            NotificationKind::GiftReceived,
            gift.id.as_str(),
            about,
        );
    }

    /// Both of a match, each by the other's name.
    pub(super) fn notify_match(&mut self, made: &Match) {
        let [one, other] = &made.participants;
        for (user, with) in [(one, other), (other, one)] {
            let about = About {
                in_match: Some(&made.id),
                with: Some(with),
                ..About::default()
            };
            let kind = NotificationKind::MatchCreated;
            self.notify(user.user_id.clone(), kind, made.id.as_str(), about);
        }
    }

    /// One of a match, of times that the other one has put or answered.
    pub(super) fn notify_proposal(
        &mut self,
        user: &UserId,
        of: &Match,
        proposal: &Proposal,
        kind: NotificationKind,
    ) {
        let about = About {
            in_match: Some(&of.id),
            with: of.other(user),
            proposal: Some(proposal),
            ..About::default()
        };
        self.notify(user.clone(), kind, proposal.id.as_str(), about);
    }

    fn notify(&mut self, user: UserId, kind: NotificationKind, cause: &str, about: About<'_>) {
        let notification = Notification {
            id: (self.new_id)(),
            kind,
            created_at: self.now,
            session_id: about.proposal.and_then(|one| one.session_id.clone()),
            gift_id: about.gift.cloned(),
            match_id: about.in_match.cloned(),
            room_id: None,
            starts_at: about.proposal.and_then(|one| one.starts_at),
            with: about.with.map(|person| person.name.clone()),
            count: None,
            read_at: None,
        };
        self.effects.notifications.push(NewNotification {
            user,
            cause: format!("{}:{cause}", kind.name()),
            notification,
        });
    }

    fn room(&mut self, of: &Match, kind: EventType, revision: u64) {
        let fact = RoomFact {
            room_id: of.room_id.clone(),
            kind: RoomKind::Pair,
            name: None,
            members: of
                .participants
                .iter()
                .cloned()
                .map(RoomMember::from)
                .collect(),
            tenant: of.application.clone(),
            left: None,
        };
        self.event(kind, of.room_id.as_str(), Some(revision), &fact);
        self.publish_last(of);
    }

    /// Tells the application of a match of the event that was announced last.
    fn publish_last(&mut self, of: &Match) {
        let told = self.effects.events.last();
        let told = told.and_then(|event| outgoing(&of.application, event));
        self.effects.outgoing.extend(told);
    }

    fn event(
        &mut self,
        kind: EventType,
        subject: &str,
        revision: Option<u64>,
        data: &impl Serialize,
    ) {
        let event = Event {
            id: (self.new_id)(),
            kind: kind.name().to_owned(),
            occurred_at: self.now,
            source: SOURCE.to_owned(),
            subject: subject.to_owned(),
            revision,
            data: serde_json::to_value(data).expect("a fact has only plain fields"),
        };
        self.effects.events.push(event);
    }
}

/// That a match was made, for who is told of it later than others were.
#[must_use]
pub fn match_event(of: &Match, new_id: NewId<'_>) -> Event {
    let mut announcer = Announcer::new(of.created_at, new_id);
    announcer.event(EventType::MatchCreated, of.id.as_str(), None, &of.fact());
    announcer.effects.events.remove(0)
}

/// What a notification names beside its kind.
#[derive(Default)]
struct About<'a> {
    gift: Option<&'a GiftId>,
    in_match: Option<&'a MatchId>,
    with: Option<&'a Participant>,
    proposal: Option<&'a Proposal>,
}
