//! The description of each operation, for `/openapi.json` and `/docs`.

mod accounts;
mod applications;
mod deliveries;
mod mails;
mod matching;
mod rooms;
mod webhook_events;
mod webhooks;

use serde_json::json;
use service::describe::{Api, AuthScheme, Operation};
use wire::ErrorCode::{
    Busy, Conflict, Forbidden, InvalidField, NotAParticipant, NotFound, PreconditionFailed,
    QuotaExceeded, RateLimited, SessionOver, StorageUnavailable, Unavailable, UnknownField,
};
use wire::{
    AdvanceClock, AuditRow, BookSession, ChangeSession, ClockReading, EmptyBody, FeedbackView,
    GiveFeedback, JobStatus, JobView, JobWord, JoinRequest, JoinResponse, Notification, Page,
    PushKey, QuestionView, RenewedLink, SessionState, SessionView, SubscribeToPush,
    SubscribedToPush, TicketRequest, TicketResponse, TimelineItem, UnixMs,
};

const ONCE: &str = "Makes a repeat safe: the same key and body give the first answer again.";
const IF_MATCH: &str = "The revision that is meant, as `ETag` gave it.";
const LIMIT: &str = "Items of a page: 50, at most 200.";
const CURSOR: &str = "`next_cursor` of the page before.";

/// The scheduler's table, with the routes of accounts and of the clock of tests where it has them.
pub(crate) fn api(has_accounts: bool, has_test_clock: bool) -> Api {
    let mut operations = [
        sessions(),
        tickets(),
        questions(),
        people(),
        operators(),
        applications::operations(),
        deliveries::operations(),
        mails::operations(),
        webhooks::operations(),
        matching::of_applications(),
        rooms::operations(),
    ]
    .concat();
    if has_accounts {
        operations.extend(accounts::operations());
        operations.extend(matching::operations());
    }
    if has_test_clock {
        operations.push(test_clock());
    }
    Api::new(
        "Rendezvous scheduler",
        "Books sessions, signs tickets, reminds people and keeps the record.",
        operations,
    )
    .posting(webhook_events::all())
}

fn sessions() -> Vec<Operation> {
    let all = vec![
        Operation::post("/v1/sessions", "Books a session of two people.")
            .by(&[AuthScheme::Application])
            .refuses(429, &[QuotaExceeded])
            .header("Idempotency-Key", ONCE)
            .takes::<BookSession>()
            .example(json!({
                "participants": [
                    {"external_id": "customer-17", "name": "Ann", "locale": "en"},
                    {"external_id": "guide-3", "name": "민지", "locale": "ko"},
                ],
                "starts_at": 1_900_000_000_000_i64,
                "duration_ms": 600_000,
            }))
            .answers::<SessionView>(201, "The session; `Location` and `ETag` name it.")
            .refuses(409, &[Busy, Conflict]),
        Operation::get(
            "/v1/sessions",
            "The application's sessions, or a person's, by their start.",
        )
        .by(&[AuthScheme::Application, AuthScheme::Login])
        .query::<UnixMs>("from", "Those that start then or later.")
        .query::<UnixMs>("to", "Those that start before.")
        .query::<SessionState>("state", "Those that stand so.")
        .query::<u32>("limit", LIMIT)
        .query::<String>("cursor", CURSOR)
        .answers::<Page<SessionView>>(200, "A page.")
        .refuses(422, &[InvalidField, UnknownField]),
        Operation::get(
            "/v1/sessions/{id}",
            "A session, who came when, and its outcome.",
        )
        .by(&[
            AuthScheme::Application,
            AuthScheme::Person,
            AuthScheme::Login,
        ])
        .answers::<SessionView>(200, "The session; `ETag` is its revision.")
        .refuses(404, &[NotFound]),
        Operation::get(
            "/v1/sessions/{id}/calendar.ics",
            "A session for a calendar: an invitation, or what calls it off.",
        )
        .by(&[
            AuthScheme::Application,
            AuthScheme::Person,
            AuthScheme::Login,
        ])
        .query::<String>(
            "user_id",
            "For an application: whose it is; it has their join link.",
        )
        .answers_as(
            200,
            "text/calendar",
            "An iCalendar object (RFC 5545, RFC 5546).",
        )
        .refuses(403, &[Forbidden, NotAParticipant])
        .refuses(404, &[NotFound])
        .refuses(422, &[UnknownField]),
        Operation::patch(
            "/v1/sessions/{id}",
            "Moves or changes a session that is not live.",
        )
        .by(&[AuthScheme::Application])
        .refuses(429, &[QuotaExceeded])
        .header("If-Match", IF_MATCH)
        .header("Idempotency-Key", ONCE)
        .takes::<ChangeSession>()
        .example(json!({"starts_at": 1_900_000_600_000_i64, "remind_before_ms": [600_000]}))
        .answers::<SessionView>(200, "The session as it is now.")
        .refuses(404, &[NotFound])
        .refuses(409, &[Busy, Conflict, SessionOver])
        .refuses(412, &[PreconditionFailed]),
        Operation::post("/v1/sessions/{id}/cancel", "Calls a session off.")
            .by(&[AuthScheme::Application, AuthScheme::Login])
            .header("If-Match", IF_MATCH)
            .header("Idempotency-Key", ONCE)
            .may_take::<EmptyBody>()
            .answers::<SessionView>(200, "The session as it is now.")
            .refuses(404, &[NotFound])
            .refuses(409, &[Conflict, SessionOver])
            .refuses(412, &[PreconditionFailed]),
    ];
    finished([all, links(), feedback()].concat(), "Sessions")
}

