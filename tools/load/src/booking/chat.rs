//! Rooms to chat in. That of a pair belongs to a session that is booked far ahead for two people of its own, so that nothing
//! happens by itself meanwhile and a ticket opens one room; that of a group is made for its members.

use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use wire::{RoomId, SessionId, TicketResponse, UserId};

use super::command::FAR_MS;
use super::{BookingError, CreatedParticipant, REQUESTS_AT_ONCE, SchedulerClient};
use crate::chat::{ChatEntry, ChatOptions, ChatPlan, ChatScenario, ChatServerProtocol, MadeRoom};

/// What matters of a session's view; a newer server may tell more.
#[derive(Debug, Deserialize)]
struct ChatSession {
    id: SessionId,
    room_id: RoomId,
    participants: [CreatedParticipant; 2],
}

/// What matters of a group's view.
#[derive(Debug, Deserialize)]
struct ChatGroup {
    id: RoomId,
    members: Vec<CreatedParticipant>,
}

/// Whom a run's rooms are of.
#[derive(Clone, Copy)]
struct Roster<'a> {
    options: &'a ChatOptions,
    started_at: i64,
    body: &'a Arc<str>,
}

impl SchedulerClient {
    /// Makes a room for each pair or group, and gets everybody's ticket, until `stop`; `booked` is called after each. What was booked
    /// before a failure is cancelled.
    pub(crate) async fn chat_plans(
        &self,
        options: &ChatOptions,
        started_at: i64,
        stop: &CancellationToken,
        booked: impl Fn() + Copy,
    ) -> Result<Vec<ChatPlan>, BookingError> {
        let body: Arc<str> = options.body().into();
        let roster = Roster {
            options,
            started_at,
            body: &body,
        };
        let mut plans = stream::iter(0..options.pairs)
            .take_while(|_| std::future::ready(!stop.is_cancelled()))
            .map(|number| self.chat_plan(roster, number))
            .buffered(REQUESTS_AT_ONCE);
        let mut all: Vec<ChatPlan> = Vec::new();
        while let Some(plan) = plans.next().await {
            match plan {
                Ok(plan) => all.push(plan),
                Err(error) => {
                    drop(plans);
                    self.take_back(all.iter().filter_map(|plan| plan.made.as_ref()))
                        .await;
                    return Err(error);
                }
            }
            booked();
        }
        Ok(all)
    }

    async fn chat_plan(&self, roster: Roster<'_>, number: u32) -> Result<ChatPlan, BookingError> {
        match roster.options.scenario {
            ChatScenario::Group => self.group_plan(roster, number).await,
            _ => self.pair_plan(roster, number).await,
        }
    }

    async fn pair_plan(&self, roster: Roster<'_>, number: u32) -> Result<ChatPlan, BookingError> {
        let booking = json!({
            "participants": [roster.person(number, "a"), roster.person(number, "b")],
            "starts_at": roster.started_at + FAR_MS,
            "lobby_ms": 0,
            "remind_before_ms": [],
            "metadata": {"load": "chat"},
        });
        let session: ChatSession = self.post("book", "/v1/sessions", booking).await?;
        let room: Arc<str> = session.room_id.as_str().into();
        let [first, second] = session.participants.map(|person| person.user_id);
        Ok(ChatPlan {
            protocol: ChatServerProtocol::Rendezvous,
            made: Some(MadeRoom::Session(session.id)),
            entries: [
                self.chat_entry(&room, &first, roster.body).await?,
                self.chat_entry(&room, &second, roster.body).await?,
            ],
            audience: Vec::new(),
        })
    }

    async fn group_plan(&self, roster: Roster<'_>, number: u32) -> Result<ChatPlan, BookingError> {
        let member = |n: u32| roster.person(number, &n.to_string());
        let members: Vec<Value> = (0..roster.options.members).map(member).collect();
        let asked = json!({ "participants": members, "name": format!("Load {number}") });
        let group: ChatGroup = self.post("make a group", "/v1/rooms", asked).await?;
        let room: Arc<str> = group.id.as_str().into();
        let entries = stream::iter(&group.members)
            .map(|member| self.chat_entry(&room, &member.user_id, roster.body))
            .buffered(REQUESTS_AT_ONCE);
        let entries: Result<Vec<ChatEntry>, BookingError> = entries.try_collect().await;
        let made = MadeRoom::Group(group.id);
        let mut entries = match entries {
            Ok(entries) => entries.into_iter(),
            Err(error) => {
                self.take_back(std::iter::once(&made)).await;
                return Err(error);
            }
        };
        let (Some(first), Some(second)) = (entries.next(), entries.next()) else {
            return Err(BookingError::Setting("a group without members".into()));
        };
        Ok(ChatPlan {
            protocol: ChatServerProtocol::Rendezvous,
            made: Some(made),
            entries: [first, second],
            audience: entries.collect(),
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

    /// Cancels and closes what was made; why one could not be, of each that stays.
    pub(crate) async fn take_back(&self, made: impl Iterator<Item = &MadeRoom>) -> Vec<String> {
        let take_back = async |made: &MadeRoom| {
            let (method, path, body) = match made {
                MadeRoom::Session(id) => {
                    let path = format!("/v1/sessions/{id}/cancel");
                    (Method::POST, path, Some(json!({})))
                }
                MadeRoom::Group(id) => (Method::DELETE, format!("/v1/rooms/{id}"), None),
            };
            let sent = self.send(method, "cancel", &path, body);
            sent.await.err().map(|error| error.code())
        };
        stream::iter(made)
            .map(take_back)
            .buffer_unordered(REQUESTS_AT_ONCE)
            .filter_map(std::future::ready)
            .collect()
            .await
    }
}

impl Roster<'_> {
    fn person(&self, number: u32, side: &str) -> Value {
        json!({
            "external_id": format!("load-chat-{}-{number}-{side}", self.started_at),
            "name": format!("Load {number} {side}"),
        })
    }
}
