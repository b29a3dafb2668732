//! What a booking is, when somebody must be notified of it, and what became of it.
//!
//! Pure: the time and every id are arguments, and nothing here waits, stores, sends or draws a random
//! value. It holds no session either: each decision is given what was loaded and returns [`Effects`],
//! which whoever calls it writes in one transaction.

mod account;
mod application;
mod audit;
mod booking;
mod change;
mod commands;
mod contact;
mod delivery;
mod due_time_index;
mod effects;
mod failure_digest;
mod feedback;
mod field_checks;
mod idempotency;
mod ids;
mod job;
mod job_action;
mod job_failure;
mod job_lateness;
mod job_plan;
mod local_time;
mod mail;
mod mail_address;
mod matching;
mod notification;
mod occupancy;
mod participant;
mod people;
mod questions;
mod record;
mod reported_event;
mod retention;
mod rooms;
mod schedule;
mod session;
mod session_status;
mod settlement;
mod spoken_time;
mod start;
mod terms;
pub mod timeline;
mod unlinked;
mod unread_digest;
mod webhook;

pub use account::{
    Account, ChangedAccount, CheckedSignup, EmailAddress, LEFT, PEOPLE, check_change_me,
    check_new_password, check_reset_password, check_signup, forget_name, normalized_password,
    person_changed, person_event, resume_mails, search_key, stop_mails,
};
pub use application::{ApplicationProfile, ApplicationRules, change_application};
pub use audit::{audit_entry, audit_row};
pub use booking::{CheckedBooking, check_booking};
pub use change::{check_change, kept_to_local_time};
pub use commands::{
    BookCommand, CancelCommand, ChangeCommand, ChangeReason, CommandOutcome, Decision,
    FeedbackRefusal, RenewLinkCommand, SOURCE, book, cancel, change, follow, give_feedback, invite,
    renew_link, repeated,
};
pub use delivery::{
    AttemptsInFlight, BackOff, ChannelAnswer, Delivery, DeliveryContent, DeliveryShares,
    DeliveryState, DeliveryUpdate, DueDelivery, FairChoice, NewDelivery, OutgoingEvent,
    PushedBrowser, Recipient, ReopenRefusal, Reopened, plan_deliveries, reopen_delivery,
    settle_delivery,
};
pub use due_time_index::DueTimeIndex;
pub use effects::{Effects, JobClosing, SessionChange};
pub use failure_digest::{FailureCount, FailureDigest};
pub use feedback::{CheckedFeedback, Feedback, check_feedback};
pub use idempotency::{FirstAnswer, IdempotencyKey, MadeBefore, OwnedKey, StoredAnswer};
pub use ids::NewId;
pub use job::{
    ClaimedJob, ClaimedSubject, FailReason, Job, JobKind, JobPayload, JobState, JobSubject,
    MissReason, NotClaimable, furthest_claim,
};
pub use job_action::JobAction;
pub use job_failure::{failed_attempt, retried};
pub use job_plan::{NewJob, PlannedJob, RETENTION_MS};
pub use local_time::resolve as resolve_local_time;
pub use mail::{MAIL_DAY_MS, MailKind, NewMail, check_mail, next_attempt};
pub use mail_address::{MailAddress, MailSuppression};
pub use matching::{
    AcceptContext, AddressCommand, AddressContext, AddressedFate, AddressedGift, BlockContext,
    CheckedGift, CheckedProposal, CheckedReport, ClaimContext, Decided, Gift, GiftContent,
    GiftFate, GiftTo, MAX_BLOCKS, Match, MatchCommand, MatchInForce, MatchingChange,
    MatchingDecision, MatchingEffects, MatchingRefusal, MeetingTime, Pair, PeekContext, Proposal,
    ReportContext, SendCommand, SendContext, StoredReport, accept, block, check_gift, check_match,
    check_proposal, check_report, claim_gift, decline, end_match, erase, make_match, match_event,
    meeting_terms, open_due, peek, propose, read_gift, report, send_gift, send_to_address, unblock,
    withdraw_addressed_gift, withdraw_gift, withdraw_proposal,
};
pub use notification::NewNotification;
pub use occupancy::{
    Busy, MAX_FOLLOWED, OccupancyChange, OccupiedSpan, SessionOccupancy, Surroundings,
};
pub use participant::{ExternalPerson, ParticipantRef};
pub use people::{KnownPerson, PersonChange};
pub use questions::{
    AskedQuestion, CatalogQuestion, QUESTIONS_PER_SESSION, any_question, next_question, pair,
    question, question_locale,
};
pub use record::{Fact, Record};
pub use reported_event::{
    ReportedEvent, note_action, note_fact, notify_unread, notify_unread_in_match,
};
pub use retention::{RetentionSettings, SWEEP_ROWS, SweptTable, TABLE_AGES, TableAge};
pub use rooms::{
    CheckedRoom, Group, GroupActor, GroupChange, GroupDecided, GroupDecision, GroupMember,
    GroupRefusal, GroupTitle, MAX_GROUPS_OF_APPLICATION, MAX_GROUPS_OF_PERSON, MAX_MEMBERS,
    MakeGroupCommand, NamedPeople, add_members, change_group, check_change_room, check_new_members,
    check_room, close_group, leave_groups, make_group, notify_unread_in_group, remove_member,
};
pub use schedule::{LastRun, RunResult, last_daily_time};
pub use session::{BookedParticipant, BookedSession};
pub use session_status::{SessionStatus, StateFilter, StoredStatus};
pub use settlement::{JobUpdate, SettleContext, settle};
pub use spoken_time::{ReaderLanguage, SpokenTime, TimeReader};
pub use terms::Terms;
pub use timeline::TimelineEntry;
pub use unlinked::unlinked;
pub use unread_digest::{DIGEST_EVERY_MS, UnreadMessage};
pub use webhook::{
    CheckedListener, CheckedWebhook, DisableReason, LISTENER_LIFE_MS, MAX_LISTENERS, MAX_WEBHOOKS,
    UrlVerdict, WEBHOOK_WAITS_MS, WebhookEndpoint, WebhookTarget, answer_of, change_webhook,
    check_listener, check_webhook, listener_that_gives_way, plan_webhooks, test_event,
    webhook_body,
};
