//! Sessions whose reminders are all due at one instant, and how late each of them is marked and told by webhook. The scheduler's
//! own timeline says when a reminder was marked, so that this works on any installation.

mod options;
mod sink;

pub use options::ReminderOptions;

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;
use wire::{EventType, Page, SessionId, TimelineItem};

use self::sink::WebhookSink;
use crate::booking::{BookingError, SchedulerClient};
use crate::clock::now_us;
use crate::lifecycle::{LoadError, until_interrupted};
use crate::meter::Meter;
use crate::progress::shown;
use crate::report::{PhaseReport, Report, spans_ms};
use crate::tally::{Span, Tally};

/// How long before the start a reminder is due, in milliseconds.
const REMIND_BEFORE_MS: i64 = 300_000;
/// How often it is looked whether all are marked.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Each session has two people.
const REMINDERS: usize = 2;

/// Books the sessions, waits until their reminders are due and done, or `stop` is cancelled, and takes back what it has booked.
///
/// # Errors
/// When it can't begin. What goes wrong later stands in the report.
pub async fn run_reminders(
    scheduler: &SchedulerClient,
    options: &ReminderOptions,
    stop: CancellationToken,
) -> Result<Report, LoadError> {
    let run = ReminderRun {
        scheduler,
        options,
        stop,
        tally: Tally::default(),
        due_ms: now_us() / 1_000 + millis(options.lead()),
    };
    let sink = run.sink().await?;
    let ended = run.measured(sink.as_ref()).await;
    if let Some(sink) = &sink {
        run.take_back(Method::DELETE, &format!("/v1/webhooks/{}", sink.endpoint))
            .await;
    }
    ended
}

/// As [`run_reminders`], until the person at the keyboard presses Ctrl-C: what was booked is taken back then, too.
///
/// # Errors
/// As [`run_reminders`], and when it is stopped for good by a second Ctrl-C.
pub async fn run_reminders_until_interrupted(
    scheduler: &SchedulerClient,
    options: &ReminderOptions,
) -> Result<Report, LoadError> {
    until_interrupted(|stop| run_reminders(scheduler, options, stop)).await
}

struct ReminderRun<'a> {
    scheduler: &'a SchedulerClient,
    options: &'a ReminderOptions,
    stop: CancellationToken,
    tally: Tally,
    /// When every reminder is due.
    due_ms: i64,
}

/// What matters of an endpoint; a newer server may tell more.
#[derive(Debug, Deserialize)]
struct CreatedEndpoint {
    id: String,
}

#[derive(Debug, Deserialize)]
struct RemindedSession {
    id: SessionId,
}

