//! Sessions whose media a real LiveKit server carries: let in, put out, and the room gone in time.

use std::time::Duration;

use signaling::media::{LiveKitClient, MediaServer};
use testkit::{ANN, Http, SOON, until};
use wire::signaling::{Ended, IceServers, Live, MediaAccess, Refresh};
use wire::{EndReason, MediaBackend};

use crate::contract;
use crate::livekit_guest::LiveKitGuest;
use crate::livekit_server::{LiveKitServer, config};
use crate::server::{SignalingServer, connected};
use crate::sessions::{ONE_POLL, OUT, negotiated, session, who};

async fn server_for(livekit: &LiveKitServer) -> SignalingServer {
    let settings = livekit.config();
    SignalingServer::with(move |config| config.media.livekit = Some(settings.clone())).await
}

fn webhook(server: &SignalingServer) -> String {
    format!("{}/v1/media/livekit/webhook", server.http)
}

async fn is_gone(livekit: &LiveKitClient, room: &str, within: Duration) {
    let names = [room.to_owned()];
    until("the room is gone", within, async || {
        let rooms = livekit.rooms(Some(&names)).await.ok()?;
        rooms.is_empty().then_some(())
    })
    .await;
}

async fn people(livekit: &LiveKitClient, room: &str, count: usize) {
    until("that many are in", OUT, async || {
        let people = livekit.people(room).await.ok()?;
        (people.len() == count).then_some(())
    })
    .await;
}

#[tokio::test]
async fn med_22_livekit_keeps_the_contract_of_a_media_server() {
    let Some(mut livekit) = LiveKitServer::prepare() else {
        return;
    };
    livekit.start(None).await;
    let server = server_for(&livekit).await;
    let session = session(MediaBackend::Livekit, 60_000);
    let [(_ann, access), _bo] = negotiated(&server, &session).await;
    let enter = async || {
        LiveKitGuest::enter(&access)
            .await
            .expect("the token is good")
    };
    contract::keeps_the_contract(&livekit.client(), &access.room, enter).await;
    let mut wrong = livekit.config();
    wrong.keys.first.api_secret = "another secret of thirty-two bytes".to_owned();
    let wrong = LiveKitClient::new(&wrong);
    let nobody = LiveKitClient::new(&config(testkit::free_ports()[0]));
    contract::tells_refused_from_unreachable(&wrong, &nobody).await;
}

#[tokio::test]
async fn med_23_both_get_a_token_for_the_room_of_their_session_and_livekit_takes_it() {
    let Some(mut livekit) = LiveKitServer::prepare() else {
        return;
    };
    livekit.start(None).await;
    let server = server_for(&livekit).await;
    let session = session(MediaBackend::Livekit, 60_000);
    let [(mut ann, of_ann), (_bo, of_bo)] = negotiated(&server, &session).await;
    assert_eq!(of_ann.kind, MediaBackend::Livekit);
    assert_eq!(of_ann.room, format!("{}.1", session.id));
    assert_eq!(of_ann.room, of_bo.room);
    assert_ne!(of_ann.token, of_bo.token);
    let client = livekit.client();
    let names = [of_ann.room.clone()];
    until(
        "the room is made before anybody is in it",
        SOON,
        async || {
            let rooms = client.rooms(Some(&names)).await.unwrap();
            (rooms == names).then_some(())
        },
    )
    .await;
    let _guest = LiveKitGuest::enter(&of_ann)
        .await
        .expect("the token is good");
    let _other = LiveKitGuest::enter(&of_bo)
        .await
        .expect("the token is good");
    people(&client, &of_ann.room, 2).await;
    let forged = MediaAccess {
        token: format!("{}x", of_ann.token),
        ..of_ann.clone()
    };
    assert_eq!(LiveKitGuest::enter(&forged).await.err(), Some(401));

    ann.send(Refresh {}).await;
    let again = ann.expect::<IceServers>(SOON).await.media.unwrap();
    assert_eq!(again.room, of_ann.room, "a reconnect keeps the room");
    let ann = ann.resume().await;
    let welcome = ann.welcome.clone().unwrap();
    assert_eq!(welcome.media.map(|media| media.room), Some(of_ann.room));
}

#[tokio::test]
async fn med_24_at_the_deadline_both_are_out_and_the_room_is_gone() {
    let Some(mut livekit) = LiveKitServer::prepare() else {
        return;
    };
    livekit.start(None).await;
    let server = server_for(&livekit).await;
    let session = session(MediaBackend::Livekit, 3_000);
    let [(mut ann, of_ann), (mut bo, of_bo)] = negotiated(&server, &session).await;
    let mut guests = [
        LiveKitGuest::enter(&of_ann).await.unwrap(),
        LiveKitGuest::enter(&of_bo).await.unwrap(),
    ];
    connected(&mut ann).await;
    connected(&mut bo).await;
    ann.expect::<Live>(SOON).await;
    let ended = ann.expect::<Ended>(Duration::from_secs(10)).await;
    assert_eq!(ended.reason, EndReason::Completed);
    for guest in &mut guests {
        guest.is_put_out(OUT).await;
    }
    let client = livekit.client();
    is_gone(&client, &of_ann.room, OUT).await;

    let mut back = LiveKitGuest::enter(&of_ann)
        .await
        .expect("LiveKit takes a token until it expires");
    back.is_put_out(OUT).await;
    is_gone(&client, &of_ann.room, OUT).await;
}

