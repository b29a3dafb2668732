// Generated from crates/wire by `make types`. Do not edit.
/* eslint-disable */
/**
 * A point in time: milliseconds since the Unix epoch, UTC.
 */
export type UnixMs = number;
/**
 * One timed session of two people.
 */
export type SessionId = string;
/**
 * Id of one person, across sessions and rooms.
 */
export type UserId = string;
/**
 * One chat room.
 */
export type RoomId = string;
/**
 * What one person gives another: a letter, and perhaps times to meet.
 */
export type GiftId = string;
/**
 * Two people who have found each other.
 */
export type MatchId = string;
/**
 * Times that one of a match has put to the other.
 */
export type ProposalId = string;
/**
 * What one person has told the operators of another.
 */
export type ReportId = string;
/**
 * One socket of one seat. Of two connections of a seat the later has the higher id.
 */
export type ConnectionId = string;
/**
 * The number or word by which a client tells its frames apart; given back as it came.
 */
export type FrameId = number | string;
/**
 * What was wrong, in a word that does not change.
 */
export type ErrorCode = "malformed" | "unknown_type" | "unsupported" | "unauthenticated" | "bad_login" | "email_taken" | "weak_password" | "bad_token" | "not_a_participant" | "forbidden" | "not_found" | "too_early" | "session_over" | "peer_absent" | "stale_epoch" | "not_your_turn" | "not_p2p" | "bad_sdp" | "bad_candidate" | "too_many_candidates" | "not_live" | "no_extensions_left" | "rate_limited" | "quota_exceeded" | "too_large" | "already_joined" | "not_a_member" | "room_closed" | "room_full" | "conflict" | "busy" | "already_matched" | "no_peeks_left" | "bad_cursor" | "bad_text" | "storage_unavailable" | "storage_full" | "invalid_field" | "unknown_field" | "precondition_failed" | "method_not_allowed" | "timeout" | "unsupported_media_type" | "origin_not_allowed" | "token_in_url" | "unavailable" | "internal";
/**
 * What an `error` frame carries beside its `type`; the optional fields belong to single codes.
 */
export type ErrorBody = { 
/**
 * Stable code of the error.
 */
code: ErrorCode, 
/**
 * One plain sentence.
 */
message: string, 
/**
 * The `id` of the frame that was refused.
 */
id?: FrameId, 
/**
 * When to try again, in milliseconds from now.
 */
retry_after_ms?: number, 
/**
 * Of `invalid_field`: the field.
 */
field?: string, 
/**
 * Of `session_over`, `unauthenticated`, `bad_sdp` and `bad_candidate`: why.
 */
reason?: string, 
/**
 * Of `too_early`: when the lobby opens.
 */
opens_at?: UnixMs, 
/**
 * Of `stale_epoch`: the current one.
 */
epoch?: number, };
/**
 * One wrong field of a command.
 */
export type FieldError = { 
/**
 * Path of the field, as `participants[1].name`.
 */
field: string, 
/**
 * Which rule, as `required`, `too_long`, `out_of_range`.
 */
code: string, 
/**
 * One plain sentence.
 */
message: string, };
/**
 * A problem document (RFC 9457, `application/problem+json`).
 */
export type Problem = { 
/**
 * Always `about:blank`: `code` tells the kind.
 */
type: string, 
/**
 * The HTTP status text.
 */
title: string, 
/**
 * The HTTP status.
 */
status: number, 
/**
 * One plain sentence.
 */
detail: string, 
/**
 * Stable code of the error.
 */
code: ErrorCode, 
/**
 * Each field that is wrong.
 */
errors?: Array<FieldError>, 
/**
 * Of `session_over`: why it ended.
 */
reason?: string, 
/**
 * When to try again, in milliseconds from now.
 */
retry_after_ms?: number, 
/**
 * Of `busy`: who has another session.
 */
user_id?: UserId, 
/**
 * Of `busy`, for an application: that session.
 */
session_id?: SessionId, 
/**
 * Of `no_peeks_left`: when there is one again.
 */
at?: UnixMs, };
/**
 * One of the two.
 */
export type Participant = { 
/**
 * Id of the participant.
 */
user_id: UserId, 
/**
 * What the other one is shown.
 */
name: string, };
/**
 * What happens to the clock of a live session while one is lost.
 */
export type OnLoss = "run" | "pause";
/**
 * What happens when the same person joins twice.
 */
export type DuplicatePolicy = "takeover" | "reject";
/**
 * Who carries the media.
 */
export type MediaBackend = "p2p" | "livekit" | "openvidu";
/**
 * Which ICE candidates may be used.
 */
export type IcePolicy = "all" | "relay";
/**
 * Where in its life a session stands.
 */
export type Phase = "lobby" | "countdown" | "connecting" | "live" | "paused" | "ended";
/**
 * Why a session ended.
 */
export type EndReason = "completed" | "no_show" | "left" | "abandoned" | "cancelled" | "connect_failed" | "kicked" | "terminated";
/**
 * How a session ended.
 */
export type Outcome = { 
/**
 * Reason of the end.
 */
reason: EndReason, 
/**
 * Of `no_show`: who was never in.
 */
absent?: Array<UserId>, };
/**
 * One entry of `RTCConfiguration.iceServers` (W3C WebRTC).
 */
export type IceServer = { 
/**
 * `stun:` and `turn:` addresses (RFC 7064, RFC 7065).
 */
urls: Array<string>, 
/**
 * TURN user name.
 */
username?: string, 
/**
 * Password of the TURN credential.
 */
credential?: string, };
/**
 * All that signaling needs to know about a session; the `session` claim of its ticket.
 *
 * `lobby_opens_at ≤ starts_at ≤ closes_at`; a higher `revision` replaces a lower one.
 */
export type SessionSpec = { 
/**
 * Id of the session.
 */
id: SessionId, 
/**
 * Rises with each change of the booking.
 */
revision: number, 
/**
 * The two; the second is the polite one.
 */
participants: [Participant, Participant], 
/**
 * First moment at which a join is let in.
 */
lobby_opens_at: UnixMs, 
/**
 * First moment at which a countdown may begin.
 */
starts_at: UnixMs, 
/**
 * A seat that is empty from here on is a no-show.
 */
closes_at: UnixMs, 
/**
 * From both in to live, in milliseconds.
 */
countdown_ms: number, 
/**
 * How long it is live, in milliseconds.
 */
duration_ms: number, 
/**
 * What an extension adds, in milliseconds.
 */
extension_ms: number, 
/**
 * How often it may be extended.
 */
max_extensions: number, 
/**
 * Nothing goes past this: the first deadline, an extension, a pause.
 */
hard_end_at?: UnixMs, 
/**
 * How long media may take to come up after the countdown, in milliseconds.
 */
connect_ms: number, 
/**
 * What happens to the clock while one is lost.
 */
on_loss: OnLoss, 
/**
 * Longest sum of all pauses, in milliseconds.
 */
max_pause_ms: number, 
/**
 * What happens when the same person joins twice.
 */
duplicate: DuplicatePolicy, 
/**
 * Who carries the media.
 */
media: MediaBackend, 
/**
 * Which candidates may be used.
 */
ice: IcePolicy, };
/**
 * Body of `POST /v1/sessions`. What is absent has the default of `docs/PROTOCOL.md`.
 */
export type BookSession = { 
/**
 * The participants, exactly two.
 */
participants: Array<BookParticipant>, 
/**
 * Either this, or `starts_at_local`.
 */
starts_at?: UnixMs, 
/**
 * The start by the clock of a time zone: what was agreed, should the rules of the zone change.
 */
starts_at_local?: LocalDateTime, duration_ms?: number, countdown_ms?: number, 
/**
 * How long before the start the lobby opens, in milliseconds.
 */
lobby_ms?: number, 
/**
 * How long after the start an empty seat becomes a no-show, in milliseconds.
 */
closes_after_ms?: number, extension_ms?: number, max_extensions?: number, hard_end_at?: UnixMs, connect_ms?: number, on_loss?: OnLoss, max_pause_ms?: number, duplicate?: DuplicatePolicy, media?: MediaBackend, ice?: IcePolicy, 
/**
 * Whether one of the two may have another session at that time; if not, such a booking is refused with `busy`.
 * `true` unless said otherwise.
 */
allow_overlap?: boolean, 
/**
 * When to remind, each in milliseconds before the start.
 */
remind_before_ms?: Array<number>, 
/**
 * The application's own; kept and given back.
 */
metadata?: Record<string, unknown>, };
/**
 * One of the two: known by `user_id`, or by the application's own `external_id` with a name.
 */
export type BookParticipant = { 
/**
 * A person that the scheduler knows.
 */
user_id?: UserId, 
/**
 * The application's own id of the person; the same one is the same person.
 */
external_id?: string, 
/**
 * What the other one is shown.
 */
name?: string, 
/**
 * Where reminders may go.
 */
email?: string, 
/**
 * BCP 47 language tag.
 */
locale?: string, 
/**
 * IANA time zone.
 */
time_zone?: string, };
/**
 * A time by the clock of a time zone.
 */
