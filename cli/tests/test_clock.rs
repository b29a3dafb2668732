//! `up --test-clock`: hours that pass in a moment, for all three services alike, and for nobody else.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use testkit::{
    ChatPeer, Http, HttpResponse, SOON, Service, Stack, StackOptions, TestPeer, now, until,
};
use wire::signaling::{Connected, Ended, Live, Negotiate, Ping, Pong};
use wire::{
    ClockReading, EndReason, JoinResponse, NotificationKind, SessionState, SessionView, UnixMs,
};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;
/// What may pass by itself between two steps of a test, in milliseconds.
const SLOW_MS: i64 = MINUTE_MS;

fn with_test_clock() -> StackOptions {
    StackOptions {
        args: vec!["--test-clock".to_owned()],
        ..StackOptions::default()
    }
}

async fn move_clock(stack: &Stack, by: &Http, body: Value) -> HttpResponse {
    let url = format!("{}/v1/test-clock", stack.url(Service::Scheduler));
    by.post(&url, body).await
}

/// What the clock shows after the move.
async fn advance(stack: &Stack, by: &Http, ms: i64) -> UnixMs {
    let moved = move_clock(stack, by, json!({ "advance_ms": ms })).await;
    moved.json::<ClockReading>(200).now
}

/// How far ahead a service says it is; none where it has no such clock.
async fn offset_ms(stack: &Stack, service: Service) -> Option<i64> {
    let scraped = Http::new().get(&stack.metrics_url(service)).await;
    let text = scraped.body.as_str().unwrap().to_owned();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("test_clock_offset_ms "))?;
    Some(line.parse().unwrap())
}

async fn assert_all_ahead(stack: &Stack, ms: Option<i64>) {
    for service in Service::ALL {
        assert_eq!(offset_ms(stack, service).await, ms, "{}", service.name());
    }
}

/// A client with the access that a person's join link gives.
async fn person(stack: &Stack, session: &SessionView, participant: usize) -> Http {
    let link = session.participants[participant].join_url.clone().unwrap();
    let (_, token) = link.split_once('#').unwrap();
    let url = format!("{}/v1/join", stack.url(Service::Scheduler));
    let joined: JoinResponse = Http::new()
        .post(&url, json!({ "token": token }))
        .await
        .json(200);
    Http::bearer(&joined.access)
}

async fn pong(peer: &mut TestPeer) -> Pong {
    let ping = Ping {
        sent_at: 1.into(),
        last_seq: peer.last_seq,
    };
    peer.send(ping).await;
    peer.expect(SOON).await
}

async fn in_state(
    stack: &Stack,
    application: &Http,
    session: &SessionView,
    state: SessionState,
) -> SessionView {
    until(&format!("{state:?}"), SOON * 2, async || {
        let view = stack.session(application, session).await;
        (view.state == state).then_some(view)
    })
    .await
}

fn assert_soon_after(at: UnixMs, since: UnixMs) {
    let late_ms = at.since(since);
    assert!((0..SLOW_MS).contains(&late_ms), "{late_ms} ms");
}

