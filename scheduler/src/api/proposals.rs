//! `/v1/matches/{id}/proposals` and `/v1/proposals`: times that the two of a match put to each other.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use scheduler_core::{Proposal, check_proposal};
use service::clock;
use service::http::{HttpError, Json};
use wire::{AcceptProposal, MatchId, ProposalId, ProposalView, Propose};

use crate::access::Person;
use crate::commands::{self, MatchingExecuted};
use crate::state::AppState;

/// `POST /v1/matches/{id}/proposals`: 201; a new one takes the place of the open one.
pub(crate) async fn propose(
    State(app): State<AppState>,
    person: Person,
    Path(id): Path<String>,
    Json(asked): Json<Propose>,
) -> Result<(StatusCode, Json<ProposalView>), HttpError> {
    let now = clock::now();
    let asked = check_proposal(now, asked).map_err(HttpError::invalid)?;
    let executed = commands::propose(&*app.store, &person.user, &MatchId(id), asked, now).await?;
    Ok((StatusCode::CREATED, answer(&app, executed)?))
}

/// `POST /v1/proposals/{id}/accept`: books one of the times.
pub(crate) async fn accept(
    State(app): State<AppState>,
    person: Person,
    Path(id): Path<String>,
    Json(accepted): Json<AcceptProposal>,
) -> Result<Json<ProposalView>, HttpError> {
    let (id, starts_at) = (ProposalId(id), accepted.starts_at);
    let executed =
        commands::accept(&*app.store, &person.user, &id, starts_at, clock::now()).await?;
    answer(&app, executed)
}

/// `POST /v1/proposals/{id}/decline`: wants none of them.
pub(crate) async fn decline(
    State(app): State<AppState>,
    person: Person,
    Path(id): Path<String>,
) -> Result<Json<ProposalView>, HttpError> {
    let id = ProposalId(id);
    let executed = commands::decline(&*app.store, &person.user, &id, clock::now()).await?;
    answer(&app, executed)
}

/// `POST /v1/proposals/{id}/withdraw`: its author takes it back.
pub(crate) async fn withdraw(
    State(app): State<AppState>,
    person: Person,
    Path(id): Path<String>,
) -> Result<Json<ProposalView>, HttpError> {
    let id = ProposalId(id);
    let executed =
        commands::withdraw_proposal(&*app.store, &person.user, &id, clock::now()).await?;
    answer(&app, executed)
}

fn answer(
    app: &AppState,
    executed: MatchingExecuted<Proposal>,
) -> Result<Json<ProposalView>, HttpError> {
    let proposal = app.matching_answer(executed)?;
    Ok(Json(proposal.view(clock::now())))
}
