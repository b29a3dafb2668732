//! `/v1/matches`: who has found whom, and the end of it.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use scheduler_core::{BookedSession, Match, MatchCommand, OwnedKey, Proposal, check_match};
use service::clock;
use service::http::{HttpError, Json};
use wire::{CreateMatch, CreatedMatch, MatchId, MatchView, NextSession, Page, UnixMs, UserId};

use super::query::{QueryParams, cursor, cut_to_page, from_cursor};
use crate::access::{Application, Person};
use crate::bookings::idempotency_key;
use crate::commands;
use crate::matching_answers::Made;
use crate::state::AppState;

/// `POST /v1/matches`: an application matches two of its people, and answers 201.
pub(crate) async fn create(
    State(app): State<AppState>,
    Application(application): Application,
    headers: HeaderMap,
    Json(asked): Json<CreateMatch>,
) -> Result<(StatusCode, Json<CreatedMatch>), HttpError> {
    let key = idempotency_key(&headers, "POST /v1/matches".to_owned(), &asked)?;
    let key = key.map(|key| OwnedKey {
        application: application.clone(),
        key,
    });
    let made = match app.made_before(key.as_ref()).await? {
        Some(made) => Made::Before(made),
        None => make(&app, application, asked, key.as_ref()).await?,
    };
    let made = match made {
        Made::Now(made) => made,
        Made::Before(made) => {
            let found = app.store.matches().find(MatchId(made.id)).await?;
            found.ok_or_else(|| HttpError::not_found("There is no such match."))?
        }
    };
    let created = CreatedMatch {
        id: made.id,
        participants: made.participants.into(),
        room_id: made.room_id,
        created_at: made.created_at,
    };
    Ok((StatusCode::CREATED, Json(created)))
}

async fn make(
    app: &AppState,
    application: String,
    asked: CreateMatch,
    key: Option<&OwnedKey>,
) -> Result<Made<Match>, HttpError> {
    let people = check_match(asked).map_err(HttpError::invalid)?;
    app.quotas.book(&application, 0)?;
    let command = MatchCommand {
        application,
        people,
    };
    let executed = commands::make_match(&*app.store, command, key, clock::now()).await?;
    app.made(executed)
}

/// `GET /v1/matches`: the newest first.
pub(crate) async fn list(
    State(app): State<AppState>,
    person: Person,
    Query(named): Query<HashMap<String, String>>,
) -> Result<Json<Page<MatchView>>, HttpError> {
    let now = clock::now();
    let mut params = QueryParams::new(named, &["limit", "cursor"]);
    let before = params.parsed("cursor", "That is no cursor of ours.", from_cursor);
    let limit = params.limit();
    params.check()?;
    let matches = app.store.matches();
    // One more than asked for shows whether there is another page.
    let mut found = matches
        .list(person.user.clone(), before.map(MatchId), limit + 1)
        .await?;
    let next_cursor = cut_to_page(&mut found, limit, |last| cursor(last.id.as_str()));
    let ids: Vec<_> = found.iter().map(|one| one.id.clone()).collect();
    let proposals = matches.open_proposals(ids.clone()).await?;
    let sessions = matches.open_sessions(ids).await?;
    Ok(Json(Page {
        next_cursor,
        items: found
            .iter()
            .filter_map(|one| view(one, &person.user, &proposals, &sessions, now))
            .collect(),
    }))
}

/// `DELETE /v1/matches/{id}`: either of the two; a match that has ended stays so.
pub(crate) async fn end(
    State(app): State<AppState>,
    person: Person,
    Path(id): Path<String>,
) -> Result<StatusCode, HttpError> {
    let executed =
        commands::end_match(&*app.store, &person.user, &MatchId(id), clock::now()).await?;
    app.matching_answer(executed)?;
    Ok(StatusCode::NO_CONTENT)
}

fn view(
    of: &Match,
    reader: &UserId,
    proposals: &[Proposal],
    sessions: &[BookedSession],
    now: UnixMs,
) -> Option<MatchView> {
    let proposal = proposals.iter().find(|one| one.match_id == of.id);
    let is_next = |session: &&BookedSession| {
        session.match_id.as_ref() == Some(&of.id) && session.over(now).is_none()
    };
    Some(MatchView {
        id: of.id.clone(),
        with: of.other(reader)?.clone(),
        room_id: of.room_id.clone(),
        created_at: of.created_at,
        proposal: proposal
            .filter(|one| one.is_open(now))
            .map(|one| one.view(now)),
        next_session: sessions.iter().find(is_next).map(|one| next(one, now)),
    })
}

fn next(session: &BookedSession, now: UnixMs) -> NextSession {
    NextSession {
        id: session.id.clone(),
        state: session.state(now),
        lobby_opens_at: session.terms.lobby_opens_at(),
        starts_at: session.terms.starts_at,
        duration_ms: session.terms.duration_ms,
    }
}
