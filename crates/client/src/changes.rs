//! The events that tell of changes in what is known of a session. Pure.

use wire::{UnixMs, UserId};

use crate::{PeerPresence, SessionEvent, SessionSnapshot, SessionStage};

impl SessionSnapshot {
    /// What has happened from `self` to `after`, in the order in which it is told.
    pub(crate) fn events_to(&self, after: &Self) -> Vec<SessionEvent> {
        let mut events = Vec::new();
        if self.socket != after.socket {
            events.push(SessionEvent::Socket(after.socket));
        }
        if let Some(peer) = after.peer.as_ref().filter(|_| self.peer != after.peer) {
            events.push(SessionEvent::Peer(peer.clone()));
        }
        if self.media != after.media {
            events.push(SessionEvent::Media(after.media));
        }
        let asked = &after.extend_requested_by;
        for by in asked
            .iter()
            .filter(|by| !self.extend_requested_by.contains(by))
        {
            events.push(SessionEvent::ExtendRequested { by: by.clone() });
        }
        events.extend(self.phase_events(after));
        events
    }

    fn phase_events(&self, after: &Self) -> Vec<SessionEvent> {
        match &after.phase {
            SessionStage::Early { .. } | SessionStage::Lobby => {
                let told = matches!(self.phase, SessionStage::Early { .. } | SessionStage::Lobby);
                let (opens_at, starts_at, absent) = after.waiting_for();
                match told && self.waiting_for() == (opens_at, starts_at, absent.clone()) {
                    true => Vec::new(),
                    false => vec![SessionEvent::Waiting {
                        opens_at,
                        starts_at,
                        absent,
                    }],
                }
            }
            SessionStage::Live {
                started_at,
                deadline_at,
                ending,
            } => {
                let (mut same_deadline, mut told) = (false, false);
                if let SessionStage::Live {
                    deadline_at: before,
                    ending,
                    ..
                } = self.phase
                {
                    (same_deadline, told) = (before == *deadline_at, ending);
                }
                let (started_at, deadline_at) = (*started_at, *deadline_at);
                let live = (!same_deadline).then_some(SessionEvent::Live {
                    started_at,
                    deadline_at,
                });
                let warning = *ending && !(told && same_deadline);
                let warning = warning.then_some(SessionEvent::Warning { deadline_at });
                live.into_iter().chain(warning).collect()
            }
            _ if self.phase == after.phase => Vec::new(),
            SessionStage::Countdown { live_at } => {
                vec![SessionEvent::Countdown { live_at: *live_at }]
            }
            SessionStage::Paused {
                remaining_ms,
                until,
                ..
            } => {
                let (remaining_ms, until) = (*remaining_ms, *until);
                vec![SessionEvent::Paused {
                    remaining_ms,
                    until,
                }]
            }
            SessionStage::Ended(end) => vec![SessionEvent::Ended(end.clone())],
            SessionStage::Left => vec![SessionEvent::Left],
            SessionStage::Refused => after
                .refusal
                .clone()
                .map(SessionEvent::Error)
                .into_iter()
                .collect(),
            SessionStage::Joining | SessionStage::Connecting => Vec::new(),
        }
    }

    /// When the lobby opens, when it starts, and who is missing.
    fn waiting_for(&self) -> (Option<UnixMs>, Option<UnixMs>, Vec<UserId>) {
        let opens_at = match self.phase {
            SessionStage::Early { opens_at } => Some(opens_at),
            _ => None,
        };
        let starts_at = self.spec.as_ref().map(|spec| spec.starts_at);
        let absent = self
            .peer
            .as_ref()
            .filter(|peer| peer.presence != PeerPresence::Here);
        let absent = absent.map(|peer| peer.user_id.clone());
        (opens_at, starts_at, absent.into_iter().collect())
    }
}

#[cfg(test)]
mod tests;
