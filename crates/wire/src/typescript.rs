//! The TypeScript of every type that crosses a boundary, in one text.

use std::fmt::Write as _;

use ts_rs::{Config, TS};

const HEAD: &str = "\
// Generated from crates/wire by `make types`. Do not edit.
/* eslint-disable */
";

/// The whole file, in an order that does not change.
#[must_use]
pub fn generate() -> String {
    let config = Config::default().with_large_int("number");
    let mut out = String::from(HEAD);
    declare_shared(&mut out, &config);
    declare_signaling(&mut out, &config);
    declare_chat(&mut out, &config);
    declare_close_codes(&mut out);
    out
}

macro_rules! declare {
    ($out:expr, $config:expr, [$prefix:literal] $($kind:ty),+ $(,)?) => {
        $( declare_one::<$kind>($out, $config, $prefix); )+
    };
}

fn declare_shared(out: &mut String, config: &Config) {
    use crate::*;
    declare!(out, config, [""]
        UnixMs, SessionId, UserId, RoomId, GiftId, MatchId, ProposalId, ReportId, ConnectionId, FrameId, ErrorCode, ErrorBody, FieldError, Problem,
        Participant, OnLoss, DuplicatePolicy, MediaBackend,
        IcePolicy, Phase, EndReason, Outcome, IceServer, SessionSpec,
        BookSession, BookParticipant, LocalDateTime, LocalTimeNote, ResolvedLocalTime, SessionState,
        SessionView, SessionParticipant, JoinRequest,
        JoinResponse, TicketRequest, TicketResponse,
        NotificationKind, Notification, Page<Notification>,
        User, Notify, Quiet, SecretText, Signup, Login, ChangeMe, ChangeNotify, ChangePassword, ConfirmEmail,
        ConfirmReset, EraseMe, ExportedFeedback, ExportedGroup, ExportedMatch, ExportedPushSubscription, FoundPerson, LoginView, PasswordReset, PersonExport, UndeliverableAddress,
        ApplicationView, NotificationChannel, DeliveryStatus, CalendarFeed, FeedbackView, GiveFeedback,
        GiftKind, GiftState, GiftRecipient, SendGift, GiftView, MatchView, NextSession, ProposalState, Propose,
        ProposalView, AcceptProposal, BlockView, ClaimGift, SendReport, SentReport, ReportView,
        ListenedDelivery, ListenerView, PushKey, PushKeys, PushMessage, RotatedSecret, SentDelivery, SubscribeToPush, SubscribedToPush, WebhookBody, WebhookDeliveryView, WebhookState, WebhookView,
        RoomKind, RoomRole, RoomMember, CreateRoom, AddMembers, GroupView, GroupMemberView, ListedGroup,
        EventType, Event, Stay, Presence, TimelineItem, QuestionView, QuestionLocale,
    );
}

fn declare_signaling(out: &mut String, config: &Config) {
    out.push_str("\nexport namespace Signaling {\n");
    use crate::signaling::*;
    declare!(out, config, ["  "]
        ClientFrame, Join, Resume, Offer, Answer, Candidate, Connected, Extend, Data, Refresh, Ping,
        Leave, ServerFrame, Welcome, SessionNow, You, PeerView, MediaAccess, Waiting, PeerJoined,
        PeerLost, PeerResumed, PeerLeft, LeftReason, Negotiate, RelayedOffer, RelayedAnswer,
        RelayedCandidate, Countdown, CountdownCancelled, CancelReason, Live, Paused, Rescheduled,
        ExtendRequested, Extended, Ending, Ended, RelayedData, IceServers, GoingAway, Pong, Accepted,
    );
    out.push_str("}\n");
}

fn declare_chat(out: &mut String, config: &Config) {
    out.push_str("\nexport namespace Chat {\n");
    use crate::chat::*;
    declare!(out, config, ["  "]
        ChatClientFrame, Hello, Cursor, Send, MarkRead, MarkDelivered, Typing, History, DeleteMessage, AskPresence,
        SetStatus, Ping, ChatServerFrame, Welcome, RoomView, Member, Sent, Message, Read, Delivered,
        MessageDeleted, TypingBy, Presence, PresenceState, Removed, RemovedReason, Post, Heads, RoomHead, Messages, GoingAway,
        Pong, Accepted, PostMessage, PutRead, RoomsPage, SyncResponse, ExportedRoom, ExportPage, WritePost,
    );
    out.push_str("}\n");
}

fn declare_one<T: TS>(out: &mut String, config: &Config, indent: &str) {
    if let Some(docs) = T::docs() {
        for line in docs.lines() {
            let _ = writeln!(out, "{indent}{line}");
        }
    }
    let declaration = T::decl(config).replace('\n', &format!("\n{indent}"));
    let _ = writeln!(out, "{indent}export {declaration}");
}

fn declare_close_codes(out: &mut String) {
    out.push_str(
        "\n/** Close codes of every WebSocket; 4000–4499: reconnect, 4500–4999: do not. */\n",
    );
    out.push_str("export const CLOSE_CODES = {\n");
    for code in crate::CloseCode::ALL {
        let _ = writeln!(out, "  {}: {},", code.name(), code.code());
    }
    out.push_str("} as const;\n");
}