#[tokio::test]
async fn sch_127_a_session_is_reminded_of_opened_held_and_recorded_though_nobody_waited() {
    let stack = Stack::start_with(with_test_clock()).await;
    let application = stack.application();
    let starts_at = now() + HOUR_MS;
    let booking = json!({
        "starts_at": starts_at, "remind_before_ms": [10 * MINUTE_MS],
        "lobby_ms": 5 * MINUTE_MS, "duration_ms": 30 * MINUTE_MS,
    });
    let session = stack.book(&application, booking).await;
    let missed = json!({
        "participants": [{"external_id": "cy", "name": "Cy"}, {"external_id": "di", "name": "Di"}],
        "starts_at": starts_at, "closes_after_ms": 10 * MINUTE_MS,
    });
    let missed = stack.book(&application, missed).await;

    advance(&stack, &application, 50 * MINUTE_MS).await;
    let ann = person(&stack, &session, 0).await;
    let url = format!("{}/v1/notifications", stack.url(Service::Scheduler));
    let reminder = until("a reminder", SOON, async || {
        let listed: wire::Page<wire::Notification> = ann.get(&url).await.json(200);
        listed.items.into_iter().next()
    })
    .await;
    assert_eq!(reminder.kind, NotificationKind::SessionReminder);
    assert_soon_after(reminder.created_at, starts_at - 10 * MINUTE_MS);

    let tickets = [0, 1].map(|one| stack.ticket(&application, &session, one));
    let [ann, bo] = tickets;
    let (ann, bo) = (ann.await, bo.await);
    let (refused, _) = TestPeer::refused(&ann.url, &ann.ticket).await;
    assert_eq!(refused.code, wire::ErrorCode::TooEarly);
    advance(&stack, &application, 5 * MINUTE_MS).await;
    in_state(&stack, &application, &session, SessionState::Open).await;
    let mut ann = TestPeer::join(&ann.url, &ann.ticket).await;
    let mut bo = TestPeer::join(&bo.url, &bo.ticket).await;

    advance(&stack, &application, 5 * MINUTE_MS).await;
    for peer in [&mut ann, &mut bo] {
        let epoch = peer.expect::<Negotiate>(SOON).await.epoch;
        peer.send(Connected { epoch }).await;
    }
    let live = ann.expect::<Live>(SOON).await;
    assert_soon_after(live.started_at, starts_at);
    assert_eq!(live.deadline_at.since(live.started_at), 30 * MINUTE_MS);
    advance(&stack, &application, 29 * MINUTE_MS).await;
    for peer in [&mut ann, &mut bo] {
        pong(peer).await;
        peer.assert_none::<Ended>();
    }
    advance(&stack, &application, MINUTE_MS).await;
    for peer in [&mut ann, &mut bo] {
        assert_eq!(
            peer.expect::<Ended>(SOON).await.reason,
            EndReason::Completed
        );
        assert_eq!(peer.expect_close(SOON).await, Some(4504));
    }

    let record = in_state(&stack, &application, &session, SessionState::Ended).await;
    assert_eq!(record.outcome.unwrap().reason, EndReason::Completed);
    assert_eq!(record.deadline_at, Some(live.deadline_at));
    for participant in &record.participants {
        assert_soon_after(participant.left_at[0], live.deadline_at);
    }
    let record = in_state(&stack, &application, &missed, SessionState::Ended).await;
    assert_eq!(record.outcome.unwrap().reason, EndReason::NoShow);
}

#[tokio::test]
async fn cht_77_sockets_live_through_two_hours_at_once_and_messages_and_tickets_go_by_the_test_clock()
 {
    let stack = Stack::start_with(with_test_clock()).await;
    let application = stack.application();
    let booking = json!({ "starts_at": now() + 3 * HOUR_MS, "lobby_ms": 4 * HOUR_MS });
    let session = stack.book(&application, booking).await;
    let ticket = stack.ticket(&application, &session, 0).await;
    let mut ann = TestPeer::join(&ticket.url, &ticket.ticket).await;
    let ticket = stack.chat_ticket(&application, &session, 0).await;
    let mut chat = ChatPeer::hello(&ticket.url, &ticket.ticket, "device").await;

    let moved = advance(&stack, &application, 2 * HOUR_MS).await;
    assert_soon_after(moved, now() + 2 * HOUR_MS - SLOW_MS / 2);
    assert_soon_after(pong(&mut ann).await.server_now, moved);
    let sent = chat.say(&session.room_id, "1", "Still here?").await;
    assert_soon_after(sent.sent_at, moved);
    assert_eq!((ann.closed(), chat.closed()), (None, None));

    // Its ticket is good for twelve hours.
    advance(&stack, &application, 10 * HOUR_MS).await;
    assert_eq!(chat.expect_close(SOON).await, Some(4501));
}

