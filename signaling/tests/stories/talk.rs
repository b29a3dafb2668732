//! What two test people say to each other: numbers, so that a loss, a repeat or another order shows.

use testkit::{SOON, TestPeer};
use wire::RawJson;
use wire::signaling::{Data, Pong, RelayedData, ServerFrame};

/// A payload that is a number.
pub(crate) fn data(n: usize) -> Data {
    Data {
        payload: RawJson::parse(n.to_string()).unwrap(),
    }
}

/// The number of a relayed payload.
pub(crate) fn number(data: &RelayedData) -> usize {
    data.payload.text().parse().unwrap()
}

/// Waits for exactly this number; that no frame is missing or repeated the peer sees by `seq`.
pub(crate) async fn hears(peer: &mut TestPeer, n: usize) {
    assert_eq!(number(&peer.expect::<RelayedData>(SOON).await), n);
}

/// Waits until the server has taken all that was sent, and all that it answered has come.
pub(crate) async fn settled(peer: &mut TestPeer) {
    let sent_at = testkit::now().0;
    let last_seq = peer.last_seq;
    peer.send_text(format!(
        r#"{{"type":"ping","sent_at":{sent_at},"last_seq":{last_seq}}}"#
    ))
    .await;
    peer.expect::<Pong>(SOON).await;
}

/// Takes what the peer skipped, and checks that nothing of these kinds was among it.
pub(crate) fn never_got(peer: &mut TestPeer, kinds: &[&str]) {
    let got = peer.skipped().map(ServerFrame::kind);
    let wrong: Vec<_> = got.filter(|kind| kinds.contains(kind)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    peer.forget();
}
