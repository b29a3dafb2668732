//! What a frame of the server makes of what is known of the session. Pure: the server's time is an argument.

use wire::signaling::{PeerView, ServerFrame, SessionNow, Welcome};
use wire::{EndReason, ErrorCode, UnixMs, UserId};

use crate::snapshot::{Peer, PeerPresence, SessionEnd, SessionSnapshot, SessionStage};

/// Most people who may have asked for more time: the two.
const MAX_REQUESTS: usize = 2;

/// Takes a frame into account. One that does not concern the state changes nothing, and after the end none does.
pub(crate) fn apply(state: &mut SessionSnapshot, frame: &ServerFrame, now: UnixMs) {
    if state.is_over() {
        return;
    }
    match frame {
        ServerFrame::Welcome(welcome) => welcomed(state, welcome),
        ServerFrame::Waiting(waiting) => {
            if let Some(spec) = &mut state.spec {
                (spec.starts_at, spec.closes_at) = (waiting.starts_at, waiting.closes_at);
            }
            let since = Some(waiting.since);
            if let Some(peer) = state
                .peer
                .as_mut()
                .filter(|peer| waiting.absent.contains(&peer.user_id))
                && !matches!(peer.presence, PeerPresence::Lost { .. })
            {
                peer.presence = PeerPresence::Away { since };
            }
        }
        ServerFrame::PeerJoined(_) | ServerFrame::PeerResumed(_) => {
            set_presence(state, PeerPresence::Here)
        }
        ServerFrame::PeerLost(lost) => set_presence(
            state,
            PeerPresence::Lost {
                until: lost.resume_until,
            },
        ),
        ServerFrame::PeerLeft(_) => set_presence(state, PeerPresence::Away { since: Some(now) }),
        ServerFrame::Rescheduled(rescheduled) => take_session(state, &rescheduled.session),
        ServerFrame::ExtendRequested(request) => requested(state, request.by.clone()),
        ServerFrame::ErrorBody(error) if error.code == ErrorCode::NoExtensionsLeft => {
            state.extensions_left = 0;
            state.extend_requested_by.clear();
        }
        ServerFrame::Extended(extended) => {
            state.extensions_left = extended.extensions_left;
            state.extend_requested_by.clear();
            if let SessionStage::Live {
                deadline_at,
                ending,
                ..
            } = &mut state.phase
            {
                (*deadline_at, *ending) = (extended.deadline_at, false);
            }
        }
        other => clock(state, other, now),
    }
}

/// Frames on the session's own clock.
fn clock(state: &mut SessionSnapshot, frame: &ServerFrame, now: UnixMs) {
    match frame {
        ServerFrame::Countdown(countdown) => {
            let live_at = countdown.live_at;
            state.phase = SessionStage::Countdown { live_at };
        }
        ServerFrame::CountdownCancelled(_) => state.phase = SessionStage::Lobby,
        ServerFrame::Live(live) => {
            state.phase = SessionStage::Live {
                started_at: live.started_at,
                deadline_at: live.deadline_at,
                ending: false,
            };
        }
        ServerFrame::Paused(paused) => {
            state.phase = SessionStage::Paused {
                started_at: state.started_at().unwrap_or(now),
                remaining_ms: Some(paused.remaining_ms),
                until: Some(paused.until),
            };
        }
        ServerFrame::Ending(near) => {
            if let SessionStage::Live {
                deadline_at,
                ending,
                ..
            } = &mut state.phase
            {
                (*deadline_at, *ending) = (near.deadline_at, true);
            }
        }
        ServerFrame::Ended(ended) => {
            let absent = ended.absent.clone().unwrap_or_default();
            end(state, ended.reason, absent, now);
        }
        _ => {}
    }
}

/// An end, with a frame or without one: a refused join, or a deadline that passes while there is no socket.
pub(crate) fn end(
    state: &mut SessionSnapshot,
    reason: EndReason,
    absent: Vec<UserId>,
    now: UnixMs,
) {
    if state.is_over() {
        return;
    }
    let started_at = state.started_at();
    state.phase = SessionStage::Ended(SessionEnd {
        reason,
        absent,
        started_at,
        ended_at: now,
    });
}

fn welcomed(state: &mut SessionSnapshot, welcome: &Welcome) {
    take_session(state, &welcome.session);
    state.me = Some(welcome.you.user_id.clone());
    state.peer = Some(Peer {
        user_id: welcome.peer.user_id.clone(),
        name: welcome.peer.name.clone(),
        presence: presence(&welcome.peer, state.peer.as_ref()),
    });
}

fn presence(view: &PeerView, before: Option<&Peer>) -> PeerPresence {
    match (
        view.present,
        view.resume_until,
        before.map(|peer| peer.presence),
    ) {
        (true, ..) => PeerPresence::Here,
        (false, Some(until), _) => PeerPresence::Lost { until },
        (false, None, Some(away @ PeerPresence::Away { .. })) => away,
        (false, None, _) => PeerPresence::Away { since: None },
    }
}

/// What `welcome` and `rescheduled` say of the booking and its clock.
fn take_session(state: &mut SessionSnapshot, session: &SessionNow) {
    state.phase = phase(&state.phase, session);
    state.spec = Some(session.spec.clone());
    state.extensions_left = session.extensions_left;
    state.extend_requested_by = session.extend_requested_by.clone().into_iter().collect();
}

fn phase(before: &SessionStage, session: &SessionNow) -> SessionStage {
    use wire::Phase;
    match (
        session.phase,
        session.live_at,
        session.started_at,
        session.deadline_at,
    ) {
        (Phase::Countdown, Some(live_at), ..) => SessionStage::Countdown { live_at },
        (Phase::Connecting, ..) => SessionStage::Connecting,
        (Phase::Live, _, Some(started_at), Some(deadline_at)) => {
            let told = SessionStage::Live {
                started_at,
                deadline_at,
                ending: true,
            };
            let ending = *before == told;
            SessionStage::Live {
                started_at,
                deadline_at,
                ending,
            }
        }
        (Phase::Paused, _, Some(started_at), _) => match before {
            SessionStage::Paused { .. } => before.clone(),
            _ => SessionStage::Paused {
                started_at,
                remaining_ms: None,
                until: None,
            },
        },
        _ => SessionStage::Lobby,
    }
}

fn set_presence(state: &mut SessionSnapshot, presence: PeerPresence) {
    if let Some(peer) = &mut state.peer {
        peer.presence = presence;
    }
}

fn requested(state: &mut SessionSnapshot, by: UserId) {
    let known = &mut state.extend_requested_by;
    if !known.contains(&by) && known.len() < MAX_REQUESTS {
        known.push(by);
    }
}

#[cfg(test)]
mod tests;
