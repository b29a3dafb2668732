//! What a store must do about the other sessions of a session's people.

use scheduler_core::{BookCommand, BookedSession, Busy, CommandOutcome};

use super::harness::{NOW, START_IN_MS, StoreHarness, booking_of, cancelled, done, moved};

/// Two people's session, `later_ms` after the first possible start.
pub(crate) fn booking_at(people: [&str; 2], later_ms: i64, allow_overlap: bool) -> BookCommand {
    let mut command = booking_of("shop", people, None);
    command.booking.terms.starts_at = NOW + START_IN_MS + later_ms;
    command.booking.terms.allow_overlap = allow_overlap;
    command
}

/// How long a session of [`booking_at`] keeps its people busy, and how long it takes without an extension.
fn spans(session: &BookedSession) -> (i64, i64) {
    let span = session.occupancy().unwrap().span;
    let from = session.terms.starts_at;
    (span.busy_until.since(from), span.ends_at.since(from))
}

pub(crate) async fn sch_202_who_is_busy_is_not_booked_where_no_overlap_is_allowed(
    mut harness: StoreHarness,
) {
    let first = done(harness.book(booking_at(["ana", "bo"], 0, false)).await).0;
    let (busy_ms, _) = spans(&first);
    for (people, later_ms) in [
        (["bo", "cy"], 0),
        (["cy", "ana"], busy_ms - 1),
        (["ana", "bo"], 1 - busy_ms),
    ] {
        let refused = harness.book(booking_at(people, later_ms, false)).await;
        let CommandOutcome::Busy(Busy { user, session }) = refused.outcome else {
            panic!("{people:?} at {later_ms}: {:?}", refused.outcome);
        };
        assert!(first.users().contains(&user));
        assert_eq!(session, first.id);
    }
    for (people, later_ms, allow_overlap) in [
        (["bo", "cy"], 0, true),
        (["di", "ed"], busy_ms - 1, false),
        (["ana", "fe"], -busy_ms, false),
    ] {
        done(
            harness
                .book(booking_at(people, later_ms, allow_overlap))
                .await,
        );
    }
    let mut theirs = booking_at(["ana", "bo"], 0, false);
    theirs.application = "other".into();
    done(harness.book(theirs).await);
    done(harness.cancel(cancelled(&first), NOW).await);
    done(harness.book(booking_at(["ana", "gil"], 0, false)).await);
}

pub(crate) async fn sch_202_what_is_moved_is_looked_at_as_what_is_booked(
    mut harness: StoreHarness,
) {
    let first = done(harness.book(booking_at(["ana", "bo"], 0, false)).await).0;
    let (busy_ms, _) = spans(&first);
    let after = done(harness.book(booking_at(["bo", "cy"], busy_ms, false)).await).0;
    let mut earlier = moved(&after, after.revision);
    earlier.terms.starts_at = first.terms.starts_at + busy_ms - 1;
    let refused = harness.change(earlier, NOW).await;
    assert!(matches!(refused.outcome, CommandOutcome::Busy(_)));
    // By itself nobody is kept busy.
    let later = moved(&after, after.revision);
    done(harness.change(later, NOW).await);
}

pub(crate) async fn sch_201_a_session_ends_where_the_next_one_begins(mut harness: StoreHarness) {
    let first = done(harness.book(booking_at(["ana", "bo"], 0, true)).await).0;
    let (_, ends_ms) = spans(&first);
    assert_eq!(first.spec().hard_end_at, None);
    // One that begins before this one is over by itself follows nothing.
    done(
        harness
            .book(booking_at(["ana", "cy"], ends_ms - 1, true))
            .await,
    );
    assert_eq!(harness.find(&first.id).await.as_ref(), Some(&first));

    let far = done(
        harness
            .book(booking_at(["di", "bo"], ends_ms + 9_000, true))
            .await,
    )
    .0;
    let near = done(
        harness
            .book(booking_at(["ana", "ed"], ends_ms + 3_000, true))
            .await,
    )
    .0;
    let clipped = harness.find(&first.id).await.unwrap();
    assert_eq!(clipped.spec().hard_end_at, Some(near.terms.starts_at));
    assert_eq!(clipped.revision, 3);
    assert_eq!(clipped.terms.hard_end_at, None);

    let mut away = moved(&near, near.revision);
    away.terms.starts_at = near.terms.starts_at + 86_400_000;
    done(harness.change(away, NOW).await);
    let by_the_other = harness.find(&first.id).await.unwrap();
    assert_eq!(by_the_other.spec().hard_end_at, Some(far.terms.starts_at));
    done(harness.cancel(cancelled(&far), NOW).await);
    let free = harness.find(&first.id).await.unwrap();
    assert_eq!(free.spec().hard_end_at, None);
}