export type LocalDateTime = { 
/**
 * ISO 8601 without an offset, as `2027-03-14T02:30`; seconds may follow.
 */
date_time: string, 
/**
 * IANA time zone.
 */
time_zone: string, };
/**
 * Why a local time needed a decision.
 */
export type LocalTimeNote = "gap" | "fold";
/**
 * How a local time was resolved that is no time of that day, or two (RFC 5545, section 3.3.5).
 */
export type ResolvedLocalTime = { 
/**
 * Whether the clocks skip it, or show it twice.
 */
note: LocalTimeNote, 
/**
 * The offset from UTC that was taken, as `-05:00`.
 */
offset: string, };
/**
 * Where a booking stands.
 */
export type SessionState = "scheduled" | "open" | "live" | "ended" | "cancelled";
/**
 * A session as the scheduler shows it.
 */
export type SessionView = { id: SessionId, revision: number, state: SessionState, 
/**
 * The chat room of the two.
 */
room_id: RoomId, lobby_opens_at: UnixMs, starts_at: UnixMs, 
/**
 * The start by the clock of a time zone, where it was booked so.
 */
starts_at_local?: LocalDateTime, 
/**
 * Where the clocks skip that time, or show it twice.
 */
resolved?: ResolvedLocalTime, closes_at: UnixMs, countdown_ms: number, duration_ms: number, lobby_ms: number, closes_after_ms: number, extension_ms: number, max_extensions: number, hard_end_at?: UnixMs, connect_ms: number, on_loss: OnLoss, max_pause_ms: number, duplicate: DuplicatePolicy, media: MediaBackend, ice: IcePolicy, 
/**
 * Whether one of the two may have another session at that time.
 */
allow_overlap: boolean, remind_before_ms: Array<number>, metadata?: Record<string, unknown>, participants: Array<SessionParticipant>, 
/**
 * When the clock started, once it has.
 */
started_at?: UnixMs, 
/**
 * When it runs out, or ran out.
 */
deadline_at?: UnixMs, 
/**
 * When it was over.
 */
ended_at?: UnixMs, 
/**
 * How it ended, once it has.
 */
outcome?: Outcome, created_at: UnixMs, };
/**
 * One of the two, as the scheduler shows them.
 */
export type SessionParticipant = { 
/**
 * Id of the participant.
 */
user_id: UserId, 
/**
 * The application's own id; shown to the application only.
 */
external_id?: string, 
/**
 * What the other one is shown.
 */
name: string, 
/**
 * Opens the session as this person; shown to the application only.
 */
join_url?: string, 
/**
 * Each time they came in, rising.
 */
joined_at: Array<UnixMs>, 
/**
 * Each time they went, rising.
 */
left_at: Array<UnixMs>, 
/**
 * What they said of it afterwards; shown to the application only, of one session.
 */
feedback?: FeedbackView, };
/**
 * Body of `POST /v1/join`.
 */
export type JoinRequest = { 
/**
 * What stood behind the `#` of the join link.
 */
token: string, 
/**
 * Whose the link must be: the id that the page for embedding was served with.
 */
application?: string, };
/**
 * What a join link is traded for.
 */
export type JoinResponse = { 
/**
 * The session that it opens.
 */
session: SessionView, 
/**
 * Who its bearer is.
 */
user_id: UserId, 
/**
 * Bearer credential for that session, its room and its notifications.
 */
access: string, 
/**
 * When `access` stops to count.
 */
expires_at: UnixMs, };
/**
 * Body of the ticket routes: empty from a person, with a user from an application.
 */
export type TicketRequest = { 
/**
 * Whom the ticket is for.
 */
user_id?: UserId, };
/**
 * A ticket, and where to take it.
 */
export type TicketResponse = { 
/**
 * The ticket: a signed JWT.
 */
ticket: string, 
/**
 * The complete WebSocket address to connect to; of an operator's ticket, where signaling is.
 */
url: string, 
/**
 * When the ticket stops to count.
 */
expires_at: UnixMs, };
/**
 * What a person is notified of.
 */
export type NotificationKind = "session_reminder" | "session_opened" | "session_scheduled" | "session_rescheduled" | "session_cancelled" | "session_missed" | "match_created" | "gift_received" | "proposal_received" | "proposal_answered" | "message_unread";
/**
 * A notification to a person; an item of `GET /v1/notifications` and the data of its stream.
 */
export type Notification = { 
/**
 * Its own id, rising with time.
 */
id: string, 
/**
 * What it is about.
 */
kind: NotificationKind, 
/**
 * When it was sent.
 */
created_at: UnixMs, 
/**
 * Id of the session concerned, if any.
 */
session_id?: SessionId, 
/**
 * Id of the gift concerned, if any.
 */
gift_id?: GiftId, 
/**
 * Id of the match concerned, if any.
 */
match_id?: MatchId, 
/**
 * Id of the group's room concerned, if any.
 */
room_id?: RoomId, 
/**
 * Of a session: when it starts.
 */
starts_at?: UnixMs, 
/**
 * Of a session and of a match: the other one's name. Of a group: what it is called, if it has a name.
 */
with?: string, 
/**
 * Of messages, told elsewhere than in the list: how many have come since they were last told of.
 */
count?: number, 
/**
 * When it was read.
 */
read_at?: UnixMs, };
/**
 * A page of a collection.
 */
export type Page<T> = { 
/**
 * Items of this page, in order.
 */
items: Array<T>, 
/**
 * Asks for the next page; absent on the last.
 */
next_cursor?: string, };
/**
 * An account, as its own person is shown it.
 */
export type User = { 
/**
 * Who it is, in sessions, rooms and matches too.
 */
id: UserId, 
/**
 * The address that they log in with.
 */
email: string, 
/**
 * Whether they have shown that the address is theirs.
 */
email_verified: boolean, 
/**
 * What others are shown.
 */
name: string, 
/**
 * BCP 47 language tag.
 */
locale: string, 
/**
 * IANA time zone.
 */
time_zone: string, 
/**
 * Whether others find them by name.
 */
discoverable: boolean, 
/**
 * Of what they are told, and where.
 */
notify: Notify, 
/**
 * When they signed up.
 */
created_at: UnixMs, };
/**
 * By which ways a person is told of something, beside the list of notifications.
 */
export type Notify = { 
/**
 * Whether by e-mail.
 */
email: boolean, 
/**
 * Since when not by e-mail, where they followed the link of a mail that stops them.
 */
email_stopped_at?: UnixMs, 
/**
 * Whether by push.
 */
push: boolean, 
/**
 * Whether names and texts may stand in a push, where a lock screen shows them.
 */
preview: boolean, 
/**
 * Of these alone; of every kind where it is absent.
 */
kinds?: Array<NotificationKind>, 
/**
 * When they are not to be disturbed.
 */
quiet?: Quiet, };
/**
 * Hours of the day, by the person's own clock; over midnight where `from` is the later one.
 */
export type Quiet = { 
/**
 * The first minute, as `22:00`.
 */
from: string, 
/**
 * The first minute after, as `08:00`.
 */
to: string, };
/**
 * A password or a token, as somebody typed or pasted it.
 */
export type SecretText = string;
/**
 * Body of `POST /v1/signup`.
 */
export type Signup = { 
/**
 * The address to log in with.
 */
email: string, 
/**
 * 8 to 256 characters.
 */
password: SecretText, 
/**
 * What others are shown.
 */
name: string, 
/**
 * BCP 47 language tag; `en` where it is absent.
 */
locale?: string, 
/**
 * IANA time zone; `UTC` where it is absent.
 */
time_zone?: string, 
/**
 * The operator's invitation, where one is needed.
 */
invite?: SecretText, };
/**
 * Body of `POST /v1/login`.
 */
export type Login = { 
/**
 * The address of the account.
 */
email: string, 
/**
 * The password that belongs to it.
 */
password: SecretText, };
/**
 * Body of `PATCH /v1/me`: what is absent stays as it is.
 */
export type ChangeMe = { 
/**
 * What others are shown.
 */
name?: string, 
/**
 * Another address; it counts once it is confirmed.
 */
email?: string, 
/**
 * BCP 47 language tag.
 */
locale?: string, 
/**
 * IANA time zone.
 */
time_zone?: string, 
/**
 * Whether others find them by name.
 */
discoverable?: boolean, 
/**
 * Of what they are told, and where.
 */
notify?: ChangeNotify, };
/**
 * What changes of how a person is told: what is absent stays as it is, `null` takes it away.
 */
export type ChangeNotify = { 
/**
 * Whether by e-mail.
 */
email?: boolean, 
/**
 * Whether by push.
 */
push?: boolean, 
/**
 * Whether names and texts may stand in a push.
 */
preview?: boolean, 
/**
 * Of these alone; of every kind with `null`.
 */
kinds?: Array<NotificationKind> | null, 
/**
 * When they are not to be disturbed; never with `null`.
 */
quiet?: Quiet | null, };
/**
 * Body of `POST /v1/me/password`.
 */
