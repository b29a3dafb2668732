//! Booking, changing and cancelling: from a request to its answer.

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scheduler_core::{
    BookCommand, BookedSession, CancelCommand, ChangeCommand, ChangeReason, CommandOutcome,
    IdempotencyKey, check_booking, check_change, repeated,
};
use serde::Serialize;
use service::clock;
use service::http::HttpError;
use sha2::{Digest as _, Sha256};
use wire::{BookSession, ChangeSession, SessionId, UnixMs};

use crate::access::no_such_session;
use crate::commands::{self, Executed};
use crate::state::AppState;

/// Characters of an `Idempotency-Key`.
const MAX_KEY_CHARS: usize = 255;

/// A session, and the moment as of which it is answered.
pub(crate) struct SessionAsOf {
    pub(crate) session: BookedSession,
    pub(crate) at: UnixMs,
}

impl AppState {
    /// Books. An idempotency key is looked at before the bounds: a retry may come when its start is past.
    pub(crate) async fn book(
        &self,
        application: String,
        offer: BookSession,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<SessionAsOf, HttpError> {
        if let Some(before) = self
            .known_answer(&application, idempotency.as_ref())
            .await?
        {
            return session_as_of(before);
        }
        let now = clock::now();
        let bytes = json_len(&offer)?;
        let booking = check_booking(now, offer, &self.media).map_err(HttpError::invalid)?;
        // Last, so that neither a repeat nor what is refused anyway costs anything.
        self.quotas.book(&application, bytes)?;
        let command = BookCommand {
            application,
            booking,
            of_match: None,
            idempotency,
        };
        let executed = commands::book(&*self.store, command, now).await?;
        self.answer(executed)
    }

    /// Changes a booking that is neither live nor over.
    pub(crate) async fn change(
        &self,
        application: String,
        id: SessionId,
        if_match: IfMatch,
        change: ChangeSession,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<SessionAsOf, HttpError> {
        if let Some(before) = self
            .known_answer(&application, idempotency.as_ref())
            .await?
        {
            return session_as_of(before);
        }
        let now = clock::now();
        let session = self.own_session(&application, id).await?;
        if let Some(reason) = session.over(now) {
            return Err(HttpError::session_over(reason));
        }
        if_match.check(session.revision)?;
        let bytes = json_len(&change)?;
        let terms =
            check_change(now, &session.terms, change, &self.media).map_err(HttpError::invalid)?;
        if terms != session.terms {
            self.quotas.change(&application, bytes)?;
        }
        let command = ChangeCommand {
            application,
            id: session.id,
            revision: session.revision,
            terms,
            reason: ChangeReason::Asked,
            idempotency,
        };
        let executed = commands::change(&*self.store, command, now).await?;
        self.answer(executed)
    }

    /// Calls a session off; one that is called off stays so.
    pub(crate) async fn cancel(
        &self,
        application: String,
        id: SessionId,
        if_match: IfMatch,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<SessionAsOf, HttpError> {
        let session = self.own_session(&application, id.clone()).await?;
        if !session.cancelled {
            if_match.check(session.revision)?;
        }
        let command = CancelCommand {
            application,
            id,
            revision: if_match.is_named().then_some(session.revision),
            idempotency,
        };
        let executed = commands::cancel(&*self.store, command, clock::now()).await?;
        self.answer(executed)
    }

    /// A session of this application.
    pub(crate) async fn own_session(
        &self,
        application: &str,
        id: SessionId,
    ) -> Result<BookedSession, HttpError> {
        let found = self.store.sessions().find(id).await?;
        found
            .filter(|session| session.application == application)
            .ok_or_else(no_such_session)
    }

    /// What the key was answered before, if it was.
    async fn known_answer(
        &self,
        application: &str,
        idempotency: Option<&IdempotencyKey>,
    ) -> Result<Option<CommandOutcome>, HttpError> {
        let Some(key) = idempotency else {
            return Ok(None);
        };
        let answers = self.store.idempotency();
        let found = answers.find(application.to_owned(), key.clone()).await?;
        Ok(found.map(|found| repeated(key, found)))
    }

    /// After a command: what was committed is passed on, and what it came to is the answer.
    pub(crate) fn answer(&self, executed: Executed) -> Result<SessionAsOf, HttpError> {
        if matches!(executed.outcome, CommandOutcome::Done(_)) {
            self.committed(executed.streamed);
        }
        session_as_of(executed.outcome)
    }
}

fn session_as_of(outcome: CommandOutcome) -> Result<SessionAsOf, HttpError> {
    match outcome {
        CommandOutcome::Done(session) => Ok(SessionAsOf {
            session: *session,
            at: clock::now(),
        }),
        CommandOutcome::Repeated { session, at } => Ok(SessionAsOf {
            session: *session,
            at,
        }),
        CommandOutcome::KeyReused => Err(HttpError::conflict(
            "That Idempotency-Key stood for another command.",
        )),
        CommandOutcome::Invalid(fields) => Err(HttpError::invalid(fields)),
        CommandOutcome::Busy(busy) => Err(HttpError::busy(busy.user, Some(busy.session))),
        CommandOutcome::RevisionMismatch => Err(HttpError::precondition_failed(
            "The session has another revision.",
        )),
        CommandOutcome::Kicked => Err(HttpError::conflict(
            "An operator has removed this person: no link of theirs opens anything.",
        )),
        CommandOutcome::Live => Err(HttpError::conflict("The session is live.")),
        CommandOutcome::Over(reason) => Err(HttpError::session_over(reason)),
        CommandOutcome::NotFound => Err(no_such_session()),
    }
}

/// The revisions that `If-Match` names.
pub(crate) enum IfMatch {
    /// None was named, or any will do.
    Any,
    /// One of these.
    OneOf(Vec<String>),
}

impl IfMatch {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut revisions = Vec::new();
        for value in headers.get_all(axum::http::header::IF_MATCH) {
            let value = value.to_str().unwrap_or_default();
            revisions.extend(value.split(',').map(|tag| revision_of(tag).to_owned()));
        }
        if revisions.is_empty() || revisions.iter().any(|tag| tag == "*") {
            return IfMatch::Any;
        }
        IfMatch::OneOf(revisions)
    }

    pub(crate) fn is_named(&self) -> bool {
        matches!(self, IfMatch::OneOf(_))
    }

    fn check(&self, revision: u64) -> Result<(), HttpError> {
        self.names(revision).then_some(()).ok_or_else(|| {
            HttpError::precondition_failed(format!("The session has revision {revision}."))
        })
    }

    /// True where it names that one, or none.
    pub(crate) fn names(&self, revision: u64) -> bool {
        match self {
            IfMatch::Any => true,
            IfMatch::OneOf(tags) => tags.iter().any(|tag| *tag == revision.to_string()),
        }
    }
}

/// The revision that an entity tag names, weak or strong; a number without quotes is taken too.
fn revision_of(tag: &str) -> &str {
    let tag = tag.trim();
    tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"')
}

/// Bytes of a command as it is written, which is about what it leaves in the store.
pub(crate) fn json_len(command: &impl Serialize) -> Result<usize, HttpError> {
    let written = serde_json::to_vec(command).map_err(|error| HttpError::internal(&error))?;
    Ok(written.len())
}

/// The command's `Idempotency-Key`, if it has one.
pub(crate) fn idempotency_key(
    headers: &HeaderMap,
    scope: String,
    command: &impl Serialize,
) -> Result<Option<IdempotencyKey>, HttpError> {
    let Some(key) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let key = key.to_str().unwrap_or_default();
    if key.is_empty() || key.len() > MAX_KEY_CHARS {
        let message = format!("An Idempotency-Key has 1 to {MAX_KEY_CHARS} characters of ASCII.");
        return Err(HttpError::field("Idempotency-Key", "out_of_range", message));
    }
    let command = serde_json::to_vec(command).map_err(|error| HttpError::internal(&error))?;
    Ok(Some(IdempotencyKey {
        scope,
        key: key.to_owned(),
        fingerprint: URL_SAFE_NO_PAD.encode(Sha256::digest(command)),
    }))
}
