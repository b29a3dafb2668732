//! Pages that were opened by a join link: one of the two of a session, without an account.

use scheduler_core::BookedSession;
use service::clock;
use service::http::HttpError;
use wire::UserId;

use crate::state::AppState;

/// One of the two of a session, who reaches that session, its room and its notifications.
pub(crate) struct SessionMember {
    pub(crate) user: UserId,
    pub(crate) session: BookedSession,
}

/// The holder of an access, while it opens anything: it is of the link that counts, its person was not
/// removed, and what the link opens after the end is not over either.
pub(super) async fn open(app: &AppState, access: &str) -> Result<SessionMember, HttpError> {
    let now = clock::now();
    let grant = app
        .links
        .open_access(now, access)
        .ok_or_else(|| HttpError::unauthenticated("bad_access"))?;
    let found = app.store.sessions().find(grant.session.clone()).await?;
    let session = found
        .filter(|session| grant.counts_in(session))
        .ok_or_else(|| HttpError::unauthenticated("revoked"))?;
    if session.record.is_kicked(&grant.user) {
        return Err(kicked());
    }
    if session.over(now).is_some() && now >= session.links_end_at(app.links_after_end_ms) {
        return Err(HttpError::unauthenticated("expired"));
    }
    Ok(SessionMember {
        user: grant.user,
        session,
    })
}

/// 403 for whom an operator has removed from the session.
pub(crate) fn kicked() -> HttpError {
    HttpError::forbidden("An operator has removed this person.").with_reason("kicked")
}
