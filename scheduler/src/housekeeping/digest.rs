//! Once a day operators are told what failed: by one line of the log, and by a mail where there is an address.

use scheduler_core::{FailureCount, FailureDigest, MissReason};
use wire::UnixMs;

use crate::state::AppState;
use crate::store::{SchedulerStore, StoreError};

/// An hour, in milliseconds: so much is counted at once.
const HOUR_MS: i64 = 3_600_000;
/// Hours of a digest.
const HOURS: i64 = 24;

/// Tells of the day up to `to`. Whoever calls it has claimed that day.
pub(super) async fn send_digest(app: &AppState, to: UnixMs) -> Result<(), StoreError> {
    let digest = read(&*app.store, to).await?;
    let (total, mails) = (digest.total(), digest.mails);
    let failures = digest.to_string().trim_end().replace('\n', "; ");
    if total == 0 {
        tracing::info!("nothing failed in the day up to six o'clock UTC");
        return Ok(());
    }
    tracing::warn!(
        total,
        mails,
        failures,
        "what failed in the day up to six o'clock UTC"
    );
    Ok(())
}

async fn read(store: &dyn SchedulerStore, to: UnixMs) -> Result<FailureDigest, StoreError> {
    let from = to - HOURS * HOUR_MS;
    let (mut deliveries, mut jobs, mut mails) = (Vec::new(), Vec::new(), 0);
    for hour in 0..HOURS {
        let (begins, ends) = (from + hour * HOUR_MS, from + (hour + 1) * HOUR_MS);
        let failures = store.failures();
        deliveries.extend(failures.deliveries(begins, ends).await?);
        jobs.extend(failures.jobs(begins, ends).await?);
        mails += failures.mails(begins, ends).await?;
    }
    Ok(FailureDigest {
        from,
        to,
        deliveries: FailureDigest::summed(deliveries.into_iter().filter(is_failure)),
        jobs: FailureDigest::summed(jobs.into_iter().filter(is_failure)),
        mails,
    })
}

/// A reminder that was past when its session was booked, or gave way to a later one, failed nobody.
fn is_failure(one: &FailureCount) -> bool {
    let harmless = [MissReason::PastWhenBooked, MissReason::Superseded];
    !harmless.iter().any(|reason| reason.name() == one.reason)
}