export type ChangePassword = { 
/**
 * The password so far.
 */
current: SecretText, 
/**
 * The one from now on: 8 to 256 characters.
 */
new: SecretText, };
/**
 * Body of `POST /v1/email-verification/confirm`.
 */
export type ConfirmEmail = { 
/**
 * What stood behind the `#` of the link in the mail.
 */
token: SecretText, };
/**
 * Body of `POST /v1/password-reset/confirm`.
 */
export type ConfirmReset = { 
/**
 * What stood behind the `#` of the link in the mail.
 */
token: SecretText, 
/**
 * The password from now on: 8 to 256 characters.
 */
password: SecretText, };
/**
 * Body of `DELETE /v1/me`.
 */
export type EraseMe = { 
/**
 * The password of the account.
 */
password: SecretText, };
/**
 * What the person said of one of their sessions.
 */
export type ExportedFeedback = { 
/**
 * Which session it was.
 */
session_id: SessionId, 
/**
 * What they said.
 */
feedback: FeedbackView, };
/**
 * A group that the person is in.
 */
export type ExportedGroup = { 
/**
 * Its chat room.
 */
id: RoomId, 
/**
 * What it is called, if it has a name.
 */
name?: string, 
/**
 * What they may do in it.
 */
role: RoomRole, 
/**
 * When they were put into it.
 */
joined_at: UnixMs, };
/**
 * A match of the person's, in force or over.
 */
export type ExportedMatch = { 
/**
 * Its id, as in notifications.
 */
id: MatchId, 
/**
 * The other one.
 */
with: Participant, 
/**
 * Their chat room.
 */
room_id: RoomId, 
/**
 * When it was made.
 */
created_at: UnixMs, 
/**
 * When it ended, if it did.
 */
ended_at?: UnixMs, };
/**
 * A browser that shows the person pushes.
 */
export type ExportedPushSubscription = { 
/**
 * By which it is ended.
 */
id: string, 
/**
 * Whose push service it is. The rest of its address lets whoever has it send there.
 */
service: string, 
/**
 * When the browser subscribed.
 */
created_at: UnixMs, };
/**
 * Somebody who can be found by their name.
 */
export type FoundPerson = { 
/**
 * Who it is.
 */
id: UserId, 
/**
 * What others are shown.
 */
name: string, };
/**
 * One browser or device in which a person is logged in.
 */
export type LoginView = { 
/**
 * By which it is ended; it opens nothing.
 */
id: string, 
/**
 * Whether it is the one that asks.
 */
current: boolean, 
/**
 * When they logged in.
 */
created_at: UnixMs, 
/**
 * When it was last used, to a quarter of an hour.
 */
last_used_at: UnixMs, 
/**
 * When it ends unless it is used before.
 */
expires_at: UnixMs, 
/**
 * What the browser called itself.
 */
user_agent?: string, };
/**
 * Body of `POST /v1/password-reset`.
 */
export type PasswordReset = { 
/**
 * The address of the account.
 */
email: string, };
/**
 * Everything that the scheduler holds of a person, as they may see it.
 */
export type PersonExport = { 
/**
 * When it was put together.
 */
exported_at: UnixMs, 
/**
 * Their account, as `GET /v1/me` answers it.
 */
profile: User, 
/**
 * Since when their address gets no mails, because its server says that there is no such mailbox.
 */
undeliverable?: UndeliverableAddress, 
/**
 * Where they are logged in.
 */
logins: Array<LoginView>, 
/**
 * Browsers that show them pushes.
 */
push_subscriptions: Array<ExportedPushSubscription>, 
/**
 * Gifts that they gave and did not take back, the newest first, as are all that follow.
 */
gifts_given: Array<GiftView>, 
/**
 * Gifts that they got; of a sealed one as little as they see of it.
 */
gifts_received: Array<GiftView>, 
/**
 * Whom they found, also where that is over.
 */
matches: Array<ExportedMatch>, 
/**
 * Groups that they are in.
 */
groups: Array<ExportedGroup>, 
/**
 * Times that they and the others put to each other.
 */
proposals: Array<ProposalView>, 
/**
 * Sessions in which they take part.
 */
sessions: Array<SessionView>, 
/**
 * What they were notified of.
 */
notifications: Array<Notification>, 
/**
 * Whom they have blocked.
 */
blocks: Array<BlockView>, 
/**
 * What they said of sessions.
 */
feedback: Array<ExportedFeedback>, 
/**
 * What they reported of others.
 */
reports: Array<ReportView>, 
/**
 * Names of those lists that are longer than an export: the newest of them are here.
 */
truncated: Array<string>, };
/**
 * An address to which no mail can be sent.
 */
export type UndeliverableAddress = { 
/**
 * When its server first said so.
 */
since: UnixMs, 
/**
 * What its server said.
 */
reason: string, };
/**
 * An application, as `GET /v1/application` shows it to its own key.
 */
export type ApplicationView = { 
/**
 * Its own id, which stays: what its key was made for.
 */
id: string, 
/**
 * What people are shown.
 */
name: string, 
/**
 * Pages of these origins may ask the services.
 */
allowed_origins: Array<string>, 
/**
 * Pages of these origins may embed a session.
 */
allowed_embedders: Array<string>, 
/**
 * Where people go after a session.
 */
return_url?: string, 
/**
 * How its pages look.
 */
theme?: Record<string, unknown>, 
/**
 * How its people are told.
 */
channels: Array<NotificationChannel>, 
/**
 * In whose name its mails come.
 */
sender_name?: string, 
/**
 * Where answers to its mails go.
 */
reply_to?: string, 
/**
 * The texts of its mails.
 */
templates?: Record<string, unknown>, };
/**
 * By which way an application's people are told of what happens.
 */
export type NotificationChannel = "in_app" | "webhook" | "push" | "email";
/**
 * Where a delivery stands, in a word.
 */
export type DeliveryStatus = "pending" | "sent" | "failed" | "missed" | "suppressed";
/**
 * Answer of `POST /v1/me/calendar`.
 */
export type CalendarFeed = { 
/**
 * Where calendars subscribe to one's sessions. Whoever has it reads them: it is shown this once.
 */
url: SecretText, };
/**
 * What one of the two said of the session: to themselves, and to their application.
 */
export type FeedbackView = { 
/**
 * 1 to 5.
 */
score: number, 
/**
 * Their words, if they had any.
 */
text?: string, 
/**
 * When it was given first; it may be changed for a day.
 */
given_at: UnixMs, 
/**
 * When it was changed last, if it was.
 */
changed_at?: UnixMs, };
/**
 * Body of `POST /v1/sessions/{id}/feedback`.
 */
export type GiveFeedback = { 
/**
 * 1 to 5, the more the better.
 */
score: number, 
/**
 * Up to 2,000 characters.
 */
text?: string, };
/**
 * What a gift may come to.
 */
export type GiftKind = "plain" | "special";
/**
 * Whether its receiver sees what is in a gift.
 */
export type GiftState = "sealed" | "opened";
/**
 * Whom a gift is for: a person, or whoever shows that an e-mail address is theirs.
 */
export type GiftRecipient = { 
/**
 * Somebody who has an account.
 */
user_id?: UserId, 
/**
 * An address, whether or not somebody has an account with it.
 */
email?: string, 
/**
 * What the person is called; in answers alone.
 */
name?: string, };
/**
 * Body of `POST /v1/gifts`.
 */
export type SendGift = { 
/**
 * Either `user_id` or `email`.
 */
to: GiftRecipient, 
/**
 * Whether it may make a match.
 */
kind: GiftKind, 
/**
 * 1 to 2,000 characters.
 */
letter: string, 
/**
 * When it opens by itself; now, where it is absent.
 */
opens_at?: UnixMs, 
/**
 * Of a special one: 1 to 5 times at which its giver could meet.
 */
times?: Array<UnixMs>, };
/**
 * A gift, as its giver or its receiver is shown it.
 */
export type GiftView = { 
/**
 * Its own id, rising with time.
 */
id: GiftId, 
/**
 * Whether it may make a match.
 */
kind: GiftKind, 
/**
 * Whether its receiver sees what is in it.
 */
state: GiftState, 
/**
 * When it was sent.
 */
sent_at: UnixMs, 
/**
 * When it opens by itself, unless it is opened before.
 */
opens_at: UnixMs, 
/**
 * Whom it is for.
 */
to: GiftRecipient, 
/**
 * Who gave it; of a sealed one for its giver alone, as all that follows.
 */
from?: Participant, 
/**
 * The text that its giver wrote.
 */
letter?: string, 
/**
 * When its giver could meet.
 */
times?: Array<UnixMs>, 
/**
 * Of one to an address, for its giver: a link that shows it sealed, to whoever has it.
 */
claim_url?: string, };
/**
 * A match, as one of its two is shown it.
 */
