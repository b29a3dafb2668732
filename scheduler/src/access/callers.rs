//! What a handler asks for: the callers that it takes. Everybody else is refused before it runs.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use scheduler_core::{BookedSession, GroupActor};
use service::http::HttpError;
use wire::{SessionId, UserId};

use super::{Person, Principal, SessionMember, no_such_session};
use crate::state::AppState;

/// Who asks for something of a session: its application, a person, or the page of a join link.
pub(crate) enum SessionCaller {
    Application(String),
    Person(Box<Person>),
    Page(Box<SessionMember>),
}

/// Who asks for something of a group: an application, or a person who is logged in.
pub(crate) struct GroupCaller(pub(crate) GroupActor);

/// An application's back end.
pub(crate) struct Application(pub(crate) String);

/// An operator's API key, by its name. It gets tickets, and reaches nothing else: those last an hour, and
/// it lasts until it is void.
pub(crate) struct OperatorKey(pub(crate) String);

/// Whoever has an operator's ticket.
pub(crate) struct Operator;

/// An operator who changes something, by the name in their ticket: the audit log says who.
pub(crate) struct ActingOperator(pub(crate) String);

/// Who may look at everything that happened to a session.
pub(crate) enum Observer {
    /// At those of this application.
    Application(String),
    /// At the timeline of every session.
    Operator,
}

/// Who may have a delivery sent again.
pub(crate) enum Redeliverer {
    /// One of its own.
    Application(String),
    /// Any, by the name in their ticket: the audit log says who.
    Operator(String),
}

/// Who may move the clock of tests: an application, or an operator by their ticket. A page holds neither.
pub(crate) struct ClockSetter;

impl FromRequestParts<AppState> for SessionCaller {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, HttpError> {
        match Principal::from_request_parts(parts, app).await? {
            Principal::Application(application) => Ok(SessionCaller::Application(application)),
            Principal::Person(person) => Ok(SessionCaller::Person(person)),
            Principal::Page(member) => Ok(SessionCaller::Page(member)),
            Principal::OperatorKey(_) | Principal::Operator(_) => Err(HttpError::forbidden(
                "Only an application or a person may do that.",
            )),
        }
    }
}

impl FromRequestParts<AppState> for GroupCaller {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, HttpError> {
        match Principal::from_request_parts(parts, app).await? {
            Principal::Application(name) => Ok(GroupCaller(GroupActor::Application(name))),
            Principal::Person(person) => Ok(GroupCaller(GroupActor::Person(person.user))),
            _ => Err(HttpError::forbidden(
                "Only an application, or a person who is logged in, may do that.",
            )),
        }
    }
}

impl FromRequestParts<AppState> for Application {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, HttpError> {
        match Principal::from_request_parts(parts, app).await? {
            Principal::Application(application) => Ok(Application(application)),
            _ => Err(HttpError::forbidden("Only an application may do that.")),
        }
    }
}

impl FromRequestParts<AppState> for OperatorKey {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, HttpError> {
        match Principal::from_request_parts(parts, app).await? {
            Principal::OperatorKey(name) => Ok(OperatorKey(name)),
            _ => Err(HttpError::forbidden("Only an operator's key gets that.")),
        }
    }
}

impl FromRequestParts<AppState> for Operator {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, HttpError> {
        match Principal::from_request_parts(parts, app).await? {
            Principal::Operator(_) => Ok(Operator),
            Principal::OperatorKey(_) => Err(trade_it()),
            _ => Err(HttpError::forbidden("Only an operator may do that.")),
        }
    }
}

impl FromRequestParts<AppState> for ActingOperator {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, HttpError> {
        match Principal::from_request_parts(parts, app).await? {
            Principal::Operator(name) => Ok(ActingOperator(name)),
            Principal::OperatorKey(_) => Err(trade_it()),
            _ => Err(HttpError::forbidden("Only an operator may do that.")),
        }
    }
}

impl FromRequestParts<AppState> for Observer {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, HttpError> {
        match Principal::from_request_parts(parts, app).await? {
            Principal::Application(application) => Ok(Observer::Application(application)),
            Principal::Operator(_) => Ok(Observer::Operator),
            Principal::OperatorKey(_) => Err(trade_it()),
            Principal::Page(_) | Principal::Person(_) => Err(HttpError::forbidden(
                "Only its application and operators see that.",
            )),
        }
    }
}

impl FromRequestParts<AppState> for Redeliverer {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, HttpError> {
        match Principal::from_request_parts(parts, app).await? {
            Principal::Application(application) => Ok(Redeliverer::Application(application)),
            Principal::Operator(name) => Ok(Redeliverer::Operator(name)),
            Principal::OperatorKey(_) => Err(trade_it()),
            Principal::Page(_) | Principal::Person(_) => Err(HttpError::forbidden(
                "Only its application and operators may do that.",
            )),
        }
    }
}

impl Redeliverer {
    /// Whether they may have a delivery of that application sent again.
    pub(crate) fn may_send(&self, application: &str) -> bool {
        match self {
            Redeliverer::Application(own) => own == application,
            Redeliverer::Operator(_) => true,
        }
    }
}

impl FromRequestParts<AppState> for ClockSetter {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, HttpError> {
        match Principal::from_request_parts(parts, app).await? {
            Principal::Application(_) | Principal::Operator(_) => Ok(ClockSetter),
            Principal::OperatorKey(_) => Err(trade_it()),
            Principal::Page(_) | Principal::Person(_) => Err(HttpError::forbidden(
                "Only an application or an operator may do that.",
            )),
        }
    }
}

impl SessionCaller {
    /// The person, where it is one that asks and no application.
    pub(crate) fn user(&self) -> Option<&UserId> {
        match self {
            SessionCaller::Application(_) => None,
            SessionCaller::Person(person) => Some(&person.user),
            SessionCaller::Page(member) => Some(&member.user),
        }
    }
}

impl AppState {
    /// Counts a ticket that the caller asks for: 429 where their quota is used up.
    pub(crate) fn count_ticket(&self, caller: &SessionCaller) -> Result<(), HttpError> {
        match caller {
            SessionCaller::Application(application) => self.quotas.application_ticket(application),
            SessionCaller::Person(person) => self.quotas.person_ticket(None, &person.user),
            SessionCaller::Page(member) => {
                let session = Some(&member.session.id);
                self.quotas.person_ticket(session, &member.user)
            }
        }
    }

    /// The session, if `observer` may look at it.
    pub(crate) async fn session_of_observer(
        &self,
        observer: Observer,
        id: SessionId,
    ) -> Result<BookedSession, HttpError> {
        match observer {
            Observer::Application(application) => self.own_session(&application, id).await,
            Observer::Operator => self
                .store
                .sessions()
                .find(id)
                .await?
                .ok_or_else(no_such_session),
        }
    }
}

fn trade_it() -> HttpError {
    HttpError::forbidden("Trade the operator's key for a ticket first.")
}
