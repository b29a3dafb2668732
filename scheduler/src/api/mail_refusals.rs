//! `/v1/mail-refusals/{token}`: whoever has the link of a mail wants no more of its kind. Mail programs fetch links before
//! anybody reads them: asking for the page changes nothing, and its button does, as does a mail program's own (RFC 8058).

use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use service::clock;
use service::http::HttpError;

use crate::commands;
use crate::state::AppState;

/// Nothing but the page itself, whose form is answered here.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
);
const ASK: &str = "<p>Do you want no mails about gifts at this address, now or ever?</p>\
    <p lang=\"ko\">이 주소로 선물 메일을 더 이상 받지 않으시겠습니까?</p>\
    <form method=\"post\"><button>No more mails · <span lang=\"ko\">받지 않기</span></button></form>";
const DONE: &str = "<p>No mail about gifts will be sent to this address any more.</p>\
    <p lang=\"ko\">이 주소로는 선물 메일을 더 이상 보내지 않습니다.</p>";

/// `GET`: a page with a button.
pub(crate) async fn ask(
    State(app): State<AppState>,
    Path(token): Path<String>,
) -> Result<Response, HttpError> {
    let opened = app.links.open_refusal(&token);
    opened.map(|_| page(ASK)).ok_or_else(no_such_link)
}

/// `POST`: refuses all further ones, as often as it is asked.
pub(crate) async fn refuse(
    State(app): State<AppState>,
    Path(token): Path<String>,
) -> Result<Response, HttpError> {
    let hash = app.links.open_refusal(&token).ok_or_else(no_such_link)?;
    commands::refuse_mails(&*app.store, &hash, clock::now()).await?;
    Ok(page(DONE))
}

fn page(body: &str) -> Response {
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Mails</title>{body}</html>"
    );
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(page)).into_response()
}

fn no_such_link() -> HttpError {
    HttpError::not_found("This link is not known.")
}