export type MatchView = { 
/**
 * Its own id, rising with time.
 */
id: MatchId, 
/**
 * The other one.
 */
with: Participant, 
/**
 * The chat room of the two.
 */
room_id: RoomId, 
/**
 * When they were matched.
 */
created_at: UnixMs, 
/**
 * The times that are open to be accepted, if any are.
 */
proposal?: ProposalView, 
/**
 * The session that is on, or that comes next.
 */
next_session?: NextSession, };
/**
 * The session of a match that is on or comes next.
 */
export type NextSession = { 
/**
 * Under which all of it is read.
 */
id: SessionId, 
/**
 * Scheduled, open or live.
 */
state: SessionState, 
/**
 * When its lobby opens.
 */
lobby_opens_at: UnixMs, 
/**
 * When it starts.
 */
starts_at: UnixMs, 
/**
 * How long it is live, in milliseconds.
 */
duration_ms: number, };
/**
 * Where a proposal stands.
 */
export type ProposalState = "open" | "accepted" | "declined" | "withdrawn" | "replaced" | "expired";
/**
 * Body of `POST /v1/matches/{id}/proposals`.
 */
export type Propose = { 
/**
 * 1 to 5 times ahead of now.
 */
times: Array<UnixMs>, 
/**
 * How long the session is to be live, in milliseconds.
 */
duration_ms?: number, };
/**
 * Times that one of a match has put to the other.
 */
export type ProposalView = { 
/**
 * Its own id, rising with time.
 */
id: ProposalId, 
/**
 * The match that it is of.
 */
match_id: MatchId, 
/**
 * Who put the times.
 */
by: UserId, 
/**
 * The times, rising.
 */
times: Array<UnixMs>, 
/**
 * How long the session would be live, in milliseconds.
 */
duration_ms: number, 
/**
 * When it was made.
 */
created_at: UnixMs, 
/**
 * Where it stands.
 */
state: ProposalState, 
/**
 * Of an accepted one: the session that was booked.
 */
session_id?: SessionId, };
/**
 * Body of `POST /v1/proposals/{id}/accept`.
 */
export type AcceptProposal = { 
/**
 * One of the proposal's times.
 */
starts_at: UnixMs, };
/**
 * Somebody whom one has blocked.
 */
export type BlockView = { 
/**
 * Who it is.
 */
user_id: UserId, 
/**
 * What they are called.
 */
name: string, 
/**
 * Since when they are.
 */
created_at: UnixMs, };
/**
 * Body of `POST /v1/gifts/claim`.
 */
export type ClaimGift = { 
/**
 * What stands behind the `#` of a `claim_url`.
 */
token: SecretText, };
/**
 * Body of `POST /v1/reports`.
 */
export type SendReport = { 
/**
 * Who is reported.
 */
user_id: UserId, 
/**
 * The session in which it was, if it was in one of both.
 */
session_id?: SessionId, 
/**
 * What it is about, in 1 to 100 characters.
 */
reason: string, 
/**
 * What happened, in 1 to 2,000 characters.
 */
text?: string, };
/**
 * A report, as whoever sent it is answered.
 */
export type SentReport = { 
/**
 * Its own id, rising with time.
 */
id: ReportId, 
/**
 * When it came.
 */
created_at: UnixMs, };
/**
 * A report, as operators and its author read it.
 */
export type ReportView = { 
/**
 * Its own id, rising with time.
 */
id: ReportId, 
/**
 * When it came.
 */
created_at: UnixMs, 
/**
 * Who sent it.
 */
by: UserId, 
/**
 * Who is reported.
 */
user_id: UserId, 
/**
 * The session in which it was.
 */
session_id?: SessionId, 
/**
 * What it is about.
 */
reason: string, 
/**
 * What happened, where they wrote it.
 */
text?: string, };
/**
 * Data of an event of `GET /v1/webhook-listeners/{id}/stream`: one delivery, to be posted as it is.
 */
export type ListenedDelivery = { 
/**
 * By which its answer is reported.
 */
delivery_id: string, 
/**
 * The type of the event.
 */
type: string, 
/**
 * For the header `webhook-id`.
 */
webhook_id: string, 
/**
 * For the header `webhook-timestamp`.
 */
webhook_timestamp: string, 
/**
 * For the header `webhook-signature`.
 */
webhook_signature: string, 
/**
 * The body, byte for byte what was signed.
 */
body: string, };
/**
 * A listener of an application: an endpoint without an address, whose deliveries are fetched.
 */
export type ListenerView = { 
/**
 * Its own id.
 */
id: string, 
/**
 * Types of events that it hears; empty: all.
 */
events: Array<EventType>, 
/**
 * True while a stream of it is open.
 */
listening: boolean, 
/**
 * When it was made.
 */
created_at: UnixMs, 
/**
 * When it is forgotten, unless somebody listens. Of five, one to which nobody has listened for a minute gives way to a
 * new one before that.
 */
expires_at: UnixMs, 
/**
 * What it is sent is signed with this one: in the answer that makes the listener, and never again.
 */
secret?: SecretText, };
/**
 * Answer of `GET /v1/push/key`.
 */
export type PushKey = { 
/**
 * The `applicationServerKey` of a subscription: an uncompressed point of P-256 in base64url (RFC 8292).
 */
public_key: string, };
/**
 * The keys of a browser's subscription (RFC 8291), each in base64url.
 */
export type PushKeys = { 
/**
 * Its public key: an uncompressed point of P-256, 65 bytes.
 */
p256dh: string, 
/**
 * The secret that it shares with us: 16 bytes.
 */
auth: SecretText, };
/**
 * What a service worker finds in a push message, once its browser has decrypted it.
 */
export type PushMessage = { 
/**
 * Names the notification: one that comes twice is shown once.
 */
id: string, 
/**
 * What it is about.
 */
kind: NotificationKind, 
/**
 * The language of its words, as BCP 47 has it.
 */
lang: string, 
/**
 * What it says; the worker adds the time.
 */
title: string, 
/**
 * Of a session: when it starts. The worker says it by the clock of its device.
 */
starts_at?: UnixMs, 
/**
 * Id of the session concerned, if any.
 */
session_id?: SessionId, 
/**
 * The page that a click opens, below the base of the web front end.
 */
path: string, };
/**
 * Answer of `POST /v1/webhooks/{id}/rotate`.
 */
export type RotatedSecret = { 
/**
 * The new one.
 */
secret: SecretText, 
/**
 * Until when the old one signs beside it.
 */
previous_secret_until: UnixMs, };
/**
 * Answer of `POST /v1/webhooks/{id}/test` and `POST /v1/deliveries/{id}/redeliver`.
 */
export type SentDelivery = { 
/**
 * The delivery, as the endpoint's list of deliveries shows it.
 */
delivery_id: string, };
/**
 * Body of `POST /v1/push-subscriptions`: a browser's `PushSubscription` as `JSON.stringify` writes it (W3C Push API,
 * `PushSubscriptionJSON`).
 */
export type SubscribeToPush = { 
/**
 * Where the push service takes messages for this browser: an https address. Whoever has it may send there.
 */
endpoint: SecretText, 
/**
 * When the browser's push service ends the subscription; `null` where it does not say, as most do not.
 */
expirationTime?: UnixMs | null, 
/**
 * With what messages are encrypted.
 */
keys: PushKeys, };
/**
 * Answer of `POST /v1/push-subscriptions`.
 */
export type SubscribedToPush = { 
/**
 * By which it is ended.
 */
id: string, };
/**
 * The body that an endpoint is sent. Its `webhook-id` is the event's id, the same in each attempt.
 */
export type WebhookBody = { 
/**
 * The type of the event.
 */
type: string, 
/**
 * When it happened, as RFC 3339 writes it.
 */
timestamp: string, 
/**
 * `subject`, which names what it happened to, `revision` of what has one, and the particulars of its type.
 */
data: Record<string, unknown>, };
/**
 * A delivery to an endpoint, as its application sees it.
 */
export type WebhookDeliveryView = { 
/**
 * Its own id, by which it is sent again.
 */
id: string, 
/**
 * The endpoint or listener that it goes to.
 */
endpoint_id: string, 
/**
 * True where that is a listener, as `rendezvous listen` makes.
 */
listener: boolean, 
/**
 * The `webhook-id` of every attempt: the event's id.
 */
webhook_id: string, 
/**
 * The type of the event.
 */
kind: string, 
/**
 * Where it stands.
 */
state: DeliveryStatus, 
/**
 * How often it was tried.
 */
attempts: number, 
/**
 * What the last attempt was answered with, unless that was nothing.
 */
status?: number, 
/**
 * Why the last attempt failed, as `http_500`, `timeout` or `connect_failed`.
 */
reason?: string, 
/**
 * When it was to be sent first.
 */
due_at: UnixMs, 
/**
 * When it is tried next, if it is.
 */
next_at?: UnixMs, 
/**
 * When it arrived.
 */
sent_at?: UnixMs, };
/**
 * Whether an endpoint is sent anything.
 */
