//! `/v1/rooms/ticket`: chat itself is another service's; here are the tickets for it.

use axum::extract::State;
use scheduler_core::{BookedSession, PEOPLE};
use service::clock;
use service::http::{HttpError, Json, JsonOrEmpty};
use wire::{ChatRoomGrant, TicketRequest, TicketResponse, UserId};

use super::sessions::holder;
use crate::access::SessionCaller;
use crate::state::AppState;
use crate::store::SessionRoom;
use crate::tickets::{ChatGrants, TicketSubject};

/// Rooms of pairs that a ticket opens where they are not there yet. Older ones are: their booking's event opened
/// them. A group may have 500 members, and stands in no ticket: its events bring it.
const MAX_ROOMS: u32 = 50;

/// `POST /v1/rooms/ticket`: it reaches every room of a person, for themselves or for their application; one room for a
/// join link.
pub(crate) async fn ticket(
    State(app): State<AppState>,
    caller: SessionCaller,
    JsonOrEmpty(request): JsonOrEmpty<TicketRequest>,
) -> Result<Json<TicketResponse>, HttpError> {
    let user = holder(&caller, request)?;
    app.count_ticket(&caller)?;
    let grants = match caller {
        SessionCaller::Application(application) => all_rooms(&app, application, user).await?,
        SessionCaller::Person(_) => all_rooms(&app, PEOPLE.to_owned(), user).await?,
        SessionCaller::Page(member) => one_room(&app, &member.session, user)?,
    };
    let ticket = app.tickets.chat(clock::now(), grants);
    ticket
        .map(Json)
        .map_err(|error| HttpError::internal(&error))
}

/// Every room of a person, for the application that knows them.
async fn all_rooms(
    app: &AppState,
    application: String,
    user: UserId,
) -> Result<ChatGrants, HttpError> {
    let person = app.store.people().find(application.clone(), user).await?;
    let person = person.ok_or_else(|| HttpError::not_found("There is no such person."))?;
    let rooms = app
        .store
        .sessions()
        .rooms_of(person.user_id.clone(), MAX_ROOMS)
        .await?;
    let open = rooms.into_iter().filter(|room| !room.kicked);
    let grants = open.map(grant);
    Ok(ChatGrants {
        holder: TicketSubject {
            user_id: person.user_id,
            name: person.name,
            origins: app.ticket_origins(&application),
        },
        rooms: grants.collect(),
        only: None,
        session: None,
        tenant: application,
    })
}

/// The one room that a join link reaches.
fn one_room(
    app: &AppState,
    session: &BookedSession,
    user: UserId,
) -> Result<ChatGrants, HttpError> {
    let person = session
        .participant(&user)
        .ok_or_else(|| HttpError::forbidden("That person is not one of the two."))?;
    let room = SessionRoom::of_session(session, &user);
    Ok(ChatGrants {
        holder: TicketSubject {
            name: person.name.clone(),
            user_id: user,
            origins: app.ticket_origins(&session.application),
        },
        rooms: vec![grant(room)],
        only: Some(vec![session.room_id.clone()]),
        session: Some(session.id.clone()),
        tenant: session.application.clone(),
    })
}

fn grant(room: SessionRoom) -> ChatRoomGrant {
    ChatRoomGrant {
        id: room.id,
        revision: Some(room.revision),
        members: room.members,
    }
}
