//! The description of groups.

use service::describe::{AuthScheme, Operation};
use wire::ErrorCode::{
    Conflict, InvalidField, NotFound, PreconditionFailed, QuotaExceeded, RoomFull, UnknownField,
};
use wire::{AddMembers, ChangeRoom, CreateRoom, GroupView, ListedGroup, Page};

use super::{CURSOR, IF_MATCH, LIMIT, ONCE, finished};

const OF_BOTH: &[AuthScheme] = &[AuthScheme::Application, AuthScheme::Login];

pub(super) fn operations() -> Vec<Operation> {
    finished([groups(), members()].concat(), "Rooms")
}

fn groups() -> Vec<Operation> {
    vec![
        Operation::post(
            "/v1/rooms",
            "Makes a group: an application of its people, a person of those whom they are matched with.",
        )
        .by(OF_BOTH)
        .header("Idempotency-Key", ONCE)
        .takes::<CreateRoom>()
        .answers::<GroupView>(201, "The group; `Location` and `ETag` name it.")
        .refuses(409, &[Conflict, RoomFull])
        .refuses(422, &[InvalidField, UnknownField])
        .refuses(429, &[QuotaExceeded]),
        Operation::get(
            "/v1/rooms",
            "The application's groups, or those that a person is in, the newest first.",
        )
        .by(OF_BOTH)
        .query::<u32>("limit", LIMIT)
        .query::<String>("cursor", CURSOR)
        .answers::<Page<ListedGroup>>(200, "A page.")
        .refuses(422, &[InvalidField, UnknownField]),
        Operation::get("/v1/rooms/{id}", "A group, with everybody in it.")
            .by(OF_BOTH)
            .answers::<GroupView>(200, "The group; `ETag` is its revision.")
            .refuses(404, &[NotFound]),
        Operation::patch("/v1/rooms/{id}", "Names a group.")
            .by(OF_BOTH)
            .header("If-Match", IF_MATCH)
            .takes::<ChangeRoom>()
            .answers::<GroupView>(200, "The group as it is now.")
            .refuses(404, &[NotFound])
            .refuses(412, &[PreconditionFailed])
            .refuses(422, &[InvalidField, UnknownField])
            .refuses(429, &[QuotaExceeded]),
        Operation::delete(
            "/v1/rooms/{id}",
            "Closes a group: its room takes no more messages.",
        )
        .by(OF_BOTH)
        .answers_nothing(204, "It is closed.")
        .refuses(404, &[NotFound])
        .refuses(429, &[QuotaExceeded]),
    ]
}

fn members() -> Vec<Operation> {
    vec![
        Operation::post("/v1/rooms/{id}/members", "Puts people into a group.")
            .by(OF_BOTH)
            .takes::<AddMembers>()
            .answers::<GroupView>(200, "The group as it is now.")
            .refuses(404, &[NotFound])
            .refuses(409, &[Conflict, RoomFull])
            .refuses(422, &[InvalidField, UnknownField])
            .refuses(429, &[QuotaExceeded]),
        Operation::delete(
            "/v1/rooms/{id}/members/{user_id}",
            "Takes somebody out of a group, or leaves it.",
        )
        .by(OF_BOTH)
        .answers_nothing(204, "They are not in it.")
        .refuses(404, &[NotFound])
        .refuses(429, &[QuotaExceeded]),
    ]
}
