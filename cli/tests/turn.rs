//! The relay beside the three services: on by default, told to everybody who joins, and no loss to a session
//! when it is gone.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use testkit::{
    Http, SOON, Service, Stack, StackOptions, TestPeer, environment, free_ports, is_running,
    program, until,
};
use turn::client::{ClientError, Transport, TurnClient};
use wire::signaling::{IceServers, Refresh};
use wire::{IceServer, SessionView};

/// Until a child that died runs again and relays, on two busy cores.
const BACK: Duration = Duration::from_secs(20);

async fn booked(stack: &Stack) -> (Http, SessionView) {
    let application = stack.application();
    let session = stack
        .book(&application, json!({"duration_ms": 60_000}))
        .await;
    (application, session)
}

/// Joins, and gives what `welcome` says of relays.
async fn joined(stack: &Stack, one: usize) -> (TestPeer, IceServer) {
    let (application, session) = booked(stack).await;
    let ticket = stack.ticket(&application, &session, one).await;
    let peer = TestPeer::join(&ticket.url, &ticket.ticket).await;
    let welcome = peer.welcome.clone().expect("it was welcomed");
    let relay = relay_of(&welcome.ice_servers);
    let username = relay.username.clone().unwrap();
    // Whose it is shows to the relay alone.
    let user = &session.participants[one].user_id;
    assert!(!username.contains(&session.id.0) && !username.contains(&user.0));
    (peer, relay)
}

fn relay_of(servers: &[IceServer]) -> IceServer {
    let relay = servers.iter().find(|server| server.credential.is_some());
    relay
        .unwrap_or_else(|| panic!("no relay in {servers:?}"))
        .clone()
}

fn address_of(relay: &IceServer) -> SocketAddr {
    let url = &relay.urls[0];
    let address = url
        .strip_prefix("turn:")
        .and_then(|rest| rest.split('?').next());
    address
        .and_then(|address| address.parse().ok())
        .unwrap_or_else(|| panic!("{url}"))
}

/// A payload goes through a relay of its own to another and arrives. Any error is a no: an allocation
/// may be taken away between any two of the steps.
async fn relays(relay: &IceServer) -> bool {
    relayed(relay, b"hello").await.is_ok_and(|came| came)
}

async fn relayed(relay: &IceServer, payload: &[u8]) -> Result<bool, ClientError> {
    let (username, password) = (
        relay.username.clone().unwrap(),
        relay.credential.clone().unwrap(),
    );
    let address = address_of(relay);
    let mut ann = TurnClient::connect(Transport::Udp, address, &username, &password).await?;
    let mut bo = TurnClient::connect(Transport::Tcp, address, &username, &password).await?;
    let relay_of_ann = ann.allocate().await?.relayed;
    let relay_of_bo = bo.allocate().await?.relayed;
    ann.permit(relay_of_bo).await?;
    bo.permit(relay_of_ann).await?;
    ann.send(relay_of_bo, payload).await?;
    Ok(bo.receive(SOON).await? == (relay_of_ann, payload.to_vec()))
}

#[tokio::test]
async fn trn_22_the_credentials_of_a_welcome_relay() {
    let stack = Stack::start().await;
    let (mut peer, relay) = joined(&stack, 0).await;
    stack.line("turn:127.0.0.1:", SOON).await;
    until("it relays", BACK, async || {
        relays(&relay).await.then_some(())
    })
    .await;
    // An ICE restart asks anew, and gets what is good until the same end.
    peer.send(Refresh {}).await;
    let fresh = peer.expect::<IceServers>(SOON).await;
    assert_eq!(relay_of(&fresh.ice_servers).urls, relay.urls);
}

