//! `/v1/me`: one's own account, its password, where one is logged in, and its end.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use scheduler_core::check_new_password;
use service::clock;
use service::http::{HttpError, Json};
use service::proxies::ClientAddr;
use wire::{ChangeMe, ChangePassword, EraseMe, LoginView, Page, SecretText, User};

use super::proofs::too_many_mails;
use super::signup::with_cookie;
use crate::access::Person;
use crate::accounts::{email_taken, refused, wrong_password};
use crate::commands::{self, ChangeOutcome};
use crate::state::AppState;
use crate::store::{StoredAccount, StoredLogin};

/// `GET /v1/me`: the account, and the cookie anew: it lasts for 30 days after the last time.
pub(crate) async fn get(
    State(app): State<AppState>,
    person: Person,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    let cookie = app.accounts()?.cookie;
    let token = cookie.read(&headers).unwrap_or_default();
    Ok(with_cookie(
        StatusCode::OK,
        &person.account,
        cookie.set(token),
    ))
}

/// `PATCH /v1/me`: changes what the body names.
pub(crate) async fn change(
    State(app): State<AppState>,
    person: Person,
    Json(change): Json<ChangeMe>,
) -> Result<Json<User>, HttpError> {
    if change.email.is_some() && app.email.is_none() {
        let message = "This server sends no mail, so no other address can be confirmed.";
        return Err(HttpError::field("email", "not_configured", message));
    }
    let who = (&person.user, person.login.as_str());
    let outcome = commands::change_account(&*app.store, who, &change, clock::now()).await?;
    match outcome {
        ChangeOutcome::Done(account) => {
            app.outbox.wake();
            if let Some(email) = &app.email {
                email.wake();
            }
            Ok(Json(account.view()))
        }
        ChangeOutcome::MailsLimited(wait_ms) => Err(too_many_mails(wait_ms)),
        ChangeOutcome::Invalid(errors) => Err(HttpError::invalid(errors)),
        ChangeOutcome::EmailTaken => Err(email_taken()),
        ChangeOutcome::Gone => Err(HttpError::unauthenticated("bad_cookie")),
    }
}

/// `POST /v1/me/password`: 204, and every other login has ended.
pub(crate) async fn change_password(
    State(app): State<AppState>,
    person: Person,
    Extension(client): Extension<ClientAddr>,
    Json(change): Json<ChangePassword>,
) -> Result<StatusCode, HttpError> {
    check_new_password(&person.account, &change).map_err(refused)?;
    let stored = check_own(&app, &person, client, "current", &change.current).await?;
    let passwords = &app.accounts()?.passwords;
    let password = passwords.hash(&change.new).await?;
    let changed = commands::change_password(&*app.store, &stored, &password, &person.login).await?;
    if !changed {
        return Err(wrong_password("current"));
    }
    app.outlets
        .streams
        .close_other_logins(&person.user, &person.login);
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /v1/me/logins`: where one is logged in, the newest first. There are few: they are one page.
pub(crate) async fn logins(
    State(app): State<AppState>,
    person: Person,
) -> Result<Json<Page<LoginView>>, HttpError> {
    let found = app
        .store
        .accounts()
        .logins(person.user.clone(), clock::now());
    let found = found.await?.into_iter();
    Ok(Json(Page {
        items: found.map(|login| login_view(login, &person)).collect(),
        next_cursor: None,
    }))
}

/// `DELETE /v1/me/logins/{id}`: 204, and its cookie opens nothing any more.
pub(crate) async fn end_login(
    State(app): State<AppState>,
    person: Person,
    Path(id): Path<String>,
) -> Result<StatusCode, HttpError> {
    if !commands::end_login(&*app.store, &person.user, &id).await? {
        return Err(HttpError::not_found("There is no such login."));
    }
    app.outlets.streams.close_login(&person.user, &id);
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /v1/me`: 204, and of the person nothing is left but their id where others have something of both.
pub(crate) async fn erase(
    State(app): State<AppState>,
    person: Person,
    Extension(client): Extension<ClientAddr>,
    Json(asked): Json<EraseMe>,
) -> Result<(StatusCode, [(HeaderName, HeaderValue); 1]), HttpError> {
    let stored = check_own(&app, &person, client, "password", &asked.password).await?;
    let erased = commands::erase(&*app.store, &stored, clock::now()).await?;
    let streamed = erased.ok_or_else(|| wrong_password("password"))?;
    app.outlets.streams.close_logins(&person.user);
    app.committed(streamed);
    tracing::info!(user = %person.user, event = "user.erased");
    let cleared = app.accounts()?.cookie.clear();
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cleared)]))
}

/// A login as the person who asks is shown it.
pub(super) fn login_view(login: StoredLogin, asking: &Person) -> LoginView {
    LoginView {
        current: login.id == asking.login,
        id: login.id,
        created_at: login.created_at,
        last_used_at: login.last_used_at,
        expires_at: login.expires_at,
        user_agent: login.user_agent,
    }
}

/// The account, if `password` is its own; a wrong one counts as one at a login.
async fn check_own(
    app: &AppState,
    person: &Person,
    client: ClientAddr,
    field: &str,
    password: &SecretText,
) -> Result<StoredAccount, HttpError> {
    let accounts = app.accounts()?;
    let counted = accounts.throttle.login(&person.account.email, client)?;
    let found = app.store.accounts().find(person.user.clone()).await?;
    let stored = found.ok_or_else(|| HttpError::unauthenticated("bad_cookie"))?;
    let phc = Some(stored.password.clone());
    if !accounts.passwords.is_right(password, phc).await? {
        return Err(wrong_password(field));
    }
    counted.was_right();
    Ok(stored)
}
