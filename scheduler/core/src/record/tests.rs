use proptest::prelude::*;

use super::*;

fn folded(facts: &[(UnixMs, Fact)]) -> Record {
    let mut record = Record::default();
    for (at, fact) in facts {
        record.note(*at, fact.clone());
    }
    record
}

fn any_fact() -> impl Strategy<Value = (UnixMs, Fact)> {
    let user = prop_oneof![Just(UserId::from("ana")), Just(UserId::from("bo"))];
    let users = prop::collection::vec(user.clone(), 0..3);
    let reason = prop_oneof![
        Just(EndReason::Completed),
        Just(EndReason::Left),
        Just(EndReason::NoShow)
    ];
    let fact = prop_oneof![
        user.clone().prop_map(Fact::Joined),
        user.clone().prop_map(Fact::Left),
        user.prop_map(Fact::Kicked),
        (0..20i64, 0..20i64).prop_map(|(started, deadline)| Fact::Live {
            started_at: UnixMs(started),
            deadline_at: UnixMs(deadline),
        }),
        (0..20i64).prop_map(|deadline| Fact::Extended {
            deadline_at: UnixMs(deadline)
        }),
        (reason, prop::option::of(users.clone()))
            .prop_map(|(reason, absent)| Fact::Ended { reason, absent }),
        users.clone().prop_map(|absent| Fact::NoShow { absent }),
        users.prop_map(|absent| Fact::NobodyCame { absent }),
    ];
    ((0..20i64).prop_map(UnixMs), fact)
}

proptest! {
    #[test]
    fn sch_11_the_record_is_the_same_for_every_order_and_repetition(
        (facts, shuffled) in prop::collection::vec(any_fact(), 0..24).prop_flat_map(|facts| {
            let twice: Vec<_> = facts.iter().chain(&facts).cloned().collect();
            (Just(facts), Just(twice).prop_shuffle())
        })
    ) {
        prop_assert_eq!(folded(&facts), folded(&shuffled));
    }
}

#[test]
fn sch_11_more_joins_than_are_recorded_fold_alike_in_any_order() {
    let joined = |at| (UnixMs(at), Fact::Joined("ana".into()));
    let rising: Vec<_> = (0..MAX_TIMES as i64 + 50).map(joined).collect();
    let falling: Vec<_> = rising.iter().rev().cloned().collect();
    assert_eq!(folded(&rising), folded(&falling));
    assert_eq!(folded(&rising).joined_at(&"ana".into()).len(), MAX_TIMES);
}

#[test]
fn sch_12_signaling_knows_how_a_session_ended_whatever_was_judged_before() {
    let judged = (
        UnixMs(5),
        Fact::NobodyCame {
            absent: vec!["bo".into(), "ana".into()],
        },
    );
    assert_eq!(
        folded(std::slice::from_ref(&judged)).outcome(),
        Some(Outcome {
            reason: EndReason::NoShow,
            absent: Some(vec!["ana".into(), "bo".into()]),
        })
    );
    let reported = (
        UnixMs(9),
        Fact::Ended {
            reason: EndReason::Completed,
            absent: None,
        },
    );
    let record = folded(&[judged, reported]);
    assert_eq!(record.outcome().unwrap().reason, EndReason::Completed);
    assert_eq!(record.ended_at(), Some(UnixMs(9)));
}

#[test]
fn sch_12_the_deadline_is_the_latest_that_was_reported() {
    let record = folded(&[
        (
            UnixMs(3),
            Fact::Extended {
                deadline_at: UnixMs(120),
            },
        ),
        (
            UnixMs(1),
            Fact::Live {
                started_at: UnixMs(1),
                deadline_at: UnixMs(60),
            },
        ),
    ]);
    assert_eq!(record.started_at(), Some(UnixMs(1)));
    assert_eq!(record.deadline_at(), Some(UnixMs(120)));
}
