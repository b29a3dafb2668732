"""Types of the scheduler's API, from its /openapi.json. Written by `make types`: change nothing here."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict, Union


class AddMembers(TypedDict):
    """Body of `POST /v1/rooms/{id}/members`."""

    participants: list[BookParticipant]
    """1 to 500, named as when the room is made; whoever is in it already stays as they are."""


class ApplicationView(TypedDict):
    """An application, as `GET /v1/application` shows it to its own key."""

    allowed_embedders: list[str]
    """Pages of these origins may embed a session."""
    allowed_origins: list[str]
    """Pages of these origins may ask the services."""
    channels: list[NotificationChannel]
    """How its people are told."""
    id: str
    """Its own id, which stays: what its key was made for."""
    name: str
    """What people are shown."""
    reply_to: NotRequired[str | None]
    """Where answers to its mails go."""
    return_url: NotRequired[str | None]
    """Where people go after a session."""
    sender_name: NotRequired[str | None]
    """In whose name its mails come."""
    templates: NotRequired[dict[str, Any] | None]
    """The texts of its mails."""
    theme: NotRequired[dict[str, Any] | None]
    """How its pages look."""


class BookParticipant(TypedDict):
    """One of the two: known by `user_id`, or by the application's own `external_id` with a name."""

    email: NotRequired[str | None]
    """Where reminders may go."""
    external_id: NotRequired[str | None]
    """The application's own id of the person; the same one is the same person."""
    locale: NotRequired[str | None]
    """BCP 47 language tag."""
    name: NotRequired[str | None]
    """What the other one is shown."""
    time_zone: NotRequired[str | None]
    """IANA time zone."""
    user_id: NotRequired[UserId | None]
    """A person that the scheduler knows."""


class BookSession(TypedDict):
    """Body of `POST /v1/sessions`. What is absent has the default of `docs/PROTOCOL.md`."""

    allow_overlap: NotRequired[bool | None]
    """Whether one of the two may have another session at that time; if not, such a booking is refused with
    `busy`.
    `true` unless said otherwise.
    """
    closes_after_ms: NotRequired[int | None]
    """How long after the start an empty seat becomes a no-show, in milliseconds."""
    connect_ms: NotRequired[int | None]
    countdown_ms: NotRequired[int | None]
    duplicate: NotRequired[DuplicatePolicy | None]
    duration_ms: NotRequired[int | None]
    extension_ms: NotRequired[int | None]
    hard_end_at: NotRequired[UnixMs | None]
    ice: NotRequired[IcePolicy | None]
    lobby_ms: NotRequired[int | None]
    """How long before the start the lobby opens, in milliseconds."""
    max_extensions: NotRequired[int | None]
    max_pause_ms: NotRequired[int | None]
    media: NotRequired[MediaBackend | None]
    metadata: NotRequired[dict[str, Any] | None]
    """The application's own; kept and given back."""
    on_loss: NotRequired[OnLoss | None]
    participants: list[BookParticipant]
    """The participants, exactly two."""
    remind_before_ms: NotRequired[list[int] | None]
    """When to remind, each in milliseconds before the start."""
    starts_at: NotRequired[UnixMs | None]
    """Either this, or `starts_at_local`."""
    starts_at_local: NotRequired[LocalDateTime | None]
    """The start by the clock of a time zone: what was agreed, should the rules of the zone change."""


class ChangeApplication(TypedDict):
    """Body of `PATCH /v1/application`: what is absent stays as it is, and `null` takes away what may be absent."""

    allowed_embedders: NotRequired[list[str]]
    """At most 20 origins with `https`."""
    allowed_origins: NotRequired[list[str]]
    """At most 20 origins, each as a browser sends it."""
    channels: NotRequired[list[NotificationChannel]]
    """The ways that are open, each once."""
    name: NotRequired[str]
    """What people are shown: 1 to 100 characters."""
    reply_to: NotRequired[str | None]
    """An e-mail address."""
    return_url: NotRequired[str | None]
    """An address with `https`."""
    sender_name: NotRequired[str | None]
    """1 to 100 characters."""
    templates: NotRequired[dict[str, Any] | None]
    """At most 16 KiB of JSON."""
    theme: NotRequired[dict[str, Any] | None]
    """At most 4 KiB of JSON."""


class ChangeRoom(TypedDict):
    """Body of `PATCH /v1/rooms/{id}`."""

    name: NotRequired[str | None]
    """What it is called from now on: 1 to 100 characters; `null` takes the name away."""


class ChangeSession(TypedDict):
    """Body of `PATCH /v1/sessions/{id}`: what is absent stays as it is."""

    allow_overlap: NotRequired[bool]
    closes_after_ms: NotRequired[int]
    connect_ms: NotRequired[int]
    countdown_ms: NotRequired[int]
    duplicate: NotRequired[DuplicatePolicy]
    duration_ms: NotRequired[int]
    extension_ms: NotRequired[int]
    hard_end_at: NotRequired[UnixMs]
    ice: NotRequired[IcePolicy]
    lobby_ms: NotRequired[int]
    max_extensions: NotRequired[int]
    max_pause_ms: NotRequired[int]
    media: NotRequired[MediaBackend]
    metadata: NotRequired[dict[str, Any]]
    on_loss: NotRequired[OnLoss]
    remind_before_ms: NotRequired[list[int]]
    starts_at: NotRequired[UnixMs]
    starts_at_local: NotRequired[LocalDateTime]


