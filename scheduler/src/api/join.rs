//! `/v1/join`: a join link is traded for access.

use axum::Extension;
use axum::extract::State;
use scheduler_core::BookedSession;
use service::clock;
use service::http::{HttpError, Json};
use service::proxies::ClientAddr;
use wire::{JoinRequest, JoinResponse};

use crate::join_links::LinkGrant;
use crate::session_view::Audience;
use crate::state::AppState;

/// How long access outlives the session's latest end, so that the chat goes on after it.
const ACCESS_AFTER_END_MS: i64 = 24 * 3_600_000;

/// `POST /v1/join`: the access, or 404 for an unknown link, 409 when the session is over.
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
    let now = clock::now();
    if let Some(reason) = session.over(now) {
        return Err(HttpError::session_over(reason));
    }
    let expires_at = session.spec().latest_end() + ACCESS_AFTER_END_MS;
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

/// The session that a link opens, unless the link was revoked.
async fn session_of_link(app: &AppState, grant: &LinkGrant) -> Result<BookedSession, HttpError> {
    let session = app.store.sessions().find(grant.session.clone()).await?;
    session
        .filter(|session| {
            session
                .participant(&grant.user)
                .is_some_and(|person| person.generation == grant.generation)
        })
        .ok_or_else(unknown_link)
}

fn unknown_link() -> HttpError {
    HttpError::not_found("This link is not known.")
}
