//! What reaches the media: made for whoever is told it, when they are told it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use wire::signaling::{MediaAccess as Room, ServerFrame};
use wire::{ConnectionId, IceServer, MediaBackend, OnLoss, SessionSpec, UnixMs};

use super::table::{ANN, BOB, END, LIVE, START, Table, Turn, extend, spec};
use crate::{Access, Input, MediaAccess, Session, Settings};

/// Grants that name whom they are for, when, and until when they are needed.
#[derive(Debug)]
struct Named;

impl MediaAccess for Named {
    fn ice_servers(&self, now: UnixMs, who: Access<'_>) -> Vec<IceServer> {
        vec![IceServer {
            urls: Vec::new(),
            username: Some(format!("{}@{}-{}", who.user, now.0, who.latest_end.0)),
            credential: None,
        }]
    }

    fn media(&self, now: UnixMs, who: Access<'_>) -> Option<Room> {
        (who.spec.media == MediaBackend::Livekit).then(|| Room {
            kind: MediaBackend::Livekit,
            url: String::new(),
            token: format!("{}@{}", who.user, now.0),
            room: format!("{}.{}", who.spec.id, who.spec.revision),
        })
    }
}

fn table(change: impl FnOnce(&mut SessionSpec)) -> Table {
    let mut table = Table::with(change);
    let settings = Settings {
        media: Arc::new(Named),
        ..Settings::default()
    };
    table.session = Session::new(table.session.snapshot().spec, Arc::new(settings));
    table
}

fn with_a_room() -> Table {
    table(|spec| spec.media = MediaBackend::Livekit)
}

fn granted(turn: &Turn, to: ConnectionId, kind: &str) -> (Option<String>, Option<Room>) {
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
    let mut table = with_a_room();
    let (ann, turn) = table.join(ANN);
    let latest = table.session.latest_end().0;
    let (ice, media) = granted(&turn, ann, "welcome");
    assert_eq!(ice, Some(format!("ann@{}-{latest}", START - 60_000)));
    assert_eq!(media, None, "nobody is there to be met");
    table.tick(START - 50_000);
    let (bob, turn) = table.join(BOB);
    for (socket, name) in [(ann, "ann"), (bob, "bob")] {
        let (ice, media) = granted(&turn, socket, "negotiate");
        assert_eq!(ice, Some(format!("{name}@{}-{latest}", START - 50_000)));
        let media = media.expect("both are in");
        assert_eq!(media.token, format!("{name}@{}", START - 50_000));
        assert_eq!(media.room, "s.1");
    }
    table.tick(START - 40_000);
    let turn = table.frame(ann, wire::signaling::Refresh {});
    let (_, media) = granted(&turn, ann, "ice_servers");
    assert_eq!(
        media.expect("is on").token,
        format!("ann@{}", START - 40_000)
    );
}

#[test]
fn med_1_a_resumed_page_is_granted_its_room_again() {
    let (mut table, _, bob) = with_a_room().seated();
    table.lose(bob);
    let (bob, turn) = table.resume(BOB, 2, 1);
    let (_, media) = granted(&turn, bob, "welcome");
    assert_eq!(media.expect("the negotiation is on").room, "s.1");
}

/// Grants nothing until it is told to.
#[derive(Debug, Default)]
struct Late(AtomicBool);

impl MediaAccess for Late {
    fn ice_servers(&self, _now: UnixMs, _who: Access<'_>) -> Vec<IceServer> {
        Vec::new()
    }

    fn is_ready(&self, _now: UnixMs, _who: Access<'_>) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn media(&self, now: UnixMs, who: Access<'_>) -> Option<Room> {
        Named.media(now, who)
    }
}

#[test]
fn med_4_nothing_is_negotiated_before_access_can_be_granted() {
    let mut table = with_a_room();
    let late = Arc::new(Late::default());
    let settings = Settings {
        media: late.clone(),
        ..Settings::default()
    };
    table.session = Session::new(table.session.snapshot().spec, Arc::new(settings));
    let (ann, _) = table.join(ANN);
    let (bob, turn) = table.join(BOB);
    assert_eq!(turn.kinds(bob), ["welcome"]);
    assert!(table.take(Input::Tick).0.is_empty());
    late.0.store(true, Ordering::Relaxed);
    let turn = table.take(Input::Tick);
    for socket in [ann, bob] {
        assert_eq!(turn.kinds(socket), ["negotiate"]);
    }
    assert!(table.take(Input::Tick).0.is_empty(), "once");
}

#[test]
fn med_2_a_room_is_of_one_revision_so_a_new_one_is_negotiated() {
    let (mut table, ann, bob) = with_a_room().seated();
    let before = table.epoch();
    let mut moved = table.session.snapshot().spec;
    moved.revision = 2;
    moved.starts_at = moved.starts_at + 1_000;
    let turn = table.take(Input::Booked { spec: moved });
    for socket in [ann, bob] {
        assert_eq!(turn.kinds(socket), ["rescheduled", "negotiate"]);
        let (_, media) = granted(&turn, socket, "negotiate");
        assert_eq!(media.expect("both are in").room, "s.2");
    }
    assert!(table.epoch() > before);
}

#[test]
fn med_3_the_latest_end_counts_what_is_left_and_nothing_else() {
    let mut table = table(|spec| {
        spec.on_loss = OnLoss::Pause;
        spec.max_extensions = 1;
    });
    let booked = spec();
    let (extension, pause) = (booked.extension_ms, booked.max_pause_ms);
    assert_eq!(
        table.session.latest_end(),
        table.session.snapshot().spec.latest_end()
    );
    let (ann, bob);
    (table, ann, bob) = table.seated_live();
    assert_eq!(table.session.latest_end().0, END + extension + pause);
    table.tick(LIVE + 1_000);
    table.lose(bob);
    assert_eq!(table.session.latest_end().0, END + extension + pause);
    table.tick(LIVE + 3_000);
    let (bob, _) = table.join(BOB);
    let live = END + 2_000;
    assert_eq!(
        table.session.latest_end().0,
        live + extension + pause - 2_000
    );
    for socket in [ann, bob] {
        table.frame(socket, extend());
    }
    assert_eq!(
        table.session.latest_end().0,
        live + extension + pause - 2_000
    );
}

#[test]
fn med_3_a_hard_end_clips_extensions_and_shortens_nothing_else() {
    let (table, ..) = table(|spec| spec.hard_end_at = Some(UnixMs(END + 7))).seated_live();
    assert_eq!(table.session.latest_end(), UnixMs(END + 7));
    let early = table_with_hard_end(LIVE + 1);
    assert_eq!(early.session.latest_end(), UnixMs(END));
}

fn table_with_hard_end(at: i64) -> Table {
    table(|spec| spec.hard_end_at = Some(UnixMs(at)))
        .seated_live()
        .0
}
