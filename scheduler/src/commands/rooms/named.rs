//! Looking up those whom a command puts into a group.

use std::collections::{BTreeMap, BTreeSet};

use scheduler_core::{GroupActor, KnownPerson, MAX_GROUPS_OF_PERSON, NamedPeople, ParticipantRef};
use wire::UserId;

use crate::store::{StoreError, UnitOfWork};

/// All of them, and the person who asks, each locked: who is there in the order of their ids, as all do who lock people.
pub(super) async fn find_named(
    work: &mut dyn UnitOfWork,
    actor: &GroupActor,
    named: &[ParticipantRef],
) -> Result<NamedPeople, StoreError> {
    let asking = actor.person();
    let (users, external) = ids(named, asking);
    let application = actor.tenant();
    let mut known = Vec::new();
    if !users.is_empty() {
        known = work.people().find_each(application, &users).await?;
    }
    if !external.is_empty() {
        let found = work.people().find_each_external(application, &external);
        known.extend(found.await?);
    }
    let there: Vec<UserId> = known.iter().map(|person| person.id.clone()).collect();
    let crowded = work.rooms().crowded(&there, MAX_GROUPS_OF_PERSON).await?;
    let matched = match asking {
        Some(user) => work.matches().matched_with(user, &there).await?,
        None => Vec::new(),
    };
    let known = KnownById::of(known);
    Ok(NamedPeople {
        people: named.iter().map(|one| known.find(one)).collect(),
        asking: asking.and_then(|user| known.by_user.get(user).cloned()),
        matched: matched.into_iter().collect(),
        crowded: crowded.into_iter().collect(),
    })
}

/// Each id that is named, once, in the order in which they are locked.
fn ids<'a>(named: &'a [ParticipantRef], asking: Option<&UserId>) -> (Vec<UserId>, Vec<&'a str>) {
    let mut users: BTreeSet<UserId> = asking.cloned().into_iter().collect();
    let mut external = BTreeSet::new();
    for one in named {
        match one {
            ParticipantRef::Known { user_id, .. } => {
                users.insert(user_id.clone());
            }
            ParticipantRef::External(person) => {
                external.insert(person.external_id.as_str());
            }
        }
    }
    (users.into_iter().collect(), external.into_iter().collect())
}

/// People by both of their ids.
struct KnownById {
    by_user: BTreeMap<UserId, KnownPerson>,
    by_external: BTreeMap<String, UserId>,
}

impl KnownById {
    fn of(people: Vec<KnownPerson>) -> Self {
        let external = people
            .iter()
            .map(|one| (one.external_id.clone(), one.id.clone()));
        Self {
            by_external: external.collect(),
            by_user: people
                .into_iter()
                .map(|one| (one.id.clone(), one))
                .collect(),
        }
    }

    fn find(&self, named: &ParticipantRef) -> Option<KnownPerson> {
        let user = match named {
            ParticipantRef::Known { user_id, .. } => user_id,
            ParticipantRef::External(person) => self.by_external.get(&person.external_id)?,
        };
        self.by_user.get(user).cloned()
    }
}
