//! How long each table of the scheduler keeps its rows.

use serde::{Deserialize, Serialize};
use wire::UnixMs;

/// Most rows that one transaction deletes: others wait for it.
pub const SWEEP_ROWS: u32 = 500;
/// A day, in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// Days that an operator may set, for tables whose rows go by their age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RetentionSettings {
    /// Gifts to an address that nobody has shown to be theirs, after they were sent and could be opened.
    pub addressed_gifts_days: u32,
    /// What was sent by each channel, and what became of it.
    pub deliveries_days: u32,
    /// Answers to idempotency keys.
    pub idempotency_days: u32,
    /// What is known of addresses that get mails about notifications, after the last one.
    pub mail_addresses_days: u32,
    /// Jobs that are over, whatever became of them, after they were due.
    pub jobs_days: u32,
    /// Mails of accounts; an address's mails are counted for a day.
    pub mails_days: u32,
    /// What people were notified of.
    pub notifications_days: u32,
    /// What people have reported of each other.
    pub reports_days: u32,
}

impl Default for RetentionSettings {
    fn default() -> Self {
        Self {
            addressed_gifts_days: 400,
            deliveries_days: 30,
            idempotency_days: 1,
            mail_addresses_days: 365,
            jobs_days: 30,
            mails_days: 2,
            notifications_days: 180,
            reports_days: 400,
        }
    }
}

impl RetentionSettings {
    /// Refuses an age that would take what is still needed, or keep it for good.
    ///
    /// # Errors
    /// The key, and what is wrong with its value.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        let bounds = [
            ("addressed_gifts_days", self.addressed_gifts_days, 30),
            // Webhooks are tried for more than three days.
            ("deliveries_days", self.deliveries_days, 5),
            ("idempotency_days", self.idempotency_days, 1),
            // The mails of a day are counted.
            ("mail_addresses_days", self.mail_addresses_days, 2),
            // The daily digest of failures tells of yesterday's.
            ("jobs_days", self.jobs_days, 2),
            ("mails_days", self.mails_days, 2),
            // Deliveries tell of them, and are tried for days.
            ("notifications_days", self.notifications_days, 5),
            ("reports_days", self.reports_days, 30),
        ];
        for (key, days, least) in bounds {
            if !(least..=MOST_DAYS).contains(&days) {
                return Err((key, format!("{days} is not from {least} to {MOST_DAYS}")));
            }
        }
        Ok(())
    }
}

/// Ten years: longer than anybody has to keep a bill.
const MOST_DAYS: u32 = 3_650;

/// Tables whose rows are swept by age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SweptTable {
    /// Tokens of mails, once they have expired.
    AccountTokens,
    /// Gifts to addresses that nobody has shown to be theirs, or that were taken back.
    AddressedGifts,
    /// What was to be told to whom.
    Deliveries,
    /// Jobs that are over.
    DueJobs,
    /// Answers to idempotency keys.
    Idempotency,
    /// Invitations to sign up, once they have expired.
    Invites,
    /// Logins, once they have ended.
    Logins,
    /// Addresses that get mails about notifications.
    MailAddresses,
    /// Mails that are sent, or given up.
    Mails,
    /// What people were notified of.
    Notifications,
    /// What people have reported of each other.
    Reports,
}

impl SweptTable {
    /// Each of them, in the order in which they are swept.
    pub const ALL: &[Self] = &[
        Self::AccountTokens,
        Self::AddressedGifts,
        Self::Deliveries,
        Self::DueJobs,
        Self::Idempotency,
        Self::Invites,
        Self::Logins,
        Self::MailAddresses,
        Self::Mails,
        Self::Notifications,
        Self::Reports,
    ];

    /// The table's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AccountTokens => "account_tokens",
            Self::AddressedGifts => "addressed_gifts",
            Self::Deliveries => "deliveries",
            Self::DueJobs => "due_jobs",
            Self::Idempotency => "idempotency",
            Self::Invites => "invites",
            Self::Logins => "logins",
            Self::MailAddresses => "mail_addresses",
            Self::Mails => "mails",
            Self::Notifications => "notifications",
            Self::Reports => "reports",
        }
    }

    /// Rows go whose moment lies before this one: that of their end, where they have one, or else of their beginning.
    #[must_use]
    pub fn cutoff(self, now: UnixMs, settings: &RetentionSettings) -> UnixMs {
        let days = match self {
            Self::AccountTokens | Self::Invites | Self::Logins => 0,
            Self::AddressedGifts => settings.addressed_gifts_days,
            Self::Deliveries => settings.deliveries_days,
            Self::DueJobs => settings.jobs_days,
            Self::Idempotency => settings.idempotency_days,
            Self::MailAddresses => settings.mail_addresses_days,
            Self::Mails => settings.mails_days,
            Self::Notifications => settings.notifications_days,
            Self::Reports => settings.reports_days,
        };
        now - i64::from(days) * DAY_MS
    }
}