fn feedback() -> Vec<Operation> {
    vec![
        Operation::post(
            "/v1/sessions/{id}/feedback",
            "Says how a session was that is over: once, and for a day anew.",
        )
        .by(&[AuthScheme::Person, AuthScheme::Login])
        .refuses(429, &[QuotaExceeded])
        .takes::<GiveFeedback>()
        .answers::<FeedbackView>(200, "What is said now.")
        .refuses(404, &[NotFound])
        .refuses(409, &[Conflict]),
    ]
}

fn links() -> Vec<Operation> {
    vec![
        Operation::post(
            "/v1/sessions/{id}/participants/{user_id}/renew-link",
            "Replaces a person's join link; the old one, and access that came from it, are void at once.",
        )
        .by(&[AuthScheme::Application])
            .refuses(429, &[QuotaExceeded])
        .may_take::<EmptyBody>()
        .answers::<RenewedLink>(200, "The new link.")
        .refuses(404, &[NotFound])
        .refuses(409, &[Conflict]),
    ]
}

fn tickets() -> Vec<Operation> {
    let mut all = vec![
        Operation::post("/v1/sessions/{id}/ticket", "A ticket for the call.")
            .by(&[
                AuthScheme::Application,
                AuthScheme::Person,
                AuthScheme::Login,
            ])
            .refuses(429, &[QuotaExceeded])
            .may_take::<TicketRequest>()
            .answers::<TicketResponse>(200, "The ticket, and where to take it.")
            .refuses(403, &[NotAParticipant])
            .refuses(404, &[NotFound])
            .refuses(409, &[SessionOver]),
        Operation::post("/v1/rooms/ticket", "A ticket for the chat.")
            .by(&[
                AuthScheme::Application,
                AuthScheme::Person,
                AuthScheme::Login,
            ])
            .refuses(429, &[QuotaExceeded])
            .may_take::<TicketRequest>()
            .answers::<TicketResponse>(200, "The ticket, and where to take it.")
            .refuses(404, &[NotFound]),
        Operation::post("/v1/join", "Trades the token of a join link for access.")
            .takes::<JoinRequest>()
            .answers::<JoinResponse>(200, "The session, and a credential for it.")
            .refuses(404, &[NotFound])
            .refuses(410, &[SessionOver]),
    ];
    all = finished(all, "Tickets");
    all.push(
        Operation::get("/.well-known/jwks.json", "The public keys of the tickets.")
            .tagged("Tickets")
            .answers_as(200, "application/json", "A JWK Set (RFC 7517)."),
    );
    all
}

fn questions() -> Vec<Operation> {
    let random = Operation::get("/v1/questions/random", "Something to talk about.")
        .by(&[AuthScheme::Application, AuthScheme::Person, AuthScheme::Login])
        .query::<String>(
            "locale",
            "`en` or `ko`, or a list as in `Accept-Language`; English where it names neither.",
        )
        .query::<String>(
            "session_id",
            "A question of this session: both of its people get the same.",
        )
        .query::<u32>("n", "Which one of the session, from 0 to 199; 0 where it is left out.")
        .answers::<QuestionView>(
            200,
            "The question. The two of a session get none again before they had all, over all of their sessions.",
        )
        .refuses(404, &[NotFound])
        .refuses(422, &[InvalidField, UnknownField])
        .refuses(429, &[RateLimited]);
    finished(vec![random], "Questions")
}

fn people() -> Vec<Operation> {
    let all = vec![
        Operation::get(
            "/v1/notifications",
            "What a person has been told, the newest first.",
        )
        .by(&[AuthScheme::Person, AuthScheme::Login])
        .query::<u32>("limit", LIMIT)
        .query::<String>("cursor", CURSOR)
        .answers::<Page<Notification>>(200, "A page.")
        .refuses(422, &[InvalidField, UnknownField]),
        Operation::get(
            "/v1/notifications/stream",
            "What a person is told, as it happens.",
        )
        .by(&[AuthScheme::Person, AuthScheme::Login])
        .header("Last-Event-ID", "Goes on after this one.")
        .answers_as(
            200,
            "text/event-stream",
            "Server-sent events named `notification`; their data is a `Notification`.",
        )
        .refuses(429, &[RateLimited]),
        Operation::post(
            "/v1/notifications/{id}/read",
            "Marks a notification as read.",
        )
        .by(&[AuthScheme::Person, AuthScheme::Login])
        .answers_nothing(204, "It is read.")
        .refuses(404, &[NotFound]),
        Operation::post(
            "/v1/notifications/read-all",
            "Marks every notification as read.",
        )
        .by(&[AuthScheme::Person, AuthScheme::Login])
        .answers_nothing(204, "They are read."),
    ];
    finished([all, pushes()].concat(), "Notifications")
}

