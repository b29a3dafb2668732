//! The log lines of sessions: one for each change, named as its event is. Never a token,
//! a description, a candidate or what two people say to each other.

use signaling_core::LogEvent;
use wire::{EndReason, EventType, SessionFact, SessionId};

/// One line for a fact.
pub(crate) fn fact(session: &SessionId, kind: EventType, fact: &SessionFact) {
    tracing::info!(
        %session,
        event = kind.name(),
        user = fact.user_id.as_ref().map(tracing::field::display),
        how = fact.how.as_deref(),
        started_at = fact.started_at.map(|at| at.0),
        deadline_at = fact.deadline_at.map(|at| at.0),
        extensions_left = fact.extensions_left,
        reason = fact.reason.map(EndReason::name),
        absent = fact.absent.as_ref().map(tracing::field::debug),
    );
}

/// One line for what is no event.
pub(crate) fn event(session: &SessionId, logged: &LogEvent) {
    let event = logged.name();
    match logged {
        LogEvent::Lost { user, resume_until } => {
            tracing::info!(%session, event, %user, resume_until = resume_until.0);
        }
        LogEvent::Back { user, how } => tracing::info!(%session, event, %user, how = how.name()),
        LogEvent::Negotiate { epoch } => tracing::info!(%session, event, epoch),
        LogEvent::Countdown { live_at } => tracing::info!(%session, event, live_at = live_at.0),
        LogEvent::CountdownCancelled { reason } => {
            tracing::info!(%session, event, reason = reason.name());
        }
        LogEvent::Connecting { until } | LogEvent::Paused { until } => {
            tracing::info!(%session, event, until = until.0);
        }
        LogEvent::Resumed { deadline_at } => {
            tracing::info!(%session, event, deadline_at = deadline_at.0);
        }
        LogEvent::Rescheduled { revision } => tracing::info!(%session, event, revision),
    }
}
