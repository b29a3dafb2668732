//! Every route of the scheduler.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{any, delete, get, post, put};
use axum::{Extension, Router};
use bus::EventsSecret;
use service::health::{self, Readiness};
use service::origin::AllowedOrigins;

use crate::api::{
    application, audit, blocks, calendar, calendar_feed, deliveries, exports, feedback, gifts,
    groups, jobs, join, jwks, links, mail_refusals, mail_unsubscriptions, matches, me,
    notifications, operators, proofs, proposals, push, questions, reports, rooms, sessions, signup,
    status, timeline, users, webhook_deliveries, webhook_listeners, webhooks,
};
use crate::config::Config;
use crate::describe;
use crate::events::ServiceEvents;
use crate::state::AppState;
use crate::status::StatusBoard;
use crate::test_clock;
use crate::web::{self, WebApp};

/// All routes, with the layers that every service has.
pub(crate) fn routes(
    app: AppState,
    config: &Config,
    secret: EventsSecret,
    readiness: Readiness,
    origins: &AllowedOrigins,
) -> Router {
    let described = describe::api(app.accounts.is_some(), config.test_clock.is_some());
    let events = bus::routes(secret.clone(), ServiceEvents::new(app.clone()));
    let status = Arc::new(StatusBoard::new(config, readiness.clone()));
    let for_tests = test_clock::routes(app.clone(), config, secret);
    let app_store = Arc::clone(&app.store);
    let api = Router::new()
        // For applications.
        .route("/v1/sessions", post(sessions::book).get(sessions::list))
        .route("/v1/sessions/{id}/cancel", post(sessions::cancel))
        .route(
            "/v1/sessions/{id}/participants/{user_id}/renew-link",
            post(links::renew),
        )
        .route(
            "/v1/application",
            get(application::get).patch(application::change),
        )
        .merge(webhook_routes())
        // For applications and people.
        .route(
            "/v1/sessions/{id}",
            get(sessions::get).patch(sessions::change),
        )
        .route("/v1/sessions/{id}/ticket", post(sessions::ticket))
        .route("/v1/sessions/{id}/calendar.ics", get(calendar::get))
        .route("/v1/sessions/{id}/feedback", post(feedback::give))
        .route("/v1/rooms", post(groups::create).get(groups::list))
        .route(
            "/v1/rooms/{id}",
            get(groups::get).patch(groups::change).delete(groups::close),
        )
        .route("/v1/rooms/{id}/members", post(groups::add_members))
        .route(
            "/v1/rooms/{id}/members/{user_id}",
            delete(groups::remove_member),
        )
        .route("/v1/rooms/ticket", post(rooms::ticket))
        .route("/v1/questions/random", get(questions::random))
        // For people.
        .route("/v1/join", post(join::join))
        .route("/v1/notifications", get(notifications::list))
        .route("/v1/notifications/stream", get(notifications::stream))
        .route("/v1/notifications/read-all", post(notifications::read_all))
        .route("/v1/notifications/{id}/read", post(notifications::read))
        .route("/v1/push/key", get(push::key))
        .route("/v1/push-subscriptions", post(push::subscribe))
        .route("/v1/push-subscriptions/{id}", delete(push::unsubscribe))
        .route("/v1/matches", post(matches::create).get(matches::list))
        // For whoever has the link of a mail.
        .route(
            "/v1/mail-unsubscriptions/{token}",
            get(mail_unsubscriptions::ask).post(mail_unsubscriptions::stop),
        )
        .route(
            "/v1/mail-unsubscriptions/{token}/undo",
            post(mail_unsubscriptions::undo),
        )
        // For operators; the timeline and the deliveries for applications too.
        .route("/v1/operator/ticket", post(operators::ticket))
        .route("/v1/audit", get(audit::list))
        .route("/v1/status", get(status::show).layer(Extension(status)))
        .route("/v1/jobs", get(jobs::list))
        .route("/v1/jobs/{id}/retry", post(jobs::retry))
        .route("/v1/sessions/{id}/timeline", get(timeline::list))
        .route("/v1/sessions/{id}/deliveries", get(deliveries::of_session))
        .route("/v1/deliveries", get(deliveries::list))
        // For the other services.
        .route("/.well-known/jwks.json", get(jwks::jwks))
        .merge(accounts(app.accounts.is_some()))
        .with_state(app);
    let pages = Router::new()
        .route("/", any(web::any_path))
        .route("/join", any(web::any_path))
        .route("/{*path}", any(web::any_path))
        .with_state(WebApp::new(config, app_store));
    let limit = config.store.options.statement_timeout;
    let all = api
        .merge(events)
        .merge(for_tests)
        .layer(from_fn_with_state(limit, with_one_deadline))
        .merge(health::routes(readiness))
        .merge(service::describe::routes(described.clone(), None))
        .merge(pages);
    let all = service::listeners::operators_apart(all, &described);
    let all = test_clock::dated(all, config);
    service::http::standard(all, origins)
}

