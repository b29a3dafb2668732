//! Relay credentials are renewed before they end, and when somebody asks.

use std::sync::Arc;

use wire::signaling::ServerFrame;
use wire::{ConnectionId, ErrorCode, IceServer, UnixMs};

use super::fixture::{ANN, BOB, END, Fixture, GRACE, LIVE, StepResult, spec};
use crate::{AccessProvider, AccessRequest, DeadlineKind, Session, Settings};

/// How long the credentials of these tests are good.
const LIFE: i64 = 30_000;

/// Gives credentials that are good for [`LIFE`], and never longer than their session.
#[derive(Debug)]
struct ShortLived;

impl AccessProvider for ShortLived {
    fn ice_servers(&self, now: UnixMs, who: AccessRequest<'_>) -> Vec<IceServer> {
        vec![IceServer {
            urls: vec!["turn:relay".to_owned()],
            username: self.ice_expires_at(now, who).map(|at| at.0.to_string()),
            credential: None,
        }]
    }

    fn ice_expires_at(&self, now: UnixMs, who: AccessRequest<'_>) -> Option<UnixMs> {
        Some((now + LIFE).min(who.latest_end))
    }

    fn media(&self, _: UnixMs, _: AccessRequest<'_>) -> Option<wire::signaling::MediaAccess> {
        None
    }
}

fn fixture() -> Fixture {
    let mut fixture = Fixture::new();
    let mut spec = spec();
    spec.max_extensions = 0;
    let settings = Settings {
        media: Arc::new(ShortLived),
        ..Settings::default()
    };
    fixture.session = Session::new(spec, Arc::new(settings));
    fixture.now = LIVE - 6_000;
    fixture
}

/// When the credentials that a socket was sent by this frame end.
fn ends(step: &StepResult, socket: ConnectionId, kind: &str) -> i64 {
    let servers = match step.one(socket, kind) {
        ServerFrame::IceServers(frame) => &frame.ice_servers,
        ServerFrame::Negotiate(frame) => &frame.ice_servers,
        frame => panic!("no ICE servers in {frame:?}"),
    };
    servers[0].username.as_ref().unwrap().parse().unwrap()
}

#[test]
fn sig_264_with_a_third_of_their_life_left_new_ones_come_unasked() {
    let mut fixture = fixture();
    let (ann, _) = fixture.join(ANN);
    let joined = fixture.now;
    let (bob, step) = fixture.join(BOB);
    assert_eq!(ends(&step, ann, "negotiate"), joined + LIFE);
    fixture.both_connected(ann, bob);
    let (mut good_until, mut renewed) = (joined + LIFE, 0);
    while let Some(due) = fixture.session.next_deadline().filter(|at| at.0 < END) {
        let kind = fixture.session.next_due().unwrap().1;
        let step = fixture.tick(due.0);
        for socket in [ann, bob] {
            if kind == DeadlineKind::Renewal {
                assert_eq!(due.0, good_until - LIFE / 3);
                assert_eq!(step.kinds(socket), ["ice_servers"]);
                assert_eq!(step.seqs(socket).len(), 1, "they are numbered");
            }
        }
        if kind == DeadlineKind::Renewal {
            good_until = ends(&step, ann, "ice_servers");
            assert_eq!(good_until, (due.0 + LIFE).min(END));
            renewed += 1;
        }
    }
    // Those that live as long as the session are the last.
    assert_eq!((good_until, renewed), (END, 2));
}

#[test]
fn sig_264_who_is_lost_is_sent_none_and_who_comes_back_has_new_ones() {
    let mut fixture = fixture();
    let (ann, _) = fixture.join(ANN);
    let step = fixture.lose(ann);
    assert!(step.to(ann).is_empty());
    let at = fixture.now + GRACE - 1;
    assert!(
        fixture.tick(at).0.is_empty(),
        "nothing is due of who is lost"
    );
    let (ann, _) = fixture.join(ANN);
    let due = fixture.session.next_due();
    assert_eq!(
        due,
        Some((UnixMs(at + LIFE / 3 * 2), DeadlineKind::Renewal))
    );
    assert_eq!(fixture.tick(at + LIFE / 3 * 2).kinds(ann), ["ice_servers"]);
}

#[test]
fn sig_265_refresh_is_answered_and_has_a_limit() {
    let mut fixture = fixture();
    let (ann, _) = fixture.join(ANN);
    let refresh = || wire::signaling::Refresh {};
    fixture.now += 1_000;
    let step = fixture.frame(ann, refresh());
    assert_eq!(ends(&step, ann, "ice_servers"), fixture.now + LIFE);
    let due = fixture.session.next_due();
    let at = UnixMs(fixture.now + LIFE / 3 * 2);
    assert_eq!(due, Some((at, DeadlineKind::Renewal)), "it begins anew");
    let answered = (0..50).filter(|_| fixture.frame(ann, refresh()).kinds(ann) == ["ice_servers"]);
    assert_eq!(answered.count(), 9);
    let step = fixture.numbered(ann, 3, refresh());
    let error = step.error(ann);
    assert_eq!(error.code, ErrorCode::RateLimited);
    let retry_after_ms = error.retry_after_ms.expect("says when");
    fixture.now += i64::try_from(retry_after_ms).unwrap();
    assert_eq!(fixture.frame(ann, refresh()).kinds(ann), ["ice_servers"]);
}
