//! A person's join link is replaced by another.

use wire::UnixMs;

use super::{CommandOutcome, Decision, RenewLinkCommand};
use crate::audit::{audit_entry, audit_row};
use crate::effects::{Effects, SessionChange};
use crate::ids::NewId;
use crate::session::BookedSession;

/// Raises the generation of one person's link: every earlier one is void with all that it was traded for.
/// The session's revision stays, because nobody else hears of it.
#[must_use]
pub fn renew_link(
    now: UnixMs,
    command: RenewLinkCommand,
    found: Option<BookedSession>,
    new_id: NewId<'_>,
) -> Decision {
    let own = found.filter(|session| session.application == command.application);
    let Some(mut session) = own else {
        return Decision::unchanged(CommandOutcome::NotFound);
    };
    if session.record.is_kicked(&command.user) {
        return Decision::unchanged(CommandOutcome::Kicked);
    }
    let person = session.participants.iter_mut();
    let Some(person) = person.into_iter().find(|p| p.user_id == command.user) else {
        return Decision::unchanged(CommandOutcome::NotFound);
    };
    person.generation = person.generation.saturating_add(1);
    let change = SessionChange::Regenerate {
        session: session.id.clone(),
        user: command.user,
        generation: person.generation,
    };
    let row = audit_row(new_id(), now, command.action);
    let effects = Effects {
        session: Some(change),
        timeline: audit_entry(&row).into_iter().collect(),
        audit: vec![row],
        ..Effects::default()
    };
    Decision::done(now, session, None, effects)
}

#[cfg(test)]
mod tests {
    use wire::OperatorAction;

    use super::*;
    use crate::booking::tests::NOW;
    use crate::record::Fact;
    use crate::settlement::tests::{counted, session};

    fn renewed(session: &BookedSession, application: &str, user: &str) -> Decision {
        let mut action = OperatorAction::new("app:shop", "link.renew", user);
        action.session_id = Some(session.id.clone());
        let command = RenewLinkCommand {
            application: application.into(),
            id: session.id.clone(),
            user: user.into(),
            action,
        };
        renew_link(NOW, command, Some(session.clone()), &mut counted())
    }

    #[test]
    fn sch_92_a_renewed_link_has_another_generation_and_the_same_revision() {
        let session = session();
        let [ana, bo] = session.users();
        let decision = renewed(&session, "shop", ana.as_str());
        let CommandOutcome::Done(after) = decision.outcome else {
            panic!("{:?}", decision.outcome);
        };
        assert_eq!(after.participant(&ana).unwrap().generation, 2);
        assert_eq!(after.participant(&bo).unwrap().generation, 1);
        assert_eq!(after.revision, session.revision);
        let effects = decision.effects.unwrap();
        assert_eq!((effects.audit.len(), effects.timeline.len()), (1, 1));
        assert!(effects.events.is_empty() && effects.notifications.is_empty());
    }

    #[test]
    fn sch_92_nobody_renews_the_link_of_another_application_a_stranger_or_who_was_kicked() {
        let mut session = session();
        let [ana, _] = session.users();
        for (application, user) in [("other", ana.as_str()), ("shop", "stranger")] {
            let refused = renewed(&session, application, user);
            assert_eq!(refused.outcome, CommandOutcome::NotFound);
            assert_eq!(refused.effects, None);
        }
        session.record.note(NOW, Fact::Kicked(ana.clone()));
        let refused = renewed(&session, "shop", ana.as_str());
        assert_eq!(refused.outcome, CommandOutcome::Kicked);
    }
}
