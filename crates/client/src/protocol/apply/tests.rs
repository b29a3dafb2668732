use serde_json::{Value, json};

use super::*;

const NOW: UnixMs = UnixMs(1_700_000_300_500);

fn frame(json: Value) -> ServerFrame {
    ServerFrame::parse(&json.to_string()).unwrap().1
}

/// What the server says to Ann; `session` and `peer` override fields.
fn welcome(session: Value, peer: Value) -> ServerFrame {
    let fixtures = include_str!("../../../../wire/fixtures/signaling_server.json");
    let fixtures: Vec<Value> = serde_json::from_str(fixtures).unwrap();
    let mut frames = fixtures.into_iter().map(|fixture| fixture["frame"].clone());
    let mut welcome = frames.find(|frame| frame["type"] == "welcome").unwrap();
    for (name, value) in session.as_object().unwrap() {
        welcome["session"][name] = value.clone();
    }
    for (name, value) in peer.as_object().unwrap() {
        welcome["peer"][name] = value.clone();
    }
    frame(welcome)
}

fn after(frames: impl IntoIterator<Item = ServerFrame>) -> SessionSnapshot {
    let mut state = SessionSnapshot::BEFORE_JOIN;
    for frame in frames {
        apply(&mut state, &frame, NOW);
    }
    state
}

fn lobby() -> ServerFrame {
    welcome(json!({"phase": "lobby"}), json!({"present": true}))
}

fn live(deadline_at: i64) -> ServerFrame {
    frame(
        json!({"type": "live", "started_at": 1_000, "deadline_at": deadline_at, "server_now": 1_000}),
    )
}

#[test]
fn rcl_6_a_session_goes_from_the_lobby_to_its_end() {
    let countdown = frame(json!({"type": "countdown", "live_at": 1_000, "server_now": 700}));
    let state = after([lobby(), countdown]);
    assert_eq!(
        state.phase,
        SessionStage::Countdown {
            live_at: UnixMs(1_000)
        }
    );
    assert!(state.is_peer_here());
    let ending = frame(json!({"type": "ending", "deadline_at": 2_000, "server_now": 1_900}));
    let state = after([lobby(), live(2_000), ending]);
    let (started_at, deadline_at) = (UnixMs(1_000), UnixMs(2_000));
    assert_eq!(
        state.phase,
        SessionStage::Live {
            started_at,
            deadline_at,
            ending: true
        }
    );
    let ended = frame(json!({"type": "ended", "reason": "completed"}));
    let state = after([lobby(), live(2_000), ended, lobby()]);
    let end = SessionEnd {
        reason: EndReason::Completed,
        absent: vec![],
        started_at: Some(started_at),
        ended_at: NOW,
    };
    assert_eq!(
        state.phase,
        SessionStage::Ended(end),
        "nothing comes after it"
    );
}

#[test]
fn rcl_6_who_comes_back_stands_where_the_session_stands() {
    let session =
        json!({"phase": "live", "started_at": 1_000, "deadline_at": 9_000, "extensions_left": 0});
    let state = after([welcome(
        session,
        json!({"present": false, "resume_until": 5_000}),
    )]);
    assert!(state.is_live());
    assert_eq!(
        state.peer.unwrap().presence,
        PeerPresence::Lost {
            until: UnixMs(5_000)
        }
    );
    let session = json!({"phase": "paused", "started_at": 1_000});
    let state = after([welcome(session, json!({"present": false}))]);
    let unknown = SessionStage::Paused {
        started_at: UnixMs(1_000),
        remaining_ms: None,
        until: None,
    };
    assert_eq!(state.phase, unknown);
    for phase in ["countdown", "live", "paused"] {
        let state = after([welcome(json!({"phase": phase}), json!({}))]);
        assert_eq!(
            state.phase,
            SessionStage::Lobby,
            "{phase} without its times is none"
        );
    }
}

#[test]
fn rcl_6_a_pause_keeps_the_start_and_an_extension_moves_the_deadline() {
    let paused = frame(json!({"type": "paused", "remaining_ms": 700, "until": 4_000}));
    let state = after([lobby(), live(2_000), paused]);
    let (remaining_ms, until) = (Some(700), Some(UnixMs(4_000)));
    assert_eq!(
        state.phase,
        SessionStage::Paused {
            started_at: UnixMs(1_000),
            remaining_ms,
            until
        }
    );
    let asked = frame(json!({"type": "extend_requested", "by": "u-bo"}));
    let state = after([lobby(), live(2_000), asked.clone(), asked.clone()]);
    assert_eq!(state.extend_requested_by, [UserId::from("u-bo")]);
    let extended = frame(json!({"type": "extended", "deadline_at": 8_000, "extensions_left": 0}));
    let state = after([lobby(), live(2_000), asked.clone(), extended]);
    assert_eq!(
        (state.extensions_left, state.extend_requested_by.len()),
        (0, 0)
    );
    let refused = frame(json!({"type": "error", "code": "no_extensions_left", "message": "None."}));
    let state = after([lobby(), live(2_000), asked, refused]);
    assert_eq!(
        (state.extensions_left, state.extend_requested_by.len()),
        (0, 0)
    );
}

#[test]
fn rcl_6_the_other_one_comes_is_lost_and_goes() {
    let about = |kind: &str, more: Value| {
        let mut body = json!({"type": kind, "user_id": "u-bo"});
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        frame(body)
    };
    let presence = |frames: Vec<ServerFrame>| after(frames).peer.unwrap().presence;
    let lost = about("peer_lost", json!({"resume_until": 4_000}));
    let until = UnixMs(4_000);
    assert_eq!(
        presence(vec![lobby(), lost.clone()]),
        PeerPresence::Lost { until }
    );
    let resumed = about("peer_resumed", json!({}));
    assert_eq!(
        presence(vec![lobby(), lost.clone(), resumed]),
        PeerPresence::Here
    );
    let left = about("peer_left", json!({"reason": "lost"}));
    assert_eq!(
        presence(vec![lobby(), lost.clone(), left]),
        PeerPresence::Away { since: Some(NOW) }
    );
    let waiting = json!({"type": "waiting", "absent": ["u-bo"], "since": 3_000, "starts_at": 5_000, "closes_at": 9_000, "server_now": 4_000});
    let state = after([
        welcome(json!({}), json!({"present": false})),
        frame(waiting.clone()),
    ]);
    assert_eq!(state.spec.unwrap().starts_at, UnixMs(5_000));
    assert_eq!(
        state.peer.unwrap().presence,
        PeerPresence::Away {
            since: Some(UnixMs(3_000))
        }
    );
    assert_eq!(
        presence(vec![lobby(), lost, frame(waiting)]),
        PeerPresence::Lost { until },
        "the seat is kept"
    );
}
