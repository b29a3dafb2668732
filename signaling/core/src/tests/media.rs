//! What reaches the media: made for whoever is told it, when they are told it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use wire::signaling::{MediaAccess as Room, ServerFrame};
use wire::{ConnectionId, IceServer, MediaBackend, OnLoss, SessionSpec, UnixMs};

use super::fixture::{ANN, BOB, END, Fixture, LIVE, START, StepResult, extend, spec};
use crate::{AccessProvider, AccessRequest, Input, Session, Settings};

/// Grants that name whom they are for, when, and until when they are needed.
#[derive(Debug)]
struct Named;

impl AccessProvider for Named {
    fn ice_servers(&self, now: UnixMs, who: AccessRequest<'_>) -> Vec<IceServer> {
        vec![IceServer {
            urls: Vec::new(),
            username: Some(format!("{}@{}-{}", who.user, now.0, who.latest_end.0)),
            credential: None,
        }]
    }

    fn media(&self, now: UnixMs, who: AccessRequest<'_>) -> Option<Room> {
        (who.spec.media == MediaBackend::Livekit).then(|| Room {
            kind: MediaBackend::Livekit,
            url: String::new(),
            token: format!("{}@{}", who.user, now.0),
            room: format!("{}.{}", who.spec.id, who.spec.revision),
        })
    }
}

fn fixture(change: impl FnOnce(&mut SessionSpec)) -> Fixture {
    let mut fixture = Fixture::with(change);
    let settings = Settings {
        media: Arc::new(Named),
        ..Settings::default()
    };
    fixture.session = Session::new(fixture.session.snapshot().spec, Arc::new(settings));
    fixture
}

fn with_a_room() -> Fixture {
    fixture(|spec| spec.media = MediaBackend::Livekit)
}

fn granted(turn: &StepResult, to: ConnectionId, kind: &str) -> (Option<String>, Option<Room>) {
    let (ice, media) = match turn.one(to, kind) {
        ServerFrame::Welcome(frame) => (&frame.ice_servers, &frame.media),
        ServerFrame::Negotiate(frame) => (&frame.ice_servers, &frame.media),
        ServerFrame::IceServers(frame) => (&frame.ice_servers, &frame.media),
        other => panic!("{other:?} grants nothing"),
    };
    (ice[0].username.clone(), media.clone())
}

#[test]
fn med_1_each_is_granted_access_of_their_own_and_anew_each_time() {
    let mut fixture = with_a_room();
    let (ann, turn) = fixture.join(ANN);
    let latest = fixture.session.latest_end().0;
    let (ice, media) = granted(&turn, ann, "welcome");
    assert_eq!(ice, Some(format!("ann@{}-{latest}", START - 60_000)));
    assert_eq!(media, None, "nobody is there to be met");
    fixture.tick(START - 50_000);
    let (bob, turn) = fixture.join(BOB);
    for (socket, name) in [(ann, "ann"), (bob, "bob")] {
        let (ice, media) = granted(&turn, socket, "negotiate");
        assert_eq!(ice, Some(format!("{name}@{}-{latest}", START - 50_000)));
        let media = media.expect("both are in");
        assert_eq!(media.token, format!("{name}@{}", START - 50_000));
        assert_eq!(media.room, "s.1");
    }
    fixture.tick(START - 40_000);
    let turn = fixture.frame(ann, wire::signaling::Refresh {});
    let (_, media) = granted(&turn, ann, "ice_servers");
    assert_eq!(
        media.expect("is on").token,
        format!("ann@{}", START - 40_000)
    );
}

#[test]
fn med_1_a_resumed_page_is_granted_its_room_again() {
    let (mut fixture, _, bob) = with_a_room().seated();
    fixture.lose(bob);
    let (bob, turn) = fixture.resume(BOB, 2, 1);
    let (_, media) = granted(&turn, bob, "welcome");
    assert_eq!(media.expect("the negotiation is on").room, "s.1");
}

