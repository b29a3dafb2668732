//! What a store must do about jobs that can't be done.

use scheduler_core::{ClaimedSubject, JobAction, JobKind, JobSubject, NewJob, PlannedJob};
use wire::{JobStatus, JobView, UnixMs};

use super::harness::{NOW, StoreHarness, cancelled, done, with_action};
use crate::commands::{RetryOutcome, retry_job};
use crate::store::{AuditQuery, JobFilter};

/// A job of a session that is not there: it can't be understood.
fn orphan() -> NewJob {
    NewJob {
        id: "orphan".into(),
        subject: JobSubject::Session("gone".into()),
        revision: 1,
        planned: PlannedJob {
            kind: JobKind::Start,
            user: None,
            due_at: NOW,
            missed: None,
        },
        payload: None,
    }
}

impl StoreHarness {
    async fn add_orphan(&mut self) {
        let store = self.store().await;
        let mut work = store.begin().await.unwrap();
        work.jobs().insert(&[orphan()]).await.unwrap();
        work.commit().await.unwrap();
    }

    async fn jobs(&mut self, state: Option<JobStatus>, kind: Option<&str>) -> Vec<JobView> {
        let filter = JobFilter {
            state,
            kind: kind.map(str::to_owned),
            before: None,
            limit: 100,
        };
        self.store().await.jobs().list(filter).await.unwrap()
    }

    async fn job(&mut self, id: &str) -> JobView {
        let jobs = self.jobs(None, None).await;
        jobs.into_iter().find(|job| job.id == id).unwrap()
    }

    async fn retry(&mut self, id: &str, now: UnixMs) -> RetryOutcome {
        let store = self.store().await;
        retry_job(&*store, id, "operator:ops", now).await.unwrap()
    }

    /// Until the job is given up, at its own times; when it was, and how often it was tried.
    async fn tried_to_the_end(&mut self, id: &str) -> (UnixMs, u32) {
        let mut at = self.job(id).await.due_at;
        loop {
            assert!(
                self.claim(at)
                    .await
                    .iter()
                    .all(|claimed| claimed.job.id != id)
            );
            let job = self.job(id).await;
            if job.state == JobStatus::Failed {
                return (at, job.attempts);
            }
            assert_eq!(
                (job.state, job.reason.as_deref()),
                (JobStatus::Due, Some("unreadable"))
            );
            assert!(job.due_at > at, "{job:?}");
            at = job.due_at;
        }
    }
}

pub(crate) async fn sch_261_a_session_is_erased_with_its_jobs_and_a_late_claim_finds_nothing(
    mut harness: StoreHarness,
) {
    let session = harness.booked().await;
    let other = harness.booked().await;
    let at = session.spec().latest_end() + scheduler_core::RETENTION_MS;
    let claimed = harness.claim(at).await;
    let (of_it, of_other): (Vec<_>, Vec<_>) = claimed
        .into_iter()
        .partition(|claimed| claimed.job.subject.session() == Some(&session.id));
    let is_retention = |kind: JobKind| kind == JobKind::Retention;
    let (retention, late): (Vec<_>, Vec<_>) = of_it
        .into_iter()
        .partition(|claimed| is_retention(claimed.job.kind));
    harness
        .settle(at, with_action(retention, &JobAction::Erase))
        .await;
    let left = harness.jobs(None, None).await;
    assert!(left.iter().all(|job| job.subject_id == other.id.as_str()));
    assert_eq!(left.len(), of_other.len());
    let told = harness
        .settle(at, with_action(late, &JobAction::AnnounceLobby))
        .await;
    assert!(told.is_empty());
}

