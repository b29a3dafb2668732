//! `/v1/rooms`: chat itself is another service's; here are the tickets for it.

use axum::extract::State;
use service::clock;
use service::http::{HttpError, Json, JsonOrEmpty};
use wire::{ChatRoomGrant, RoomId, TicketRequest, TicketResponse, UserId};

use super::sessions::holder;
use crate::access::Caller;
use crate::app::App;
use crate::store::StoredSession;
use crate::tickets::Holder;

/// Rooms that a ticket opens where they are not there yet. Older ones are: their booking's event opened
/// them.
const MAX_ROOMS: u32 = 50;

/// `POST /v1/rooms/ticket`.
pub(crate) async fn ticket(
    State(app): State<App>,
    caller: Caller,
    JsonOrEmpty(request): JsonOrEmpty<TicketRequest>,
) -> Result<Json<TicketResponse>, HttpError> {
    let user = holder(&caller, request)?;
    let scope = match caller {
        Caller::Application(application) => everything(&app, application, user).await?,
        Caller::Person(person) => one_room(&person.session, user)?,
    };
    let ticket = app
        .tickets
        .chat(clock::now(), scope.holder, scope.rooms, scope.only);
    ticket
        .map(Json)
        .map_err(|error| HttpError::internal(&error))
}

struct Scope {
    holder: Holder,
    rooms: Vec<ChatRoomGrant>,
    only: Option<Vec<RoomId>>,
}

/// Every room of a person, for the application that knows them.
async fn everything(app: &App, application: String, user: UserId) -> Result<Scope, HttpError> {
    let person = app.store.person(application, user).await?;
    let person = person.ok_or_else(|| HttpError::not_found("There is no such person."))?;
    let rooms = app
        .store
        .rooms_of(person.user_id.clone(), MAX_ROOMS)
        .await?;
    let grants = rooms.into_iter().map(|room| ChatRoomGrant {
        id: room.id,
        members: room.members,
    });
    Ok(Scope {
        holder: Holder {
            user_id: person.user_id,
            name: person.name,
        },
        rooms: grants.collect(),
        only: None,
    })
}

/// The one room that a join link reaches.
fn one_room(session: &StoredSession, user: UserId) -> Result<Scope, HttpError> {
    let person = session
        .participant(&user)
        .ok_or_else(|| HttpError::forbidden("That person is not one of the two."))?;
    Ok(Scope {
        holder: Holder {
            name: person.name.clone(),
            user_id: user,
        },
        rooms: vec![ChatRoomGrant {
            id: session.room_id.clone(),
            members: session.members(),
        }],
        only: Some(vec![session.room_id.clone()]),
    })
}