/// What ends the life of a table's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableAge {
    /// They are swept by age.
    Swept(SweptTable),
    /// They go with the row of that table that they belong to.
    With(&'static str),
    /// They are pruned by age elsewhere: where, and when.
    Pruned(&'static str),
    /// They have no age; why.
    Unlimited(&'static str),
}

/// Every table of the scheduler's schema. A table that is not here fails a test.
pub const TABLE_AGES: &[(&str, TableAge)] = &[
    ("account_tokens", TableAge::Swept(SweptTable::AccountTokens)),
    (
        "accounts",
        TableAge::Unlimited("until the person leaves (DELETE /v1/me)"),
    ),
    (
        "addressed_gifts",
        TableAge::Swept(SweptTable::AddressedGifts),
    ),
    (
        "api_keys",
        TableAge::Unlimited("until an operator revokes the key"),
    ),
    (
        "applications",
        TableAge::Unlimited("one row for each application, as long as it has keys"),
    ),
    ("asked_questions", TableAge::With("sessions")),
    (
        "audit",
        TableAge::Pruned("scheduler.limits.audit_days and audit_rows"),
    ),
    (
        "blocks",
        TableAge::Unlimited("until who has blocked lifts it"),
    ),
    ("calendar_feeds", TableAge::With("users")),
    (
        "configuration",
        TableAge::Unlimited("one row for each setting, replaced at each start"),
    ),
    ("deliveries", TableAge::Swept(SweptTable::Deliveries)),
    ("delivery_rounds", TableAge::With("deliveries")),
    ("due_jobs", TableAge::Swept(SweptTable::DueJobs)),
    (
        "fact_backlogs",
        TableAge::Unlimited("one row for each kind of fact that was told of what was there before"),
    ),
    (
        "gifts",
        TableAge::Unlimited("a letter is its reader's until one of the two leaves"),
    ),
    ("email_optouts", TableAge::With("users")),
    ("idempotency", TableAge::Swept(SweptTable::Idempotency)),
    ("inbox", TableAge::Pruned("30 days after the event came")),
    (
        "inbox_watermark",
        TableAge::Unlimited("one row for each node that ever reported"),
    ),
    ("invites", TableAge::Swept(SweptTable::Invites)),
    ("logins", TableAge::Swept(SweptTable::Logins)),
    ("mail_addresses", TableAge::Swept(SweptTable::MailAddresses)),
    (
        "mail_recipients",
        TableAge::Unlimited(
            "an address that has refused mails stays refused; only its hash is there",
        ),
    ),
    ("mails", TableAge::Swept(SweptTable::Mails)),
    ("match_sessions", TableAge::With("sessions")),
    (
        "matches",
        TableAge::Unlimited("who has met stays known to both until one of the two leaves"),
    ),
    ("notification_counts", TableAge::With("notifications")),
    ("notification_rooms", TableAge::With("notifications")),
    ("notification_subjects", TableAge::With("notifications")),
    ("notifications", TableAge::Swept(SweptTable::Notifications)),
    ("occupancies", TableAge::With("sessions")),
    (
        "outbox",
        TableAge::Pruned("a day after the event, once every service has it"),
    ),
    (
        "outbox_cursor",
        TableAge::Unlimited("one row for each service that is told"),
    ),
    ("outbox_head", TableAge::Unlimited("one row")),
    ("participants", TableAge::With("sessions")),
    ("peeks", TableAge::With("users")),
    ("person_revisions", TableAge::With("users")),
    ("proposals", TableAge::With("matches")),
    (
        "push_subscription_terms",
        TableAge::With("push_subscriptions"),
    ),
    (
        "push_subscriptions",
        TableAge::Unlimited(
            "until the login ends, the person leaves or the push service has it no more",
        ),
    ),
    ("reports", TableAge::Swept(SweptTable::Reports)),
    ("room_members", TableAge::With("rooms")),
    (
        "rooms",
        TableAge::Unlimited("a group is there until it is closed, or its last member leaves"),
    ),
    (
        "schedule_runs",
        TableAge::Unlimited("one row for each recurring task"),
    ),
    ("searchable_names", TableAge::With("accounts")),
    ("session_feedback", TableAge::With("sessions")),
    (
        "sessions",
        TableAge::Pruned("90 days after its latest possible end, by a job of its own"),
    ),
    ("timeline", TableAge::With("sessions")),
    (
        "users",
        TableAge::Unlimited(
            "an application's people are known by their external_id; of an account that was erased an id is left",
        ),
    ),
    ("write_probe", TableAge::Unlimited("one row")),
    (
        "webhook_endpoints",
        TableAge::Unlimited(
            "until its application deletes it; a listener for an hour after the last stream",
        ),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sch_337_an_age_is_checked_and_named() {
        let settings = RetentionSettings::default();
        assert_eq!(settings.check(), Ok(()));
        for wrong in [0, 4, 3_651] {
            let settings = RetentionSettings {
                deliveries_days: wrong,
                ..settings
            };
            let (key, why) = settings.check().unwrap_err();
            assert_eq!(key, "deliveries_days");
            assert_eq!(why, format!("{wrong} is not from 5 to 3650"));
        }
    }

    #[test]
    fn sch_338_what_belongs_to_a_row_belongs_to_a_table_that_has_an_age_itself() {
        let age = |name: &str| TABLE_AGES.iter().find(|(table, _)| *table == name);
        for (name, of) in TABLE_AGES {
            if let TableAge::With(owner) = of {
                let (_, owners) = age(owner).unwrap_or_else(|| panic!("{name} with {owner}"));
                assert!(!matches!(owners, TableAge::With(_)), "{name} with {owner}");
            }
        }
        for table in SweptTable::ALL.iter().copied() {
            let found = age(table.name()).map(|(_, age)| *age);
            assert_eq!(found, Some(TableAge::Swept(table)));
        }
    }

    #[test]
    fn sch_339_a_row_goes_once_it_is_older_than_its_days() {
        let now = UnixMs(1_900_000_000_000);
        let settings = RetentionSettings::default();
        let cutoff = SweptTable::Notifications.cutoff(now, &settings);
        assert_eq!(now.since(cutoff), 180 * 86_400_000);
        assert_eq!(SweptTable::Logins.cutoff(now, &settings), now);
    }
}