pub(crate) async fn sch_262_a_job_that_fails_is_put_off_alone_and_given_up_at_last(
    mut harness: StoreHarness,
) {
    let session = harness.booked().await;
    harness.add_orphan().await;
    let due = session.terms.starts_at - 300_000;
    let claimed = harness.claim(due).await;
    // The two reminders and the lobby; the orphan is put off.
    assert_eq!(claimed.len(), 3);
    let orphan = harness.job("orphan").await;
    assert_eq!((orphan.state, orphan.attempts), (JobStatus::Due, 1));
    assert_eq!(orphan.due_at, due + 1_000);
    // What one of them causes is refused: it names a session that is not there.
    let mut odd = claimed;
    let reminder = odd.iter().position(|one| one.job.user.is_some()).unwrap();
    let refused = odd[reminder].job.id.clone();
    if let ClaimedSubject::Session(session) = &mut odd[reminder].subject {
        session.id = "gone".into();
    }
    let told = harness
        .settle(due, with_action(odd, &JobAction::SendReminder))
        .await;
    assert_eq!(told.len(), 3, "one reminder, and the lobby's for both");
    let refused = harness.job(&refused).await;
    assert_eq!((refused.state, refused.attempts), (JobStatus::Due, 1));
    assert_eq!(refused.reason.as_deref(), Some("refused"));
    assert_eq!(harness.tried_to_the_end("orphan").await.1, 6);
    assert!(
        harness
            .claim(due + 86_400_000)
            .await
            .iter()
            .all(|one| one.job.id != "orphan")
    );
}

pub(crate) async fn sch_270_jobs_are_listed_by_state_and_kind_page_by_page(
    mut harness: StoreHarness,
) {
    harness.booked().await;
    let all = harness.jobs(None, None).await;
    assert!(all.is_sorted_by(|newer, older| newer.id > older.id));
    assert_eq!(all.len(), 6);
    let due = harness.jobs(Some(JobStatus::Due), Some("reminder")).await;
    assert_eq!(due.len(), 2);
    assert!(
        due.iter()
            .all(|job| job.before_ms == Some(300_000) && job.user_id.is_some())
    );
    assert!(harness.jobs(Some(JobStatus::Failed), None).await.is_empty());
    let mut paged: Vec<JobView> = Vec::new();
    loop {
        let filter = JobFilter {
            before: paged.last().map(|job| job.id.clone()),
            limit: 2,
            ..JobFilter::default()
        };
        let page = harness.store().await.jobs().list(filter).await.unwrap();
        if page.is_empty() {
            break;
        }
        paged.extend(page);
    }
    assert_eq!(paged, all);
}

pub(crate) async fn sch_271_a_job_that_was_given_up_is_tried_again_once_and_others_are_not(
    mut harness: StoreHarness,
) {
    let session = harness.booked().await;
    harness.add_orphan().await;
    assert_eq!(harness.retry("none", NOW).await, RetryOutcome::Unknown);
    let waiting = harness.retry("orphan", NOW).await;
    assert_eq!(waiting, RetryOutcome::NotFailed(JobStatus::Due));
    let (at, _) = harness.tried_to_the_end("orphan").await;
    let RetryOutcome::Due(again) = harness.retry("orphan", at + 5).await else {
        panic!("it was given up");
    };
    assert_eq!(
        (again.state, again.attempts, again.due_at),
        (JobStatus::Due, 0, at + 5)
    );
    let twice = harness.retry("orphan", at + 6).await;
    assert_eq!(twice, RetryOutcome::NotFailed(JobStatus::Due));
    let store = harness.store().await;
    let rows = store.audit().list(AuditQuery {
        before: None,
        session: Some("gone".into()),
        action: Some("job.retry".into()),
        limit: 10,
    });
    let rows = rows.await.unwrap();
    drop(store);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].action.actor, "operator:ops");
    // What was given up of a session that is called off is not to be done any more.
    done(harness.cancel(cancelled(&session), NOW).await);
    let open = harness.jobs(Some(JobStatus::Due), None).await;
    assert!(
        open.iter()
            .all(|job| job.kind == "retention" || job.id == "orphan"),
        "{open:?}"
    );
}