class ChangeWebhook(TypedDict):
    """Body of `PATCH /v1/webhooks/{id}`: what is absent stays as it is, and `null` takes away what may be
    absent.
    """

    description: NotRequired[str | None]
    """1 to 100 characters for whoever keeps it; `null` takes it away."""
    events: NotRequired[list[EventType]]
    """Types of events that it is sent from now on; empty: all."""
    state: NotRequired[WebhookState]
    """Whether it is sent anything from now on."""
    url: NotRequired[str]
    """An https address that is not of an inner network."""


class CreateMatch(TypedDict):
    """Body of `POST /v1/matches`."""

    participants: list[BookParticipant]
    """The two, as in a booking."""


class CreateRoom(TypedDict):
    """Body of `POST /v1/rooms`."""

    name: NotRequired[str | None]
    """What it is called: 1 to 100 characters."""
    participants: list[BookParticipant]
    """2 to 500, the first of an application's is the owner. A person names people whom they are matched with, by
    `user_id` alone, and is the owner whether they name themselves or not.
    """


class CreateWebhook(TypedDict):
    """Body of `POST /v1/webhooks`."""

    description: NotRequired[str | None]
    """1 to 100 characters for whoever keeps it."""
    events: NotRequired[list[EventType]]
    """Types of events that it is sent; absent or empty: all."""
    url: str
    """An https address that is not of an inner network."""


class CreatedMatch(TypedDict):
    """A match, as the application that made it is shown it."""

    created_at: UnixMs
    """When they were matched."""
    id: MatchId
    """Its own id, rising with time."""
    participants: list[Participant]
    """The two by their names."""
    room_id: RoomId
    """The chat room of the two."""


DeliveryStatus = Literal['pending', 'sent', 'failed', 'missed', 'suppressed']
"""Where a delivery stands, in a word."""


class DeliveryView(TypedDict):
    """One delivery; an item of `GET /v1/deliveries`."""

    attempts: int
    """How often it was tried."""
    channel: NotificationChannel
    """By which channel."""
    due_at: UnixMs
    """When it was to be sent first."""
    endpoint_id: NotRequired[str | None]
    """The webhook endpoint or listener that was told."""
    id: str
    """Its own id, rising with time."""
    kind: str
    """Kind of the notification, or type of the event."""
    listener: NotRequired[bool]
    """True where that is a listener, as `rendezvous listen` makes."""
    reason: NotRequired[str | None]
    """Why it was not sent, or what was wrong with the last attempt."""
    sent_at: NotRequired[UnixMs | None]
    """When it was sent."""
    session_id: NotRequired[SessionId | None]
    """The session that it is about, if it is about one."""
    state: DeliveryStatus
    """Where it stands."""
    user_id: NotRequired[UserId | None]
    """Who was told; absent for an endpoint."""


class DeliveryViewPage(TypedDict):
    """A page of a collection."""

    items: list[DeliveryView]
    """Items of this page, in order."""
    next_cursor: NotRequired[str | None]
    """Asks for the next page; absent on the last."""


DuplicatePolicy = Literal['takeover', 'reject']
"""What happens when the same person joins twice."""


EmptyBody = dict[str, Any]
"""Body of a command without fields: empty, or an empty object."""


EndReason = Literal['completed', 'no_show', 'left', 'abandoned', 'cancelled', 'connect_failed', 'kicked', 'terminated']
"""Why a session ended."""


ErrorCode = Literal['malformed', 'unknown_type', 'unsupported', 'unauthenticated', 'bad_login', 'email_taken', 'weak_password', 'bad_token', 'not_a_participant', 'forbidden', 'not_found', 'too_early', 'session_over', 'peer_absent', 'stale_epoch', 'not_your_turn', 'not_p2p', 'bad_sdp', 'bad_candidate', 'too_many_candidates', 'not_live', 'no_extensions_left', 'rate_limited', 'quota_exceeded', 'too_large', 'already_joined', 'not_a_member', 'room_closed', 'room_full', 'conflict', 'busy', 'already_matched', 'no_peeks_left', 'bad_cursor', 'bad_text', 'storage_unavailable', 'storage_full', 'invalid_field', 'unknown_field', 'precondition_failed', 'method_not_allowed', 'timeout', 'unsupported_media_type', 'origin_not_allowed', 'token_in_url', 'unavailable', 'internal']
"""What was wrong, in a word that does not change."""


EventType = Literal['match.created', 'match.ended', 'gift.received', 'gift.opened', 'proposal.created', 'proposal.answered', 'room.opened', 'room.changed', 'room.closed', 'session.scheduled', 'session.rescheduled', 'session.cancelled', 'session.reminded', 'session.reminder_missed', 'session.opened', 'session.joined', 'session.left', 'session.live', 'session.extended', 'session.ended', 'session.no_show', 'session.feedback', 'application.changed', 'message.unread', 'user.kicked', 'user.blocked', 'person.changed', 'user.erased', 'operator.action']
"""What can happen."""