export type WebhookState = "enabled" | "disabled";
/**
 * An endpoint of an application, as its own key sees it.
 */
export type WebhookView = { 
/**
 * Its own id.
 */
id: string, 
/**
 * Where events are sent.
 */
url: string, 
/**
 * Types of events that it is sent; empty: all.
 */
events: Array<EventType>, 
/**
 * For whoever keeps it.
 */
description?: string, 
/**
 * Whether it is sent anything.
 */
state: WebhookState, 
/**
 * Of a disabled one: `asked`, `gone` (it answered 410) or `failing` (nothing arrived for five days).
 */
reason?: string, 
/**
 * Since when nothing has arrived, if the last attempt failed.
 */
failing_since?: UnixMs, 
/**
 * After a rotation: until when the secret of before signs beside the new one.
 */
previous_secret_until?: UnixMs, 
/**
 * When it was made.
 */
created_at: UnixMs, 
/**
 * By which it knows what is ours (`whsec_…`): in the answer that makes the endpoint, and never again.
 */
secret?: SecretText, };
/**
 * What a room is for.
 */
export type RoomKind = "pair" | "group";
/**
 * What a member may do in a room.
 */
export type RoomRole = "owner" | "member";
/**
 * One who belongs to a room.
 */
export type RoomMember = { 
/**
 * Id of the member.
 */
user_id: UserId, 
/**
 * What to call them.
 */
name: string, 
/**
 * What they may do; `member` where nothing is said.
 */
role: RoomRole, };
/**
 * Body of `POST /v1/rooms`.
 */
export type CreateRoom = { 
/**
 * 2 to 500, the first of an application's is the owner. A person names people whom they are matched with, by
 * `user_id` alone, and is the owner whether they name themselves or not.
 */
participants: Array<BookParticipant>, 
/**
 * What it is called: 1 to 100 characters.
 */
name?: string, };
/**
 * Body of `POST /v1/rooms/{id}/members`.
 */
export type AddMembers = { 
/**
 * 1 to 500, named as when the room is made; whoever is in it already stays as they are.
 */
participants: Array<BookParticipant>, };
/**
 * A room of a group with everybody in it.
 */
export type GroupView = { 
/**
 * Its own id, rising with time.
 */
id: RoomId, 
/**
 * What it is called, if it has a name.
 */
name?: string, 
/**
 * Everybody in it, the eldest member first.
 */
members: Array<GroupMemberView>, 
/**
 * Rises with each change.
 */
revision: number, };
/**
 * One of a group, as whoever asks is shown them.
 */
export type GroupMemberView = { 
/**
 * Id of the member.
 */
user_id: UserId, 
/**
 * For the application: its own id of the person.
 */
external_id?: string, 
/**
 * What to call them.
 */
name: string, 
/**
 * What they may do.
 */
role: RoomRole, };
/**
 * A room in a list of groups.
 */
export type ListedGroup = { 
/**
 * Its own id, rising with time.
 */
id: RoomId, 
/**
 * What it is called, if it has a name.
 */
name?: string, 
/**
 * How many are in it.
 */
member_count: number, 
/**
 * For one who is in it: what they may do.
 */
role?: RoomRole, 
/**
 * Rises with each change.
 */
revision: number, };
/**
 * What can happen.
 */
export type EventType = "match.created" | "match.ended" | "gift.received" | "gift.opened" | "proposal.created" | "proposal.answered" | "room.opened" | "room.changed" | "room.closed" | "session.scheduled" | "session.rescheduled" | "session.cancelled" | "session.reminded" | "session.reminder_missed" | "session.opened" | "session.joined" | "session.left" | "session.live" | "session.extended" | "session.ended" | "session.no_show" | "session.feedback" | "application.changed" | "message.unread" | "user.kicked" | "user.blocked" | "person.changed" | "user.erased" | "operator.action";
/**
 * A fact, as the outbox keeps it and the inbox takes it.
 */
export type Event = { 
/**
 * Its own id (UUIDv7): a second delivery is known by it.
 */
id: string, 
/**
 * What happened. Text, so that a newer service's events pass through an older one.
 */
type: string, 
/**
 * When it happened.
 */
occurred_at: UnixMs, 
/**
 * Which service sends it.
 */
source: string, 
/**
 * What it happened to: a session's, room's or user's id.
 */
subject: string, 
/**
 * Of a booking: its revision.
 */
revision?: number, 
/**
 * The particulars; [`SessionBooked`] or [`SessionFact`] for sessions.
 */
data: Record<string, unknown>, };
/**
 * One stay of one person.
 */
export type Stay = { 
/**
 * When they came.
 */
from: UnixMs, 
/**
 * When they left, or their connection was last seen; none while they are in.
 */
to?: UnixMs, };
/**
 * When one person was in, and whether their media came up.
 */
export type Presence = { 
/**
 * Id of the participant.
 */
user_id: UserId, 
/**
 * When they were in, oldest first; empty if they never were. Of more than 16, the first and the
 * newest.
 */
stays: Array<Stay>, 
/**
 * When they first said that their media was up; none if it never was.
 */
media_up_at?: UnixMs, };
/**
 * One thing that happened to a session; each type has its own fields of these.
 */
export type TimelineItem = { 
/**
 * When it happened.
 */
at: UnixMs, 
/**
 * Type of the event.
 */
type: EventType, 
/**
 * Of `joined`, `left`, `reminded`, `reminder_missed`, `user.kicked` and `operator.action`: who.
 */
user_id?: UserId, 
/**
 * Of a booking and its reminders: its revision.
 */
revision?: number, 
/**
 * Of `scheduled` and `rescheduled`: when the session starts.
 */
starts_at?: UnixMs, 
/**
 * Of a reminder: how long before the start it is due, in milliseconds.
 */
before_ms?: number, 
/**
 * Of `left`: `left`, `lost`, `kicked` or `ended`.
 */
how?: string, 
/**
 * Of `live`: when the clock started.
 */
started_at?: UnixMs, 
/**
 * Of `live` and `extended`: when it runs out.
 */
deadline_at?: UnixMs, 
/**
 * Of `extended`: how many are left.
 */
extensions_left?: number, 
/**
 * Of `ended` and `reminder_missed`: why.
 */
reason?: string, 
/**
 * Of `no_show`, and of `ended` by it: who was never in.
 */
absent?: Array<UserId>, 
/**
 * Of `no_show` and `ended`: when each was in, and whether their media came up.
 */
evidence?: Array<Presence>, 
/**
 * Of `operator.action`: who did it.
 */
by?: string, 
/**
 * Of `operator.action`: what was done, as `session.end`.
 */
action?: string, };
/**
 * Answer of `GET /v1/questions/random`.
 */
export type QuestionView = { 
/**
 * The same in every language.
 */
id: string, 
/**
 * The question itself, one line.
 */
text: string, 
/**
 * The language of `text`.
 */
locale: QuestionLocale, };
/**
 * A language in which every question is written.
 */
export type QuestionLocale = "en" | "ko";

