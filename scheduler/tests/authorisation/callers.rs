//! Who asks, and what they are to the object that is asked for.

use crate::world::Target;

/// Each kind of caller, by what they show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Caller {
    /// Shows no credential at all.
    Nobody,
    /// Shows an API key that nobody was given.
    WrongKey,
    /// Shows what looks like a ticket.
    WrongTicket,
    /// Shows what looks like a page's access.
    WrongAccess,
    /// The page of the first of the two of our session.
    Ana,
    /// The page of the second.
    Bo,
    /// A page of the same Ana, by the link of another session of hers.
    AnaElsewhere,
    /// Somebody with an account, logged in at the web front end, whose address is not verified.
    LoggedIn,
    /// As them, of the two who are matched the one who gave the gift, and proposed a time.
    Ada,
    /// As them, the other one of the match.
    Ben,
    /// As them, the one to whom Ada gave a gift.
    Rae,
    /// As them, somebody whom Ada and Rae have blocked.
    Blocked,
    /// A page of another session of the same application.
    Stranger,
    /// A page of another application's session.
    OtherPage,
    /// A page whose person was removed from their session.
    Removed,
    /// A page whose link was renewed since.
    Renewed,
    /// The back end of the application that booked our session.
    Application,
    /// Another application's back end.
    OtherApplication,
    /// An operator's API key.
    OperatorKey,
    /// An operator's ticket.
    OperatorTicket,
    /// Another service, by the secret that they share.
    Service,
}

/// What a caller is to what they ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    /// No credential, or none that counts.
    Unknown,
    /// The person whose it is, or one of the two whose it is.
    ItsPerson,
    /// The other one of a session in which this is one person's alone.
    ItsPeer,
    /// The person whose it is, with the access of another session: a link reaches its own alone.
    ItsPersonElsewhere,
    /// A person who has nothing to do with it.
    AnotherPerson,
    /// Somebody with an account, whose it is not.
    Account,
    /// Of two people with accounts the one from whom it comes.
    Author,
    /// Of two people with accounts the one for whom it is.
    Addressee,
    /// A person who was removed by an operator.
    RemovedPerson,
    /// The application that booked it.
    ItsApplication,
    /// An application that did not.
    AnotherApplication,
    OperatorKey,
    OperatorTicket,
    Service,
}

impl Caller {
    pub(crate) const ALL: [Self; 21] = [
        Self::Nobody,
        Self::WrongKey,
        Self::WrongTicket,
        Self::WrongAccess,
        Self::Ana,
        Self::Bo,
        Self::AnaElsewhere,
        Self::LoggedIn,
        Self::Ada,
        Self::Ben,
        Self::Rae,
        Self::Blocked,
        Self::Stranger,
        Self::OtherPage,
        Self::Removed,
        Self::Renewed,
        Self::Application,
        Self::OtherApplication,
        Self::OperatorKey,
        Self::OperatorTicket,
        Self::Service,
    ];

    /// What they are to what belongs to the session of `target`.
    pub(crate) fn relation(self, target: Target) -> Relation {
        match (self, target) {
            (Self::Nobody | Self::WrongKey | Self::WrongTicket | Self::WrongAccess, _)
            | (Self::Renewed, _) => Relation::Unknown,
            (Self::Ana, Target::Ours) | (Self::OtherPage, Target::Theirs) => Relation::ItsPerson,
            (Self::Bo, Target::Ours) => Relation::ItsPeer,
            (Self::AnaElsewhere, Target::Ours) => Relation::ItsPersonElsewhere,
            (Self::Ana | Self::Bo | Self::AnaElsewhere | Self::Stranger | Self::OtherPage, _) => {
                Relation::AnotherPerson
            }
            (Self::Ada, Target::OfMatch | Target::OfGift | Target::OfMeeting) => Relation::Author,
            (Self::Ben, Target::OfMatch | Target::OfMeeting) | (Self::Rae, Target::OfGift) => {
                Relation::Addressee
            }
            (Self::LoggedIn | Self::Ada | Self::Ben | Self::Rae | Self::Blocked, _) => {
                Relation::Account
            }
            (Self::Removed, _) => Relation::RemovedPerson,
            (Self::Application, Target::Ours) | (Self::OtherApplication, Target::Theirs) => {
                Relation::ItsApplication
            }
            (Self::Application | Self::OtherApplication, _) => Relation::AnotherApplication,
            (Self::OperatorKey, _) => Relation::OperatorKey,
            (Self::OperatorTicket, _) => Relation::OperatorTicket,
            (Self::Service, _) => Relation::Service,
        }
    }

    /// The name of whoever has an account, which stands in their address, too.
    pub(crate) fn account_name(self) -> Option<&'static str> {
        match self {
            Self::LoggedIn => Some("Eve"),
            Self::Ada => Some("Ada"),
            Self::Ben => Some("Ben"),
            Self::Rae => Some("Rae"),
            Self::Blocked => Some("Zed"),
            _ => None,
        }
    }

    /// True for the back end of an application, which names for whom it asks.
    pub(crate) fn is_application(self) -> bool {
        matches!(self, Self::Application | Self::OtherApplication)
    }
}

impl Relation {
    pub(crate) const ALL: [Self; 14] = [
        Self::Unknown,
        Self::ItsPerson,
        Self::ItsPeer,
        Self::ItsPersonElsewhere,
        Self::AnotherPerson,
        Self::Account,
        Self::Author,
        Self::Addressee,
        Self::RemovedPerson,
        Self::ItsApplication,
        Self::AnotherApplication,
        Self::OperatorKey,
        Self::OperatorTicket,
        Self::Service,
    ];

    /// The name of what they show, in `/openapi.json`.
    pub(crate) fn credential(self) -> Option<&'static str> {
        match self {
            Self::Unknown => None,
            Self::ItsPerson
            | Self::ItsPeer
            | Self::ItsPersonElsewhere
            | Self::AnotherPerson
            | Self::RemovedPerson => Some("access"),
            Self::Account | Self::Author | Self::Addressee => Some("login"),
            Self::ItsApplication | Self::AnotherApplication => Some("api_key"),
            Self::OperatorKey => Some("operator_key"),
            Self::OperatorTicket => Some("operator_ticket"),
            Self::Service => Some("events_secret"),
        }
    }
}
