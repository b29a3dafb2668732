//! `/v1/me/export`: a copy of all that is stored of a person.

use axum::extract::State;
use axum::http::{HeaderName, header};
use scheduler_core::{Feedback, Match, StoredReport};
use service::clock;
use service::http::{HttpError, Json};
use url::Url;
use wire::{
    ExportedFeedback, ExportedMatch, ExportedPushSubscription, PersonExport, UndeliverableAddress,
    UnixMs, UserId,
};

use super::gifts;
use super::me::login_view;
use crate::access::Person;
use crate::session_view::Audience;
use crate::state::AppState;
use crate::store::{
    GiftBox, GiftQuery, NotificationPage, NotificationQuery, StoreError, StoredPushSubscription,
    address_hash,
};

/// Items of one list of an export, at most: some tens of megabytes in all.
const MAX_EXPORTED: u32 = 10_000;

/// What a browser does with an export: it saves it, and keeps no other copy.
const SAVED: [(HeaderName, &str); 2] = [
    (
        header::CONTENT_DISPOSITION,
        "attachment; filename=\"rendezvous.json\"",
    ),
    (header::CACHE_CONTROL, "no-store"),
];

/// `GET /v1/me/export`: one document with everything, as the person may see it.
pub(crate) async fn export(
    State(app): State<AppState>,
    person: Person,
) -> Result<([(HeaderName, &'static str); 2], Json<PersonExport>), HttpError> {
    app.accounts()?.throttle.export(&person.user)?;
    let collected = collect(&app, &person, clock::now()).await?;
    Ok((SAVED, Json(collected)))
}

async fn collect(app: &AppState, person: &Person, now: UnixMs) -> Result<PersonExport, StoreError> {
    let user = &person.user;
    let (store, stored) = (&*app.store, app.store.exports());
    // One more than is exported shows whether there are more.
    let limit = MAX_EXPORTED + 1;
    let notifications = NotificationQuery {
        user: user.clone(),
        session: None,
        page: NotificationPage::Before(None),
        limit,
    };
    let logins = store.accounts().logins(user.clone(), now).await?;
    let browsers = store.push_subscriptions().list(user.clone(), limit).await?;
    let matches = stored.matches(user.clone(), limit).await?;
    let groups = store.rooms().export(user.clone(), limit).await?;
    let proposals = stored.proposals(user.clone(), limit).await?;
    let sessions = stored.sessions(user.clone(), limit).await?;
    let received = gifts_of(user, GiftBox::Received);
    let received = store.gifts().list(received).await?;
    let feedback = stored.feedback(user.clone(), limit).await?;
    let reports = stored.reports(user.clone(), limit).await?;
    let address = address_hash(&person.account.email);
    let refused = store.mail_addresses().refused(address).await?;
    let mut truncated = Vec::new();
    let mut export = PersonExport {
        exported_at: now,
        profile: person.account.view(),
        undeliverable: refused.map(|(since, reason)| UndeliverableAddress { since, reason }),
        logins: logins
            .into_iter()
            .map(|login| login_view(login, person))
            .collect(),
        push_subscriptions: browsers.iter().map(push_view).collect(),
        gifts_given: gifts::sent(app, gifts_of(user, GiftBox::Sent)).await?,
        gifts_received: received
            .iter()
            .filter_map(|gift| app.gift_view(gift, user, now))
            .collect(),
        matches: matches
            .iter()
            .filter_map(|one| match_view(one, user))
            .collect(),
        groups,
        proposals: proposals.iter().map(|one| one.view(now)).collect(),
        sessions: sessions
            .iter()
            .map(|session| app.view(session, now, Audience::Participant))
            .collect(),
        notifications: store.notifications().list(notifications).await?,
        blocks: store.blocks().list(user.clone(), None, limit).await?,
        feedback: feedback.iter().map(feedback_view).collect(),
        reports: reports.iter().map(StoredReport::view).collect(),
        truncated: Vec::new(),
    };
    truncate("gifts_given", &mut export.gifts_given, &mut truncated);
    truncate("gifts_received", &mut export.gifts_received, &mut truncated);
    truncate("matches", &mut export.matches, &mut truncated);
    truncate("groups", &mut export.groups, &mut truncated);
    truncate("proposals", &mut export.proposals, &mut truncated);
    truncate("sessions", &mut export.sessions, &mut truncated);
    truncate("notifications", &mut export.notifications, &mut truncated);
    truncate("blocks", &mut export.blocks, &mut truncated);
    truncate("feedback", &mut export.feedback, &mut truncated);
    truncate("reports", &mut export.reports, &mut truncated);
    export.truncated = truncated;
    Ok(export)
}

fn truncate<T>(name: &str, list: &mut Vec<T>, truncated: &mut Vec<String>) {
    let most = MAX_EXPORTED as usize;
    if list.len() > most {
        list.truncate(most);
        truncated.push(name.to_owned());
    }
}

fn gifts_of(user: &UserId, of: GiftBox) -> GiftQuery {
    GiftQuery {
        user: user.clone(),
        of,
        before: None,
        limit: MAX_EXPORTED + 1,
    }
}

fn push_view(stored: &StoredPushSubscription) -> ExportedPushSubscription {
    let service = Url::parse(stored.endpoint.url.expose());
    ExportedPushSubscription {
        id: stored.id.clone(),
        service: service.map_or_else(|_| String::new(), |url| url.origin().ascii_serialization()),
        created_at: stored.created_at,
    }
}

fn feedback_view(said: &Feedback) -> ExportedFeedback {
    ExportedFeedback {
        session_id: said.session.clone(),
        feedback: said.view(),
    }
}

fn match_view(of: &Match, user: &UserId) -> Option<ExportedMatch> {
    Some(ExportedMatch {
        id: of.id.clone(),
        with: of.other(user)?.clone(),
        room_id: of.room_id.clone(),
        created_at: of.created_at,
        ended_at: of.ended_at,
    })
}
