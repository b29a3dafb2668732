//! `/v1/email-verification` and `/v1/password-reset`: what the links of mails prove. The tokens are secrets: they come
//! in bodies, and no answer is kept to be repeated.

use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use scheduler_core::{EmailAddress, MailKind, check_reset_password};
use service::clock;
use service::http::{HttpError, Json, JsonOrEmpty};
use service::proxies::ClientAddr;
use wire::{
    ConfirmEmail, ConfirmReset, EmptyBody, ErrorCode, FieldError, PasswordReset, SecretText, User,
};

use crate::access::{Person, WebPage};
use crate::accounts::{email_taken, refused, token_hash};
use crate::commands::{self, AskOutcome, ConfirmOutcome};
use crate::state::AppState;
use crate::store::StoredToken;

/// How long asking for a reset takes, whether there is such an account or not.
const RESET_ANSWER: Duration = Duration::from_millis(100);

/// `POST /v1/email-verification`: 202, and a mail is on its way to the account's address.
pub(crate) async fn ask(
    State(app): State<AppState>,
    person: Person,
    JsonOrEmpty(EmptyBody {}): JsonOrEmpty<EmptyBody>,
) -> Result<StatusCode, HttpError> {
    let email = app.email.as_ref().ok_or_else(no_mail)?;
    let login = Some(person.login.as_str());
    let now = clock::now();
    let asked =
        commands::ask_for_mail(&*app.store, MailKind::Verify, &person.user, login, now).await?;
    match asked {
        AskOutcome::Queued => {
            email.wake();
            Ok(StatusCode::ACCEPTED)
        }
        AskOutcome::Limited(wait_ms) => Err(too_many_mails(wait_ms)),
        AskOutcome::AlreadyVerified => Err(HttpError::conflict("The address is confirmed.")),
        AskOutcome::Gone => Err(HttpError::unauthenticated("bad_cookie")),
    }
}

/// `POST /v1/email-verification/confirm`: the account, for the login that asked for the mail and no other.
pub(crate) async fn confirm(
    State(app): State<AppState>,
    person: Person,
    Json(confirm): Json<ConfirmEmail>,
) -> Result<Json<User>, HttpError> {
    let token = token(&app, MailKind::Verify, &confirm.token).await?;
    if token.user != person.user || token.login.as_deref() != Some(person.login.as_str()) {
        return Err(bad_token());
    }
    match commands::confirm_email(&*app.store, &token).await? {
        ConfirmOutcome::Done(account) => {
            app.claim_gifts_of_verified(&account.user).await;
            Ok(Json(account.view()))
        }
        ConfirmOutcome::BadToken => Err(bad_token()),
        ConfirmOutcome::EmailTaken => Err(email_taken()),
    }
}

/// `POST /v1/password-reset`: 202 in any case, after the same time.
pub(crate) async fn ask_for_reset(
    State(app): State<AppState>,
    WebPage: WebPage,
    Extension(client): Extension<ClientAddr>,
    Json(reset): Json<PasswordReset>,
) -> Result<StatusCode, HttpError> {
    app.accounts()?.throttle.reset(client)?;
    let asking = async {
        match EmailAddress::parse(&reset.email) {
            Some(email) => send_reset(&app, email).await,
            None => Ok(()),
        }
    };
    let (asked, ()) = tokio::join!(asking, tokio::time::sleep(RESET_ANSWER));
    asked.map(|()| StatusCode::ACCEPTED)
}

async fn send_reset(app: &AppState, address: EmailAddress) -> Result<(), HttpError> {
    let Some(email) = &app.email else {
        tracing::warn!("a password was to be reset, and email.url is not set");
        return Ok(());
    };
    let Some(stored) = app.store.accounts().find_by_email(address).await? else {
        return Ok(());
    };
    let (user, now) = (&stored.account.user, clock::now());
    let asked = commands::ask_for_mail(&*app.store, MailKind::Reset, user, None, now).await?;
    match asked {
        AskOutcome::Queued => email.wake(),
        AskOutcome::Limited(_) => service::limits::Limit::Mails.hit(),
        AskOutcome::AlreadyVerified | AskOutcome::Gone => {}
    }
    Ok(())
}

/// `POST /v1/password-reset/confirm`: 204; the address is proved, and every login has ended.
pub(crate) async fn confirm_reset(
    State(app): State<AppState>,
    WebPage: WebPage,
    Json(confirm): Json<ConfirmReset>,
) -> Result<StatusCode, HttpError> {
    let token = token(&app, MailKind::Reset, &confirm.token).await?;
    let found = app.store.accounts().find(token.user.clone()).await?;
    let account = found.ok_or_else(bad_token)?.account;
    check_reset_password(&account, &confirm.password).map_err(refused)?;
    let password = app.accounts()?.passwords.hash(&confirm.password).await?;
    if !commands::reset_password(&*app.store, &token, &password).await? {
        return Err(bad_token());
    }
    app.outlets.streams.close_logins(&token.user);
    app.claim_gifts_of_verified(&token.user).await;
    Ok(StatusCode::NO_CONTENT)
}

/// The stored token, while its time is not over.
async fn token(
    app: &AppState,
    kind: MailKind,
    shown: &SecretText,
) -> Result<StoredToken, HttpError> {
    let hash = token_hash(shown.expose().trim());
    let found = app.store.mails().find_token(hash, clock::now()).await?;
    found
        .filter(|token| token.kind == kind)
        .ok_or_else(bad_token)
}

pub(super) fn too_many_mails(wait_ms: u64) -> HttpError {
    service::limits::Limit::Mails.hit();
    HttpError::rate_limited(wait_ms)
}

fn no_mail() -> HttpError {
    HttpError::conflict("This server sends no mail, so no address can be confirmed.")
}

fn bad_token() -> HttpError {
    let message =
        "That link is used, or more than an hour old, or of another browser: ask for another.";
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    HttpError::new(status, ErrorCode::BadToken, message).with_errors(vec![FieldError {
        field: "token".to_owned(),
        code: "bad_token".to_owned(),
        message: message.to_owned(),
    }])
}
