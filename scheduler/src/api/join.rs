//! `/v1/join`: a join link is traded for access.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use scheduler_core::BookedSession;
use service::clock;
use service::http::{HttpError, Json};
use service::proxies::ClientAddr;
use wire::{EndReason, ErrorCode, JoinRequest, JoinResponse};

use crate::access::kicked;
use crate::join_links::LinkGrant;
use crate::session_view::Audience;
use crate::state::AppState;

/// `POST /v1/join`: the access, or 404 for an unknown link and 403 for a person who was removed. After the
/// session it opens the record and the chat, for a while; then it is 410. A link of another application than the one
/// that the page for embedding names is unknown there.
pub(crate) async fn join(
    State(app): State<AppState>,
    Extension(client): Extension<ClientAddr>,
    Json(request): Json<JoinRequest>,
) -> Result<Json<JoinResponse>, HttpError> {
    let Some(grant) = app.links.open_link(&request.token) else {
        app.join_link_throttle.count(client)?;
        return Err(unknown_link());
    };
    let session = session_of_link(&app, &grant).await?;
    let named = request.application.as_ref();
    if named.is_some_and(|named| *named != session.application) {
        return Err(unknown_link());
    }
    let now = clock::now();
    let expires_at = session.links_end_at(app.links_after_end_ms);
    if let Some(reason) = session.over(now).filter(|_| now >= expires_at) {
        return Err(gone(reason));
    }
    let access = app
        .links
        .access(&grant, expires_at)
        .ok_or_else(unknown_link)?;
    Ok(Json(JoinResponse {
        session: app.view(&session, now, Audience::Participant),
        user_id: grant.user,
        access,
        expires_at,
    }))
}

/// The session that a link opens, unless the link was renewed or its person removed.
async fn session_of_link(app: &AppState, grant: &LinkGrant) -> Result<BookedSession, HttpError> {
    let found = app.store.sessions().find(grant.session.clone()).await?;
    let session = found
        .filter(|session| session.participant(&grant.user).is_some())
        .ok_or_else(unknown_link)?;
    if !grant.counts_in(&session) {
        return Err(HttpError::unauthenticated("revoked"));
    }
    if session.record.is_kicked(&grant.user) {
        return Err(kicked());
    }
    Ok(session)
}

fn unknown_link() -> HttpError {
    HttpError::not_found("This link is not known.")
}

fn gone(reason: EndReason) -> HttpError {
    HttpError::new(
        StatusCode::GONE,
        ErrorCode::SessionOver,
        "The session has been over for too long.",
    )
    .with_reason(reason.name())
}
