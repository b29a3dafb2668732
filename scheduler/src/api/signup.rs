//! `/v1/signup`, `/v1/login` and `/v1/logout`: how somebody comes to be a person with a cookie, and ends it. What is
//! asked and given here are secrets: no answer is kept to be repeated.

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use scheduler_core::{Account, EmailAddress, check_signup};
use service::clock;
use service::http::{HttpError, Json};
use service::proxies::ClientAddr;
use uuid::Uuid;
use wire::{Login, SecretText, Signup};

use crate::access::{Person, WebPage};
use crate::accounts::{bad_login, email_taken, new_login, refused, token_hash};
use crate::commands::{self, SignupCommand, SignupOutcome};
use crate::config::SignupPolicy;
use crate::state::AppState;
use crate::store::StoredAccount;

/// `POST /v1/signup`: the account, with a cookie for the browser that asked.
pub(crate) async fn sign_up(
    State(app): State<AppState>,
    WebPage: WebPage,
    Extension(client): Extension<ClientAddr>,
    headers: HeaderMap,
    Json(signup): Json<Signup>,
) -> Result<Response, HttpError> {
    let accounts = app.accounts()?;
    let now = clock::now();
    let checked = check_signup(now, signup, &mut || Uuid::now_v7().to_string());
    let checked = checked.map_err(refused)?;
    let invite = invite(accounts.signup, checked.invite)?;
    accounts.throttle.signup(client)?;
    let account = checked.account;
    // Before the work of hashing. Whoever comes in between is found where it is written.
    let found = app.store.accounts().find_by_email(account.email.clone());
    if found.await?.is_some() {
        return Err(email_taken());
    }
    let password = accounts.passwords.hash(&checked.password).await?;
    let (token, login) = new_login(now, account.user.clone(), &headers);
    let command = SignupCommand {
        account: StoredAccount { account, password },
        login,
        invite,
        sends_mail: app.email.is_some(),
    };
    match commands::sign_up(&*app.store, &command, now).await? {
        SignupOutcome::Done => {}
        SignupOutcome::EmailTaken => return Err(email_taken()),
        SignupOutcome::BadInvite => return Err(bad_invite()),
    }
    if let Some(email) = &app.email {
        email.wake();
    }
    let account = &command.account.account;
    Ok(with_cookie(
        StatusCode::CREATED,
        account,
        accounts.cookie.set(&token),
    ))
}

/// `POST /v1/login`: the account, with a cookie; 401 after the same time whether the address is known or not.
pub(crate) async fn log_in(
    State(app): State<AppState>,
    WebPage: WebPage,
    Extension(client): Extension<ClientAddr>,
    headers: HeaderMap,
    Json(login): Json<Login>,
) -> Result<Response, HttpError> {
    let accounts = app.accounts()?;
    // What is no address belongs to nobody, and takes as long.
    let email = EmailAddress::parse(&login.email);
    let counted = match &email {
        Some(email) => Some(accounts.throttle.login(email, client)?),
        None => None,
    };
    let stored = match email {
        Some(email) => app.store.accounts().find_by_email(email).await?,
        None => None,
    };
    let phc = stored.as_ref().map(|stored| stored.password.clone());
    let is_right = accounts.passwords.is_right(&login.password, phc).await?;
    let stored = stored.filter(|_| is_right).ok_or_else(bad_login)?;
    let user = stored.account.user.clone();
    let (token, login) = new_login(clock::now(), user, &headers);
    if !commands::log_in(&*app.store, &stored, &login).await? {
        return Err(bad_login());
    }
    if let Some(counted) = counted {
        counted.was_right();
    }
    Ok(with_cookie(
        StatusCode::OK,
        &stored.account,
        accounts.cookie.set(&token),
    ))
}

/// `POST /v1/logout`: 204, and the cookie opens nothing any more.
pub(crate) async fn log_out(
    State(app): State<AppState>,
    person: Person,
) -> Result<Response, HttpError> {
    commands::end_login(&*app.store, &person.user, &person.login).await?;
    app.outlets.streams.close_login(&person.user, &person.login);
    let cleared = app.accounts()?.cookie.clear();
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cleared)]).into_response())
}

/// The hash of the invitation that a sign-up needs; none where it needs none.
fn invite(signup: SignupPolicy, shown: Option<SecretText>) -> Result<Option<String>, HttpError> {
    if signup != SignupPolicy::Invite {
        return Ok(None);
    }
    match shown {
        Some(code) => Ok(Some(token_hash(code.expose().trim()))),
        None => {
            let message = "An account needs an invitation here: ask whoever runs this server.";
            Err(HttpError::field("invite", "required", message))
        }
    }
}

fn bad_invite() -> HttpError {
    let message = "That invitation is used, too old, or was never given: ask for another.";
    HttpError::field("invite", "bad_invite", message)
}

pub(super) fn with_cookie(status: StatusCode, account: &Account, cookie: HeaderValue) -> Response {
    let headers = [
        (header::SET_COOKIE, cookie),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers, Json(account.view())).into_response()
}
