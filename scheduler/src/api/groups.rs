//! `/v1/rooms`: groups of people, and who is in them. The rooms of matches and of bookings are not here: to these routes
//! they are not there.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use scheduler_core::{
    Group, GroupActor, GroupRefusal, MAX_GROUPS_OF_APPLICATION, MAX_GROUPS_OF_PERSON, MAX_MEMBERS,
    MakeGroupCommand, OwnedKey, check_change_room, check_new_members, check_room,
};
use serde::Serialize;
use service::clock;
use service::http::{HttpError, Json};
use wire::{AddMembers, ChangeRoom, CreateRoom, ErrorCode, ListedGroup, Page, RoomId, UserId};

use super::query::{QueryParams, cursor, cut_to_page, from_cursor};
use crate::access::GroupCaller;
use crate::bookings::{IfMatch, idempotency_key, json_len};
use crate::commands::{self, GroupExecuted};
use crate::matching_answers::{Made, key_of_person, key_reused};
use crate::state::AppState;
use crate::store::GroupQuery;
use crate::web::base_of;

/// `POST /v1/rooms`: makes a group, and answers 201.
pub(crate) async fn create(
    State(app): State<AppState>,
    GroupCaller(actor): GroupCaller,
    headers: HeaderMap,
    Json(asked): Json<CreateRoom>,
) -> Result<Response, HttpError> {
    let key = owned_key(&actor, &headers, "POST /v1/rooms", &asked)?;
    let made = match app.made_before(key.as_ref()).await? {
        Some(made) => Made::Before(made),
        None => make(&app, actor.clone(), asked, key.as_ref()).await?,
    };
    let group = match made {
        Made::Now(group) => group,
        Made::Before(made) => shown(&app, &actor, RoomId(made.id)).await?,
    };
    let location = format!("{}v1/rooms/{}", base_of(&app.web_origin), group.id);
    let mut response = answer(&group, &actor, StatusCode::CREATED);
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

async fn make(
    app: &AppState,
    actor: GroupActor,
    asked: CreateRoom,
    key: Option<&OwnedKey>,
) -> Result<Made<Group>, HttpError> {
    let bytes = json_len(&asked)?;
    let checked = check_room(&actor, asked).map_err(HttpError::invalid)?;
    match &actor {
        GroupActor::Application(name) => {
            if app.store.rooms().count(name.clone()).await? >= MAX_GROUPS_OF_APPLICATION {
                let most =
                    format!("{MAX_GROUPS_OF_APPLICATION} groups are there: close one first.");
                return Err(HttpError::conflict(most));
            }
            app.quotas.book(name, bytes)?;
        }
        GroupActor::Person(user) => app.quotas.person_group(user)?,
    }
    let command = MakeGroupCommand {
        actor,
        people: checked.people,
        name: checked.name,
    };
    match commands::make_group(&*app.store, command, key, clock::now()).await? {
        Err(GroupRefusal::Repeated(made)) => Ok(Made::Before(made)),
        executed => committed(app, executed).map(Made::Now),
    }
}

/// `GET /v1/rooms`: the groups of an application, or of a person; the newest first.
pub(crate) async fn list(
    State(app): State<AppState>,
    GroupCaller(of): GroupCaller,
    Query(named): Query<HashMap<String, String>>,
) -> Result<Json<Page<ListedGroup>>, HttpError> {
    let mut params = QueryParams::new(named, &["limit", "cursor"]);
    let before = params.parsed("cursor", "That is no cursor of ours.", from_cursor);
    let limit = params.limit();
    params.check()?;
    let query = GroupQuery {
        of,
        before: before.map(RoomId),
        // One more than asked for shows whether there is another page.
        limit: limit + 1,
    };
    let mut items = app.store.rooms().list(query).await?;
    Ok(Json(Page {
        next_cursor: cut_to_page(&mut items, limit, |last| cursor(last.id.as_str())),
        items,
    }))
}

/// `GET /v1/rooms/{id}`: a group with everybody in it.
pub(crate) async fn get(
    State(app): State<AppState>,
    GroupCaller(actor): GroupCaller,
    Path(id): Path<String>,
) -> Result<Response, HttpError> {
    let group = shown(&app, &actor, RoomId(id)).await?;
    Ok(answer(&group, &actor, StatusCode::OK))
}

/// `PATCH /v1/rooms/{id}`: another name; 412 where `If-Match` names another revision.
pub(crate) async fn change(
    State(app): State<AppState>,
    GroupCaller(actor): GroupCaller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(asked): Json<ChangeRoom>,
) -> Result<Response, HttpError> {
    let bytes = json_len(&asked)?;
    let group = managed(&app, &actor, RoomId(id)).await?;
    let if_match = IfMatch::of(&headers);
    if !if_match.names(group.revision) {
        return Err(refused(GroupRefusal::RevisionMismatch(group.revision)));
    }
    let name = check_change_room(asked).map_err(HttpError::invalid)?;
    let Some(name) = name.filter(|name| *name != group.name) else {
        return Ok(answer(&group, &actor, StatusCode::OK));
    };
    count(&app, &actor, bytes)?;
    let revision = if_match.is_named().then_some(group.revision);
    let (store, now) = (&*app.store, clock::now());
    let changed =
        commands::change_group(store, &actor, &group.id, name.as_deref(), revision, now).await?;
    let group = committed(&app, changed)?;
    Ok(answer(&group, &actor, StatusCode::OK))
}

/// `DELETE /v1/rooms/{id}`: 204, and the room takes no more messages.
pub(crate) async fn close(
    State(app): State<AppState>,
    GroupCaller(actor): GroupCaller,
    Path(id): Path<String>,
) -> Result<StatusCode, HttpError> {
    let group = managed(&app, &actor, RoomId(id)).await?;
    count(&app, &actor, 0)?;
    let closed = commands::close_group(&*app.store, &actor, &group.id, clock::now()).await?;
    committed(&app, closed)?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /v1/rooms/{id}/members`: the group with those who were added; whoever is in it stays as they are.
pub(crate) async fn add_members(
    State(app): State<AppState>,
    GroupCaller(actor): GroupCaller,
    Path(id): Path<String>,
    Json(asked): Json<AddMembers>,
) -> Result<Response, HttpError> {
    let bytes = json_len(&asked)?;
    let group = managed(&app, &actor, RoomId(id)).await?;
    let people = check_new_members(&actor, asked).map_err(HttpError::invalid)?;
    count(&app, &actor, bytes)?;
    let (store, now) = (&*app.store, clock::now());
    let added = commands::add_members(store, &actor, &group.id, &people, now).await?;
    let group = committed(&app, added)?;
    Ok(answer(&group, &actor, StatusCode::OK))
}

/// `DELETE /v1/rooms/{id}/members/{user_id}`: 204; with the last one the room is closed.
pub(crate) async fn remove_member(
    State(app): State<AppState>,
    GroupCaller(actor): GroupCaller,
    Path((id, user)): Path<(String, String)>,
) -> Result<StatusCode, HttpError> {
    let (group, user) = (shown(&app, &actor, RoomId(id)).await?, UserId(user));
    if actor.person() != Some(&user) {
        is_managed(&group, &actor)?;
    }
    count(&app, &actor, 0)?;
    let (store, now) = (&*app.store, clock::now());
    let removed = commands::remove_member(store, &actor, &group.id, &user, now).await?;
    committed(&app, removed)?;
    Ok(StatusCode::NO_CONTENT)
}

/// The group, if it is there for that one.
async fn shown(app: &AppState, actor: &GroupActor, id: RoomId) -> Result<Group, HttpError> {
    let found = app.store.rooms().find(id).await?;
    let shown = found.filter(|group| group.is_shown_to(actor));
    shown.ok_or_else(|| refused(GroupRefusal::NotFound))
}

/// The group, if it is that one's to change.
async fn managed(app: &AppState, actor: &GroupActor, id: RoomId) -> Result<Group, HttpError> {
    let group = shown(app, actor, id).await?;
    is_managed(&group, actor)?;
    Ok(group)
}

fn is_managed(group: &Group, actor: &GroupActor) -> Result<(), HttpError> {
    match group.is_managed_by(actor) {
        true => Ok(()),
        false => Err(refused(GroupRefusal::NotOwner)),
    }
}

/// Counts a change of so many bytes.
fn count(app: &AppState, actor: &GroupActor, bytes: usize) -> Result<(), HttpError> {
    match actor {
        GroupActor::Application(name) => app.quotas.change(name, bytes),
        GroupActor::Person(user) => app.quotas.person_group(user),
    }
}

/// The command's `Idempotency-Key`, if it has one: each application's and each person's own.
fn owned_key(
    actor: &GroupActor,
    headers: &HeaderMap,
    route: &str,
    command: &impl Serialize,
) -> Result<Option<OwnedKey>, HttpError> {
    match actor {
        GroupActor::Person(user) => key_of_person(user, headers, route, command),
        GroupActor::Application(name) => {
            let key = idempotency_key(headers, route.to_owned(), command)?;
            Ok(key.map(|key| OwnedKey {
                application: name.clone(),
                key,
            }))
        }
    }
}

/// What was committed is passed on, and what it came to is the answer.
fn committed<T>(app: &AppState, executed: GroupExecuted<T>) -> Result<T, HttpError> {
    let answer = executed.map_err(refused)?;
    app.committed(Vec::new());
    Ok(answer)
}

fn answer(group: &Group, actor: &GroupActor, status: StatusCode) -> Response {
    let tag = (header::ETAG, format!("\"{}\"", group.revision));
    (status, [tag], Json(group.view(actor))).into_response()
}

fn refused(refusal: GroupRefusal) -> HttpError {
    match refusal {
        GroupRefusal::NotFound => HttpError::not_found("There is no such group of yours."),
        GroupRefusal::NotOwner => HttpError::forbidden("Only an owner of the group may do that."),
        GroupRefusal::Full => HttpError::new(
            StatusCode::CONFLICT,
            ErrorCode::RoomFull,
            format!("A group has {MAX_MEMBERS} members at most."),
        ),
        GroupRefusal::TooManyGroups => HttpError::conflict(format!(
            "One of them is in {MAX_GROUPS_OF_PERSON} groups already."
        )),
        GroupRefusal::RevisionMismatch(revision) => {
            HttpError::precondition_failed(format!("The group has revision {revision}."))
        }
        GroupRefusal::KeyReused | GroupRefusal::Repeated(_) => key_reused(),
        GroupRefusal::Invalid(fields) => HttpError::invalid(fields),
    }
}