class FeedbackView(TypedDict):
    """What one of the two said of the session: to themselves, and to their application."""

    changed_at: NotRequired[UnixMs | None]
    """When it was changed last, if it was."""
    given_at: UnixMs
    """When it was given first; it may be changed for a day."""
    score: int
    """1 to 5."""
    text: NotRequired[str | None]
    """Their words, if they had any."""


class FieldError(TypedDict):
    """One wrong field of a command."""

    code: str
    """Which rule, as `required`, `too_long`, `out_of_range`."""
    field: str
    """Path of the field, as `participants[1].name`."""
    message: str
    """One plain sentence."""


class GroupMemberView(TypedDict):
    """One of a group, as whoever asks is shown them."""

    external_id: NotRequired[str | None]
    """For the application: its own id of the person."""
    name: str
    """What to call them."""
    role: RoomRole
    """What they may do."""
    user_id: UserId
    """Id of the member."""


class GroupView(TypedDict):
    """A room of a group with everybody in it."""

    id: RoomId
    """Its own id, rising with time."""
    members: list[GroupMemberView]
    """Everybody in it, the eldest member first."""
    name: NotRequired[str | None]
    """What it is called, if it has a name."""
    revision: int
    """Rises with each change."""


IcePolicy = Literal['all', 'relay']
"""Which ICE candidates may be used."""


class ListedGroup(TypedDict):
    """A room in a list of groups."""

    id: RoomId
    """Its own id, rising with time."""
    member_count: int
    """How many are in it."""
    name: NotRequired[str | None]
    """What it is called, if it has a name."""
    revision: int
    """Rises with each change."""
    role: NotRequired[RoomRole | None]
    """For one who is in it: what they may do."""


class ListedGroupPage(TypedDict):
    """A page of a collection."""

    items: list[ListedGroup]
    """Items of this page, in order."""
    next_cursor: NotRequired[str | None]
    """Asks for the next page; absent on the last."""


class LocalDateTime(TypedDict):
    """A time by the clock of a time zone."""

    date_time: str
    """ISO 8601 without an offset, as `2027-03-14T02:30`; seconds may follow."""
    time_zone: str
    """IANA time zone."""


LocalTimeNote = Literal['gap', 'fold']
"""Why a local time needed a decision."""


MatchId = str
"""Two people who have found each other."""


MediaBackend = Literal['p2p', 'livekit', 'openvidu']
"""Who carries the media."""


NotificationChannel = Literal['in_app', 'webhook', 'push', 'email']
"""By which way an application's people are told of what happens."""


OnLoss = Literal['run', 'pause']
"""What happens to the clock of a live session while one is lost."""


class Outcome(TypedDict):
    """How a session ended."""

    absent: NotRequired[list[UserId] | None]
    """Of `no_show`: who was never in."""
    reason: EndReason
    """Reason of the end."""


class Participant(TypedDict):
    """One of the two."""

    name: str
    """What the other one is shown."""
    user_id: UserId
    """Id of the participant."""


class Presence(TypedDict):
    """When one person was in, and whether their media came up."""

    media_up_at: NotRequired[UnixMs | None]
    """When they first said that their media was up; none if it never was."""
    stays: list[Stay]
    """When they were in, oldest first; empty if they never were. Of more than 16, the first and the
    newest.
    """
    user_id: UserId
    """Id of the participant."""


class Problem(TypedDict):
    """A problem document (RFC 9457, `application/problem+json`)."""

    at: NotRequired[UnixMs | None]
    """Of `no_peeks_left`: when there is one again."""
    code: ErrorCode
    """Stable code of the error."""
    detail: str
    """One plain sentence."""
    errors: NotRequired[list[FieldError]]
    """Each field that is wrong."""
    reason: NotRequired[str | None]
    """Of `session_over`: why it ended."""
    retry_after_ms: NotRequired[int | None]
    """When to try again, in milliseconds from now."""
    session_id: NotRequired[SessionId | None]
    """Of `busy`, for an application: that session."""
    status: int
    """The HTTP status."""
    title: str
    """The HTTP status text."""
    type: str
    """Always `about:blank`: `code` tells the kind."""
    user_id: NotRequired[UserId | None]
    """Of `busy`: who has another session."""


QuestionLocale = Literal['en', 'ko']
"""A language in which every question is written."""


class QuestionView(TypedDict):
    """Answer of `GET /v1/questions/random`."""

    id: str
    """The same in every language."""
    locale: QuestionLocale
    """The language of `text`."""
    text: str
    """The question itself, one line."""


class RenewedLink(TypedDict):
    """Answer of `POST /v1/sessions/{id}/participants/{user_id}/renew-link`."""

    join_url: str
    """The person's join link; every earlier one, and the access that came from it, is void."""


class ResolvedLocalTime(TypedDict):
    """How a local time was resolved that is no time of that day, or two (RFC 5545, section 3.3.5)."""

    note: LocalTimeNote
    """Whether the clocks skip it, or show it twice."""
    offset: str
    """The offset from UTC that was taken, as `-05:00`."""


RoomId = str
"""One chat room."""


RoomKind = Literal['pair', 'group']
"""What a room is for."""


