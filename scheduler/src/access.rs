//! Who asks: an application or an operator by their key, an operator by their ticket, a person by the cookie of
//! their login, or by the access that a join link was traded for.

mod api_key;
mod callers;
mod cookie;
mod page;
mod person;
mod reader;

pub(crate) use callers::{
    ActingOperator, Application, ClockSetter, GroupCaller, Observer, Operator, OperatorKey,
    Redeliverer, SessionCaller,
};
pub(crate) use cookie::{LOGIN_LIFE_MS, LoginCookie};
pub(crate) use page::{SessionMember, kicked};
pub(crate) use person::{Person, WebPage};
pub(crate) use reader::NotificationReader;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use service::clock;
use service::http::{ConnectionPlace, HttpError, bearer};
use service::listeners::takes_operators;

use crate::api_keys;
use crate::scope::Scope;
use crate::state::AppState;

/// Whoever asks, as far as their credential shows it. A Bearer wins over a cookie.
pub(crate) enum Principal {
    /// Somebody with an account, who is logged in.
    Person(Box<Person>),
    /// An application's back end, by its name.
    Application(String),
    /// A page that was opened by a join link.
    Page(Box<SessionMember>),
    /// An operator's API key, by its name.
    OperatorKey(String),
    /// Whoever has an operator's ticket, by the name in it.
    Operator(String),
}

impl FromRequestParts<AppState> for Principal {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, HttpError> {
        let principal = verify(parts, app).await?;
        ConnectionPlace::recognize_request(&parts.extensions);
        Ok(principal)
    }
}

async fn verify(parts: &Parts, app: &AppState) -> Result<Principal, HttpError> {
    let Some(shown) = bearer(&parts.headers) else {
        let person = person::of_cookie(parts, app).await?;
        return Ok(Principal::Person(Box::new(person)));
    };
    if shown.starts_with(api_keys::PREFIX) {
        let key = api_key::find(app, api_keys::hash(shown)).await?;
        return Ok(match key.scope {
            Scope::App => Principal::Application(key.name),
            Scope::Operator => Principal::OperatorKey(key.name),
        });
    }
    if is_ticket(shown) {
        if !takes_operators(&parts.extensions) {
            return Err(HttpError::unauthenticated("wrong_listener"));
        }
        let claims = app.tickets.check_operator(shown, clock::now()).await?;
        return Ok(Principal::Operator(claims.name));
    }
    let member = page::open(app, shown).await?;
    Ok(Principal::Page(Box::new(member)))
}

/// True for what has the three parts of a JWT; a page's access has two.
fn is_ticket(shown: &str) -> bool {
    shown.split('.').count() == 3
}

/// 404 for what is not there and for what is not the caller's: the answer does not say which.
pub(crate) fn no_such_session() -> HttpError {
    HttpError::not_found("There is no such session.")
}
