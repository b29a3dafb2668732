//! `/v1/reports`: what people tell the operators of each other.

use std::collections::HashMap;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use scheduler_core::check_report;
use service::clock;
use service::http::{HttpError, Json};
use wire::{Page, ReportId, ReportView, SendReport, SentReport};

use super::query::{QueryParams, cursor, cut_to_page, from_cursor};
use crate::access::{Operator, Person};
use crate::commands;
use crate::matching_answers::{Made, key_of_person};
use crate::state::AppState;

/// `POST /v1/reports`: 201; whom it is of is blocked from then on.
pub(crate) async fn send(
    State(app): State<AppState>,
    person: Person,
    headers: HeaderMap,
    Json(asked): Json<SendReport>,
) -> Result<(StatusCode, Json<SentReport>), HttpError> {
    let key = key_of_person(&person.user, &headers, "POST /v1/reports", &asked)?;
    let made = match app.made_before(key.as_ref()).await? {
        Some(made) => Made::Before(made),
        None => {
            let asked = check_report(asked).map_err(HttpError::invalid)?;
            let (user, now) = (&person.user, clock::now());
            let executed = commands::report(&*app.store, user, asked, key.as_ref(), now);
            app.made(executed.await?)?
        }
    };
    let sent = match made {
        Made::Now(report) => SentReport {
            id: report.id,
            created_at: report.created_at,
        },
        Made::Before(made) => SentReport {
            id: ReportId(made.id),
            created_at: made.at,
        },
    };
    Ok((StatusCode::CREATED, Json(sent)))
}

/// `GET /v1/reports`: a page, the newest first.
pub(crate) async fn list(
    State(app): State<AppState>,
    Operator: Operator,
    Query(named): Query<HashMap<String, String>>,
) -> Result<Json<Page<ReportView>>, HttpError> {
    let mut params = QueryParams::new(named, &["limit", "cursor"]);
    let before = params.parsed("cursor", "That is no cursor of ours.", from_cursor);
    let limit = params.limit();
    params.check()?;
    // One more than asked for shows whether there is another page.
    let reports = app.store.reports().list(before.map(ReportId), limit + 1);
    let mut reports = reports.await?;
    let next_cursor = cut_to_page(&mut reports, limit, |last| cursor(last.id.as_str()));
    Ok(Json(Page {
        next_cursor,
        items: reports
            .iter()
            .map(scheduler_core::StoredReport::view)
            .collect(),
    }))
}
