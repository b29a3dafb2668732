//! How people can be told of something: what stands of them, of their account and of their application.

use std::collections::BTreeSet;

use scheduler_core::{ApplicationProfile, PEOPLE, Recipient};
use storage::{FromRow, Row, Statement, query};
use wire::{ApplicationView, NotificationChannel, Notify, UserId};

use crate::store::StoreError;

/// A person, with their account and their application where there are any.
pub(super) struct RecipientRow {
    user: String,
    application: String,
    email: Option<String>,
    time_zone: Option<String>,
    /// Of an account: whether its address was shown to be theirs, and what they chose.
    is_verified: Option<bool>,
    notify: Option<String>,
    /// Of an application that has said something of itself.
    profile: Option<String>,
}

impl RecipientRow {
    /// The rows of these people.
    pub(super) fn select<'a>(users: &'a BTreeSet<&'a UserId>) -> Statement<'a> {
        query(
            "SELECT u.id, u.application, u.email, u.time_zone, a.email_verified, a.notify, p.body \
             FROM users u LEFT JOIN accounts a ON a.user_id = u.id LEFT JOIN applications p ON p.id = u.application \
             WHERE u.id IN (?1..)",
        )
        .bind_list(users.iter().map(|user| user.as_str()))
    }

    pub(super) fn into_recipient(self) -> Result<(UserId, Recipient), StoreError> {
        let is_account = self.application == PEOPLE;
        let notify = self.notify.as_deref().map(serde_json::from_str::<Notify>);
        let channels = match self.profile.as_deref() {
            _ if is_account => vec![
                NotificationChannel::InApp,
                NotificationChannel::Push,
                NotificationChannel::Email,
            ],
            Some(said) => serde_json::from_str::<ApplicationView>(said)?.channels,
            None => ApplicationProfile::silent(&self.application).said.channels,
        };
        let has_email = match is_account {
            true => self.is_verified == Some(true),
            false => self.email.is_some(),
        };
        let recipient = Recipient {
            application: self.application,
            time_zone: self.time_zone,
            channels,
            notify: notify.transpose()?.unwrap_or_default(),
            has_email,
            subscriptions: Vec::new(),
        };
        Ok((UserId(self.user), recipient))
    }
}

impl FromRow for RecipientRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        Ok(Self {
            user: row.get("id")?,
            application: row.get("application")?,
            email: row.get("email")?,
            time_zone: row.get("time_zone")?,
            is_verified: row.get("email_verified")?,
            notify: row.get("notify")?,
            profile: row.get("body")?,
        })
    }
}
