//! `/v1/gifts`: sending them, reading them, opening them early, and taking them back.

use std::collections::{BTreeMap, HashMap};

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use scheduler_core::{
    AddressCommand, AddressedFate, AddressedGift, CheckedGift, Gift, GiftFate, GiftTo, MadeBefore,
    OwnedKey, SendCommand, check_gift,
};
use service::clock;
use service::http::{HttpError, Json};
use wire::{ClaimGift, GiftId, GiftView, Page, SendGift, UnixMs, UserId};

use super::query::{QueryParams, cursor, cut_to_page, from_cursor};
use crate::access::{Person, WebPage};
use crate::commands;
use crate::matching_answers::{Made, key_of_person};
use crate::state::AppState;
use crate::store::{GiftBox, GiftQuery, StoreError};

/// `POST /v1/gifts`: 201 with the gift as its giver sees it.
pub(crate) async fn send(
    State(app): State<AppState>,
    person: Person,
    headers: HeaderMap,
    Json(gift): Json<SendGift>,
) -> Result<Response, HttpError> {
    let key = key_of_person(&person.user, &headers, "POST /v1/gifts", &gift)?;
    let now = clock::now();
    let made = match app.made_before(key.as_ref()).await? {
        Some(made) => Made::Before(made),
        None => {
            let gift = check_gift(now, &person.user, gift).map_err(HttpError::invalid)?;
            send_checked(&app, &person, gift, key.as_ref(), now).await?
        }
    };
    let sent = match made {
        Made::Now(view) => view,
        Made::Before(made) => sent_before(&app, &person, made).await?,
    };
    let location = HeaderValue::from_str(&format!("/v1/gifts/{}", sent.id));
    let mut response = (StatusCode::CREATED, Json(sent)).into_response();
    if let Ok(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

async fn send_checked(
    app: &AppState,
    person: &Person,
    gift: CheckedGift,
    key: Option<&OwnedKey>,
    now: UnixMs,
) -> Result<Made<GiftView>, HttpError> {
    let (giver, content) = (person.user.clone(), gift.content);
    let to = match gift.to {
        GiftTo::Address(to) => {
            let command = AddressCommand { giver, to, content };
            return send_to_address(app, person, command, key, now).await;
        }
        GiftTo::Person(to) => to,
    };
    let command = SendCommand { giver, to, content };
    let executed = commands::send_gift(&*app.store, command, key, now).await?;
    Ok(match app.made(executed)? {
        Made::Now(gift) => Made::Now(shown(app, &gift, &person.user, now)?),
        Made::Before(made) => Made::Before(made),
    })
}

/// The mail, and whoever has the address, come after the answer: it tells of neither.
async fn send_to_address(
    app: &AppState,
    person: &Person,
    command: AddressCommand,
    key: Option<&OwnedKey>,
    now: UnixMs,
) -> Result<Made<GiftView>, HttpError> {
    let sends_mail = app.email.is_some();
    let executed = commands::send_to_address(&*app.store, command, sends_mail, key, now).await?;
    Ok(match app.made(executed)? {
        Made::Now(gift) => {
            if let Some(email) = &app.email {
                email.wake();
            }
            app.gift_claims.wake();
            let view = app.addressed_gift_view(&gift, &person.user);
            Made::Now(view.ok_or_else(no_such_gift)?)
        }
        Made::Before(made) => Made::Before(made),
    })
}

/// What the same command was answered, but for a gift that was taken back since.
async fn sent_before(
    app: &AppState,
    person: &Person,
    made: MadeBefore,
) -> Result<GiftView, HttpError> {
    let id = GiftId(made.id);
    let waiting = app.store.addressed_gifts().find(id.clone()).await?;
    let waiting = waiting.and_then(|gift| app.addressed_gift_view(&gift, &person.user));
    if let Some(view) = waiting {
        return Ok(view);
    }
    let found = app.store.gifts().find(id).await?;
    let gift = found.filter(|gift| gift.is_given_by(&person.user));
    let gift = gift.ok_or_else(no_such_gift)?.as_of(made.at);
    let view = match AddressedGift::as_sent(gift.clone()) {
        Some(sent) => app.addressed_gift_view(&sent, &person.user),
        None => app.gift_view(&gift, &person.user, made.at),
    };
    view.ok_or_else(no_such_gift)
}

/// `GET /v1/gifts?box=`: the newest first.
pub(crate) async fn list(
    State(app): State<AppState>,
    person: Person,
    Query(named): Query<HashMap<String, String>>,
) -> Result<Json<Page<GiftView>>, HttpError> {
    let mut params = QueryParams::new(named, &["box", "limit", "cursor"]);
    let of = params.word("box", GiftBox::WORDS, GiftBox::from_name);
    let before = params.parsed("cursor", "That is no cursor of ours.", from_cursor);
    let limit = params.limit();
    params.check()?;
    let query = GiftQuery {
        user: person.user.clone(),
        of: of.unwrap_or(GiftBox::Received),
        before: before.map(GiftId),
        // One more than asked for shows whether there is another page.
        limit: limit + 1,
    };
    let mut items = match query.of {
        GiftBox::Received => received(&app, &person, query).await?,
        GiftBox::Sent => sent(&app, query).await?,
    };
    Ok(Json(Page {
        next_cursor: cut_to_page(&mut items, limit, |last| cursor(last.id.as_str())),
        items,
    }))
}

async fn received(
    app: &AppState,
    person: &Person,
    query: GiftQuery,
) -> Result<Vec<GiftView>, HttpError> {
    if person.account.email_verified {
        app.claim_gifts_of(&person.user).await?;
    }
    let mut views = Vec::new();
    for gift in app.store.gifts().list(query).await? {
        let gift = read(app, gift, &person.user).await?;
        views.extend(app.gift_view(&gift, &person.user, clock::now()));
    }
    Ok(views)
}

/// Those that wait for their address among the others. They are read first: one that is claimed in between is in both,
/// and counts once.
pub(super) async fn sent(app: &AppState, query: GiftQuery) -> Result<Vec<GiftView>, StoreError> {
    let (user, now) = (query.user.clone(), clock::now());
    let waiting = app.store.addressed_gifts();
    let waiting = waiting.list(user.clone(), query.before.clone(), query.limit);
    let waiting = waiting.await?;
    let gifts = app.store.gifts().list(query).await?;
    let gifts = gifts
        .iter()
        .filter_map(|gift| app.gift_view(gift, &user, now));
    let waiting = waiting
        .iter()
        .filter_map(|gift| app.addressed_gift_view(gift, &user));
    let by_id = |view: GiftView| (view.id.clone(), view);
    let views: BTreeMap<_, _> = waiting.chain(gifts).map(by_id).collect();
    Ok(views.into_values().rev().collect())
}

/// `GET /v1/gifts/{id}`: for whoever gave or received it.
pub(crate) async fn get(
    State(app): State<AppState>,
    person: Person,
    Path(id): Path<String>,
) -> Result<Json<GiftView>, HttpError> {
    let id = GiftId(id);
    let Some(gift) = app.store.gifts().find(id.clone()).await? else {
        let waiting = app.store.addressed_gifts().find(id).await?;
        let view = waiting.and_then(|gift| app.addressed_gift_view(&gift, &person.user));
        return view.map(Json).ok_or_else(no_such_gift);
    };
    let gift = read(&app, gift, &person.user).await?;
    shown(&app, &gift, &person.user, clock::now()).map(Json)
}

/// The gift, opened where its receiver opens it by reading it.
async fn read(app: &AppState, gift: Gift, reader: &UserId) -> Result<Gift, HttpError> {
    let now = clock::now();
    if !gift.opens_when_read(reader, now) {
        return Ok(gift);
    }
    let executed = commands::read_gift(&*app.store, reader, &gift.id, now).await?;
    app.matching_answer(executed)
}

/// `POST /v1/gifts/{id}/peek`: opens a sealed one for its receiver.
pub(crate) async fn peek(
    State(app): State<AppState>,
    person: Person,
    Path(id): Path<String>,
) -> Result<Json<GiftView>, HttpError> {
    let now = clock::now();
    let executed = commands::peek(&*app.store, &person.user, &GiftId(id), now).await?;
    let gift = app.matching_answer(executed)?;
    shown(&app, &gift, &person.user, now).map(Json)
}

/// `DELETE /v1/gifts/{id}`: its giver, while it is sealed.
pub(crate) async fn withdraw(
    State(app): State<AppState>,
    person: Person,
    Path(id): Path<String>,
) -> Result<StatusCode, HttpError> {
    let executed =
        commands::withdraw_gift(&*app.store, &person.user, &GiftId(id), clock::now()).await?;
    app.matching_answer(executed)?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /v1/gifts/claim`: the sealed gift of a link, for whoever has that. It proves no address and gives nothing away.
pub(crate) async fn of_link(
    State(app): State<AppState>,
    WebPage: WebPage,
    Json(link): Json<ClaimGift>,
) -> Result<Json<GiftView>, HttpError> {
    let id = app.links.open_gift(link.token.expose());
    let id = id.ok_or_else(no_such_gift)?;
    let found = app.store.addressed_gifts().find(id.clone()).await?;
    let gift = found.filter(|gift| gift.fate != AddressedFate::Withdrawn);
    let taken_back = app.store.gifts().find(id).await?;
    let taken_back = taken_back.is_some_and(|gift| gift.fate == GiftFate::Withdrawn);
    match gift.filter(|_| !taken_back) {
        Some(gift) => Ok(Json(gift.sealed())),
        None => Err(no_such_gift()),
    }
}

fn shown(app: &AppState, gift: &Gift, reader: &UserId, now: UnixMs) -> Result<GiftView, HttpError> {
    app.gift_view(gift, reader, now).ok_or_else(no_such_gift)
}

fn no_such_gift() -> HttpError {
    HttpError::not_found("There is no such gift.")
}