#[tokio::test]
async fn sig_270_after_a_kick_and_an_end_the_relay_refuses_what_it_took_before() {
    let stack = Stack::start().await;
    let printed = stack.run(&["keys", "ticket", "--operator"]).stdout;
    let operator = Http::bearer(String::from_utf8(printed).unwrap().trim());
    for kicks in [true, false] {
        let (application, session) = booked(&stack).await;
        let mut joined = Vec::new();
        for one in [0, 1] {
            let ticket = stack.ticket(&application, &session, one).await;
            joined.push(TestPeer::join(&ticket.url, &ticket.ticket).await);
        }
        let relay = relay_of(&joined[1].welcome.as_ref().unwrap().ice_servers);
        until("it relays", BACK, async || {
            relays(&relay).await.then_some(())
        })
        .await;
        let user = &session.participants[1].user_id;
        let base = format!(
            "{}/v1/sessions/{}",
            stack.url(Service::Signaling),
            session.id
        );
        let answer = match kicks {
            true => {
                operator
                    .delete(&format!("{base}/participants/{user}"))
                    .await
            }
            false => operator.post(&format!("{base}/end"), json!({})).await,
        };
        assert_eq!(answer.status, 200, "{}", answer.body);
        until("it is refused", BACK, async || {
            let answer = relayed(&relay, b"hello").await;
            matches!(answer, Err(ClientError::Refused(_))).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn trn_22_relays_that_start_together_find_a_port_each() {
    let (one, other, third) = tokio::join!(Stack::start(), Stack::start(), Stack::start());
    let mut ports = Vec::new();
    for stack in [&one, &other, &third] {
        let (_peer, relay) = joined(stack, 0).await;
        until("it relays", BACK, async || {
            relays(&relay).await.then_some(())
        })
        .await;
        ports.push(address_of(&relay).port());
    }
    ports.sort_unstable();
    ports.dedup();
    assert_eq!(ports.len(), 3, "{ports:?}");
}

#[test]
fn trn_22_a_port_that_is_configured_and_taken_is_one_line() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = format!("turn.listen={}", taken.local_addr().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let output = program()
        .args(["up", "--set", &listen])
        .envs(environment(folder.path(), free_ports()))
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(78), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.contains("RENDEZVOUS_TURN_LISTEN"), "{stderr}");
}

#[tokio::test]
async fn trn_24_a_relay_that_is_killed_harms_no_session_and_comes_back() {
    let stack = Stack::start().await;
    let (mut peer, relay) = joined(&stack, 0).await;
    until("it relays", BACK, async || {
        relays(&relay).await.then_some(())
    })
    .await;
    let others = Service::ALL.map(|service| stack.child(service));
    let pid = stack.child_named("turn").expect("it runs");
    kill_process(Pid::from_raw(pid.cast_signed()).unwrap(), Signal::KILL).unwrap();
    // While it is down, who asks is answered as before.
    peer.send(Refresh {}).await;
    let fresh = peer.expect::<IceServers>(SOON).await;
    assert_eq!(relay_of(&fresh.ice_servers).urls, relay.urls);
    until("it relays again", BACK, async || {
        relays(&relay).await.then_some(())
    })
    .await;
    assert!(!is_running(pid));
    assert_eq!(Service::ALL.map(|service| stack.child(service)), others);
}

#[tokio::test]
async fn trn_24_relays_of_others_are_told_though_they_are_down() {
    let secret = "a-secret-of-at-least-thirty-two-bytes";
    let options = StackOptions {
        env: vec![
            (
                "RENDEZVOUS_TURN_URLS".to_owned(),
                "turn:127.0.0.1:9?transport=udp".to_owned(),
            ),
            ("RENDEZVOUS_TURN_SECRETS".to_owned(), secret.to_owned()),
        ],
        ..StackOptions::default()
    };
    let stack = Stack::start_with(options).await;
    let (_peer, relay) = joined(&stack, 1).await;
    assert_eq!(relay.urls, ["turn:127.0.0.1:9?transport=udp"]);
    assert_eq!(stack.child_named("turn"), None);
}

#[test]
fn trn_23_turn_config_prints_the_same_secrets_and_config_hides_them() {
    let folder = tempfile::tempdir().unwrap();
    let run = |command: &str, secrets: &str| {
        let output = program()
            .arg(command)
            .env("RENDEZVOUS_DATA_DIR", folder.path())
            .envs((!secrets.is_empty()).then_some(("RENDEZVOUS_TURN_SECRETS", secrets)))
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let made = run("turn-config", "");
    let file = folder.path().join("keys/turn.secret");
    let secret = std::fs::read_to_string(&file).unwrap();
    assert!(
        made.contains(&format!("static-auth-secret={secret}\n")),
        "{made}"
    );
    assert_eq!(run("turn-config", ""), made, "it is made once");
    let [new, old] = ["n", "o"].map(|letter| letter.repeat(40));
    let both = format!("{new},{old}");
    let given = run("turn-config", &both);
    assert!(
        given.contains(&format!(
            "static-auth-secret={new}\nstatic-auth-secret={old}\n"
        )),
        "{given}"
    );
    let shown = run("config", &both);
    assert!(!shown.contains(&new) && !shown.contains(&old), "{shown}");
}

#[test]
fn trn_21_an_empty_or_short_secret_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    for (secret, part) in [("", "is empty"), ("short", "32 bytes")] {
        let output = program()
            .arg("up")
            .env("RENDEZVOUS_DATA_DIR", folder.path())
            .env("RENDEZVOUS_TURN_SECRETS", secret)
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(78), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(
            stderr.contains(part) && !stderr.contains("short\""),
            "{stderr}"
        );
    }
}

#[tokio::test]
async fn trn_25_doctor_relays_a_payload_or_says_what_to_do() {
    let stack = Stack::start().await;
    let (_peer, relay) = joined(&stack, 0).await;
    until("it relays", BACK, async || {
        relays(&relay).await.then_some(())
    })
    .await;
    let listen = format!("turn.listen={}", address_of(&relay));
    let output = stack.run(&["doctor", "--set", &listen]);
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(
        stdout.matches("relays from 127.0.0.1").count(),
        2,
        "{stdout}"
    );
    assert_eq!(
        stdout.matches("sees us at 127.0.0.1").count(),
        1,
        "{stdout}"
    );

    let output = program()
        .args(["doctor", "--set", &listen])
        .env("RENDEZVOUS_DATA_DIR", stack.data_dir())
        .env(
            "RENDEZVOUS_TURN_SECRETS",
            "another-secret-of-at-least-thirty-two-bytes",
        )
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{stdout}");
    assert_eq!(
        stdout.matches("does not take our credentials").count(),
        2,
        "{stdout}"
    );
    assert!(stdout.contains("turn-config"), "{stdout}");
}