#[tokio::test]
async fn med_24_whoever_is_kicked_is_out_of_the_room_too() {
    let Some(mut livekit) = LiveKitServer::prepare() else {
        return;
    };
    livekit.start(None).await;
    let server = server_for(&livekit).await;
    let session = session(MediaBackend::Livekit, 60_000);
    let [(_ann, of_ann), (_bo, of_bo)] = negotiated(&server, &session).await;
    let mut kicked = LiveKitGuest::enter(&of_ann).await.unwrap();
    let mut other = LiveKitGuest::enter(&of_bo).await.unwrap();
    let operator = Http::bearer(&server.signer.operator());
    let url = format!(
        "{}/v1/sessions/{}/participants/{ANN}",
        server.http, session.id
    );
    assert_eq!(operator.delete(&url).await.status, 200);
    kicked.is_put_out(OUT).await;
    other.is_put_out(OUT).await;
    is_gone(&livekit.client(), &of_ann.room, OUT).await;
}

#[tokio::test]
async fn med_25_a_livekit_that_is_down_at_the_deadline_and_a_restart_change_nothing() {
    let Some(mut livekit) = LiveKitServer::prepare() else {
        return;
    };
    livekit.start(None).await;
    let server = server_for(&livekit).await;
    let session = session(MediaBackend::Livekit, 2_000);
    let [(mut ann, of_ann), (mut bo, _)] = negotiated(&server, &session).await;
    connected(&mut ann).await;
    connected(&mut bo).await;
    ann.expect::<Live>(SOON).await;
    livekit.kill();
    ann.expect::<Ended>(Duration::from_secs(10)).await;
    // The process that knew of the end is gone, too.
    let server = server.restarted().await;
    livekit.start(None).await;
    // With it gone nobody can be in; somebody who comes back makes the room anew.
    let mut back = LiveKitGuest::enter(&of_ann)
        .await
        .expect("the token is good");
    back.is_put_out(OUT).await;
    is_gone(&livekit.client(), &of_ann.room, OUT).await;
    drop(server);
}

#[tokio::test]
async fn med_26_a_livekit_that_is_down_at_the_start_is_waited_for_and_nothing_begins_without_it() {
    let Some(mut livekit) = LiveKitServer::prepare() else {
        return;
    };
    let server = server_for(&livekit).await;
    let session = session(MediaBackend::Livekit, 60_000);
    let [(mut ann, of_ann), (mut bo, of_bo)] = negotiated(&server, &session).await;
    assert_eq!(LiveKitGuest::enter(&of_ann).await.err(), Some(0));
    let operator = Http::bearer(&server.signer.operator());
    let url = format!("{}/v1/sessions/{}", server.http, session.id);
    let view = until("the countdown is over", SOON, async || {
        let view = operator.get(&url).await.body;
        (view["phase"] == "connecting").then_some(view)
    })
    .await;
    assert!(view["started_at"].is_null(), "nothing has begun");
    livekit.start(None).await;
    let client = livekit.client();
    let names = [of_ann.room.clone()];
    until("the room is made", OUT, async || {
        let rooms = client.rooms(Some(&names)).await.unwrap();
        (rooms == names).then_some(())
    })
    .await;
    let _guests = [
        LiveKitGuest::enter(&of_ann)
            .await
            .expect("the token is good"),
        LiveKitGuest::enter(&of_bo)
            .await
            .expect("the token is good"),
    ];
    connected(&mut ann).await;
    connected(&mut bo).await;
    ann.expect::<Live>(SOON).await;
}

#[tokio::test]
async fn med_33_events_of_the_real_server_are_taken_and_applied() {
    let Some(mut livekit) = LiveKitServer::prepare() else {
        return;
    };
    let server = server_for(&livekit).await;
    livekit.start(Some(&webhook(&server))).await;
    let session = session(MediaBackend::Livekit, 60_000);
    let [(_ann, of_ann), _bo] = negotiated(&server, &session).await;
    let guest = LiveKitGuest::enter(&of_ann).await.unwrap();
    drop(guest);
    livekit.client().delete(&of_ann.room).await.unwrap();
    for kind in ["room_started", "room_finished"] {
        until(kind, Duration::from_secs(30), async || {
            let events = crate::webhook_inbox::events(server.data_dir()).await;
            events
                .into_iter()
                .find(|event| event.state == "done" && event.body["event"] == kind)
        })
        .await;
    }
    let events = crate::webhook_inbox::events(server.data_dir()).await;
    assert!(
        events.iter().all(|event| event.state == "done"),
        "{events:?}"
    );
}

#[tokio::test]
async fn med_34_without_a_single_webhook_the_poll_finds_who_comes_and_goes() {
    let Some(mut livekit) = LiveKitServer::prepare() else {
        return;
    };
    livekit.start(None).await;
    let server = server_for(&livekit).await;
    let session = session(MediaBackend::Livekit, 60_000);
    let [(_ann, of_ann), _bo] = negotiated(&server, &session).await;
    who(&server, &session, &[], ONE_POLL).await;
    let guest = LiveKitGuest::enter(&of_ann).await.unwrap();
    who(&server, &session, &[ANN], ONE_POLL).await;
    drop(guest);
    let client = livekit.client();
    for person in client.people(&of_ann.room).await.unwrap() {
        client.remove(&of_ann.room, &person).await.unwrap();
    }
    who(&server, &session, &[], ONE_POLL).await;
}
