//! What a change of terms leaves of the jobs that were planned.

use wire::{UnixMs, UserId};

use crate::job::JobKind;
use crate::job_plan::{PlannedJob, plan};
use crate::session::BookedSession;

/// The jobs that a change calls off, and those that it plans; every other job stays as it is, whether it
/// is due or done.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Replan {
    /// What is not to be done any more, and for whom.
    pub(super) closed: Vec<(JobKind, Option<UserId>)>,
    /// What is to be done instead, or besides.
    pub(super) added: Vec<PlannedJob>,
}

/// Compares the plans of both terms: a job whose kind, person and time are in both stays.
pub(super) fn replan(now: UnixMs, before: &BookedSession, after: &BookedSession) -> Replan {
    let (old, new) = (planned(now, before), planned(now, after));
    let start_moved = before.terms.starts_at != after.terms.starts_at;
    let stays = |old: &PlannedJob, new: &PlannedJob| {
        let open_already =
            old.kind == JobKind::LobbyOpens && old.due_at <= now && new.due_at <= now;
        old.kind == new.kind
            && old.user == new.user
            && (old.due_at == new.due_at || (open_already && !start_moved))
    };
    let closed = old
        .iter()
        .filter(|old| !new.iter().any(|new| stays(old, new)));
    let added = new
        .iter()
        .filter(|new| !old.iter().any(|old| stays(old, new)));
    Replan {
        closed: closed.map(|job| (job.kind, job.user.clone())).collect(),
        added: added.cloned().collect(),
    }
}

fn planned(now: UnixMs, session: &BookedSession) -> Vec<PlannedJob> {
    let latest_end = session.spec().latest_end();
    plan(now, &session.terms, &session.users(), latest_end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use wire::SessionSpec;

    use super::*;
    use crate::booking::tests::NOW;
    use crate::commands::{ChangeCommand, ChangeReason, CommandOutcome, Decision, change};
    use crate::occupancy::Surroundings;
    use crate::settlement::tests::{counted, session};
    use crate::terms::Terms;

    /// Terms near [`NOW`], so that each moment may be past or ahead.
    fn any_terms() -> impl Strategy<Value = Terms> {
        let reminders =
            prop::collection::btree_set(prop::sample::select(vec![10, 20, 30, 40]), 0..4);
        (-30..60i64, 0..50i64, 40..60i64, 1..4i64, reminders, 0..3u8).prop_map(
            |(start, lobby, closes, duration, reminders, metadata)| Terms {
                starts_at: NOW + start,
                starts_at_local: None,
                lobby_ms: lobby,
                closes_after_ms: closes,
                duration_ms: duration * 1_000,
                remind_before_ms: reminders.into_iter().rev().collect(),
                metadata: serde_json::json!({ "n": metadata }).as_object().cloned(),
                ..session().terms
            },
        )
    }

    /// `after`, with some of the fields of `before`.
    fn mixed(before: &Terms, after: Terms, same: [bool; 6]) -> Terms {
        let mut mixed = after;
        let [start, lobby, closes, duration, reminders, metadata] = same;
        if start {
            mixed.starts_at = before.starts_at;
        }
        if lobby {
            mixed.lobby_ms = before.lobby_ms;
        }
        if closes {
            mixed.closes_after_ms = before.closes_after_ms;
        }
        if duration {
            mixed.duration_ms = before.duration_ms;
        }
        if reminders {
            mixed.remind_before_ms.clone_from(&before.remind_before_ms);
        }
        if metadata {
            mixed.metadata.clone_from(&before.metadata);
        }
        mixed
    }

    fn without_revision(session: &BookedSession) -> SessionSpec {
        let mut spec = session.spec();
        spec.revision = 0;
        spec
    }

    fn changed(before: &BookedSession, terms: Terms) -> Decision {
        let command = ChangeCommand {
            application: before.application.clone(),
            id: before.id.clone(),
            revision: before.revision,
            terms,
            reason: ChangeReason::Asked,
            idempotency: None,
        };
        change(
            NOW,
            command,
            Some(before.clone()),
            Surroundings::default(),
            &mut counted(),
        )
    }

    proptest! {
        #[test]
        fn sch_90_a_change_keeps_each_job_whose_time_stays_and_notifies_only_of_another_start(
            (old, new, same) in (any_terms(), any_terms(), any::<[bool; 6]>())
        ) {
            let mut before = session();
            before.terms = old;
            let decision = changed(&before, mixed(&before.terms, new, same));
            let CommandOutcome::Done(after) = decision.outcome else {
                panic!("{:?}", decision.outcome);
            };
            let effects = decision.effects.unwrap_or_default();
            let (old, new) = (planned(NOW, &before), planned(NOW, &after));
            let start_moved = before.terms.starts_at != after.terms.starts_at;
            let told = without_revision(&before) != without_revision(&after);

            prop_assert_eq!(effects.notifications.len(), if start_moved { 2 } else { 0 });
            prop_assert_eq!(effects.events.len(), usize::from(told));
            prop_assert_eq!(after.revision, before.revision + u64::from(told));

            let closed = match &effects.closed_jobs {
                Some(crate::effects::JobClosing::CancelThese { jobs, .. }) => jobs.clone(),
                Some(other) => panic!("{other:?}"),
                None => Vec::new(),
            };
            let same_job = |a: &PlannedJob, b: &PlannedJob| a.kind == b.kind && a.user == b.user;
            for job in &new {
                let kept = old.iter().any(|old| same_job(old, job) && old.due_at == job.due_at);
                let added = effects.new_jobs.iter().any(|new| same_job(&new.planned, job));
                let called_off = closed.contains(&(job.kind, job.user.clone()));
                if kept {
                    prop_assert!(!added && !called_off, "{:?}", job);
                }
                // An open lobby is not announced again, however long it has been open.
                if !start_moved && job.kind == JobKind::LobbyOpens && job.due_at <= NOW {
                    let was_open = before.terms.lobby_opens_at() <= NOW;
                    prop_assert!(!was_open || !added);
                }
            }
            for job in &old {
                let stays = new.iter().any(|new| same_job(new, job));
                prop_assert!(stays || closed.contains(&(job.kind, job.user.clone())), "{:?}", job);
            }
        }
    }
}