fn pushes() -> Vec<Operation> {
    vec![
        Operation::get("/v1/push/key", "What a browser subscribes to pushes with.")
            .by(&[AuthScheme::Person, AuthScheme::Login])
            .answers::<PushKey>(200, "The `applicationServerKey` (RFC 8292).")
            .refuses(404, &[NotFound]),
        Operation::post(
            "/v1/push-subscriptions",
            "Has a browser show what its person is notified of: of a page that came by a join link, what is of its session.",
        )
        .by(&[AuthScheme::Person, AuthScheme::Login])
        .takes::<SubscribeToPush>()
        .example(json!({
            "endpoint": "https://push.example/f8a1",
            "keys": {
                "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
                "auth": "BTBZMqHH6r4Tts7J_aSIgg",
            },
        }))
        .answers::<SubscribedToPush>(
            201,
            "The subscription; the same again has the same id. An endpoint is that of who named it last.",
        )
        .refuses(404, &[NotFound]),
        Operation::delete("/v1/push-subscriptions/{id}", "Ends a subscription.")
            .by(&[AuthScheme::Person, AuthScheme::Login])
            .answers_nothing(204, "The browser is told of nothing any more.")
            .refuses(404, &[NotFound]),
    ]
}

fn operators() -> Vec<Operation> {
    let all = vec![
        Operation::post(
            "/v1/operator/ticket",
            "A ticket for the operators' routes of every service.",
        )
        .by(&[AuthScheme::OperatorKey])
        .refuses(429, &[QuotaExceeded])
        .may_take::<EmptyBody>()
        .answers::<TicketResponse>(200, "The ticket, and where signaling is."),
        Operation::get(
            "/v1/sessions/{id}/timeline",
            "What happened to a session, in the order in which it happened.",
        )
        .by(&[AuthScheme::Application, AuthScheme::Operator])
        .query::<u32>("limit", LIMIT)
        .query::<String>("cursor", CURSOR)
        .answers::<Page<TimelineItem>>(200, "A page.")
        .refuses(404, &[NotFound])
        .refuses(422, &[InvalidField, UnknownField]),
    ];
    finished([all, audit(), jobs()].concat(), "Operators")
}

fn audit() -> Vec<Operation> {
    vec![
        Operation::get(
            "/v1/audit",
            "What operators, keys and the command line did, newest first.",
        )
        .by(&[AuthScheme::Operator])
        .query::<u32>("limit", LIMIT)
        .query::<String>("cursor", CURSOR)
        .query::<String>("session_id", "What concerns this session.")
        .query::<String>("action", "Only this action, as `participant.kick`.")
        .answers::<Page<AuditRow>>(200, "A page.")
        .refuses(422, &[InvalidField, UnknownField]),
    ]
}

fn jobs() -> Vec<Operation> {
    vec![
        Operation::get(
            "/v1/jobs",
            "What is due, was done, missed or given up, those that were planned last first.",
        )
        .by(&[AuthScheme::Operator])
        .query::<u32>("limit", LIMIT)
        .query::<String>("cursor", CURSOR)
        .query::<JobStatus>("state", "Only those in this state.")
        .query::<JobWord>("kind", "Only this kind.")
        .answers::<Page<JobView>>(200, "A page.")
        .refuses(422, &[InvalidField, UnknownField]),
        Operation::post(
            "/v1/jobs/{id}/retry",
            "Has a job be due at once that was given up.",
        )
        .by(&[AuthScheme::Operator])
        .may_take::<EmptyBody>()
        .answers::<JobView>(200, "It is due.")
        .refuses(404, &[NotFound])
        .refuses(409, &[Conflict]),
    ]
}

fn test_clock() -> Operation {
    Operation::post(
        "/v1/test-clock",
        "Moves the clock of every service forward, in tests.",
    )
    .tagged("Tests")
    .by(&[AuthScheme::Application, AuthScheme::Operator])
    .takes::<AdvanceClock>()
    .answers::<ClockReading>(200, "The scheduler, signaling and chat have moved.")
    .refuses(403, &[Forbidden])
    .refuses(503, &[StorageUnavailable, Unavailable])
}

/// What all operations with a store behind them have: somebody else's credential is refused, and so is
/// everything while the store does not answer.
fn finished(operations: Vec<Operation>, tag: &'static str) -> Vec<Operation> {
    let finish = |operation: Operation| {
        operation
            .tagged(tag)
            .refuses(403, &[Forbidden])
            .refuses(503, &[StorageUnavailable])
    };
    operations.into_iter().map(finish).collect()
}
