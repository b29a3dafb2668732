//! The tables that are copied, each after those that it refers to, with the columns that hold data. What a database
//! makes by itself, as generated columns and the probe of readiness, is left out.

use crate::Schema;

/// A table, and in which order its rows are read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CopiedTable {
    pub(super) name: &'static str,
    /// The columns of its primary key, in their order; quoted where their name is a word of SQL.
    pub(super) key: &'static [&'static str],
    /// All of its other columns.
    pub(super) rest: &'static [&'static str],
}

const fn table(
    name: &'static str,
    key: &'static [&'static str],
    rest: &'static [&'static str],
) -> CopiedTable {
    CopiedTable { name, key, rest }
}

const EVENTS: [CopiedTable; 4] = [
    table(
        "outbox",
        &["position"],
        &["event_id", "occurred_at", "body"],
    ),
    table("outbox_cursor", &["destination"], &["position"]),
    table("inbox", &["event_id"], &["received_at"]),
    table(
        "inbox_watermark",
        &["source", "node"],
        &["complete_to", "heard_at"],
    ),
];

const SCHEDULER: &[CopiedTable] = &[
    table(
        "api_keys",
        &["hash"],
        &["application", "created_at", "scope", "last_used_at"],
    ),
    table(
        "users",
        &["id"],
        &[
            "application",
            "external_id",
            "name",
            "email",
            "locale",
            "time_zone",
            "created_at",
        ],
    ),
    table(
        "sessions",
        &["id"],
        &[
            "application",
            "revision",
            "room_id",
            "status",
            "starts_at",
            "lobby_opens_at",
            "terms",
            "record",
            "cancelled",
            "created_at",
        ],
    ),
    table(
        "participants",
        &["session_id", "position"],
        &["user_id", "name", "generation"],
    ),
    table(
        "session_feedback",
        &["session_id", "user_id"],
        &["score", "body", "given_at", "changed_at", "revision"],
    ),
    table("calendar_feeds", &["user_id"], &["hash", "created_at"]),
    table("applications", &["id"], &["revision", "body"]),
    table(
        "occupancies",
        &["session_id", "user_id"],
        &["starts_at", "ends_at", "busy_until", "latest_end_at"],
    ),
    table(
        "due_jobs",
        &["id"],
        &[
            "subject_kind",
            "subject_id",
            "revision",
            "kind",
            "before_ms",
            "user_id",
            "payload",
            "due_at",
            "state",
            "reason",
            "lease_until",
            "term",
            "attempts",
        ],
    ),
    table(
        "deliveries",
        &["id"],
        &[
            "idempotency_key",
            "channel",
            "kind",
            "application",
            "user_id",
            "session_id",
            "target",
            "lane",
            "notification_id",
            "event",
            "state",
            "reason",
            "attempts",
            "term",
            "due_at",
            "open_at",
            "expires_at",
            "created_at",
            "sent_at",
        ],
    ),
    table(
        "notifications",
        &["id"],
        &[
            "user_id",
            "session_id",
            "kind",
            "cause",
            "created_at",
            "starts_at",
            "with_name",
            "read_at",
        ],
    ),
    table(
        "idempotency",
        &["application", "scope", "\"key\""],
        &["fingerprint", "answer", "created_at"],
    ),
    table(
        "asked_questions",
        &["session_id", "position"],
        &["first_user", "second_user", "question_id", "repeats"],
    ),
    table("timeline", &["id"], &["session_id", "at", "body"]),
    table(
        "audit",
        &["id"],
        &[
            "at",
            "actor",
            "action",
            "subject",
            "session_id",
            "user_id",
            "from_address",
            "detail",
        ],
    ),
    table("configuration", &["name"], &["fingerprint"]),
    table(
        "accounts",
        &["user_id"],
        &[
            "email",
            "email_key",
            "email_verified",
            "password",
            "discoverable",
            "notify",
        ],
    ),
    table("searchable_names", &["name_key", "user_id"], &[]),
    table(
        "logins",
        &["id"],
        &[
            "user_id",
            "hash",
            "created_at",
            "last_used_at",
            "expires_at",
            "user_agent",
        ],
    ),
    table(
        "push_subscriptions",
        &["id"],
        &[
            "user_id",
            "login_id",
            "session_id",
            "generation",
            "endpoint_hash",
            "endpoint",
            "p256dh",
            "auth",
            "created_at",
        ],
    ),
    table(
        "push_subscription_terms",
        &["subscription_id"],
        &["vapid_key", "expires_at"],
    ),
    table(
        "account_tokens",
        &["hash"],
        &["user_id", "kind", "email", "login_id", "expires_at"],
    ),
    table("invites", &["hash"], &["created_at", "expires_at"]),
    table(
        "mails",
        &["id"],
        &[
            "kind",
            "address",
            "address_key",
            "user_id",
            "detail",
            "locale",
            "created_at",
            "due_at",
            "attempts",
            "state",
            "reason",
        ],
    ),
    table(
        "matches",
        &["id"],
        &[
            "application",
            "low_id",
            "high_id",
            "room_id",
            "created_at",
            "ended_at",
            "in_force",
        ],
    ),
    table("match_sessions", &["session_id"], &["match_id"]),
    table(
        "rooms",
        &["id"],
        &["application", "name", "revision", "created_at"],
    ),
    table(
        "room_members",
        &["room_id", "user_id"],
        &["position", "role", "given_name", "joined_at"],
    ),
    table(
        "gifts",
        &["id"],
        &[
            "giver_id",
            "receiver_id",
            "kind",
            "letter",
            "times",
            "sent_at",
            "opens_at",
            "opened_at",
            "due_at",
            "fate",
            "match_id",
        ],
    ),
    table(
        "addressed_gifts",
        &["gift_id"],
        &[
            "giver_id",
            "email",
            "email_key",
            "kind",
            "letter",
            "times",
            "sent_at",
            "opens_at",
            "fate",
        ],
    ),
    table("mail_recipients", &["address_hash"], &["refused_at"]),
    table(
        "mail_addresses",
        &["address_hash"],
        &["refused_at", "reason", "day_at", "sent"],
    ),
    table("email_optouts", &["user_id"], &["at"]),
    table(
        "reports",
        &["id"],
        &[
            "by_id",
            "user_id",
            "session_id",
            "reason",
            "text",
            "created_at",
        ],
    ),
    table(
        "webhook_endpoints",
        &["id"],
        &[
            "application",
            "kind",
            "position",
            "url",
            "events",
            "description",
            "disabled",
            "secret_number",
            "previous_until",
            "failing_since",
            "created_at",
            "expires_at",
        ],
    ),
    table("peeks", &["user_id"], &["next_at"]),
    table(
        "proposals",
        &["id"],
        &[
            "match_id",
            "by_id",
            "times",
            "duration_ms",
            "created_at",
            "state",
            "in_force",
            "starts_at",
            "session_id",
        ],
    ),
    table("blocks", &["by_id", "user_id"], &["created_at"]),
    table("notification_counts", &["notification_id"], &["messages"]),
    table("notification_rooms", &["notification_id"], &["room_id"]),
    table(
        "notification_subjects",
        &["notification_id"],
        &["gift_id", "match_id"],
    ),
    table("delivery_rounds", &["delivery_id"], &["attempts_before"]),
    table("person_revisions", &["user_id"], &["revision"]),
    table("fact_backlogs", &["name"], &["after_id", "finished"]),
    table(
        "schedule_runs",
        &["name"],
        &[
            "schedule",
            "last_started_at",
            "last_finished_at",
            "last_result",
            "last_error",
            "runs",
        ],
    ),
];