export namespace Signaling {
  /**
   * A client's frame; its envelope may carry `id`, a number rising within the seat.
   */
  export type ClientFrame = { "type": "join" } & Join | { "type": "offer" } & Offer | { "type": "answer" } & Answer | { "type": "candidate" } & Candidate | { "type": "connected" } & Connected | { "type": "extend" } & Extend | { "type": "data" } & Data | { "type": "refresh" } & Refresh | { "type": "ping" } & Ping | { "type": "leave" } & Leave;
  /**
   * Comes in, or comes back.
   */
  export type Join = { 
  /**
   * Signaling ticket: a signed JWT of the scheduler.
   */
  ticket: string, 
  /**
   * Of a page whose media still lives.
   */
  resume?: Resume, };
  /**
   * Where a page left off.
   */
  export type Resume = { 
  /**
   * The `resume_token` of the last `welcome`.
   */
  token: string, 
  /**
   * The last `seq` that it took.
   */
  last_seq: number, };
  /**
   * A description that asks (RFC 8829).
   */
  export type Offer = { 
  /**
   * Number of the negotiation; each `negotiate` has a higher one.
   */
  epoch: number, 
  /**
   * The SDP (RFC 8866).
   */
  sdp: string, };
  /**
   * A description that answers.
   */
  export type Answer = { 
  /**
   * Number of the negotiation; each `negotiate` has a higher one.
   */
  epoch: number, 
  /**
   * Session description (RFC 8866).
   */
  sdp: string, };
  /**
   * A candidate as `RTCIceCandidate.toJSON()` gives it, or null at their end (RFC 8838).
   */
  export type Candidate = { 
  /**
   * Number of the negotiation; each `negotiate` has a higher one.
   */
  epoch: number, 
  /**
   * Object or null, relayed untouched.
   */
  candidate: unknown, };
  /**
   * The PeerConnection is `connected`, or the other one is seen in the media room.
   */
  export type Connected = { 
  /**
   * Number of the negotiation; each `negotiate` has a higher one.
   */
  epoch: number, };
  /**
   * Asks for more time; the clock moves when both have asked.
   */
  export type Extend = Record<symbol, never>;
  /**
   * Anything small, relayed while both are in.
   */
  export type Data = { 
  /**
   * Any JSON up to 4 KiB.
   */
  payload: unknown, };
  /**
   * Asks for fresh `ice_servers` before an ICE restart.
   */
  export type Refresh = Record<symbol, never>;
  /**
   * A sign of life that also measures the clock and frees the resume buffer.
   */
  export type Ping = { 
  /**
   * The client's own time, given back in `pong`.
   */
  sent_at: number, 
  /**
   * The last `seq` that it took.
   */
  last_seq: number, };
  /**
   * A person's decision, never sent on unload.
   */
  export type Leave = Record<symbol, never>;
  /**
   * A server's frame; all but `welcome`, `ok`, `error`, `pong` and `going_away` carry `seq`.
   */
  export type ServerFrame = { "type": "welcome" } & Welcome | { "type": "waiting" } & Waiting | { "type": "peer_joined" } & PeerJoined | { "type": "peer_lost" } & PeerLost | { "type": "peer_resumed" } & PeerResumed | { "type": "peer_left" } & PeerLeft | { "type": "negotiate" } & Negotiate | { "type": "offer" } & RelayedOffer | { "type": "answer" } & RelayedAnswer | { "type": "candidate" } & RelayedCandidate | { "type": "countdown" } & Countdown | { "type": "countdown_cancelled" } & CountdownCancelled | { "type": "live" } & Live | { "type": "paused" } & Paused | { "type": "rescheduled" } & Rescheduled | { "type": "extend_requested" } & ExtendRequested | { "type": "extended" } & Extended | { "type": "ending" } & Ending | { "type": "ended" } & Ended | { "type": "data" } & RelayedData | { "type": "ice_servers" } & IceServers | { "type": "going_away" } & GoingAway | { "type": "pong" } & Pong | { "type": "ok" } & Accepted | { "type": "error" } & ErrorBody;
  /**
   * The session as it stands for whoever joined.
   */
  export type Welcome = { 
  /**
   * The booking and its clock.
   */
  session: SessionNow, 
  /**
   * The negotiation that is on.
   */
  epoch?: number, 
  /**
   * Who offers in it.
   */
  offerer?: UserId, 
  /**
   * The participant who joined.
   */
  you: You, 
  /**
   * The other one.
   */
  peer: PeerView, 
  /**
   * For the PeerConnection.
   */
  ice_servers: Array<IceServer>, 
  /**
   * Where a media server carries the media; null for p2p.
   */
  media: MediaAccess | null, 
  /**
   * Brings you back to this seat.
   */
  resume_token: string, 
  /**
   * True: exactly the frames after your `last_seq` follow. False: `seq` starts at 1.
   */
  resumed: boolean, 
  /**
   * The highest `id` of yours that took effect; 0 for none.
   */
  last_id: number, 
  /**
   * Send `ping` this often, in milliseconds.
   */
  ping_ms: number, 
  /**
   * Reconnect after so long without a frame, in milliseconds.
   */
  timeout_ms: number, 
  /**
   * The server's time.
   */
  server_now: UnixMs, };
  /**
   * The booking, and how its clock stands.
   */
  export type SessionNow = { 
  /**
   * Where it stands.
   */
  phase: Phase, 
  /**
   * Of a countdown: when it is over.
   */
  live_at?: UnixMs, 
  /**
   * Once live: since when.
   */
  started_at?: UnixMs, 
  /**
   * Once live: until when.
   */
  deadline_at?: UnixMs, 
  /**
   * How many extensions are left.
   */
  extensions_left: number, 
  /**
   * Who has asked for one.
   */
  extend_requested_by?: UserId, 
  /**
   * Id of the session.
   */
  id: SessionId, 
  /**
   * Rises with each change of the booking.
   */
  revision: number, 
  /**
   * The two; the second is the polite one.
   */
  participants: [Participant, Participant], 
  /**
   * First moment at which a join is let in.
   */
  lobby_opens_at: UnixMs, 
  /**
   * First moment at which a countdown may begin.
   */
  starts_at: UnixMs, 
  /**
   * A seat that is empty from here on is a no-show.
   */
  closes_at: UnixMs, 
  /**
   * From both in to live, in milliseconds.
   */
  countdown_ms: number, 
  /**
   * How long it is live, in milliseconds.
   */
  duration_ms: number, 
  /**
   * What an extension adds, in milliseconds.
   */
  extension_ms: number, 
  /**
   * How often it may be extended.
   */
  max_extensions: number, 
  /**
   * Nothing goes past this: the first deadline, an extension, a pause.
   */
  hard_end_at?: UnixMs, 
  /**
   * How long media may take to come up after the countdown, in milliseconds.
   */
  connect_ms: number, 
  /**
   * What happens to the clock while one is lost.
   */
  on_loss: OnLoss, 
  /**
   * Longest sum of all pauses, in milliseconds.
   */
  max_pause_ms: number, 
  /**
   * What happens when the same person joins twice.
   */
  duplicate: DuplicatePolicy, 
  /**
   * Who carries the media.
   */
  media: MediaBackend, 
  /**
   * Which candidates may be used.
   */
  ice: IcePolicy, };
  /**
   * The participant who joined, as the server knows them.
   */
  export type You = { 
  /**
   * Id of the participant.
   */
  user_id: UserId, 
  /**
   * Which socket of yours.
   */
  connection_id: ConnectionId, 
  /**
   * You roll back when offers cross (W3C "perfect negotiation").
   */
  polite: boolean, };
  /**
   * The other one.
   */
  export type PeerView = { 
  /**
   * Id of the other participant.
   */
  user_id: UserId, 
  /**
   * What to call them.
   */
  name: string, 
  /**
   * In, with a socket that lives.
   */
  present: boolean, 
  /**
   * Lost: the seat is kept until then.
   */
  resume_until?: UnixMs, };
  /**
   * How to reach the media room.
   */
  export type MediaAccess = { 
  /**
   * Which kind of server.
   */
  kind: MediaBackend, 
  /**
   * Address of the media server.
   */
  url: string, 
  /**
   * The right to join.
   */
  token: string, 
  /**
   * The room's name.
   */
  room: string, };
  /**
   * You are alone.
   */
  export type Waiting = { 
  /**
   * Who is not here.
   */
  absent: Array<UserId>, 
  /**
   * When the absent one was last in, else when you came.
   */
  since: UnixMs, 
  /**
   * When a countdown may begin.
   */
  starts_at: UnixMs, 
  /**
   * When it counts as missed.
   */
  closes_at: UnixMs, 
  /**
   * The server's time.
   */
  server_now: UnixMs, };
  /**
   * The other one came in.
   */
  export type PeerJoined = { 
  /**
   * Id of the participant who joined.
   */
  user_id: UserId, };
  /**
   * The other one's socket is gone; the seat is kept.
   */
  export type PeerLost = { 
  /**
   * Id of the participant whose connection broke.
   */
  user_id: UserId, 
  /**
   * Until when that participant may resume.
   */
  resume_until: UnixMs, };
  /**
   * The other one came back, with media that lives.
   */
  export type PeerResumed = { 
  /**
   * Id of the participant who resumed.
   */
  user_id: UserId, };
  /**
   * The other one's seat is empty.
   */
  export type PeerLeft = { 
  /**
   * Id of the participant who left.
   */
  user_id: UserId, 
  /**
   * How it came.
   */
  reason: LeftReason, };
  /**
   * How a seat became empty.
   */
  export type LeftReason = "left" | "lost" | "kicked";
  /**
   * Both are in and one of them joined fresh: make a new PeerConnection.
   */
  export type Negotiate = { 
  /**
   * Stands on every description and candidate of it.
   */
  epoch: number, 
  /**
   * Who offers; absent with a media server.
   */
  offerer?: UserId, 
  /**
   * For the PeerConnection.
   */
  ice_servers: Array<IceServer>, 
  /**
   * The media room, if a media server carries the media.
   */
  media?: MediaAccess, };
  /**
   * The other one's offer.
   */
  export type RelayedOffer = { 
  /**
   * Number of the negotiation; each `negotiate` has a higher one.
   */
  epoch: number, 
  /**
   * Session description (RFC 8866).
   */
  sdp: string, 
  /**
   * Id of the sender.
   */
  from: UserId, };
  /**
   * The other one's answer.
   */
  export type RelayedAnswer = { 
  /**
   * Number of the negotiation; each `negotiate` has a higher one.
   */
  epoch: number, 
  /**
   * Session description (RFC 8866).
   */
  sdp: string, 
  /**
   * Id of the sender.
   */
  from: UserId, };
  /**
   * The other one's candidate, or their end.
   */
  export type RelayedCandidate = { 
  /**
   * Number of the negotiation; each `negotiate` has a higher one.
   */
  epoch: number, 
  /**
   * As it was sent.
   */
  candidate: unknown, 
  /**
   * Id of the sender.
   */
  from: UserId, };
  /**
   * Both are in and it is time: live at one instant.
   */
  export type Countdown = { 
  /**
   * When the session goes live.
   */
  live_at: UnixMs, 
  /**
   * The server's time.
   */
  server_now: UnixMs, };
  /**
   * The countdown is off; a new one starts when both are in again.
   */
  export type CountdownCancelled = { 
  /**
   * What stopped the countdown.
   */
  reason: CancelReason, };
  /**
   * Why a countdown is off.
   */
  export type CancelReason = "left" | "lost" | "rescheduled";
  /**
   * The clock runs.
   */
  export type Live = { 
  /**
   * When the session went live.
   */
  started_at: UnixMs, 
  /**
   * When the session ends.
   */
  deadline_at: UnixMs, 
  /**
   * The server's time.
   */
  server_now: UnixMs, };
  /**
   * The clock stands.
   */
  export type Paused = { 
  /**
   * What is left on it, in milliseconds.
   */
  remaining_ms: number, 
  /**
   * It runs again then at the latest.
   */
  until: UnixMs, };
  /**
   * The booking changed; replaces what `welcome` said.
   */
  export type Rescheduled = { 
  /**
   * The booking and its clock.
   */
  session: SessionNow, 
  /**
   * The server's time.
   */
  server_now: UnixMs, };
  /**
   * One asked for more time.
   */
  export type ExtendRequested = { 
  /**
   * Id of the one who asks.
   */
  by: UserId, };
  /**
   * Both asked, the deadline moved.
   */
  export type Extended = { 
  /**
   * The new one.
   */
  deadline_at: UnixMs, 
  /**
   * How many are left.
   */
  extensions_left: number, };
  /**
   * The end is near.
   */
  export type Ending = { 
  /**
   * When the session ends now.
   */
  deadline_at: UnixMs, 
  /**
   * The server's time.
   */
  server_now: UnixMs, };
  /**
   * It is over; the socket closes with 4504.
   */
  export type Ended = { 
  /**
   * Reason of the end.
   */
  reason: EndReason, 
  /**
   * Of `no_show`: who was never in.
   */
  absent?: Array<UserId>, };
  /**
   * From the other one, not stored.
   */
  export type RelayedData = { 
  /**
   * As it was sent.
   */
  payload: unknown, 
  /**
   * Id of the sender.
   */
  from: UserId, };
  /**
   * The answer to `refresh`.
   */
  export type IceServers = { 
  /**
   * For the PeerConnection.
   */
  ice_servers: Array<IceServer>, 
  /**
   * The media room, if a media server carries the media.
   */
  media?: MediaAccess, };
  /**
   * The server drains: ask for the node again, or come back to this one.
   */
  export type GoingAway = { 
  /**
   * Come back after so long, in milliseconds.
   */
  retry_after_ms: number, };
  /**
   * The answer to `ping`.
   */
  export type Pong = { 
  /**
   * As it was sent.
   */
  sent_at: number, 
  /**
   * The server's time.
   */
  server_now: UnixMs, };
  /**
   * A numbered frame took effect.
   */
  export type Accepted = { 
  /**
   * The `id` of the acknowledged frame.
   */
  id: number, };
}

