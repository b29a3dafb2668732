//! Rooms to chat in: each belongs to a session that is booked far ahead for two people of its own, so that nothing happens by
//! itself meanwhile and a ticket opens one room.

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;
use tokio_util::sync::CancellationToken;
use wire::{RoomId, SessionId, TicketResponse, UserId};

use super::command::FAR_MS;
use super::{BookingError, CreatedParticipant, REQUESTS_AT_ONCE, SchedulerClient};
use crate::chat::{ChatEntry, ChatOptions, ChatPlan, ChatServerProtocol};

/// What matters of a session's view; a newer server may tell more.
#[derive(Debug, Deserialize)]
struct ChatSession {
    id: SessionId,
    room_id: RoomId,
    participants: [CreatedParticipant; 2],
}

impl SchedulerClient {
    /// Books a room for each pair, and gets both their tickets, until `stop`; `booked` is called after each. What was booked
    /// before a failure is cancelled.
    pub(crate) async fn chat_plans(
        &self,
        options: &ChatOptions,
        started_at: i64,
        stop: &CancellationToken,
        booked: impl Fn() + Copy,
    ) -> Result<Vec<ChatPlan>, BookingError> {
        let body: Arc<str> = options.body().into();
        let mut plans = stream::iter(0..options.pairs)
            .take_while(|_| std::future::ready(!stop.is_cancelled()))
            .map(|number| self.chat_plan(started_at, number, &body))
            .buffered(REQUESTS_AT_ONCE);
        let mut all: Vec<ChatPlan> = Vec::new();
        while let Some(plan) = plans.next().await {
            match plan {
                Ok(plan) => all.push(plan),
                Err(error) => {
                    drop(plans);
                    self.cancel_sessions(all.iter().filter_map(|plan| plan.session.as_ref()))
                        .await;
                    return Err(error);
                }
            }
            booked();
        }
        Ok(all)
    }

    async fn chat_plan(
        &self,
        started_at: i64,
        number: u32,
        body: &Arc<str>,
    ) -> Result<ChatPlan, BookingError> {
        let person = |side: &str| {
            json!({
                "external_id": format!("load-chat-{started_at}-{number}-{side}"),
                "name": format!("Load {number} {side}"),
            })
        };
        let booking = json!({
            "participants": [person("a"), person("b")],
            "starts_at": started_at + FAR_MS,
            "lobby_ms": 0,
            "remind_before_ms": [],
            "metadata": {"load": "chat"},
        });
        let session: ChatSession = self.post("book", "/v1/sessions", booking).await?;
        let room: Arc<str> = session.room_id.as_str().into();
        let [first, second] = session.participants.map(|person| person.user_id);
        Ok(ChatPlan {
            protocol: ChatServerProtocol::Rendezvous,
            session: Some(session.id),
            entries: [
                self.chat_entry(&room, &first, body).await?,
                self.chat_entry(&room, &second, body).await?,
            ],
        })
    }

    async fn chat_entry(
        &self,
        room: &Arc<str>,
        user: &UserId,
        body: &Arc<str>,
    ) -> Result<ChatEntry, BookingError> {
        let asked = json!({ "user_id": user });
        let granted: TicketResponse = self
            .post("grant a ticket", "/v1/rooms/ticket", asked)
            .await?;
        Ok(ChatEntry {
            url: granted.url,
            ticket: Some(granted.ticket.into()),
            device: "load".to_owned(),
            room: Arc::clone(room),
            body: Arc::clone(body),
        })
    }

    /// Cancels what was booked; why one could not be cancelled, of each that stays.
    pub(crate) async fn cancel_sessions(
        &self,
        sessions: impl Iterator<Item = &SessionId>,
    ) -> Vec<String> {
        let cancel = async |session: &SessionId| {
            let path = format!("/v1/sessions/{session}/cancel");
            let sent = self.send(Method::POST, "cancel", &path, Some(json!({})));
            sent.await.err().map(|error| error.code())
        };
        stream::iter(sessions)
            .map(cancel)
            .buffer_unordered(REQUESTS_AT_ONCE)
            .filter_map(std::future::ready)
            .collect()
            .await
    }
}