class RoomMember(TypedDict):
    """One who belongs to a room."""

    name: str
    """What to call them."""
    role: RoomRole
    """What they may do; `member` where nothing is said."""
    user_id: UserId
    """Id of the member."""


RoomRole = Literal['owner', 'member']
"""What a member may do in a room."""


class RotatedSecret(TypedDict):
    """Answer of `POST /v1/webhooks/{id}/rotate`."""

    previous_secret_until: UnixMs
    """Until when the old one signs beside it."""
    secret: SecretText
    """The new one."""


SecretText = str
"""A password or a token, as somebody typed or pasted it."""


class SentDelivery(TypedDict):
    """Answer of `POST /v1/webhooks/{id}/test` and `POST /v1/deliveries/{id}/redeliver`."""

    delivery_id: str
    """The delivery, as the endpoint's list of deliveries shows it."""


SessionId = str
"""One timed session of two people."""


class SessionParticipant(TypedDict):
    """One of the two, as the scheduler shows them."""

    external_id: NotRequired[str | None]
    """The application's own id; shown to the application only."""
    feedback: NotRequired[FeedbackView | None]
    """What they said of it afterwards; shown to the application only, of one session."""
    join_url: NotRequired[str | None]
    """Opens the session as this person; shown to the application only."""
    joined_at: list[UnixMs]
    """Each time they came in, rising."""
    left_at: list[UnixMs]
    """Each time they went, rising."""
    name: str
    """What the other one is shown."""
    user_id: UserId
    """Id of the participant."""


class SessionSpec(TypedDict):
    """All that signaling needs to know about a session; the `session` claim of its ticket.
    `lobby_opens_at ≤ starts_at ≤ closes_at`; a higher `revision` replaces a lower one.
    """

    closes_at: UnixMs
    """A seat that is empty from here on is a no-show."""
    connect_ms: int
    """How long media may take to come up after the countdown, in milliseconds."""
    countdown_ms: int
    """From both in to live, in milliseconds."""
    duplicate: DuplicatePolicy
    """What happens when the same person joins twice."""
    duration_ms: int
    """How long it is live, in milliseconds."""
    extension_ms: int
    """What an extension adds, in milliseconds."""
    hard_end_at: NotRequired[UnixMs | None]
    """Nothing goes past this: the first deadline, an extension, a pause."""
    ice: IcePolicy
    """Which candidates may be used."""
    id: SessionId
    """Id of the session."""
    lobby_opens_at: UnixMs
    """First moment at which a join is let in."""
    max_extensions: int
    """How often it may be extended."""
    max_pause_ms: int
    """Longest sum of all pauses, in milliseconds."""
    media: MediaBackend
    """Who carries the media."""
    on_loss: OnLoss
    """What happens to the clock while one is lost."""
    participants: list[Participant]
    """The two; the second is the polite one."""
    revision: int
    """Rises with each change of the booking."""
    starts_at: UnixMs
    """First moment at which a countdown may begin."""


SessionState = Literal['scheduled', 'open', 'live', 'ended', 'cancelled']
"""Where a booking stands."""


class SessionView(TypedDict):
    """A session as the scheduler shows it."""

    allow_overlap: bool
    """Whether one of the two may have another session at that time."""
    closes_after_ms: int
    closes_at: UnixMs
    connect_ms: int
    countdown_ms: int
    created_at: UnixMs
    deadline_at: NotRequired[UnixMs | None]
    """When it runs out, or ran out."""
    duplicate: DuplicatePolicy
    duration_ms: int
    ended_at: NotRequired[UnixMs | None]
    """When it was over."""
    extension_ms: int
    hard_end_at: NotRequired[UnixMs | None]
    ice: IcePolicy
    id: SessionId
    lobby_ms: int
    lobby_opens_at: UnixMs
    max_extensions: int
    max_pause_ms: int
    media: MediaBackend
    metadata: NotRequired[dict[str, Any] | None]
    on_loss: OnLoss
    outcome: NotRequired[Outcome | None]
    """How it ended, once it has."""
    participants: list[SessionParticipant]
    remind_before_ms: list[int]
    resolved: NotRequired[ResolvedLocalTime | None]
    """Where the clocks skip that time, or show it twice."""
    revision: int
    room_id: RoomId
    """The chat room of the two."""
    started_at: NotRequired[UnixMs | None]
    """When the clock started, once it has."""
    starts_at: UnixMs
    starts_at_local: NotRequired[LocalDateTime | None]
    """The start by the clock of a time zone, where it was booked so."""
    state: SessionState


class SessionViewPage(TypedDict):
    """A page of a collection."""

    items: list[SessionView]
    """Items of this page, in order."""
    next_cursor: NotRequired[str | None]
    """Asks for the next page; absent on the last."""


Stay = TypedDict(
    "Stay",
    {
        "from": "UnixMs",
        "to": "NotRequired[UnixMs | None]",
    },
)
"""One stay of one person."""


class TicketRequest(TypedDict):
    """Body of the ticket routes: empty from a person, with a user from an application."""

    user_id: NotRequired[UserId | None]
    """Whom the ticket is for."""


