//! A session as clients see it: its application all of it, a participant less.

use scheduler_core::{BookedParticipant, BookedSession, resolve_local_time};
use wire::{SessionParticipant, SessionView, UnixMs};

use crate::join_links::LinkGrant;
use crate::state::AppState;

/// Who sees the session.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    /// The application: with its own ids, join links and metadata.
    Application,
    /// One of the two.
    Participant,
}

impl AppState {
    /// The session as it stands at `now`.
    pub(crate) fn view(
        &self,
        session: &BookedSession,
        now: UnixMs,
        audience: Audience,
    ) -> SessionView {
        let terms = &session.terms;
        let ours = audience == Audience::Application;
        SessionView {
            id: session.id.clone(),
            revision: session.revision,
            state: session.state(now),
            room_id: session.room_id.clone(),
            lobby_opens_at: terms.lobby_opens_at(),
            starts_at: terms.starts_at,
            starts_at_local: terms.starts_at_local.clone(),
            resolved: terms
                .starts_at_local
                .as_ref()
                .and_then(|local| resolve_local_time(local)?.1),
            closes_at: terms.closes_at(),
            countdown_ms: terms.countdown_ms,
            duration_ms: terms.duration_ms,
            lobby_ms: terms.lobby_ms,
            closes_after_ms: terms.closes_after_ms,
            extension_ms: terms.extension_ms,
            max_extensions: terms.max_extensions,
            hard_end_at: terms.ends_by(),
            connect_ms: terms.connect_ms,
            on_loss: terms.on_loss,
            max_pause_ms: terms.max_pause_ms,
            duplicate: terms.duplicate,
            media: terms.media,
            ice: terms.ice,
            allow_overlap: terms.allow_overlap,
            remind_before_ms: terms.remind_before_ms.clone(),
            metadata: terms.metadata.clone().filter(|_| ours),
            participants: session
                .participants
                .iter()
                .map(|person| self.participant_view(session, person, audience))
                .collect(),
            started_at: session.record.started_at(),
            deadline_at: session.record.deadline_at(),
            ended_at: session.record.ended_at(),
            outcome: session.status().outcome(),
            created_at: session.created_at,
        }
    }

    fn participant_view(
        &self,
        session: &BookedSession,
        person: &BookedParticipant,
        audience: Audience,
    ) -> SessionParticipant {
        let ours = audience == Audience::Application;
        SessionParticipant {
            user_id: person.user_id.clone(),
            external_id: ours.then(|| person.external_id.clone()),
            name: person.name.clone(),
            join_url: ours.then(|| self.join_url(session, person)).flatten(),
            joined_at: session.record.joined_at(&person.user_id),
            left_at: session.record.left_at(&person.user_id),
            feedback: None,
        }
    }

    /// The join link of one of the two, as it counts now.
    pub(crate) fn join_url(
        &self,
        session: &BookedSession,
        person: &BookedParticipant,
    ) -> Option<String> {
        let token = self.links.link(&LinkGrant {
            session: session.id.clone(),
            user: person.user_id.clone(),
            generation: person.generation,
        })?;
        Some(format!("{}/join#{token}", self.web_origin))
    }
}
