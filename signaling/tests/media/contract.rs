//! What every `MediaServer` keeps, run on each of them.

use std::time::Duration;

use signaling::media::{MediaError, MediaServer};
use testkit::until;

/// How long a server may take until a command shows.
const SHOWS: Duration = Duration::from_secs(10);

/// Runs the contract in a room of that name, which `enter` lets somebody called `ann` into.
pub(crate) async fn keeps_the_contract<S: MediaServer, G>(
    server: &S,
    room: &str,
    enter: impl AsyncFn() -> G,
) {
    let only = [room.to_owned()];
    for _ in 0..2 {
        server.open(room).await.expect("opening twice is no error");
    }
    assert_eq!(server.rooms(Some(&only)).await.unwrap(), only);
    assert!(server.rooms(None).await.unwrap().contains(&only[0]));
    assert!(server.people(room).await.unwrap().is_empty());

    let _guest = enter().await;
    let person = until("somebody is in", SHOWS, async || {
        server.people(room).await.unwrap().pop()
    })
    .await;
    assert_eq!(person.user.as_str(), "ann");
    assert!(!person.sid.is_empty());
    server.remove(room, &person).await.unwrap();
    until("nobody is in", SHOWS, async || {
        let people = server.people(room).await.unwrap();
        people.is_empty().then_some(())
    })
    .await;
    server
        .remove(room, &person)
        .await
        .expect("who is out already is no error");

    server.delete(room).await.unwrap();
    until("the room is gone", SHOWS, async || {
        let rooms = server.rooms(Some(&only)).await.unwrap();
        rooms.is_empty().then_some(())
    })
    .await;
    server
        .delete(room)
        .await
        .expect("a room that is gone is no error");
    assert!(server.people(room).await.unwrap().is_empty(), "of no room");
    assert!(server.rooms(Some(&[])).await.is_ok());
}

/// A server that does not take the credentials says so, and one that is not there is unreachable.
pub(crate) async fn tells_refused_from_unreachable<S: MediaServer>(wrong_key: &S, nobody: &S) {
    let names = ["x".to_owned()];
    assert!(matches!(
        wrong_key.rooms(Some(&names)).await,
        Err(MediaError::Refused(401))
    ));
    assert!(matches!(
        nobody.rooms(Some(&names)).await,
        Err(MediaError::Unreachable(_))
    ));
}