/// Grants nothing until it is told to.
#[derive(Debug, Default)]
struct Late(AtomicBool);

impl AccessProvider for Late {
    fn ice_servers(&self, _now: UnixMs, _who: AccessRequest<'_>) -> Vec<IceServer> {
        Vec::new()
    }

    fn is_ready(&self, _now: UnixMs, _who: AccessRequest<'_>) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn media(&self, now: UnixMs, who: AccessRequest<'_>) -> Option<Room> {
        Named.media(now, who)
    }
}

#[test]
fn med_4_nothing_is_negotiated_before_access_can_be_granted() {
    let mut fixture = with_a_room();
    let late = Arc::new(Late::default());
    let settings = Settings {
        media: late.clone(),
        ..Settings::default()
    };
    fixture.session = Session::new(fixture.session.snapshot().spec, Arc::new(settings));
    let (ann, _) = fixture.join(ANN);
    let (bob, turn) = fixture.join(BOB);
    assert_eq!(turn.kinds(bob), ["welcome"]);
    assert!(fixture.take(Input::Tick).0.is_empty());
    late.0.store(true, Ordering::Relaxed);
    let turn = fixture.take(Input::Tick);
    for socket in [ann, bob] {
        assert_eq!(turn.kinds(socket), ["negotiate"]);
    }
    assert!(fixture.take(Input::Tick).0.is_empty(), "once");
}

#[test]
fn med_2_a_room_is_of_one_revision_so_a_new_one_is_negotiated() {
    let (mut fixture, ann, bob) = with_a_room().seated();
    let before = fixture.epoch();
    let mut moved = fixture.session.snapshot().spec;
    moved.revision = 2;
    moved.starts_at = moved.starts_at + 1_000;
    let turn = fixture.take(Input::Booked { spec: moved });
    for socket in [ann, bob] {
        assert_eq!(turn.kinds(socket), ["rescheduled", "negotiate"]);
        let (_, media) = granted(&turn, socket, "negotiate");
        assert_eq!(media.expect("both are in").room, "s.2");
    }
    assert!(fixture.epoch() > before);
}

#[test]
fn med_3_the_latest_end_counts_what_is_left_and_nothing_else() {
    let mut fixture = fixture(|spec| {
        spec.on_loss = OnLoss::Pause;
        spec.max_extensions = 1;
    });
    let booked = spec();
    let (extension, pause) = (booked.extension_ms, booked.max_pause_ms);
    assert_eq!(
        fixture.session.latest_end(),
        fixture.session.snapshot().spec.latest_end()
    );
    let (ann, bob);
    (fixture, ann, bob) = fixture.seated_live();
    assert_eq!(fixture.session.latest_end().0, END + extension + pause);
    fixture.tick(LIVE + 1_000);
    fixture.lose(bob);
    assert_eq!(fixture.session.latest_end().0, END + extension + pause);
    fixture.tick(LIVE + 3_000);
    let (bob, _) = fixture.join(BOB);
    let live = END + 2_000;
    assert_eq!(
        fixture.session.latest_end().0,
        live + extension + pause - 2_000
    );
    for socket in [ann, bob] {
        fixture.frame(socket, extend());
    }
    assert_eq!(
        fixture.session.latest_end().0,
        live + extension + pause - 2_000
    );
}

#[test]
fn med_3_a_hard_end_clips_the_latest_end() {
    let (fixture, ..) = fixture(|spec| spec.hard_end_at = Some(UnixMs(END + 7))).seated_live();
    assert_eq!(fixture.session.latest_end(), UnixMs(END + 7));
    let early = fixture_with_hard_end(LIVE + 1);
    assert_eq!(early.session.latest_end(), UnixMs(LIVE + 1));
}

fn fixture_with_hard_end(at: i64) -> Fixture {
    fixture(|spec| spec.hard_end_at = Some(UnixMs(at)))
        .seated_live()
        .0
}