class TicketResponse(TypedDict):
    """A ticket, and where to take it."""

    expires_at: UnixMs
    """When the ticket stops to count."""
    ticket: str
    """The ticket: a signed JWT."""
    url: str
    """The complete WebSocket address to connect to; of an operator's ticket, where signaling is."""


class TimelineItem(TypedDict):
    """One thing that happened to a session; each type has its own fields of these."""

    absent: NotRequired[list[UserId] | None]
    """Of `no_show`, and of `ended` by it: who was never in."""
    action: NotRequired[str | None]
    """Of `operator.action`: what was done, as `session.end`."""
    at: UnixMs
    """When it happened."""
    before_ms: NotRequired[int | None]
    """Of a reminder: how long before the start it is due, in milliseconds."""
    by: NotRequired[str | None]
    """Of `operator.action`: who did it."""
    deadline_at: NotRequired[UnixMs | None]
    """Of `live` and `extended`: when it runs out."""
    evidence: NotRequired[list[Presence] | None]
    """Of `no_show` and `ended`: when each was in, and whether their media came up."""
    extensions_left: NotRequired[int | None]
    """Of `extended`: how many are left."""
    how: NotRequired[str | None]
    """Of `left`: `left`, `lost`, `kicked` or `ended`."""
    reason: NotRequired[str | None]
    """Of `ended` and `reminder_missed`: why."""
    revision: NotRequired[int | None]
    """Of a booking and its reminders: its revision."""
    started_at: NotRequired[UnixMs | None]
    """Of `live`: when the clock started."""
    starts_at: NotRequired[UnixMs | None]
    """Of `scheduled` and `rescheduled`: when the session starts."""
    type: EventType
    """Type of the event."""
    user_id: NotRequired[UserId | None]
    """Of `joined`, `left`, `reminded`, `reminder_missed`, `user.kicked` and `operator.action`: who."""


class TimelineItemPage(TypedDict):
    """A page of a collection."""

    items: list[TimelineItem]
    """Items of this page, in order."""
    next_cursor: NotRequired[str | None]
    """Asks for the next page; absent on the last."""


UnixMs = int
"""A point in time: milliseconds since the Unix epoch, UTC."""


UserId = str
"""Id of one person, across sessions and rooms."""


class WebhookDeliveryView(TypedDict):
    """A delivery to an endpoint, as its application sees it."""

    attempts: int
    """How often it was tried."""
    due_at: UnixMs
    """When it was to be sent first."""
    endpoint_id: str
    """The endpoint or listener that it goes to."""
    id: str
    """Its own id, by which it is sent again."""
    kind: str
    """The type of the event."""
    listener: bool
    """True where that is a listener, as `rendezvous listen` makes."""
    next_at: NotRequired[UnixMs | None]
    """When it is tried next, if it is."""
    reason: NotRequired[str | None]
    """Why the last attempt failed, as `http_500`, `timeout` or `connect_failed`."""
    sent_at: NotRequired[UnixMs | None]
    """When it arrived."""
    state: DeliveryStatus
    """Where it stands."""
    status: NotRequired[int | None]
    """What the last attempt was answered with, unless that was nothing."""
    webhook_id: str
    """The `webhook-id` of every attempt: the event's id."""


class WebhookDeliveryViewPage(TypedDict):
    """A page of a collection."""

    items: list[WebhookDeliveryView]
    """Items of this page, in order."""
    next_cursor: NotRequired[str | None]
    """Asks for the next page; absent on the last."""


WebhookState = Literal['enabled', 'disabled']
"""Whether an endpoint is sent anything."""


class WebhookView(TypedDict):
    """An endpoint of an application, as its own key sees it."""

    created_at: UnixMs
    """When it was made."""
    description: NotRequired[str | None]
    """For whoever keeps it."""
    events: list[EventType]
    """Types of events that it is sent; empty: all."""
    failing_since: NotRequired[UnixMs | None]
    """Since when nothing has arrived, if the last attempt failed."""
    id: str
    """Its own id."""
    previous_secret_until: NotRequired[UnixMs | None]
    """After a rotation: until when the secret of before signs beside the new one."""
    reason: NotRequired[str | None]
    """Of a disabled one: `asked`, `gone` (it answered 410) or `failing` (nothing arrived for five days)."""
    secret: NotRequired[SecretText | None]
    """By which it knows what is ours (`whsec_…`): in the answer that makes the endpoint, and never again."""
    state: WebhookState
    """Whether it is sent anything."""
    url: str
    """Where events are sent."""


class WebhookViewPage(TypedDict):
    """A page of a collection."""

    items: list[WebhookView]
    """Items of this page, in order."""
    next_cursor: NotRequired[str | None]
    """Asks for the next page; absent on the last."""


class MatchCreatedData(TypedDict):
    """Data of `match.created`."""

    match_id: MatchId
    """The match; also the event's subject."""
    participants: list[Participant]
    """The two, by their present names."""
    revision: NotRequired[int]
    """Of what has one, as a booking or a group."""
    room_id: RoomId
    """Their chat room."""
    subject: str
    """What it happened to: the id of a session, match or room."""
    tenant: str
    """Whose people they are: an application's id, or `people`."""


