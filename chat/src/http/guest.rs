//! Who asks: the ticket of a request.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use service::clock::now;
use service::http::HttpError;
use wire::RoomId;

use super::refuse;
use crate::edge::{Admission, Edge};
use crate::store::Stores;

/// Somebody with a good ticket, who has not asked too often.
#[derive(Debug)]
pub(crate) struct Guest(pub(crate) Admission);

impl<S: Stores> FromRequestParts<Arc<Edge<S>>> for Guest {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, edge: &Arc<Edge<S>>) -> Result<Self, HttpError> {
        let ticket = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .ok_or_else(|| HttpError::unauthenticated("no_ticket"))?;
        let admission = edge.admit(ticket.trim()).await?;
        edge.limiter
            .check_request(&admission.caller.user, now())
            .map_err(HttpError::rate_limited)?;
        Ok(Self(admission))
    }
}

impl Guest {
    /// Sees that the room is in memory, and opened if the ticket grants it; checks that it is theirs.
    pub(crate) async fn reach<S: Stores>(
        &self,
        edge: &Edge<S>,
        room: &RoomId,
    ) -> Result<(), HttpError> {
        let Admission { caller, grants, .. } = &self.0;
        let granted = grants.iter().find(|grant| &grant.id == room);
        let members = granted.map_or(&[][..], |grant| &grant.members);
        if !edge
            .registry
            .ask(|broker| broker.has_members(room, members))
        {
            edge.open(&self.0).await.map_err(refuse)?;
            edge.find(room).await.map_err(refuse)?;
        }
        let only = caller.only.as_ref();
        edge.registry
            .ask(|broker| broker.room_of(&caller.user, only, room).map(drop))
            .map_err(refuse)
    }
}