/// Where applications are told of their events.
fn webhook_routes() -> Router<AppState> {
    Router::new()
        .route("/v1/webhooks", post(webhooks::create).get(webhooks::list))
        .route(
            "/v1/webhooks/{id}",
            get(webhooks::get)
                .patch(webhooks::change)
                .delete(webhooks::delete),
        )
        .route("/v1/webhooks/{id}/rotate", post(webhooks::rotate))
        .route("/v1/webhooks/{id}/test", post(webhooks::test))
        .route(
            "/v1/webhooks/{id}/deliveries",
            get(webhook_deliveries::list),
        )
        .route("/v1/deliveries/{id}/redeliver", post(deliveries::redeliver))
        .route(
            "/v1/webhook-listeners",
            post(webhook_listeners::start).get(webhook_listeners::list),
        )
        .route(
            "/v1/webhook-listeners/{id}",
            delete(webhook_listeners::stop),
        )
        .route(
            "/v1/webhook-listeners/{id}/stream",
            get(webhook_listeners::stream),
        )
        .route(
            "/v1/webhook-listeners/{id}/deliveries/{delivery_id}",
            post(webhook_listeners::answer),
        )
}

/// The routes of accounts, where there are any.
fn accounts(are_there: bool) -> Router<AppState> {
    if !are_there {
        return Router::new();
    }
    Router::new()
        .route("/v1/signup", post(signup::sign_up))
        .route("/v1/login", post(signup::log_in))
        .route("/v1/logout", post(signup::log_out))
        .route("/v1/me", get(me::get).patch(me::change).delete(me::erase))
        .route("/v1/me/export", get(exports::export))
        .route("/v1/me/password", post(me::change_password))
        .route(
            "/v1/me/calendar",
            post(calendar_feed::give).delete(calendar_feed::revoke),
        )
        .route("/v1/calendars/{file}", get(calendar_feed::read))
        .route("/v1/me/logins", get(me::logins))
        .route("/v1/me/logins/{id}", delete(me::end_login))
        .route("/v1/email-verification", post(proofs::ask))
        .route("/v1/email-verification/confirm", post(proofs::confirm))
        .route("/v1/password-reset", post(proofs::ask_for_reset))
        .route("/v1/password-reset/confirm", post(proofs::confirm_reset))
        .route("/v1/users", get(users::search))
        .route("/v1/gifts", post(gifts::send).get(gifts::list))
        .route("/v1/gifts/claim", post(gifts::of_link))
        .route("/v1/gifts/{id}", get(gifts::get).delete(gifts::withdraw))
        .route("/v1/gifts/{id}/peek", post(gifts::peek))
        .route("/v1/matches/{id}", delete(matches::end))
        .route("/v1/matches/{id}/proposals", post(proposals::propose))
        .route("/v1/proposals/{id}/accept", post(proposals::accept))
        .route("/v1/proposals/{id}/decline", post(proposals::decline))
        .route("/v1/proposals/{id}/withdraw", post(proposals::withdraw))
        .route(
            "/v1/mail-refusals/{token}",
            get(mail_refusals::ask).post(mail_refusals::refuse),
        )
        .route("/v1/reports", post(reports::send).get(reports::list))
        .route("/v1/blocks", get(blocks::list))
        .route(
            "/v1/blocks/{user_id}",
            put(blocks::put).delete(blocks::delete),
        )
}

/// A request reads and writes several times, and has the time of one for all of it: who asks waits no longer.
async fn with_one_deadline(
    State(limit): State<Duration>,
    request: Request,
    next: Next,
) -> Response {
    storage::with_deadline(limit, next.run(request)).await
}
