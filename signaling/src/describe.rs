//! What signaling says of itself: its operations and its frames, for `/openapi.json`, `/asyncapi.json` and
//! `/docs`.

use service::describe::{Api, AuthScheme, FrameChannel, FrameNumber, Frames, Operation};
use signaling_core::OperatorView;
use wire::ErrorCode::{InvalidField, Malformed, NotFound, OriginNotAllowed, SessionOver};
use wire::signaling::{ClientFrame, ServerFrame};
use wire::{Page, SIGNALING_SUBPROTOCOL};

/// The operations of signaling.
pub(crate) fn api() -> Api {
    let operators =
        |operation: Operation| operation.tagged("Operators").by(&[AuthScheme::Operator]);
    let operations = vec![
        Operation::get(
            "/v1/signal",
            "Opens the WebSocket of a session; see `/asyncapi.json`.",
        )
        .tagged("Clients")
        .answers_nothing(101, "The first frame is `join`, within 5 s.")
        .refuses(400, &[Malformed])
        .refuses(403, &[OriginNotAllowed]),
        operators(Operation::get(
            "/v1/sessions",
            "The sessions that are on, by their id.",
        ))
        .query::<u32>("limit", "Items of a page: 50, at most 200.")
        .query::<String>("cursor", "`next_cursor` of the page before.")
        .answers::<Page<OperatorView>>(200, "A page.")
        .refuses(422, &[InvalidField]),
        operators(Operation::get("/v1/sessions/{id}", "A session that is on."))
            .answers::<OperatorView>(200, "The session.")
            .refuses(404, &[NotFound]),
        operators(Operation::post("/v1/sessions/{id}/end", "Ends a session."))
            .answers::<OperatorView>(200, "The session as it is now.")
            .refuses(404, &[NotFound])
            .refuses(409, &[SessionOver]),
        operators(Operation::delete(
            "/v1/sessions/{id}/participants/{user_id}",
            "Removes a person, which ends the session.",
        ))
        .answers::<OperatorView>(200, "The session as it is now.")
        .refuses(404, &[NotFound])
        .refuses(409, &[SessionOver]),
    ];
    Api::new(
        "Rendezvous signaling",
        "Brings the two of a session together, relays between them, and keeps its clock.",
        operations,
    )
}

/// The frames of `GET /v1/signal`.
pub(crate) fn channel() -> FrameChannel {
    FrameChannel {
        name: "signal",
        path: "/v1/signal",
        summary: "One person's place in one session. The first frame is `join` with a ticket, within 5 s.",
        subprotocol: SIGNALING_SUBPROTOCOL,
        host: "127.0.0.1:8081",
        from_client: Frames::of::<ClientFrame>(Some(FrameNumber {
            name: "id",
            description: "Rises within the seat. `ok` or `error` gives it back; what took effect once has no second \
                   effect.",
            types: &["integer"],
            required: false,
            except: &[],
        })),
        from_server: Frames::of::<ServerFrame>(Some(FrameNumber {
            name: "seq",
            description: "1, 2, 3, … within the seat.",
            types: &["integer"],
            required: true,
            except: &ServerFrame::UNSEQUENCED,
        })),
    }
}
