//! `/v1/mail-unsubscriptions/{token}`: whoever has the link of a mail wants no more mails about what they are notified of, or
//! wants them again. Asking for the page changes nothing, and its button does, as does a mail program's own (RFC 8058).

use axum::extract::{Path, State};
use axum::response::Response;
use service::clock;
use service::http::HttpError;
use wire::UserId;

use super::mail_refusals::{no_such_link, page};
use crate::commands;
use crate::state::AppState;

const ASK: &str = "<p>Do you want no more mails of this kind?</p>\
    <p lang=\"ko\">이런 메일을 더 이상 받지 않으시겠어요?</p>";
const STOP: &str = "<button>No more mails · <span lang=\"ko\">받지 않기</span></button>";
const STOPPED: &str = "<p>No more mails of this kind will be sent to you.</p>\
    <p lang=\"ko\">이런 메일을 더 이상 보내지 않아요.</p>";
const UNDO: &str = "<button>Send them again · <span lang=\"ko\">다시 받기</span></button>";
const RESUMED: &str = "<p>Mails of this kind are sent to you again.</p>\
    <p lang=\"ko\">이런 메일을 다시 보내 드려요.</p>";

/// `GET`: a page with a button, for what can be done.
pub(crate) async fn ask(
    State(app): State<AppState>,
    Path(token): Path<String>,
) -> Result<Response, HttpError> {
    let user = person(&app, &token)?;
    let reader = app.store.mail_addresses().reader(user).await?;
    Ok(match reader.is_some_and(|reader| reader.is_opted_out) {
        true => stopped(&token),
        false => page(&format!("{ASK}<form method=\"post\">{STOP}</form>")),
    })
}

/// `POST`: stops them, as often as it is asked.
pub(crate) async fn stop(
    State(app): State<AppState>,
    Path(token): Path<String>,
) -> Result<Response, HttpError> {
    let user = person(&app, &token)?;
    commands::unsubscribe(&*app.store, &user, clock::now()).await?;
    Ok(stopped(&token))
}

/// `POST …/undo`: has them sent again, as often as it is asked.
pub(crate) async fn undo(
    State(app): State<AppState>,
    Path(token): Path<String>,
) -> Result<Response, HttpError> {
    let user = person(&app, &token)?;
    commands::resubscribe(&*app.store, &user).await?;
    let stop = format!("../{}", token.trim());
    Ok(page(&format!(
        "{RESUMED}<form method=\"post\" action=\"{stop}\">{STOP}</form>"
    )))
}

fn person(app: &AppState, token: &str) -> Result<UserId, HttpError> {
    app.links
        .open_unsubscription(token)
        .ok_or_else(no_such_link)
}

/// Of a token that opened something: it is letters, digits, `-`, `_` and a dot.
fn stopped(token: &str) -> Response {
    let undo = format!("{}/undo", token.trim());
    page(&format!(
        "{STOPPED}<form method=\"post\" action=\"{undo}\">{UNDO}</form>"
    ))
}
