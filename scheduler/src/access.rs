//! Who asks: an application or an operator by their key, an operator by their ticket, or a person by the
//! access that a join link was traded for.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use scheduler_core::BookedSession;
use service::clock;
use service::http::{HttpError, bearer};
use service::listeners::takes_operators;
use wire::{SessionId, UserId};

use crate::api_keys;
use crate::scope::Scope;
use crate::state::AppState;

/// What a request shows.
enum Credential {
    Application(String),
    OperatorKey(String),
    OperatorTicket,
    Participant(Box<SessionMember>),
}

/// Who asks for something of a session: its application, or one of its two.
pub(crate) enum SessionCaller {
    Application(String),
    Participant(Box<SessionMember>),
}

/// An application's back end.
pub(crate) struct Application(pub(crate) String);

/// An operator's API key, by its name. It gets tickets, and reaches nothing else: those last an hour, and
/// it lasts until it is void.
pub(crate) struct OperatorKey(pub(crate) String);

/// Who may look at everything that happened to a session.
pub(crate) enum Observer {
    /// At those of this application.
    Application(String),
    /// At the timeline of every session.
    Operator,
}

/// One of the two of a session, who reaches that session, its room and its notifications.
pub(crate) struct SessionMember {
    pub(crate) user: UserId,
    pub(crate) session: BookedSession,
}

impl FromRequestParts<AppState> for Credential {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, HttpError> {
        let shown = bearer(&parts.headers).ok_or_else(|| HttpError::unauthenticated("missing"))?;
        if shown.starts_with(api_keys::PREFIX) {
            let found = app.store.api_keys().find(api_keys::hash(shown)).await?;
            let key = found.ok_or_else(|| HttpError::unauthenticated("unknown_key"))?;
            return Ok(match key.scope {
                Scope::App => Credential::Application(key.name),
                Scope::Operator => Credential::OperatorKey(key.name),
            });
        }
        if is_ticket(shown) {
            if !takes_operators(&parts.extensions) {
                return Err(HttpError::unauthenticated("wrong_listener"));
            }
            app.tickets.check_operator(shown, clock::now()).await?;
            return Ok(Credential::OperatorTicket);
        }
        let person = person(app, shown).await?;
        Ok(Credential::Participant(Box::new(person)))
    }
}

impl FromRequestParts<AppState> for SessionCaller {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, HttpError> {
        match Credential::from_request_parts(parts, app).await? {
            Credential::Application(application) => Ok(SessionCaller::Application(application)),
            Credential::Participant(person) => Ok(SessionCaller::Participant(person)),
            Credential::OperatorKey(_) | Credential::OperatorTicket => Err(HttpError::forbidden(
                "Only an application or a person may do that.",
            )),
        }
    }
}

impl FromRequestParts<AppState> for Application {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, HttpError> {
        match Credential::from_request_parts(parts, app).await? {
            Credential::Application(application) => Ok(Application(application)),
            _ => Err(HttpError::forbidden("Only an application may do that.")),
        }
    }
}

impl FromRequestParts<AppState> for OperatorKey {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, HttpError> {
        match Credential::from_request_parts(parts, app).await? {
            Credential::OperatorKey(name) => Ok(OperatorKey(name)),
            _ => Err(HttpError::forbidden("Only an operator's key gets that.")),
        }
    }
}

impl FromRequestParts<AppState> for Observer {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, HttpError> {
        match Credential::from_request_parts(parts, app).await? {
            Credential::Application(application) => Ok(Observer::Application(application)),
            Credential::OperatorTicket => Ok(Observer::Operator),
            Credential::OperatorKey(_) => Err(HttpError::forbidden(
                "Trade the operator's key for a ticket first.",
            )),
            Credential::Participant(_) => Err(HttpError::forbidden(
                "Only its application and operators see that.",
            )),
        }
    }
}

impl FromRequestParts<AppState> for SessionMember {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, HttpError> {
        match Credential::from_request_parts(parts, app).await? {
            Credential::Participant(person) => Ok(*person),
            _ => Err(HttpError::forbidden("Only a person has that.")),
        }
    }
}

impl AppState {
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

/// True for what has the three parts of a JWT; a person's access has two.
fn is_ticket(shown: &str) -> bool {
    shown.split('.').count() == 3
}

async fn person(app: &AppState, access: &str) -> Result<SessionMember, HttpError> {
    let grant = app
        .links
        .open_access(clock::now(), access)
        .ok_or_else(|| HttpError::unauthenticated("bad_access"))?;
    let session = app.store.sessions().find(grant.session).await?;
    let session = session.filter(|session| {
        session
            .participant(&grant.user)
            .is_some_and(|p| p.generation == grant.generation)
    });
    let session = session.ok_or_else(|| HttpError::unauthenticated("revoked"))?;
    Ok(SessionMember {
        user: grant.user,
        session,
    })
}

/// 404 for what is not there and for what is not the caller's: the answer does not say which.
pub(crate) fn no_such_session() -> HttpError {
    HttpError::not_found("There is no such session.")
}
