//! Who reads notifications: a person all of theirs, the page of a join link those of its session.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use scheduler_core::BookedSession;
use service::clock;
use service::http::HttpError;
use wire::{NotificationChannel, SessionId, UserId};

use super::{Person, Principal, SessionMember, kicked};
use crate::notification_stream::StreamScope;
use crate::state::AppState;

/// Whose notifications are read.
pub(crate) enum NotificationReader {
    Person(Box<Person>),
    Page(Box<SessionMember>),
}

impl FromRequestParts<AppState> for NotificationReader {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, HttpError> {
        match Principal::from_request_parts(parts, app).await? {
            Principal::Person(person) => Ok(NotificationReader::Person(person)),
            Principal::Page(member) => Ok(NotificationReader::Page(member)),
            _ => Err(HttpError::forbidden("Only a person has that.")),
        }
    }
}

impl NotificationReader {
    pub(crate) fn user(&self) -> &UserId {
        match self {
            NotificationReader::Person(person) => &person.user,
            NotificationReader::Page(member) => &member.user,
        }
    }

    /// The session whose notifications alone are read.
    pub(crate) fn session(&self) -> Option<&SessionId> {
        match self {
            NotificationReader::Person(_) => None,
            NotificationReader::Page(member) => Some(&member.session.id),
        }
    }

    /// The application whose page reads.
    fn application(&self) -> Option<&str> {
        match self {
            NotificationReader::Person(_) => None,
            NotificationReader::Page(member) => Some(&member.session.application),
        }
    }

    pub(crate) fn scope(&self) -> StreamScope {
        match self {
            NotificationReader::Person(person) => StreamScope::Login(person.login.clone()),
            NotificationReader::Page(member) => StreamScope::Session(member.session.id.clone()),
        }
    }
}

impl AppState {
    /// Looks again whether a reader's credential counts: 401 where it was revoked since, 403 where a page's person
    /// was removed.
    pub(crate) async fn still_counts(&self, reader: &NotificationReader) -> Result<(), HttpError> {
        match reader {
            NotificationReader::Person(person) => self.is_logged_in(person).await,
            NotificationReader::Page(member) => self.page_counts(member).await,
        }
    }

    /// False for the pages of an application that has nobody told in-app.
    pub(crate) async fn tells_in_app(
        &self,
        reader: &NotificationReader,
    ) -> Result<bool, HttpError> {
        let Some(application) = reader.application() else {
            return Ok(true);
        };
        let said = self.store.applications().find(application.to_owned());
        let channels = said.await?.map(|found| found.said.channels);
        Ok(channels.is_none_or(|channels| channels.contains(&NotificationChannel::InApp)))
    }

    async fn is_logged_in(&self, person: &Person) -> Result<(), HttpError> {
        let logins = self
            .store
            .accounts()
            .logins(person.user.clone(), clock::now());
        let is_there = logins.await?.iter().any(|login| login.id == person.login);
        is_there
            .then_some(())
            .ok_or_else(|| HttpError::unauthenticated("revoked"))
    }

    async fn page_counts(&self, member: &SessionMember) -> Result<(), HttpError> {
        let generation = |session: &BookedSession| {
            let found = session.participant(&member.user);
            found.map(|participant| participant.generation)
        };
        let found = self.store.sessions().find(member.session.id.clone());
        match found.await? {
            Some(session) if session.record.is_kicked(&member.user) => Err(kicked()),
            Some(session) if generation(&session) == generation(&member.session) => Ok(()),
            _ => Err(HttpError::unauthenticated("revoked")),
        }
    }
}