class MatchCreatedEvent(TypedDict):
    """Two people were matched."""

    data: MatchCreatedData
    timestamp: str
    """When it happened, as RFC 3339 writes it."""
    type: Literal['match.created']


class MatchEndedData(TypedDict):
    """Data of `match.ended`."""

    match_id: MatchId
    """The match; also the event's subject."""
    participants: list[Participant]
    """The two, by their present names."""
    revision: NotRequired[int]
    """Of what has one, as a booking or a group."""
    room_id: RoomId
    """Their chat room."""
    subject: str
    """What it happened to: the id of a session, match or room."""
    tenant: str
    """Whose people they are: an application's id, or `people`."""


class MatchEndedEvent(TypedDict):
    """A match is over."""

    data: MatchEndedData
    timestamp: str
    """When it happened, as RFC 3339 writes it."""
    type: Literal['match.ended']


MessageUnreadData = TypedDict(
    "MessageUnreadData",
    {
        "from": "UserId",
        "message_id": "str",
        "revision": "NotRequired[int]",
        "room_id": "RoomId",
        "seq": "int",
        "subject": "str",
        "user_id": "UserId",
    },
)
"""Data of `message.unread`."""


class MessageUnreadEvent(TypedDict):
    """A message that nobody was there to take."""

    data: MessageUnreadData
    timestamp: str
    """When it happened, as RFC 3339 writes it."""
    type: Literal['message.unread']


class RoomChangedData(TypedDict):
    """Data of `room.changed`."""

    kind: RoomKind
    """`pair` where nothing is said."""
    left: NotRequired[UserId | None]
    """Who is in it no more since they left by themselves, with this revision."""
    members: list[RoomMember]
    """Everybody who belongs to it: 500 at most."""
    name: NotRequired[str | None]
    """What a group is called."""
    revision: NotRequired[int]
    """Of what has one, as a booking or a group."""
    room_id: RoomId
    """The room; also the event's subject."""
    subject: str
    """What it happened to: the id of a session, match or room."""
    tenant: str
    """Whose people they are: an application's id, or `people`."""


class RoomChangedEvent(TypedDict):
    """A room has other members, or another name."""

    data: RoomChangedData
    timestamp: str
    """When it happened, as RFC 3339 writes it."""
    type: Literal['room.changed']


class RoomClosedData(TypedDict):
    """Data of `room.closed`."""

    kind: RoomKind
    """`pair` where nothing is said."""
    left: NotRequired[UserId | None]
    """Who is in it no more since they left by themselves, with this revision."""
    members: list[RoomMember]
    """Everybody who belongs to it: 500 at most."""
    name: NotRequired[str | None]
    """What a group is called."""
    revision: NotRequired[int]
    """Of what has one, as a booking or a group."""
    room_id: RoomId
    """The room; also the event's subject."""
    subject: str
    """What it happened to: the id of a session, match or room."""
    tenant: str
    """Whose people they are: an application's id, or `people`."""


class RoomClosedEvent(TypedDict):
    """A room takes no more messages."""

    data: RoomClosedData
    timestamp: str
    """When it happened, as RFC 3339 writes it."""
    type: Literal['room.closed']


class RoomOpenedData(TypedDict):
    """Data of `room.opened`."""

    kind: RoomKind
    """`pair` where nothing is said."""
    left: NotRequired[UserId | None]
    """Who is in it no more since they left by themselves, with this revision."""
    members: list[RoomMember]
    """Everybody who belongs to it: 500 at most."""
    name: NotRequired[str | None]
    """What a group is called."""
    revision: NotRequired[int]
    """Of what has one, as a booking or a group."""
    room_id: RoomId
    """The room; also the event's subject."""
    subject: str
    """What it happened to: the id of a session, match or room."""
    tenant: str
    """Whose people they are: an application's id, or `people`."""


class RoomOpenedEvent(TypedDict):
    """A room is there, for these members."""

    data: RoomOpenedData
    timestamp: str
    """When it happened, as RFC 3339 writes it."""
    type: Literal['room.opened']


class SessionCancelledData(TypedDict):
    """Data of `session.cancelled`."""

    revision: NotRequired[int]
    """Of what has one, as a booking or a group."""
    room_id: RoomId
    """The chat room of the two."""
    session: SessionSpec
    """What a ticket for it says."""
    subject: str
    """What it happened to: the id of a session, match or room."""


class SessionCancelledEvent(TypedDict):
    """A booked session was called off."""

    data: SessionCancelledData
    timestamp: str
    """When it happened, as RFC 3339 writes it."""
    type: Literal['session.cancelled']


class SessionEndedData(TypedDict):
    """Data of `session.ended`."""

    absent: NotRequired[list[UserId] | None]
    """Of `ended` by no-show, and of `no_show`: who was never in."""
    evidence: NotRequired[list[Presence] | None]
    """Of `ended` and `no_show`: what the verdict rests on, one entry a person."""
    reason: EndReason | None
    """Of `ended`: why."""
    revision: NotRequired[int]
    """Of what has one, as a booking or a group."""
    subject: str
    """What it happened to: the id of a session, match or room."""


