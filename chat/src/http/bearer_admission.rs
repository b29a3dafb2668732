//! Who asks: the ticket of a request.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use service::clock::steady;
use service::http::{ConnectionPlace, HttpError, bearer};
use wire::RoomId;

use super::http_error;
use crate::state::{Admission, AppState};
use crate::store::Stores;

/// Somebody with a good ticket, who has not asked too often.
#[derive(Debug)]
pub(crate) struct BearerAdmission(pub(crate) Admission);

impl<S: Stores> FromRequestParts<Arc<AppState<S>>> for BearerAdmission {
    type Rejection = HttpError;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &Arc<AppState<S>>,
    ) -> Result<Self, HttpError> {
        let ticket =
            bearer(&parts.headers).ok_or_else(|| HttpError::unauthenticated("no_ticket"))?;
        let admission = state.admit(ticket).await?;
        let origin = parts.headers.get(header::ORIGIN);
        let origins = &state.connections.origins;
        origins.check_ticket(origin, admission.origins.as_deref())?;
        state.check_removed(&admission.caller)?;
        ConnectionPlace::recognize_request(&parts.extensions);
        state
            .connections
            .limiter
            .check_request(&admission.caller.user, steady())
            .map_err(HttpError::rate_limited)?;
        Ok(Self(admission))
    }
}

impl BearerAdmission {
    /// Sees that the room is in memory, and opened if the ticket grants it; checks that it is theirs.
    pub(crate) async fn reach<S: Stores>(
        &self,
        state: &AppState<S>,
        room: &RoomId,
    ) -> Result<(), HttpError> {
        let Admission { caller, grants, .. } = &self.0;
        let granted = grants.iter().find(|grant| &grant.id == room);
        let members = granted.map_or(&[][..], |grant| &grant.members);
        if !state
            .registry
            .ask(|broker| broker.has_members(room, members))
        {
            state.open(&self.0).await.map_err(http_error)?;
            state.find(room).await.map_err(http_error)?;
        }
        let only = caller.only.as_ref();
        state
            .registry
            .ask(|broker| broker.room_of(&caller.user, only, room).map(drop))
            .map_err(http_error)
    }
}
