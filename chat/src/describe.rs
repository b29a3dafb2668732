//! What chat says of itself: its operations and its frames, for `/openapi.json`, `/asyncapi.json` and
//! `/docs`.

mod feed;
mod stomp;

use service::describe::{Api, AuthScheme, FrameChannel, FrameNumber, Frames, Operation};
use wire::ErrorCode::{
    BadCursor, BadText, Conflict, Forbidden, InvalidField, Malformed, NotAMember, NotFound,
    OriginNotAllowed, RateLimited, RoomClosed, StorageFull, StorageUnavailable,
};
use wire::chat::{
    ChatClientFrame, ChatServerFrame, ExportPage, Member, Message, Messages, PostMessage, PutRead,
    Read, RoomsPage, SyncResponse,
};
use wire::{CHAT_SUBPROTOCOL, Page};

/// The operations of chat.
pub(crate) fn api() -> Api {
    let mut operations = vec![
        Operation::get(
            "/v1/chat",
            "Opens the WebSocket of a device; see `/asyncapi.json`.",
        )
        .tagged("With a WebSocket")
        .answers_nothing(101, "The first frame is `hello`, within 5 s.")
        .refuses(400, &[Malformed])
        .refuses(403, &[OriginNotAllowed]),
        Operation::get(
            "/v1/stomp",
            "Opens a WebSocket for a client of STOMP 1.2; see `/asyncapi.json`.",
        )
        .tagged("With a WebSocket")
        .answers_nothing(101, "The first frame is `CONNECT`, within 5 s.")
        .refuses(400, &[Malformed])
        .refuses(403, &[OriginNotAllowed]),
    ];
    let without = [rooms(), messages()].concat().into_iter();
    let without = without.map(|operation| operation.tagged("Without a WebSocket"));
    let feed = feed::operations().into_iter();
    let feed = feed.map(|operation| operation.tagged("Feed"));
    operations.extend(without.chain(feed).map(|operation| {
        operation
            .by(&[AuthScheme::Guest])
            .refuses(429, &[RateLimited])
            .refuses(503, &[StorageUnavailable])
    }));
    operations.push(
        Operation::delete(
            "/v1/people/{user_id}/connections",
            "Ends a person's connections with 4506, and the tickets that they have. Again: the same.",
        )
        .tagged("Operators")
        .by(&[AuthScheme::Operator])
        .answers_nothing(204, "Nothing of theirs is connected.")
        .refuses(404, &[NotFound])
        .refuses(503, &[StorageUnavailable]),
    );
    Api::new(
        "Rendezvous chat",
        "Stores messages, tells who has read how far, and who is there.",
        operations,
    )
    .speaking(stomp::channel())
}

fn rooms() -> Vec<Operation> {
    vec![
        Operation::get(
            "/v1/rooms",
            "Your rooms, the one with the newest message first, and how much is unread in all of them.",
        )
        .query::<u32>("limit", "Items of a page: 50, at most 200.")
        .query::<String>("cursor", "`next_cursor` of the page before.")
        .answers::<RoomsPage>(200, "A page.")
        .refuses(400, &[BadCursor])
        .refuses(422, &[InvalidField]),
        Operation::get(
            "/v1/rooms/{id}/members",
            "Who belongs to a room, by their ids, and how far each of them is. In a closed room the positions of the others are 0.",
        )
        .query::<u32>("limit", "Items of a page: 50, at most 200.")
        .query::<String>("cursor", "`next_cursor` of the page before.")
        .answers::<Page<Member>>(200, "A page.")
        .refuses(400, &[BadCursor])
        .refuses(404, &[NotAMember])
        .refuses(422, &[InvalidField]),
        Operation::get(
            "/v1/sync",
            "What came since, as soon as there is something.",
        )
        .query::<String>(
            "cursor",
            "`cursor` of the answer before; without one, how things stand.",
        )
        .query::<u64>("timeout_ms", "How long to wait: 25 000, at most 55 000.")
        .answers::<SyncResponse>(200, "The frames, also when there are none.")
        .refuses(400, &[BadCursor])
        .refuses(422, &[InvalidField]),
        Operation::get(
            "/v1/export",
            "What is your own: your rooms by their ids, how far you are in each, and what you wrote there; then what you posted, and whom you follow.",
        )
        .query::<u32>(
            "limit",
            "Rooms of a page, and messages of all of them together: 50, at most 200.",
        )
        .query::<String>("cursor", "`next_cursor` of the page before.")
        .answers::<ExportPage>(200, "A page. The first room may be the last one of the page before.")
        .refuses(400, &[BadCursor])
        .refuses(422, &[InvalidField]),
    ]
}

fn messages() -> Vec<Operation> {
    const MESSAGES: &str = "/v1/rooms/{id}/messages";
    vec![
        Operation::post(MESSAGES, "Sends a message.")
            .takes::<PostMessage>()
            .answers::<Message>(201, "It is stored.")
            .answers::<Message>(200, "It was stored before, under the same `client_id`.")
            .refuses(404, &[NotAMember])
            .refuses(409, &[Conflict, RoomClosed])
            .refuses(422, &[BadText, InvalidField])
            .refuses(503, &[StorageFull]),
        Operation::delete(
            "/v1/rooms/{id}/messages/{seq}",
            "Takes a message of your own back: its place stays, its text goes. Again: the same.",
        )
        .answers_nothing(204, "It is taken back.")
        .refuses(403, &[Forbidden])
        .refuses(404, &[NotAMember, NotFound]),
        Operation::get(MESSAGES, "A piece of the history, in rising `seq`.")
            .query::<u64>(
                "before",
                "Only with a lower `seq`; not together with `after`.",
            )
            .query::<u64>(
                "after",
                "Only with a higher `seq`; not together with `before`.",
            )
            .query::<u32>("limit", "How many: 50, at most 200.")
            .answers::<Messages>(200, "The messages.")
            .refuses(400, &[BadCursor])
            .refuses(404, &[NotAMember])
            .refuses(422, &[InvalidField]),
        Operation::put(
            "/v1/rooms/{id}/read",
            "Read up to here; only moves forward.",
        )
        .takes::<PutRead>()
        .answers::<Read>(200, "How far you have read.")
        .refuses(404, &[NotAMember]),
    ]
}

/// The frames of `GET /v1/chat`.
pub(crate) fn channel() -> FrameChannel {
    FrameChannel {
        name: "chat",
        path: "/v1/chat",
        summary: "One device of one person. The first frame is `hello` with a ticket, within 5 s.",
        subprotocol: CHAT_SUBPROTOCOL,
        host: "127.0.0.1:8082",
        from_client: Frames::of::<ChatClientFrame>(Some(FrameNumber {
            name: "id",
            description: "The client's own; the answer gives it back.",
            types: &["integer", "string"],
            required: false,
            except: &[],
        })),
        from_server: Frames::of::<ChatServerFrame>(None),
    }
}
