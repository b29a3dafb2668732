//! Accounts of people: what signing up and staying logged in need beside the store.

mod passwords;
mod throttle;

pub(crate) use passwords::PasswordPool;
pub(crate) use throttle::AccountThrottle;

use axum::http::{HeaderMap, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use service::StartError;
use service::http::HttpError;
use service::origin::AllowedOrigins;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use wire::visible_text::clean_name;
use wire::{ErrorCode, FieldError, UnixMs, UserId};

use crate::access::{LOGIN_LIFE_MS, LoginCookie};
use crate::config::{Config, SignupPolicy};
use crate::state::AppState;
use crate::store::StoredLogin;

/// Characters of what a browser calls itself that are kept.
const USER_AGENT_CHARS: usize = 200;

/// What the routes of accounts share. There is none where there are no accounts.
pub(crate) struct Accounts {
    pub(crate) signup: SignupPolicy,
    pub(crate) cookie: LoginCookie,
    /// Pages that may use a cookie: those of the web front end alone.
    pub(crate) web_origins: AllowedOrigins,
    pub(crate) passwords: PasswordPool,
    pub(crate) throttle: AccountThrottle,
}

impl Accounts {
    /// None where the settings say that there are no accounts.
    pub(crate) fn of(config: &Config) -> Result<Option<Self>, StartError> {
        if config.signup == SignupPolicy::Off {
            return Ok(None);
        }
        let web = AllowedOrigins::from_web_origin(&config.web_origin);
        Ok(Some(Self {
            signup: config.signup,
            cookie: LoginCookie::of(&config.web_origin),
            web_origins: web.map_err(StartError::Config)?,
            passwords: PasswordPool::new(),
            throttle: AccountThrottle::new(&config.limits),
        }))
    }
}

impl AppState {
    /// 404 where there are no accounts.
    pub(crate) fn accounts(&self) -> Result<&Accounts, HttpError> {
        let none = || HttpError::not_found("There are no accounts here.");
        self.accounts.as_deref().ok_or_else(none)
    }
}

/// A secret of 256 bits, and the hash that is stored of it.
pub(crate) fn new_token() -> (String, String) {
    let token = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
    let hash = token_hash(&token);
    (token, hash)
}

/// How a token is stored. It is random, so a plain hash can't be guessed back.
pub(crate) fn token_hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token))
}

/// A new login of a person with the browser that asks, and the token for its cookie.
pub(crate) fn new_login(now: UnixMs, user: UserId, headers: &HeaderMap) -> (String, StoredLogin) {
    let (token, hash) = new_token();
    let agent = headers.get(header::USER_AGENT);
    let agent = agent.and_then(|agent| agent.to_str().ok());
    let agent = agent.and_then(clean_name);
    let login = StoredLogin {
        id: Uuid::now_v7().to_string(),
        user,
        hash,
        created_at: now,
        last_used_at: now,
        expires_at: now + LOGIN_LIFE_MS,
        user_agent: agent.map(|agent| agent.chars().take(USER_AGENT_CHARS).collect()),
    };
    (token, login)
}

/// 422: the code is `weak_password` where nothing else is wrong.
pub(crate) fn refused(errors: Vec<FieldError>) -> HttpError {
    let weak = ErrorCode::WeakPassword;
    let is_weak = |error: &FieldError| error.code == "weak_password";
    match errors.first() {
        Some(first) if errors.iter().all(is_weak) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            HttpError::new(status, weak, first.message.clone()).with_errors(errors)
        }
        _ => HttpError::invalid(errors),
    }
}

/// 409: there is an account of that address.
pub(crate) fn email_taken() -> HttpError {
    HttpError::new(
        StatusCode::CONFLICT,
        ErrorCode::EmailTaken,
        "There is an account with that address: log in, or reset its password.",
    )
}

/// 401: it does not say which of the two is wrong.
pub(crate) fn bad_login() -> HttpError {
    HttpError::new(
        StatusCode::UNAUTHORIZED,
        ErrorCode::BadLogin,
        "No account has that address with that password.",
    )
}

/// 422: what was typed in `field` is not the account's password.
pub(crate) fn wrong_password(field: &str) -> HttpError {
    HttpError::field(field, "wrong_password", "That is not your password.")
}