class SessionEndedEvent(TypedDict):
    """It is over."""

    data: SessionEndedData
    timestamp: str
    """When it happened, as RFC 3339 writes it."""
    type: Literal['session.ended']


class SessionExtendedData(TypedDict):
    """Data of `session.extended`."""

    deadline_at: UnixMs | None
    """Of `live` and `extended`: when it runs out."""
    extensions_left: int | None
    """Of `extended`: how many are left."""
    revision: NotRequired[int]
    """Of what has one, as a booking or a group."""
    subject: str
    """What it happened to: the id of a session, match or room."""


class SessionExtendedEvent(TypedDict):
    """The deadline moved."""

    data: SessionExtendedData
    timestamp: str
    """When it happened, as RFC 3339 writes it."""
    type: Literal['session.extended']


class SessionFeedbackData(TypedDict):
    """Data of `session.feedback`."""

    revision: NotRequired[int]
    """Of what has one, as a booking or a group."""
    score: int
    """1 to 5."""
    subject: str
    """What it happened to: the id of a session, match or room."""
    user_id: UserId
    """Who gave it."""


class SessionFeedbackEvent(TypedDict):
    """One of the two said how it was; the words are read of the session."""

    data: SessionFeedbackData
    timestamp: str
    """When it happened, as RFC 3339 writes it."""
    type: Literal['session.feedback']


class SessionJoinedData(TypedDict):
    """Data of `session.joined`."""

    revision: NotRequired[int]
    """Of what has one, as a booking or a group."""
    subject: str
    """What it happened to: the id of a session, match or room."""
    user_id: UserId | None
    """Of `joined`, `left` and `user.kicked`: who."""


class SessionJoinedEvent(TypedDict):
    """One came in."""

    data: SessionJoinedData
    timestamp: str
    """When it happened, as RFC 3339 writes it."""
    type: Literal['session.joined']


class SessionLeftData(TypedDict):
    """Data of `session.left`."""

    how: str | None
    """Of `left`: `left`, `lost`, `kicked` or `ended`."""
    revision: NotRequired[int]
    """Of what has one, as a booking or a group."""
    subject: str
    """What it happened to: the id of a session, match or room."""
    user_id: UserId | None
    """Of `joined`, `left` and `user.kicked`: who."""


class SessionLeftEvent(TypedDict):
    """A participant left for good."""

    data: SessionLeftData
    timestamp: str
    """When it happened, as RFC 3339 writes it."""
    type: Literal['session.left']


class SessionLiveData(TypedDict):
    """Data of `session.live`."""

    deadline_at: UnixMs | None
    """Of `live` and `extended`: when it runs out."""
    revision: NotRequired[int]
    """Of what has one, as a booking or a group."""
    started_at: UnixMs | None
    """Of `live`: when the clock started."""
    subject: str
    """What it happened to: the id of a session, match or room."""


class SessionLiveEvent(TypedDict):
    """The clock started."""

    data: SessionLiveData
    timestamp: str
    """When it happened, as RFC 3339 writes it."""
    type: Literal['session.live']


class SessionNoShowData(TypedDict):
    """Data of `session.no_show`."""

    absent: list[UserId] | None
    """Of `ended` by no-show, and of `no_show`: who was never in."""
    evidence: NotRequired[list[Presence] | None]
    """Of `ended` and `no_show`: what the verdict rests on, one entry a person."""
    revision: NotRequired[int]
    """Of what has one, as a booking or a group."""
    subject: str
    """What it happened to: the id of a session, match or room."""


class SessionNoShowEvent(TypedDict):
    """Somebody never came."""

    data: SessionNoShowData
    timestamp: str
    """When it happened, as RFC 3339 writes it."""
    type: Literal['session.no_show']


class SessionOpenedData(TypedDict):
    """Data of `session.opened`."""

    revision: NotRequired[int]
    """Of what has one, as a booking or a group."""
    subject: str
    """What it happened to: the id of a session, match or room."""


class SessionOpenedEvent(TypedDict):
    """The lobby opened."""

    data: SessionOpenedData
    timestamp: str
    """When it happened, as RFC 3339 writes it."""
    type: Literal['session.opened']


class SessionRemindedData(TypedDict):
    """Data of `session.reminded`."""

    before_ms: int
    """How long before the start it was due, in milliseconds."""
    revision: NotRequired[int]
    """Of what has one, as a booking or a group."""
    subject: str
    """What it happened to: the id of a session, match or room."""
    user_id: NotRequired[UserId | None]
    """Who was reminded."""


class SessionRemindedEvent(TypedDict):
    """A reminder went out."""

    data: SessionRemindedData
    timestamp: str
    """When it happened, as RFC 3339 writes it."""
    type: Literal['session.reminded']


class SessionRescheduledData(TypedDict):
    """Data of `session.rescheduled`."""

    revision: NotRequired[int]
    """Of what has one, as a booking or a group."""
    room_id: RoomId
    """The chat room of the two."""
    session: SessionSpec
    """What a ticket for it says."""
    subject: str
    """What it happened to: the id of a session, match or room."""


class SessionRescheduledEvent(TypedDict):
    """A booked session was moved or changed."""

    data: SessionRescheduledData
    timestamp: str
    """When it happened, as RFC 3339 writes it."""
    type: Literal['session.rescheduled']


