//! Once a day operators are told what failed: by one line of the log, and by a mail where there is an address.

use scheduler_core::{FailureCount, FailureDigest, MissReason};
use wire::UnixMs;

use super::digest_mail::mail_digest;
use crate::state::AppState;
use crate::store::{SchedulerStore, StoreError};

/// An hour, in milliseconds: so much is counted at once.
const HOUR_MS: i64 = 3_600_000;
/// Hours of a digest.
const DAY_HOURS: i64 = 24;
/// Hours before them of which is told what was given up since: a webhook is tried for 75.
const EARLIER_HOURS: i64 = 96;
/// The state of what is given up.
const GIVEN_UP: &str = "failed";

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
    mail_digest(app, &digest).await;
    Ok(())
}

async fn read(store: &dyn SchedulerStore, to: UnixMs) -> Result<FailureDigest, StoreError> {
    let from = to - DAY_HOURS * HOUR_MS;
    let failures = store.failures();
    let (mut deliveries, mut earlier) = (Vec::new(), Vec::new());
    for (begins, ends) in hours(from, DAY_HOURS) {
        deliveries.extend(failures.deliveries(begins, ends).await?);
    }
    for (begins, ends) in hours(from - EARLIER_HOURS * HOUR_MS, EARLIER_HOURS) {
        earlier.extend(failures.deliveries(begins, ends).await?);
    }
    let earlier = earlier.into_iter().map(|one| FailureCount {
        what: format!("{} planned earlier", one.what),
        ..one
    });
    let summed =
        |counts: Vec<FailureCount>| FailureDigest::summed(counts.into_iter().filter(is_failure));
    Ok(FailureDigest {
        from,
        to,
        deliveries: summed(deliveries),
        earlier: summed(earlier.filter(|one| one.state == GIVEN_UP).collect()),
        jobs: summed(failures.jobs(from, to).await?),
        mails: failures.mails(from, to).await?,
        disabled_endpoints: failures.disabled_endpoints().await?,
        marked_addresses: failures.marked_addresses(from, to).await?,
    })
}

/// So many hours from then on, one by one.
fn hours(from: UnixMs, count: i64) -> impl Iterator<Item = (UnixMs, UnixMs)> {
    (0..count).map(move |hour| (from + hour * HOUR_MS, from + (hour + 1) * HOUR_MS))
}

/// A reminder that was past when its session was booked, or gave way to a later one, failed nobody.
fn is_failure(one: &FailureCount) -> bool {
    let harmless = [MissReason::PastWhenBooked, MissReason::Superseded];
    !harmless.iter().any(|reason| reason.name() == one.reason)
}