impl ReminderRun<'_> {
    /// Where webhooks arrive, once the scheduler knows of it; none where none are wanted.
    async fn sink(&self) -> Result<Option<WebhookSink>, LoadError> {
        let Some(listen) = self.options.webhook_listen else {
            return Ok(None);
        };
        let mut sink = WebhookSink::bind(listen, self.options.sessions, self.stop.child_token())
            .await
            .map_err(|error| {
                BookingError::Setting(format!("--webhook-listen {listen}: {error}"))
            })?;
        let url = self.options.webhook_url.clone();
        let url = url.unwrap_or_else(|| format!("http://{}/", sink.address()));
        let body = json!({
            "url": url, "events": [EventType::SessionReminded], "description": "rendezvous load scheduler",
        });
        let asked = self.scheduler.ask(
            Method::POST,
            "register a webhook",
            "/v1/webhooks",
            Some(body),
        );
        let created: CreatedEndpoint = asked.await?;
        sink.endpoint = created.id;
        Ok(Some(sink))
    }

    async fn measured(&self, sink: Option<&WebhookSink>) -> Result<Report, LoadError> {
        let started_at = now_us() / 1_000;
        let meter = Meter::new(self.options.report.server_pid);
        let booking = meter.start();
        let booked = self.book().await?;
        let mut phases = vec![booking.end("book", count(booked.len()))];
        self.sleep_until_due().await;
        let due = meter.start();
        self.until_done(&booked, sink).await;
        phases.push(due.end("remind", count(booked.len() * REMINDERS)));
        self.read_timelines(&booked).await;
        let delivered = sink.map_or(0, |sink| self.read_sink(&booked, sink));
        let cancels = booked.iter().map(|id| async move {
            self.take_back(Method::POST, &format!("/v1/sessions/{id}/cancel"))
                .await;
        });
        let mut cancelled = stream::iter(cancels).buffer_unordered(self.options.at_once());
        while cancelled.next().await.is_some() {}
        Ok(self.report(started_at, phases, delivered))
    }

    fn report(&self, started_at: i64, phases: Vec<PhaseReport>, delivered: u64) -> Report {
        let counted = self.tally.counted();
        Report {
            target: "rendezvous".to_owned(),
            scenario: "reminders".to_owned(),
            pairs: self.options.sessions,
            started_at,
            interrupted: self.stop.is_cancelled(),
            operations: counted.operations,
            messages: delivered,
            phases,
            spans_ms: spans_ms(&counted),
            errors: counted.errors,
            ends: counted.ends,
        }
    }

    /// The sessions in the order of their bookings.
    async fn book(&self) -> Result<Vec<SessionId>, BookingError> {
        let total = u64::from(self.options.sessions);
        let booking = async {
            let mut bookings = stream::iter(0..self.options.sessions)
                .take_while(|_| std::future::ready(!self.stop.is_cancelled()))
                .map(|number| self.book_one(number))
                .buffered(self.options.at_once());
            let mut booked = Vec::new();
            while let Some(session) = bookings.next().await {
                booked.push(session?);
            }
            Ok(booked)
        };
        let done = || {
            self.tally
                .counted()
                .spans
                .get(&Span::Booking)
                .map_or(0, hdrhistogram::Histogram::len)
        };
        shown("booking", total, done, booking).await
    }

    async fn book_one(&self, number: u32) -> Result<SessionId, BookingError> {
        let began = Instant::now();
        let domain = self.options.mail_domain.as_deref();
        let body = booking(number, self.due_ms + REMIND_BEFORE_MS, domain);
        let asked = self
            .scheduler
            .ask(Method::POST, "book", "/v1/sessions", Some(body));
        let booked: RemindedSession = asked.await?;
        self.tally.took(Span::Booking, began.elapsed());
        Ok(booked.id)
    }

    async fn sleep_until_due(&self) {
        let left_us = self.due_ms * 1_000 - now_us();
        let Ok(left_us) = u64::try_from(left_us) else {
            // Reminders that were past when their sessions were booked are missed, and told so by their timelines.
            self.tally.failed("booked_late");
            return;
        };
        let due = Instant::now() + Duration::from_micros(left_us);
        tokio::select! {
            () = sleep_until(due) => {}
            () = self.stop.cancelled() => {}
        }
    }

    /// Until the last one that was booked is marked and every webhook is there, or the time is up.
    async fn until_done(&self, booked: &[SessionId], sink: Option<&WebhookSink>) {
        let Some(last) = booked.last() else { return };
        let ends = Instant::now() + self.options.wait;
        let mut is_marked = false;
        while Instant::now() < ends && !self.stop.is_cancelled() {
            if !is_marked {
                let marked = self.timeline(last).await;
                is_marked = marked.is_ok_and(|items| reminded(&items).count() == REMINDERS);
            }
            if is_marked && sink.is_none_or(|sink| sink.sessions() >= booked.len()) {
                return;
            }
            tokio::select! {
                () = sleep(LOOK_EVERY) => {}
                () = self.stop.cancelled() => {}
            }
        }
    }

    async fn read_timelines(&self, booked: &[SessionId]) {
        let reads = booked.iter().map(|id| self.timeline(id));
        let mut reads = stream::iter(reads).buffer_unordered(self.options.at_once());
        while let Some(read) = reads.next().await {
            match read {
                Ok(items) => self.judge(&items),
                Err(error) => self.tally.failed(&error.code()),
            }
        }
    }

    /// How late each reminder of a session was marked, and why it was missed.
    fn judge(&self, items: &[TimelineItem]) {
        for item in reminded(items) {
            let late_ms = (item.at.0 - self.due_ms).max(0).unsigned_abs();
            self.tally
                .took(Span::ReminderLate, Duration::from_millis(late_ms));
            self.tally.done();
        }
        let mut known = reminded(items).count();
        for item in items {
            if item.kind == EventType::SessionReminderMissed {
                let why = item.reason.as_deref().unwrap_or("no_reason");
                self.tally.failed(&format!("missed:{why}"));
                known += 1;
            }
        }
        for _ in known..REMINDERS {
            self.tally.failed("not_reminded");
        }
    }

    /// How late the first webhook of each session came; how many came in all.
    fn read_sink(&self, booked: &[SessionId], sink: &WebhookSink) -> u64 {
        let arrived = sink.arrived();
        for id in booked {
            match arrived.first_of.get(id.as_str()) {
                Some(at_us) => {
                    let late_us = (at_us - self.due_ms * 1_000).max(0).unsigned_abs();
                    self.tally
                        .took(Span::WebhookLate, Duration::from_micros(late_us));
                }
                None => self.tally.failed("no_webhook"),
            }
        }
        for _ in 0..arrived.repeated {
            self.tally.ended("webhook_repeated");
        }
        arrived.count
    }

    async fn timeline(&self, id: &SessionId) -> Result<Vec<TimelineItem>, BookingError> {
        let path = format!("/v1/sessions/{id}/timeline");
        let asked = self
            .scheduler
            .ask(Method::GET, "read a timeline", &path, None);
        let page: Page<TimelineItem> = asked.await?;
        Ok(page.items)
    }

    /// What was made for the run; where that fails it is counted, and stays.
    async fn take_back(&self, method: Method, path: &str) {
        let body = (method == Method::POST).then(|| json!({}));
        if let Err(error) = self.scheduler.send(method, "take back", path, body).await {
            self.tally.ended(&format!("left_behind:{}", error.code()));
        }
    }
}

/// The body of `POST /v1/sessions`.
fn booking(number: u32, starts_at: i64, mail_domain: Option<&str>) -> Value {
    let person = |side: &str| {
        let id = format!("load-{number}-{side}");
        json!({
            "name": format!("Load {number} {side}"),
            "email": mail_domain.map(|domain| format!("{id}@{domain}")),
            "external_id": id,
        })
    };
    json!({
        "participants": [person("a"), person("b")],
        "starts_at": starts_at,
        "lobby_ms": 60_000,
        "remind_before_ms": [REMIND_BEFORE_MS],
        "metadata": {"load": "reminders"},
    })
}

fn reminded(items: &[TimelineItem]) -> impl Iterator<Item = &TimelineItem> {
    items
        .iter()
        .filter(|item| item.kind == EventType::SessionReminded)
}

fn count(things: usize) -> u64 {
    u64::try_from(things).unwrap_or(u64::MAX)
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX / 2)
}
