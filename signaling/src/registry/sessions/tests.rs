//! Panics of the core, and joins while the process stops.

use std::sync::atomic::AtomicBool;

use service::Tasks;
use service::socket::SocketHandle;
use signaling_core::{AccessProvider, AccessRequest, Settings};
use wire::signaling::Refresh;
use wire::{IceServer, SessionSpec, UnixMs};

use super::*;
use crate::join::JoinAttempt;
use crate::media::MediaRooms;
use crate::registry::{Registry, SessionMembership};
use crate::stored_session::tests::spec;
use crate::write_buffer::WriteBuffer;

/// A bug of the core, which shows when it is asked for.
#[derive(Debug, Default)]
struct Bug(AtomicBool);

impl AccessProvider for Bug {
    fn ice_servers(&self, _now: UnixMs, _who: AccessRequest<'_>) -> Vec<IceServer> {
        assert!(!self.0.load(Ordering::SeqCst), "the bug of this test");
        Vec::new()
    }

    fn media(&self, _: UnixMs, _: AccessRequest<'_>) -> Option<wire::signaling::MediaAccess> {
        None
    }
}

fn registry(bug: Arc<Bug>) -> Registry {
    let settings = Settings {
        media: bug,
        ..Settings::default()
    };
    let media = MediaRooms::default();
    let limits = crate::Limits::default();
    Registry::new(
        settings,
        &limits,
        WriteBuffer::default(),
        media,
        Tasks::new(),
    )
}

fn on_now() -> SessionSpec {
    let mut spec = spec();
    spec.starts_at = now() + 3_600_000;
    spec.closes_at = spec.starts_at + 1_000;
    spec
}

fn join(registry: &Registry, spec: &SessionSpec, side: usize) -> (SessionMembership, SocketHandle) {
    let socket = SocketHandle::unread(100, 100_000);
    let attempt = JoinAttempt {
        user: spec.participants[side].user_id.clone(),
        spec: spec.clone(),
        resume: None,
        new_token: String::new(),
        new_token_hash: rand::random(),
    };
    let membership = registry.join(attempt, socket.clone());
    (membership.expect("there is room"), socket)
}

#[tokio::test]
async fn sig_198_a_core_that_panics_costs_its_own_sockets_4005_and_the_session_goes_on() {
    let bug = Arc::new(Bug::default());
    let registry = registry(Arc::clone(&bug));
    let (spec, mut other) = (on_now(), on_now());
    other.id = "other".into();
    let (ann, ann_socket) = join(&registry, &spec, 0);
    let (_bob, bob_socket) = join(&registry, &spec, 1);
    let (_cid, cid_socket) = join(&registry, &other, 0);
    bug.0.store(true, Ordering::SeqCst);
    ann.frame(None, Refresh {}.into());
    bug.0.store(false, Ordering::SeqCst);
    for socket in [&ann_socket, &bob_socket] {
        assert_eq!(socket.closing(), Some(CloseCode::StateLost));
    }
    assert_eq!(cid_socket.closing(), None);
    let view = registry.view(&spec.id).expect("it goes on");
    assert!(
        view.participants
            .iter()
            .all(|seat| seat.resume_until.is_some())
    );
    let (_ann, new_socket) = join(&registry, &spec, 0);
    // The end of the old socket comes after the new one has the seat.
    drop(ann);
    assert_eq!(new_socket.closing(), None);
    let view = registry.view(&spec.id).expect("it goes on");
    assert!(view.participants[0].connection_id.is_some());
}

#[tokio::test]
async fn sig_198_a_session_that_panics_again_and_again_is_left_alone_until_somebody_joins() {
    let bug = Arc::new(Bug::default());
    let registry = registry(Arc::clone(&bug));
    let spec = on_now();
    for round in 1..=MAX_PANICS {
        let (ann, socket) = join(&registry, &spec, 0);
        bug.0.store(true, Ordering::SeqCst);
        ann.frame(None, Refresh {}.into());
        bug.0.store(false, Ordering::SeqCst);
        assert_eq!(socket.closing(), Some(CloseCode::StateLost));
        assert_eq!(registry.len(), usize::from(round < MAX_PANICS));
    }
    let (_ann, socket) = join(&registry, &spec, 0);
    assert_eq!(socket.closing(), None);
}

#[tokio::test]
async fn sig_199_who_comes_in_behind_the_goodbyes_is_told_to_come_back() {
    let registry = registry(Arc::new(Bug::default()));
    registry.drain(|| 7);
    let (_ann, socket) = join(&registry, &on_now(), 0);
    assert_eq!(socket.closing(), Some(CloseCode::GoingAway));
}
