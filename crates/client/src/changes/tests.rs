use wire::EndReason;

use super::*;
use crate::{Peer, Refusal, SessionEnd, SocketState};

/// The events from one state to the other, as they are printed.
fn told(before: &SessionSnapshot, after: &SessionSnapshot) -> Vec<String> {
    let events = before.events_to(after);
    events.iter().map(|event| format!("{event:?}")).collect()
}

fn in_phase(phase: SessionStage) -> SessionSnapshot {
    SessionSnapshot {
        phase,
        ..SessionSnapshot::BEFORE_JOIN
    }
}

fn live(deadline_at: i64, ending: bool) -> SessionSnapshot {
    let (started_at, deadline_at) = (UnixMs(1_000), UnixMs(deadline_at));
    in_phase(SessionStage::Live {
        started_at,
        deadline_at,
        ending,
    })
}

fn peer(presence: PeerPresence) -> Option<Peer> {
    let (user_id, name) = (UserId::from("bo"), "Bo".to_owned());
    Some(Peer {
        user_id,
        name,
        presence,
    })
}

#[test]
fn rcl_7_each_change_is_told_once_and_nothing_twice() {
    let before = live(2_000, false);
    assert_eq!(told(&before, &before), Vec::<String>::new());
    assert_eq!(
        told(&before, &live(2_000, true)),
        ["Warning { deadline_at: UnixMs(2000) }"]
    );
    let moved = "Live { started_at: UnixMs(1000), deadline_at: UnixMs(5000) }";
    assert_eq!(told(&live(2_000, true), &live(5_000, false)), [moved]);
    assert_eq!(
        told(&live(2_000, true), &live(5_000, true)),
        [moved, "Warning { deadline_at: UnixMs(5000) }"]
    );
    assert_eq!(
        told(&live(2_000, true), &live(2_000, true)),
        Vec::<String>::new()
    );
}

#[test]
fn rcl_7_waiting_is_told_when_the_lobby_the_start_or_the_absent_change() {
    let early = in_phase(SessionStage::Early {
        opens_at: UnixMs(9),
    });
    let lobby = in_phase(SessionStage::Lobby);
    let open = "Waiting { opens_at: None, starts_at: None, absent: [] }";
    assert_eq!(told(&SessionSnapshot::BEFORE_JOIN, &lobby), [open]);
    assert_eq!(told(&early, &lobby), [open]);
    assert_eq!(told(&lobby, &lobby), Vec::<String>::new());
    assert_eq!(
        told(&live(2_000, false), &lobby),
        [open],
        "a countdown that was cancelled, too"
    );
    let alone = SessionSnapshot {
        peer: peer(PeerPresence::Away { since: None }),
        ..lobby.clone()
    };
    let events = told(&lobby, &alone);
    assert!(events[0].starts_with("Peer"), "{events:?}");
    assert!(
        events[1].contains(r#"absent: [UserId("bo")]"#),
        "{events:?}"
    );
}

#[test]
fn rcl_7_the_end_comes_last_and_a_refusal_says_why() {
    let end = SessionEnd {
        reason: EndReason::Left,
        absent: Vec::new(),
        started_at: None,
        ended_at: UnixMs(7),
    };
    let over = SessionSnapshot {
        socket: SocketState::Closed,
        peer: peer(PeerPresence::Here),
        ..in_phase(SessionStage::Ended(end))
    };
    let events = told(&live(2_000, false), &over);
    assert_eq!(events.len(), 3);
    assert!(events[2].starts_with("Ended"), "{events:?}");
    let refusal = Refusal::closed(4505, None);
    let refused = SessionSnapshot {
        refusal: Some(refusal),
        ..in_phase(SessionStage::Refused)
    };
    let events = told(&live(2_000, false), &refused);
    assert!(events[0].contains(r#"code: "replaced""#), "{events:?}");
}
