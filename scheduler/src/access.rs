//! Who asks: an application or an operator by their key, an operator by their ticket, or a person by the
//! access that a join link was traded for.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use scheduler_core::BookedSession;
use service::clock;
use service::http::{ConnectionPlace, HttpError, bearer};
use service::listeners::takes_operators;
use wire::{SessionId, UnixMs, UserId};

use crate::api_keys;
use crate::commands::mark_key_used;
use crate::scope::Scope;
use crate::state::AppState;
use crate::store::ApiKey;

/// How exactly it is known when a key was last used, in milliseconds: one write in that time.
const KEY_USE_MS: i64 = 15 * 60_000;

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

/// Whoever has an operator's ticket.
pub(crate) struct Operator;

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
        let credential = verify(parts, app).await?;
        ConnectionPlace::recognize_request(&parts.extensions);
        Ok(credential)
    }
}

async fn verify(parts: &Parts, app: &AppState) -> Result<Credential, HttpError> {
    let shown = bearer(&parts.headers).ok_or_else(|| HttpError::unauthenticated("missing"))?;
    if shown.starts_with(api_keys::PREFIX) {
        let key = api_key(app, api_keys::hash(shown)).await?;
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

impl FromRequestParts<AppState> for Operator {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, HttpError> {
        match Credential::from_request_parts(parts, app).await? {
            Credential::OperatorTicket => Ok(Operator),
            Credential::OperatorKey(_) => Err(trade_it()),
            _ => Err(HttpError::forbidden("Only an operator may do that.")),
        }
    }
}

impl FromRequestParts<AppState> for Observer {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, HttpError> {
        match Credential::from_request_parts(parts, app).await? {
            Credential::Application(application) => Ok(Observer::Application(application)),
            Credential::OperatorTicket => Ok(Observer::Operator),
            Credential::OperatorKey(_) => Err(trade_it()),
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
    /// Counts a ticket that the caller asks for: 429 where their quota is used up.
    pub(crate) fn count_ticket(&self, caller: &SessionCaller) -> Result<(), HttpError> {
        match caller {
            SessionCaller::Application(application) => self.quotas.application_ticket(application),
            SessionCaller::Participant(person) => {
                self.quotas.person_ticket(&person.session.id, &person.user)
            }
        }
    }

    /// Looks again whether a person's access counts: 401 where it was revoked since, 403 where they were
    /// removed.
    pub(crate) async fn still_counts(&self, person: &SessionMember) -> Result<(), HttpError> {
        let generation = |session: &BookedSession| {
            let found = session.participant(&person.user);
            found.map(|participant| participant.generation)
        };
        let found = self
            .store
            .sessions()
            .find(person.session.id.clone())
            .await?;
        match found {
            Some(session) if session.record.is_kicked(&person.user) => Err(kicked()),
            Some(session) if generation(&session) == generation(&person.session) => Ok(()),
            _ => Err(HttpError::unauthenticated("revoked")),
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

/// True for what has the three parts of a JWT; a person's access has two.
fn is_ticket(shown: &str) -> bool {
    shown.split('.').count() == 3
}

/// What a key stands for, as the store has it at this moment: no copy outlives a revocation.
async fn api_key(app: &AppState, hash: String) -> Result<ApiKey, HttpError> {
    let found = app.store.api_keys().find(hash).await?;
    let stored = found.ok_or_else(|| HttpError::unauthenticated("unknown_key"))?;
    let now = clock::now();
    let is_marked = |at: UnixMs| now.since(at) < KEY_USE_MS;
    if !stored.last_used_at.is_some_and(is_marked) {
        // Only the list of keys shows it: nobody is refused because it could not be written.
        if let Err(error) = mark_key_used(&*app.store, &stored.hash, now).await {
            tracing::debug!(%error, "the use of a key was not noted");
        }
    }
    Ok(stored.key)
}

/// The holder of an access, while it opens anything: it is of the link that counts, its person was not
/// removed, and what the link opens after the end is not over either.
async fn person(app: &AppState, access: &str) -> Result<SessionMember, HttpError> {
    let now = clock::now();
    let grant = app
        .links
        .open_access(now, access)
        .ok_or_else(|| HttpError::unauthenticated("bad_access"))?;
    let found = app.store.sessions().find(grant.session.clone()).await?;
    let session = found
        .filter(|session| grant.counts_in(session))
        .ok_or_else(|| HttpError::unauthenticated("revoked"))?;
    if session.record.is_kicked(&grant.user) {
        return Err(kicked());
    }
    if session.over(now).is_some() && now >= session.links_end_at(app.links_after_end_ms) {
        return Err(HttpError::unauthenticated("expired"));
    }
    Ok(SessionMember {
        user: grant.user,
        session,
    })
}

/// 403 for whom an operator has removed from the session.
pub(crate) fn kicked() -> HttpError {
    HttpError::forbidden("An operator has removed this person.").with_reason("kicked")
}

fn trade_it() -> HttpError {
    HttpError::forbidden("Trade the operator's key for a ticket first.")
}

/// 404 for what is not there and for what is not the caller's: the answer does not say which.
pub(crate) fn no_such_session() -> HttpError {
    HttpError::not_found("There is no such session.")
}
