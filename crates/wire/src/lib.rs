//! Everything that crosses a boundary: frames, events, tickets, error and close codes.
//!
//! Nothing here reads a clock, draws a random value, awaits or knows of a socket: these are values and
//! their JSON. The TypeScript of every type is generated from here (feature `typescript`).

mod absent;
mod application;
mod audit;
mod close;
mod delivery;
mod error;
mod event;
mod feedback;
mod frame;
mod ids;
mod job;
mod matching;
mod notification;
mod people;
mod push;
mod question;
mod raw;
mod room;
mod schedule;
mod scheduler;
mod session;
mod status;
mod test_clock;
mod ticket;
mod time;
mod timeline;
mod webhook;

pub mod address;
pub mod chat;
pub mod json;
pub mod signaling;
pub mod special_addresses;
pub mod stomp;
#[cfg(feature = "typescript")]
pub mod typescript;
pub mod visible_text;

pub use application::{ApplicationFact, ApplicationView, ChangeApplication, NotificationChannel};
pub use audit::AuditRow;
pub use close::CloseCode;
pub use delivery::{DeliveryStatus, DeliveryView};
pub use error::{ErrorBody, ErrorCode, FieldError, Problem};
pub use event::{
    Event, EventBatch, EventType, MessageUnread, OperatorAction, Presence, ReminderFact,
    SessionBooked, SessionFact, Stay,
};
pub use feedback::{FeedbackFact, FeedbackView, GiveFeedback};
pub use frame::{Envelope, FrameError, FrameId};
pub use ids::{ConnectionId, GiftId, MatchId, ProposalId, ReportId, RoomId, SessionId, UserId};
pub use job::{JobStatus, JobView, JobWord};
pub use matching::{
    AcceptProposal, BlockView, ClaimGift, CreateMatch, CreatedMatch, GiftBox, GiftFact, GiftKind,
    GiftRecipient, GiftState, GiftView, MatchFact, MatchView, NextSession, ProposalFact,
    ProposalState, ProposalView, Propose, ReportView, SendGift, SendReport, SentReport,
    UserBlocked,
};
pub use notification::{Notification, NotificationKind};
pub use people::{
    CalendarFeed, ChangeMe, ChangeNotify, ChangePassword, ConfirmEmail, ConfirmReset, EraseMe,
    ExportedFeedback, ExportedGroup, ExportedMatch, ExportedPushSubscription, FoundPerson,
    LEFT_NAME, Login, LoginView, Notify, PasswordReset, PersonExport, PersonFact, Quiet,
    SecretText, Signup, UndeliverableAddress, User, UserErased,
};
pub use push::{PushKey, PushKeys, PushMessage, SubscribeToPush, SubscribedToPush};
pub use question::{QuestionLocale, QuestionView};
pub use raw::RawJson;
pub use room::{
    AddMembers, ChangeRoom, CreateRoom, GroupMemberView, GroupView, ListedGroup, RoomFact,
    RoomKind, RoomMember, RoomRole,
};
pub use schedule::ScheduleView;
pub use scheduler::{
    BookParticipant, BookSession, ChangeSession, EmptyBody, JoinRequest, JoinResponse,
    LocalDateTime, LocalTimeNote, Page, RenewedLink, ResolvedLocalTime, SessionParticipant,
    SessionState, SessionView, TicketRequest, TicketResponse,
};
pub use session::{
    DuplicatePolicy, EndReason, IcePolicy, IceServer, LAST_COUNTDOWN_AFTER_CLOSE_MS, MediaBackend,
    OnLoss, Outcome, Participant, Phase, SessionSpec,
};
pub use status::{ChannelStatus, PartStatus, QueueStatus, StatusView};
pub use test_clock::{AdvanceClock, ClockOffset, ClockReading};
pub use ticket::{ChatClaims, ChatRoomGrant, SignalingClaims, TicketAudience, TicketHeaderClaims};
pub use time::UnixMs;
pub use timeline::TimelineItem;
pub use webhook::{
    ChangeWebhook, CreateWebhook, ListenedDelivery, ListenerAnswer, ListenerView, RotatedSecret,
    SentDelivery, StartListener, WEBHOOK_TEST, WebhookBody, WebhookDeliveryView, WebhookState,
    WebhookView,
};

/// WebSocket subprotocol of signaling.
pub const SIGNALING_SUBPROTOCOL: &str = "rendezvous.v1";
/// WebSocket subprotocol of chat.
pub const CHAT_SUBPROTOCOL: &str = "rendezvous.chat.v1";
/// Largest frame that any socket takes, in bytes; OWASP's figure for WebSocket messages.
pub const MAX_FRAME_BYTES: usize = 64 * 1024;
/// Frames that may wait for one socket, unless the operator says otherwise.
pub const QUEUE_FRAMES: usize = 1_024;
/// Bytes that may wait for one socket, unless the operator says otherwise.
pub const QUEUE_BYTES: usize = 1024 * 1024;
