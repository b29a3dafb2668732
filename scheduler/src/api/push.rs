//! `/v1/push/key` and `/v1/push-subscriptions`: browsers that show what somebody is notified of.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use scheduler_core::ApplicationProfile;
use service::clock;
use service::http::{HttpError, Json};
use wire::{NotificationChannel, PushKey, SubscribeToPush, SubscribedToPush, UserId};

use crate::access::NotificationReader;
use crate::channels::push::{Push, checked_endpoint};
use crate::commands::{self, PushSubscriptionCommand};
use crate::state::AppState;
use crate::store::PushScope;

/// `GET /v1/push/key`: what browsers subscribe with.
pub(crate) async fn key(
    State(app): State<AppState>,
    reader: NotificationReader,
) -> Result<Json<PushKey>, HttpError> {
    let public_key = push(&app, &reader).await?.public_key().to_owned();
    Ok(Json(PushKey { public_key }))
}

/// `POST /v1/push-subscriptions`: 201; the same again has the same id, and an endpoint is that of who named it last.
pub(crate) async fn subscribe(
    State(app): State<AppState>,
    reader: NotificationReader,
    Json(asked): Json<SubscribeToPush>,
) -> Result<(StatusCode, Json<SubscribedToPush>), HttpError> {
    let push = push(&app, &reader).await?;
    // Push services have their own clocks: theirs is the machine's.
    let made = (push.public_key(), clock::wall());
    let checked = checked_endpoint(push.policy(), asked, made);
    let (endpoint, endpoint_hash) = checked.map_err(HttpError::invalid)?;
    let (user, scope) = whose(reader).ok_or_else(|| HttpError::unauthenticated("revoked"))?;
    let subscription = PushSubscriptionCommand {
        user,
        scope,
        endpoint_hash,
        endpoint,
    };
    let subscribed = commands::subscribe_to_push(&*app.store, &subscription, clock::now()).await?;
    let subscribed = subscribed.ok_or_else(|| HttpError::unauthenticated("revoked"))?;
    if subscribed.given_way > 0 {
        metrics::counter!("push_subscriptions_given_way_total").increment(1);
    }
    let id = subscribed.id;
    Ok((StatusCode::CREATED, Json(SubscribedToPush { id })))
}

/// `DELETE /v1/push-subscriptions/{id}`: 204 once, then 404.
pub(crate) async fn unsubscribe(
    State(app): State<AppState>,
    reader: NotificationReader,
    Path(id): Path<String>,
) -> Result<StatusCode, HttpError> {
    let whose = (reader.user(), reader.session());
    let removed = commands::unsubscribe_from_push(&*app.store, whose, &id).await?;
    removed
        .then_some(StatusCode::NO_CONTENT)
        .ok_or_else(|| HttpError::not_found("There is no such subscription."))
}

/// 404 where no pushes are sent, or none by the application of a page.
async fn push<'a>(app: &'a AppState, reader: &NotificationReader) -> Result<&'a Push, HttpError> {
    let off = || HttpError::not_found("No pushes are sent here.").with_reason("push_off");
    let push = app.push.as_deref().ok_or_else(off)?;
    let NotificationReader::Page(member) = reader else {
        return Ok(push);
    };
    let application = &member.session.application;
    let said = app.store.applications().find(application.clone()).await?;
    let profile = said.unwrap_or_else(|| ApplicationProfile::silent(application));
    match profile.said.channels.contains(&NotificationChannel::Push) {
        true => Ok(push),
        false => Err(off()),
    }
}

/// A page is told of its session alone.
fn whose(reader: NotificationReader) -> Option<(UserId, PushScope)> {
    match reader {
        NotificationReader::Person(person) => Some((person.user, PushScope::Login(person.login))),
        NotificationReader::Page(member) => {
            let generation = member.session.participant(&member.user)?.generation;
            let id = member.session.id.clone();
            Some((member.user, PushScope::Session { id, generation }))
        }
    }
}
