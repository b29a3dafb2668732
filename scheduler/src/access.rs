//! Who asks: an application by its key, or a person by the access that a join link was traded for.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use service::clock;
use service::http::Refusal;
use service::tickets::bearer;
use wire::UserId;

use crate::api_keys;
use crate::app::App;
use crate::store::StoredSession;

/// Who asks.
pub(crate) enum Caller {
    Application(String),
    Person(Box<Person>),
}

/// An application's back end.
pub(crate) struct Application(pub(crate) String);

/// One of the two of a session, who reaches that session, its room and its notifications.
pub(crate) struct Person {
    pub(crate) user: UserId,
    pub(crate) session: StoredSession,
}

impl FromRequestParts<App> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let credential =
            bearer(&parts.headers).ok_or_else(|| Refusal::unauthenticated("missing"))?;
        if credential.starts_with(api_keys::PREFIX) {
            let found = app.store.application(api_keys::hash(credential)).await?;
            let application = found.ok_or_else(|| Refusal::unauthenticated("unknown_key"))?;
            return Ok(Caller::Application(application));
        }
        let person = person(app, credential).await?;
        Ok(Caller::Person(Box::new(person)))
    }
}

impl FromRequestParts<App> for Application {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        match Caller::from_request_parts(parts, app).await? {
            Caller::Application(application) => Ok(Application(application)),
            Caller::Person(_) => Err(Refusal::forbidden("Only an application may do that.")),
        }
    }
}

impl FromRequestParts<App> for Person {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        match Caller::from_request_parts(parts, app).await? {
            Caller::Person(person) => Ok(*person),
            Caller::Application(_) => Err(Refusal::forbidden("Only a person has that.")),
        }
    }
}

async fn person(app: &App, access: &str) -> Result<Person, Refusal> {
    let grant = app
        .links
        .open_access(clock::now(), access)
        .ok_or_else(|| Refusal::unauthenticated("bad_access"))?;
    let session = app.store.session(grant.session).await?;
    let session = session.filter(|session| {
        session
            .participant(&grant.user)
            .is_some_and(|p| p.generation == grant.generation)
    });
    let session = session.ok_or_else(|| Refusal::unauthenticated("revoked"))?;
    Ok(Person {
        user: grant.user,
        session,
    })
}

/// The refusal of what is not there, or is not the caller's: nobody learns which.
pub(crate) fn no_such_session() -> Refusal {
    Refusal::not_found("There is no such session.")
}
