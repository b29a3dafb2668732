//! `/v1/mail-refusals/{token}`: whoever has the link of a mail wants no more of its kind. Mail programs fetch links before
//! anybody reads them: asking for the page changes nothing, and its button does, as does a mail program's own (RFC 8058).

use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use service::clock;
use service::http::HttpError;

use crate::commands;
use crate::state::AppState;

/// Nothing but the page itself, in which nobody else's text stands, and whose form is answered here.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
);
const STYLE: &str = ":root{color-scheme:light dark;--page:#FBF7F2;--card:#FFF;--ink:#241B2F;--line:#DDD2C6;--accent:#B3284C;--on:#FFF}\
    @media(prefers-color-scheme:dark){:root{--page:#15111C;--card:#1F1929;--ink:#F3EDF7;--line:#43384F;--accent:#FF8DA3;--on:#15111C}}\
    body{margin:0;padding:24px 12px;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,'Noto Sans KR',sans-serif}\
    main{max-width:480px;margin:0 auto;padding:24px;background:var(--card);border:1px solid var(--line);border-radius:14px}\
    p{margin:0 0 12px}button{min-height:44px;padding:0 24px;border:0;border-radius:10px;background:var(--accent);color:var(--on);font:inherit;font-weight:600}";
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

/// A page of its own, in the colours of the others.
pub(super) fn page(body: &str) -> Response {
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Mails</title>\
         <style>{STYLE}</style><main>{body}</main></html>"
    );
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(page)).into_response()
}

pub(super) fn no_such_link() -> HttpError {
    HttpError::not_found("This link is not known.")
}
