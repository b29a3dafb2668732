//! `/v1/sessions/{id}/participants/{user_id}/renew-link`: a person's join link is replaced.

use axum::Extension;
use axum::extract::{Path, State};
use scheduler_core::RenewLinkCommand;
use service::clock;
use service::http::{HttpError, Json, JsonOrEmpty};
use service::proxies::ClientAddr;
use wire::{EmptyBody, OperatorAction, RenewedLink, SessionId, UserId};

use crate::access::{Application, no_such_session};
use crate::commands;
use crate::state::AppState;

/// `POST …/renew-link`: the new link. The old one, and the access that came from it, are 401 from now on,
/// and its streams end. No `Idempotency-Key`: the answer is a secret, and is not stored.
pub(crate) async fn renew(
    State(app): State<AppState>,
    Application(application): Application,
    Path((id, user)): Path<(String, String)>,
    Extension(client): Extension<ClientAddr>,
    JsonOrEmpty(EmptyBody {}): JsonOrEmpty<EmptyBody>,
) -> Result<Json<RenewedLink>, HttpError> {
    let (id, user) = (SessionId(id), UserId(user));
    app.quotas.change(&application, 0)?;
    let action = OperatorAction {
        session_id: Some(id.clone()),
        user_id: Some(user.clone()),
        from: Some(client.ip.to_string()),
        ..OperatorAction::new(format!("app:{application}"), "link.renew", user.as_str())
    };
    let command = RenewLinkCommand {
        application,
        id,
        user: user.clone(),
        action,
    };
    let executed = commands::renew_link(&*app.store, command, clock::now()).await?;
    let session = app.answer(executed)?.session;
    app.outlets.streams.close(&user, &session.id);
    let join_url = session
        .participant(&user)
        .and_then(|person| app.join_url(&session, person))
        .ok_or_else(no_such_session)?;
    Ok(Json(RenewedLink { join_url }))
}
