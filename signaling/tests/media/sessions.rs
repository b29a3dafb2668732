//! Sessions whose media a server carries: booked, both given their access, and who operators see in the room.

use std::time::Duration;

use testkit::{ANN, BO, Http, SOON, TestPeer, until};
use wire::signaling::{MediaAccess, Negotiate};
use wire::{MediaBackend, SessionSpec};

use crate::server::{SignalingServer, booking};

/// How long a removal may take, and who comes back with a kept token may stay.
pub(crate) const OUT: Duration = Duration::from_secs(5);
/// Polls are 15 s apart at most; and the machine is busy.
pub(crate) const ONE_POLL: Duration = Duration::from_secs(20);

pub(crate) fn session(media: MediaBackend, duration_ms: i64) -> SessionSpec {
    let carried = |spec: &mut SessionSpec| {
        spec.media = media;
        spec.max_extensions = 0;
    };
    booking().duration_ms(duration_ms).with(carried).spec()
}

/// Both join and are given their access.
pub(crate) async fn negotiated(
    server: &SignalingServer,
    session: &SessionSpec,
) -> [(TestPeer, MediaAccess); 2] {
    let mut ann = server.join(ANN, session).await;
    let mut bo = server.join(BO, session).await;
    let of_ann = ann.expect::<Negotiate>(SOON).await;
    let of_bo = bo.expect::<Negotiate>(SOON).await;
    assert_eq!(of_ann.offerer, None, "nobody offers");
    [(ann, of_ann.media.unwrap()), (bo, of_bo.media.unwrap())]
}

/// Waits until operators see exactly these people in the room, after it was polled.
pub(crate) async fn who(
    server: &SignalingServer,
    session: &SessionSpec,
    expected: &[&str],
    within: Duration,
) {
    let operator = Http::bearer(&server.signer.operator());
    let url = format!("{}/v1/sessions/{}", server.http, session.id);
    until("the list is right", within, async || {
        let media = operator.get(&url).await.body["media"].clone();
        let people = media["people"].as_array()?;
        let users: Vec<_> = people
            .iter()
            .filter_map(|one| one["user_id"].as_str())
            .collect();
        (users == expected && !media["checked_at"].is_null()).then_some(())
    })
    .await;
}
