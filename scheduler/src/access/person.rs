//! People who are logged in, by the cookie of their login.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use scheduler_core::Account;
use service::clock;
use service::http::HttpError;
use wire::UserId;

use super::{LOGIN_LIFE_MS, Principal};
use crate::accounts::{Accounts, token_hash};
use crate::commands::extend_login;
use crate::state::AppState;

/// How exactly it is known when a login was last used, in milliseconds: one write in that time.
const LOGIN_USE_MS: i64 = 15 * 60_000;

/// Somebody with an account, who is logged in.
pub(crate) struct Person {
    pub(crate) user: UserId,
    /// Id of the login that asks.
    pub(crate) login: String,
    pub(crate) account: Account,
}

impl FromRequestParts<AppState> for Person {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, HttpError> {
        match Principal::from_request_parts(parts, app).await? {
            Principal::Person(person) => Ok(*person),
            _ => Err(HttpError::forbidden(
                "Only a person who is logged in may do that.",
            )),
        }
    }
}

/// A request that no page of another origin sends: its `Origin` is the web front end's, or there is none. For what is
/// asked before anybody is logged in.
pub(crate) struct WebPage;

impl FromRequestParts<AppState> for WebPage {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, HttpError> {
        app.accounts()?.web_origins.check(&parts.headers)?;
        Ok(WebPage)
    }
}

/// Whose cookie it is. What changes anything needs the web front end's `Origin` beside it: a page of another site can
/// make a browser send the cookie, and not that.
pub(super) async fn of_cookie(parts: &Parts, app: &AppState) -> Result<Person, HttpError> {
    let missing = || HttpError::unauthenticated("missing");
    let accounts = app.accounts.as_ref().ok_or_else(missing)?;
    let token = accounts.cookie.read(&parts.headers).ok_or_else(missing)?;
    if !is_safe(&parts.method) {
        check_origin(accounts, &parts.headers)?;
    }
    let found = app.store.accounts().find_login(token_hash(token)).await?;
    let now = clock::now();
    let (login, account) = found
        .filter(|(login, _)| login.expires_at > now)
        .ok_or_else(|| HttpError::unauthenticated("bad_cookie"))?;
    if now.since(login.last_used_at) >= LOGIN_USE_MS {
        // It slides a little later then: nobody is refused because it could not be written.
        let slid = extend_login(&*app.store, &login.id, now, now + LOGIN_LIFE_MS).await;
        if let Err(error) = slid {
            tracing::debug!(%error, "the use of a login was not noted");
        }
    }
    Ok(Person {
        user: login.user,
        login: login.id,
        account,
    })
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn check_origin(accounts: &Accounts, headers: &HeaderMap) -> Result<(), HttpError> {
    if !headers.contains_key(axum::http::header::ORIGIN) {
        return Err(HttpError::origin_not_allowed());
    }
    Ok(accounts.web_origins.check(headers)?)
}
