//! Invitations to what an application has booked.

use wire::{NotificationKind, UnixMs};

use super::{CommandOutcome, Decision};
use crate::ids::NewId;
use crate::notification::notify;
use crate::people::KnownPerson;

/// Tells whoever of the two has an e-mail address of the session that was booked for them, where their application lets us
/// send mails: nothing else would bring them their link. `found` is what the store had of each.
pub fn invite(
    now: UnixMs,
    decision: &mut Decision,
    found: &[Option<KnownPerson>; 2],
    new_id: NewId<'_>,
) {
    let (CommandOutcome::Done(session), Some(effects)) = (&decision.outcome, &mut decision.effects)
    else {
        return;
    };
    let cause = format!("revision:{}:{}", session.id, session.revision);
    for user in session.users() {
        let mut written = effects.people.iter().map(|change| change.person());
        let person = written
            .find(|person| person.id == user)
            .or_else(|| found.iter().flatten().find(|person| person.id == user));
        if person.is_some_and(|person| person.email.is_some()) {
            let kind = NotificationKind::SessionScheduled;
            let invitation = notify(session, user, kind, &cause, now, new_id);
            effects.notifications.push(invitation);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::booking::tests::NOW;
    use crate::commands::book;
    use crate::commands::tests::command;
    use crate::occupancy::Surroundings;
    use crate::participant::ParticipantRef;
    use crate::settlement::tests::counted;

    #[test]
    fn sch_325_who_has_an_address_is_invited_once_and_nobody_else() {
        let mut command = command(None);
        let ParticipantRef::External(first) = &mut command.booking.people[0] else {
            panic!("the first of the two is the application's");
        };
        first.email = Some("ana@example.org".to_owned());
        let mut new_id = counted();
        let found = [None, None];
        let surroundings = Surroundings::default();
        let mut decision = book(NOW, command, found.clone(), surroundings, &mut new_id);
        invite(NOW, &mut decision, &found, &mut new_id);
        let CommandOutcome::Done(session) = &decision.outcome else {
            panic!("{:?}", decision.outcome);
        };
        let told = &decision.effects.as_ref().unwrap().notifications;
        let [invitation] = told.as_slice() else {
            panic!("{told:?}");
        };
        assert_eq!(invitation.user, session.participants[0].user_id);
        let notification = &invitation.notification;
        assert_eq!(notification.kind, NotificationKind::SessionScheduled);
        assert_eq!(notification.starts_at, Some(session.terms.starts_at));
    }
}