export namespace Chat {
  /**
   * A client's frame; its envelope may carry `id`, which the answer echoes.
   */
  export type ChatClientFrame = { "type": "hello" } & Hello | { "type": "send" } & Send | { "type": "read" } & MarkRead | { "type": "delivered" } & MarkDelivered | { "type": "typing" } & Typing | { "type": "history" } & History | { "type": "delete" } & DeleteMessage | { "type": "presence" } & AskPresence | { "type": "status" } & SetStatus | { "type": "ping" } & Ping;
  /**
   * Comes in, with how far this device has read each room.
   */
  export type Hello = { 
  /**
   * Chat ticket: a signed JWT of the scheduler.
   */
  ticket: string, 
  /**
   * Tells a person's devices apart.
   */
  device_id: string, 
  /**
   * How far this device is, by room.
   */
  cursors?: { [key in RoomId]: Cursor }, };
  /**
   * How far a device is in a room.
   */
  export type Cursor = { 
  /**
   * The room's `epoch` at that time.
   */
  epoch: string, 
  /**
   * The last `seq` that it has.
   */
  seq: number, };
  /**
   * A message for a room; a second one with the same `client_id` has no second effect.
   */
  export type Send = { 
  /**
   * Id of the room.
   */
  room: RoomId, 
  /**
   * The sender's own key for the message.
   */
  client_id: string, 
  /**
   * Text of the message.
   */
  body: string, 
  /**
   * The text is gone after so long, in milliseconds: 1 000 to 31 536 000 000 (a year).
   */
  ttl_ms?: number, };
  /**
   * Read up to here.
   */
  export type MarkRead = { 
  /**
   * Id of the room.
   */
  room: RoomId, 
  /**
   * The last `seq` read.
   */
  seq: number, };
  /**
   * On this device up to here.
   */
  export type MarkDelivered = { 
  /**
   * Id of the room.
   */
  room: RoomId, 
  /**
   * The last `seq` that arrived.
   */
  seq: number, };
  /**
   * Writing just now.
   */
  export type Typing = { 
  /**
   * Id of the room.
   */
  room: RoomId, };
  /**
   * Asks for messages; with neither bound, the newest.
   */
  export type History = { 
  /**
   * Id of the room.
   */
  room: RoomId, 
  /**
   * Only with a lower `seq`.
   */
  before?: number, 
  /**
   * Only with a higher `seq`.
   */
  after?: number, 
  /**
   * How many at most: 50, and never more than 200.
   */
  limit?: number, };
  /**
   * Takes a message of one's own back: its place stays, its text goes.
   */
  export type DeleteMessage = { 
  /**
   * Id of the room.
   */
  room: RoomId, 
  /**
   * The message's place in the room.
   */
  seq: number, };
  /**
   * Asks for presence, and for its changes from now on.
   */
  export type AskPresence = { 
  /**
   * Ids of those whose presence is asked for.
   */
  users: Array<UserId>, 
  /**
   * Tell me of changes too.
   */
  subscribe: boolean, };
  /**
   * Here, or away.
   */
  export type SetStatus = { 
  /**
   * `online` or `away`.
   */
  state: PresenceState, };
  /**
   * A sign of life.
   */
  export type Ping = { 
  /**
   * The client's own time, given back in `pong`.
   */
  sent_at?: number, };
  /**
   * A server's frame.
   */
  export type ChatServerFrame = { "type": "welcome" } & Welcome | { "type": "sent" } & Sent | { "type": "message" } & Message | { "type": "deleted" } & MessageDeleted | { "type": "read" } & Read | { "type": "delivered" } & Delivered | { "type": "typing" } & TypingBy | { "type": "presence" } & Presence | { "type": "room" } & RoomView | { "type": "removed" } & Removed | { "type": "post" } & Post | { "type": "heads" } & Heads | { "type": "messages" } & Messages | { "type": "going_away" } & GoingAway | { "type": "pong" } & Pong | { "type": "ok" } & Accepted | { "type": "error" } & ErrorBody;
  /**
   * Your rooms as they stand.
   */
  export type Welcome = { 
  /**
   * The newest 100; more by `GET /v1/rooms`.
   */
  rooms: Array<RoomView>, 
  /**
   * Whose socket this is.
   */
  user_id: UserId, 
  /**
   * The server's time.
   */
  server_now: UnixMs, 
  /**
   * Send `ping` this often, in milliseconds.
   */
  ping_ms: number, 
  /**
   * Reconnect after so long without a frame, in milliseconds.
   */
  timeout_ms: number, };
  /**
   * A room as it stands for one member.
   */
  export type RoomView = { 
  /**
   * Id of the room.
   */
  room: RoomId, 
  /**
   * Opaque; another one makes every cursor void.
   */
  epoch: string, 
  /**
   * What it is for.
   */
  kind: RoomKind, 
  /**
   * What a group is called.
   */
  name?: string, 
  /**
   * What you may do.
   */
  role: RoomRole, 
  /**
   * The last message's `seq`; 0 in an empty room.
   */
  last_seq: number, 
  /**
   * The first `seq` that retention left, and in a group the first one after you joined.
   */
  min_seq: number, 
  /**
   * How far you have read: `min_seq − 1` or more.
   */
  read_seq: number, 
  /**
   * How many messages of others lie behind `read_seq`.
   */
  unread: number, 
  /**
   * How many others have read all of it. In a closed room 0.
   */
  read_by: number, 
  /**
   * How often a text of it went: who knows another number reads again what they hold.
   */
  changes: number, 
  /**
   * The newest message, null in an empty room.
   */
  last_message: Message | null, 
  /**
   * True: all that this device missed follows. False: read the history.
   */
  recovered: boolean, 
  /**
   * Who belongs to it, where those are 20 or fewer. In a closed room the positions of the others are 0.
   */
  members?: Array<Member>, 
  /**
   * How many belong to it, where they are more; `GET /v1/rooms/{id}/members` says who.
   */
  member_count?: number, 
  /**
   * True: it takes no more messages, and nothing else passes between its members.
   */
  closed?: boolean, };
  /**
   * One who belongs to a room.
   */
  export type Member = { 
  /**
   * Id of the member.
   */
  user_id: UserId, 
  /**
   * What to call them.
   */
  name: string, 
  /**
   * How far they have read.
   */
  read_seq: number, 
  /**
   * How far it reached a device of theirs.
   */
  delivered_seq: number, };
  /**
   * A message of yours is durable.
   */
  export type Sent = { 
  /**
   * The `id` of your `send`.
   */
  id?: FrameId, 
  /**
   * Id of the room.
   */
  room: RoomId, 
  /**
   * Its place in the room.
   */
  seq: number, 
  /**
   * Its own id.
   */
  message_id: string, 
  /**
   * When it was stored.
   */
  sent_at: UnixMs, };
  /**
   * A message of a room.
   */
  export type Message = { 
  /**
   * Id of the room.
   */
  room: RoomId, 
  /**
   * Its place in the room: 1, 2, 3, …
   */
  seq: number, 
  /**
   * Its own id, unique everywhere and ordered by time.
   */
  message_id: string, 
  /**
   * Who wrote it.
   */
  from: UserId, 
  /**
   * The sender's own key for it.
   */
  client_id: string, 
  /**
   * Text of the message; null where there is none: it was deleted, it has expired, or it is damaged.
   */
  body: string | null, 
  /**
   * When it was stored.
   */
  sent_at: UnixMs, 
  /**
   * Its text is gone from then on.
   */
  expires_at?: UnixMs, 
  /**
   * True: its sender took it back.
   */
  deleted?: boolean, 
  /**
   * True: what is stored of it is not what was, so that its text is not told, and nothing else of it is sure. Of one
   * that is gone the ids are empty.
   */
  corrupt?: boolean, };
  /**
   * Someone read up to here.
   */
  export type Read = { 
  /**
   * Id of the room.
   */
  room: RoomId, 
  /**
   * Id of the reader.
   */
  user_id: UserId, 
  /**
   * Up to where.
   */
  seq: number, };
  /**
   * It reached someone up to here.
   */
  export type Delivered = { 
  /**
   * Id of the room.
   */
  room: RoomId, 
  /**
   * Id of the member whose device has them.
   */
  user_id: UserId, 
  /**
   * Up to where.
   */
  seq: number, };
  /**
   * Someone took a message back: it keeps its place, and has no text any more.
   */
  export type MessageDeleted = { 
  /**
   * Id of the room.
   */
  room: RoomId, 
  /**
   * The message's place in the room.
   */
  seq: number, 
  /**
   * Who took it back: its sender.
   */
  user_id: UserId, };
  /**
   * Someone is writing.
   */
  export type TypingBy = { 
  /**
   * Id of the room.
   */
  room: RoomId, 
  /**
   * Id of the one who types.
   */
  user_id: UserId, };
  /**
   * How someone is there.
   */
  export type Presence = { 
  /**
   * Id of the person.
   */
  user_id: UserId, 
  /**
   * Whether that person is connected.
   */
  state: PresenceState, 
  /**
   * When they were last seen to do something.
   */
  last_active_at?: UnixMs, };
  /**
   * How someone is there.
   */
  export type PresenceState = "online" | "away" | "offline";
  /**
   * A room that is no longer yours.
   */
  export type Removed = { 
  /**
   * Id of the room.
   */
  room: RoomId, 
  /**
   * Why it is no longer theirs.
   */
  reason: RemovedReason, };
  /**
   * Why a room is no longer somebody's.
   */
  export type RemovedReason = "left" | "removed" | "closed";
  /**
   * What somebody wrote for those who follow them.
   */
  export type Post = { 
  /**
   * Its own id, unique everywhere and ordered by time.
   */
  post_id: string, 
  /**
   * Who wrote it, by their present name.
   */
  author: Participant, 
  /**
   * What it says.
   */
  body: string, 
  /**
   * When it was stored.
   */
  sent_at: UnixMs, };
  /**
   * The last `seq` of the rooms that changed, so that a silent loss is found.
   */
  export type Heads = { 
  /**
   * Room by room.
   */
  rooms: Array<RoomHead>, };
  /**
   * How far a room is.
   */
  export type RoomHead = { 
  /**
   * Id of the room.
   */
  room: RoomId, 
  /**
   * The last message's `seq`.
   */
  last_seq: number, };
  /**
   * A piece of a room's history, in rising `seq`.
   */
  export type Messages = { 
  /**
   * The `id` of your `history`.
   */
  id?: FrameId, 
  /**
   * Id of the room.
   */
  room?: RoomId, 
  /**
   * Messages in ascending order of `seq`.
   */
  messages: Array<Message>, 
  /**
   * The first `seq` that retention left.
   */
  min_seq: number, 
  /**
   * The last message's `seq`.
   */
  last_seq: number, };
  /**
   * The server drains.
   */
  export type GoingAway = { 
  /**
   * Come back after so long, in milliseconds.
   */
  retry_after_ms: number, };
  /**
   * The answer to `ping`.
   */
  export type Pong = { 
  /**
   * As it was sent.
   */
  sent_at?: number, 
  /**
   * The server's time.
   */
  server_now: UnixMs, };
  /**
   * A frame took effect.
   */
  export type Accepted = { 
  /**
   * The `id` of the acknowledged frame.
   */
  id: FrameId, };
  /**
   * Body of `POST /v1/rooms/{id}/messages`.
   */
  export type PostMessage = { 
  /**
   * The sender's own key for the message.
   */
  client_id: string, 
  /**
   * Text of the message.
   */
  body: string, 
  /**
   * The text is gone after so long, in milliseconds: 1 000 to 31 536 000 000 (a year).
   */
  ttl_ms?: number, };
  /**
   * Body of `PUT /v1/rooms/{id}/read`.
   */
  export type PutRead = { 
  /**
   * The last `seq` read.
   */
  seq: number, };
  /**
   * Answer of `GET /v1/rooms`.
   */
  export type RoomsPage = { 
  /**
   * The rooms, the one with the newest message first.
   */
  items: Array<RoomView>, 
  /**
   * Unread messages of all rooms that the ticket reaches, on this page or not.
   */
  unread_total: number, 
  /**
   * Ask with it for the next page; absent from the last one.
   */
  next_cursor?: string, };
  /**
   * Answer of `GET /v1/sync`.
   */
  export type SyncResponse = { 
  /**
   * Ask with it next time.
   */
  cursor: string, 
  /**
   * What came since.
   */
  frames: Array<ChatServerFrame>, };
  /**
   * Item of `GET /v1/export`: a room of the person who asks, and what is theirs in it. A room with many messages
   * comes again, with more of them.
   */
  export type ExportedRoom = { 
  /**
   * Id of the room.
   */
  room: RoomId, 
  /**
   * Who belongs to it.
   */
  members: Array<Participant>, 
  /**
   * The last message's `seq`; 0 in an empty room.
   */
  last_seq: number, 
  /**
   * How far the person has read.
   */
  read_seq: number, 
  /**
   * How far it reached a device of theirs.
   */
  delivered_seq: number, 
  /**
   * The messages that they wrote, in rising `seq`.
   */
  messages: Array<Message>, 
  /**
   * True: it takes no more messages.
   */
  closed?: boolean, };
  /**
   * Answer of `GET /v1/export`: first one's rooms, then what one posted, then whom one follows.
   */
  export type ExportPage = { 
  /**
   * Rooms, by their ids.
   */
  items: Array<ExportedRoom>, 
  /**
   * Posts, the newest first.
   */
  posts?: Array<Post>, 
  /**
   * Whom the person follows, by their ids.
   */
  following?: Array<Participant>, 
  /**
   * When the person was last seen to do something, to a minute; on the first page, if it is known.
   */
  last_active_at?: UnixMs, 
  /**
   * Ask with it for the next page; absent from the last one.
   */
  next_cursor?: string, };
  /**
   * Body of `POST /v1/posts`.
   */
  export type WritePost = { 
  /**
   * The author's own key for the post.
   */
  client_id: string, 
  /**
   * What it says.
   */
  body: string, };
}

/** Close codes of every WebSocket; 4000–4499: reconnect, 4500–4999: do not. */
export const CLOSE_CODES = {
  normal: 1000,
  protocol_error: 1002,
  unsupported_data: 1003,
  invalid_payload: 1007,
  too_large: 1009,
  going_away: 4000,
  heartbeat_timeout: 4001,
  slow_consumer: 4002,
  internal: 4003,
  rate_limited: 4004,
  state_lost: 4005,
  malformed: 4500,
  unauthenticated: 4501,
  not_a_participant: 4502,
  too_early: 4503,
  session_over: 4504,
  replaced: 4505,
  kicked: 4506,
  join_timeout: 4507,
} as const;
