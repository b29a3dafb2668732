//! `/v1/mail-unsubscriptions/{token}`: whoever has the link of a mail wants no more mails about what they are notified of.
//! Asking for the page changes nothing, and its button does, as does a mail program's own (RFC 8058).

use axum::extract::{Path, State};
use axum::response::Response;
use service::clock;
use service::http::HttpError;

use super::mail_refusals::{no_such_link, page};
use crate::commands;
use crate::state::AppState;

const ASK: &str = "<p>Do you want no more mails of this kind?</p>\
    <p lang=\"ko\">이런 메일을 더 이상 받지 않으시겠어요?</p>\
    <form method=\"post\"><button>No more mails · <span lang=\"ko\">받지 않기</span></button></form>";
const DONE: &str = "<p>No more mails of this kind will be sent to you.</p>\
    <p lang=\"ko\">이런 메일을 더 이상 보내지 않아요.</p>";

/// `GET`: a page with a button.
pub(crate) async fn ask(
    State(app): State<AppState>,
    Path(token): Path<String>,
) -> Result<Response, HttpError> {
    let opened = app.links.open_unsubscription(&token);
    opened.map(|_| page(ASK)).ok_or_else(no_such_link)
}

/// `POST`: stops them, as often as it is asked.
pub(crate) async fn stop(
    State(app): State<AppState>,
    Path(token): Path<String>,
) -> Result<Response, HttpError> {
    let user = app.links.open_unsubscription(&token);
    let user = user.ok_or_else(no_such_link)?;
    commands::unsubscribe(&*app.store, &user, clock::now()).await?;
    Ok(page(DONE))
}