#[tokio::test]
async fn sch_126_all_three_move_or_who_has_not_is_named_and_a_repeat_finishes_the_same_move() {
    let stack = Stack::start_with(with_test_clock()).await;
    let application = stack.application();
    let session = stack.book(&application, json!({})).await;
    let nobody = move_clock(&stack, &Http::new(), json!({ "advance_ms": 1 })).await;
    assert_eq!(nobody.problem(401), "unauthenticated");
    let page = person(&stack, &session, 0).await;
    let page = move_clock(&stack, &page, json!({ "advance_ms": 1 })).await;
    assert_eq!(page.problem(403), "forbidden");
    for wrong in [0, -1, 400 * DAY_MS + 1, i64::MAX, i64::MIN] {
        let refused = move_clock(&stack, &application, json!({ "advance_ms": wrong })).await;
        assert_eq!(refused.problem(422), "invalid_field", "{wrong}");
        let error = &refused.body["errors"][0];
        assert_eq!(error["field"], "advance_ms");
        assert_eq!(error["code"], "out_of_range");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("1 to 34560000000:"), "{message}");
    }
    for follower in [Service::Signaling, Service::Chat] {
        let url = format!("{}/v1/test-clock", stack.url(follower));
        let refused = application.post(&url, json!({ "offset_ms": 1 })).await;
        assert_eq!(refused.problem(401), "unauthenticated");
    }
    for service in Service::ALL {
        let url = format!("{}/openapi.json", stack.url(service));
        let described = Http::new().get(&url).await;
        assert!(described.body["paths"]["/v1/test-clock"]["post"].is_object());
    }
    assert_all_ahead(&stack, Some(0)).await;

    let chat = stack
        .child(Service::Chat)
        .and_then(|pid| i32::try_from(pid).ok());
    let chat = chat.and_then(Pid::from_raw).unwrap();
    kill_process(chat, Signal::STOP).unwrap();
    let hour = json!({ "advance_ms": HOUR_MS });
    let half = move_clock(&stack, &application, hour.clone()).await;
    kill_process(chat, Signal::CONT).unwrap();
    assert_eq!(half.problem(503), "unavailable");
    let detail = half.body["detail"].as_str().unwrap();
    assert!(detail.starts_with("chat did not move"), "{detail}");
    assert_eq!(offset_ms(&stack, Service::Scheduler).await, Some(0));
    let moved: ClockReading = move_clock(&stack, &application, hour).await.json(200);
    assert_soon_after(moved.now, now() + HOUR_MS - SLOW_MS / 2);
    assert_all_ahead(&stack, Some(HOUR_MS)).await;

    // Ten years in all.
    let mut left_ms = 3_650 * DAY_MS - HOUR_MS;
    while left_ms > 0 {
        let step_ms = left_ms.min(400 * DAY_MS);
        advance(&stack, &application, step_ms).await;
        left_ms -= step_ms;
    }
    let refused = move_clock(&stack, &application, json!({ "advance_ms": 1 })).await;
    assert_eq!(refused.problem(422), "invalid_field");
}

#[tokio::test]
async fn ops_59_the_clock_is_kept_over_restarts_and_a_start_without_it_goes_by_real_time() {
    let folder = tempfile::tempdir().unwrap();
    let options = |args: StackOptions| StackOptions {
        data_dir: Some(folder.path().to_owned()),
        ..args
    };
    let mut stack = Stack::start_with(options(with_test_clock())).await;
    stack.line("--test-clock is for tests only", SOON).await;
    let application = stack.application();
    advance(&stack, &application, 2 * DAY_MS).await;
    for service in Service::ALL {
        let old = stack.kill(service);
        stack.restarted(service, old, SOON).await;
        stack.ready(service, SOON * 2).await;
    }
    assert_all_ahead(&stack, Some(2 * DAY_MS)).await;
    let answer = Http::new()
        .get(&format!("{}/health/live", stack.url(Service::Scheduler)))
        .await;
    let date = answer.headers["date"].to_str().unwrap();
    let due = chrono::DateTime::parse_from_rfc2822(date).unwrap();
    assert_soon_after(
        UnixMs(due.timestamp_millis()),
        now() + 2 * DAY_MS - SLOW_MS / 2,
    );
    assert!(
        !stack
            .output()
            .iter()
            .any(|line| line.contains("clock_jump"))
    );
    drop(stack);

    let demo = StackOptions {
        args: ["--test-clock", "--demo"].map(str::to_owned).to_vec(),
        ..StackOptions::default()
    };
    let stack = Stack::start_with(options(demo)).await;
    assert_all_ahead(&stack, Some(2 * DAY_MS)).await;
    stack.line("/join#", SOON).await;
    drop(stack);
    let stack = Stack::start_with(options(StackOptions::default())).await;
    assert_all_ahead(&stack, None).await;
    let session = stack.book(&application, json!({})).await;
    assert_soon_after(now(), session.starts_at);
}

#[tokio::test]
async fn ops_59_without_it_there_is_no_route_and_it_is_for_up_and_this_machine_alone() {
    let stack = Stack::start().await;
    let application = stack.application();
    for service in Service::ALL {
        let base = stack.url(service);
        let url = format!("{base}/v1/test-clock");
        let refused = application.post(&url, json!({ "advance_ms": 1 })).await;
        assert_eq!(refused.problem(404), "not_found");
        let described = Http::new().get(&format!("{base}/openapi.json")).await;
        assert_eq!(described.body["paths"].get("/v1/test-clock"), None);
    }
    let set = "signaling.listen=0.0.0.0:8081";
    let refused = stack.run(&["up", "--test-clock", "--set", set]);
    let stderr = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(78), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.contains("signaling.listen"), "{stderr}");
    for service in Service::ALL {
        let refused = stack.run(&[service.name(), "--test-clock"]);
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    }
}