const CHAT: [CopiedTable; 17] = [
    table(
        "rooms",
        &["room_id"],
        &["epoch", "last_seq", "active_at", "revision"],
    ),
    table(
        "members",
        &["room_id", "user_id"],
        &["name", "read_seq", "delivered_seq"],
    ),
    table("removals", &["session_id", "user_id"], &["removed_at"]),
    table("closed_rooms", &["room_id"], &["closed_at"]),
    table(
        "blocks",
        &["by_id", "user_id"],
        &["blocked", "changed_at", "event_id"],
    ),
    table("people", &["user_id"], &["erased_at"]),
    table("room_groups", &["room_id"], &["name", "revision"]),
    table(
        "group_members",
        &["room_id", "user_id"],
        &["role", "from_seq"],
    ),
    table(
        "sent_counts",
        &["room_id", "user_id"],
        &["sent", "sent_read"],
    ),
    table(
        "profiles",
        &["user_id"],
        &["name", "named_at", "tenant", "discoverable", "revision"],
    ),
    table(
        "matched_pairs",
        &["low_id", "high_id"],
        &["matched", "changed_at", "event_id"],
    ),
    table(
        "follows",
        &["follower_id", "author_id"],
        &["since_id", "followed_at", "matched"],
    ),
    table(
        "posts",
        &["post_id"],
        &["author_id", "client_id", "body", "sent_at"],
    ),
    table("pulled_posts", &["author_id", "post_id"], &[]),
    table("feed_entries", &["reader_id", "post_id"], &["author_id"]),
    table(
        "feed_jobs",
        &["job_id"],
        &["kind", "author_id", "reader_id", "post_id", "after_id"],
    ),
    table("last_activity", &["user_id"], &["active_at"]),
];

/// In files alone: servers hold no messages.
const MESSAGES: [CopiedTable; 3] = [
    table(
        "messages",
        &["position"],
        &[
            "room_id",
            "seq",
            "message_id",
            "sender",
            "client_id",
            "body",
            "sent_at",
            "salt",
            "digest",
            "previous",
            "chain",
            "expires_at",
            "deleted_at",
            "bytes_through",
        ],
    ),
    table("chain_anchors", &["room_id"], &["seq", "chain"]),
    table(
        "message_rooms",
        &["room_id"],
        &["changes", "begins_after", "begin_bytes", "freed_bytes"],
    ),
];

/// The highest position that the outbox gave: one row, which is there from the first migration on.
pub(super) const HEAD: CopiedTable = table("outbox_head", &["id"], &["position"]);

/// The tables that a file, or a server's database, has rows in, but for [`HEAD`].
pub(super) fn of(schema: Schema, is_file: bool) -> Vec<&'static CopiedTable> {
    let (own, files): (&[CopiedTable], &[CopiedTable]) = match schema.name() {
        "scheduler" => (SCHEDULER, &[]),
        "chat" => (&CHAT, &MESSAGES),
        _ => (&[], &[]),
    };
    let files = files.iter().filter(|_| is_file);
    own.iter().chain(files).chain(&EVENTS).collect()
}

impl CopiedTable {
    /// Those of the key first.
    pub(super) fn columns(&self) -> impl Iterator<Item = &'static str> {
        self.key.iter().chain(self.rest).copied()
    }
}
