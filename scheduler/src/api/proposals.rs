//! `/v1/matches/{id}/proposals` and `/v1/proposals`: times that the two of a match put to each other.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use scheduler_core::{Proposal, check_proposal};
use service::clock;
use service::http::{HttpError, Json};
use wire::{AcceptProposal, MatchId, ProposalId, ProposalView, Propose};

use crate::access::Person;
use crate::commands::{self, MatchingExecuted};
use crate::matching_answers::{Made, key_of_person};
use crate::state::AppState;

/// `POST /v1/matches/{id}/proposals`: 201; a new one takes the place of the open one.
pub(crate) async fn propose(
    State(app): State<AppState>,
    person: Person,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(asked): Json<Propose>,
) -> Result<(StatusCode, Json<ProposalView>), HttpError> {
    let route = format!("POST /v1/matches/{id}/proposals");
    let key = key_of_person(&person.user, &headers, &route, &asked)?;
    let made = match app.made_before(key.as_ref()).await? {
        Some(made) => Made::Before(made),
        None => {
            let (id, now) = (MatchId(id), clock::now());
            let asked = check_proposal(now, asked).map_err(HttpError::invalid)?;
            let user = &person.user;
            let executed = commands::propose(&*app.store, user, &id, asked, key.as_ref(), now);
            app.made(executed.await?)?
        }
    };
    let view = match made {
        Made::Now(proposal) => proposal.view(clock::now()),
        Made::Before(made) => {
            let found = app
                .store
                .matches()
                .find_proposal(ProposalId(made.id))
                .await?;
            let found = found.ok_or_else(|| HttpError::not_found("There is no such proposal."))?;
            found.as_made().view(made.at)
        }
    };
    Ok((StatusCode::CREATED, Json(view)))
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