class SessionScheduledData(TypedDict):
    """Data of `session.scheduled`."""

    revision: NotRequired[int]
    """Of what has one, as a booking or a group."""
    room_id: RoomId
    """The chat room of the two."""
    session: SessionSpec
    """What a ticket for it says."""
    subject: str
    """What it happened to: the id of a session, match or room."""


class SessionScheduledEvent(TypedDict):
    """A session was booked."""

    data: SessionScheduledData
    timestamp: str
    """When it happened, as RFC 3339 writes it."""
    type: Literal['session.scheduled']


class UserKickedData(TypedDict):
    """Data of `user.kicked`."""

    revision: NotRequired[int]
    """Of what has one, as a booking or a group."""
    subject: str
    """What it happened to: the id of a session, match or room."""
    user_id: UserId | None
    """Of `joined`, `left` and `user.kicked`: who."""


class UserKickedEvent(TypedDict):
    """One was removed by an operator."""

    data: UserKickedData
    timestamp: str
    """When it happened, as RFC 3339 writes it."""
    type: Literal['user.kicked']


class WebhookTestData(TypedDict):
    """Data of `webhook.test`."""

    revision: NotRequired[int]
    """Of what has one, as a booking or a group."""
    subject: str
    """What it happened to: the id of a session, match or room."""


class WebhookTestEvent(TypedDict):
    """An endpoint was tried."""

    data: WebhookTestData
    timestamp: str
    """When it happened, as RFC 3339 writes it."""
    type: Literal['webhook.test']


WebhookEvent = Union[
    MatchCreatedEvent,
    MatchEndedEvent,
    MessageUnreadEvent,
    RoomChangedEvent,
    RoomClosedEvent,
    RoomOpenedEvent,
    SessionCancelledEvent,
    SessionEndedEvent,
    SessionExtendedEvent,
    SessionFeedbackEvent,
    SessionJoinedEvent,
    SessionLeftEvent,
    SessionLiveEvent,
    SessionNoShowEvent,
    SessionOpenedEvent,
    SessionRemindedEvent,
    SessionRescheduledEvent,
    SessionScheduledEvent,
    UserKickedEvent,
    WebhookTestEvent,
]


__all__ = [
    "AddMembers",
    "ApplicationView",
    "BookParticipant",
    "BookSession",
    "ChangeApplication",
    "ChangeRoom",
    "ChangeSession",
    "ChangeWebhook",
    "CreateMatch",
    "CreateRoom",
    "CreateWebhook",
    "CreatedMatch",
    "DeliveryStatus",
    "DeliveryView",
    "DeliveryViewPage",
    "DuplicatePolicy",
    "EmptyBody",
    "EndReason",
    "ErrorCode",
    "EventType",
    "FeedbackView",
    "FieldError",
    "GroupMemberView",
    "GroupView",
    "IcePolicy",
    "ListedGroup",
    "ListedGroupPage",
    "LocalDateTime",
    "LocalTimeNote",
    "MatchCreatedData",
    "MatchCreatedEvent",
    "MatchEndedData",
    "MatchEndedEvent",
    "MatchId",
    "MediaBackend",
    "MessageUnreadData",
    "MessageUnreadEvent",
    "NotificationChannel",
    "OnLoss",
    "Outcome",
    "Participant",
    "Presence",
    "Problem",
    "QuestionLocale",
    "QuestionView",
    "RenewedLink",
    "ResolvedLocalTime",
    "RoomChangedData",
    "RoomChangedEvent",
    "RoomClosedData",
    "RoomClosedEvent",
    "RoomId",
    "RoomKind",
    "RoomMember",
    "RoomOpenedData",
    "RoomOpenedEvent",
    "RoomRole",
    "RotatedSecret",
    "SecretText",
    "SentDelivery",
    "SessionCancelledData",
    "SessionCancelledEvent",
    "SessionEndedData",
    "SessionEndedEvent",
    "SessionExtendedData",
    "SessionExtendedEvent",
    "SessionFeedbackData",
    "SessionFeedbackEvent",
    "SessionId",
    "SessionJoinedData",
    "SessionJoinedEvent",
    "SessionLeftData",
    "SessionLeftEvent",
    "SessionLiveData",
    "SessionLiveEvent",
    "SessionNoShowData",
    "SessionNoShowEvent",
    "SessionOpenedData",
    "SessionOpenedEvent",
    "SessionParticipant",
    "SessionRemindedData",
    "SessionRemindedEvent",
    "SessionRescheduledData",
    "SessionRescheduledEvent",
    "SessionScheduledData",
    "SessionScheduledEvent",
    "SessionSpec",
    "SessionState",
    "SessionView",
    "SessionViewPage",
    "Stay",
    "TicketRequest",
    "TicketResponse",
    "TimelineItem",
    "TimelineItemPage",
    "UnixMs",
    "UserId",
    "UserKickedData",
    "UserKickedEvent",
    "WebhookDeliveryView",
    "WebhookDeliveryViewPage",
    "WebhookEvent",
    "WebhookState",
    "WebhookTestData",
    "WebhookTestEvent",
    "WebhookView",
    "WebhookViewPage",
]
