//! Whether two people would see each other: a call between two native peers on this machine, over the running
//! signaling service, directly and over the relay. Its session is of nobody, never live, and over within two minutes.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use rendezvous_client::{
    DataChannel, IcePolicy, MediaPath, Session, SessionError, SessionEvent, SessionOptions, Ticket,
};
use scheduler::trial_tickets;
use service::clock::now;
use tokio::time::timeout;
use uuid::Uuid;
use wire::{DuplicatePolicy, MediaBackend, OnLoss, Participant, SessionId, SessionSpec, UserId};

use super::{Complaint, Finding};
use crate::config::Settings;

/// Longest wait for a call: joining, ICE with its slowest candidates, DTLS.
const LIMIT: Duration = Duration::from_secs(20);
/// The lobby stays open for so long, in milliseconds: the session starts after it, and is left before.
const LOBBY_MS: i64 = 25_000;
/// Longest wait for a message there and back.
const ECHO_LIMIT: Duration = Duration::from_secs(5);
/// What one says to the other.
const HELLO: &[u8] = b"is anybody there";

/// Calls directly, and where relays are told to clients, over one of them. Where nobody lets a peer in, once is enough.
pub(super) async fn check(settings: &Settings) -> Vec<Finding> {
    let (direct, got_in) = tried(settings, "a call, directly", IcePolicy::All).await;
    let mut findings = vec![direct];
    if got_in && has_relay(settings) {
        let (relayed, _) = tried(settings, "a call, over the relay alone", IcePolicy::Relay).await;
        findings.push(relayed);
    }
    findings
}

fn has_relay(settings: &Settings) -> bool {
    let mut told = settings
        .signaling
        .ice_servers
        .iter()
        .flat_map(|server| &server.urls);
    settings.turn.is_embedded()
        || !settings.turn.urls.is_empty()
        || told.any(|url| url.starts_with("turn"))
}

/// What came of it, and whether signaling let both in.
async fn tried(settings: &Settings, what: &str, ice: IcePolicy) -> (Finding, bool) {
    let outcome = call(settings, ice).await;
    let got_in = !matches!(
        outcome,
        Err(CallProblem::Keys(_) | CallProblem::Refused { .. } | CallProblem::Silent)
    );
    let outcome = outcome.map_err(|problem| problem.complaint(settings, ice));
    let what = what.to_owned();
    (Finding { what, outcome }, got_in)
}

/// What stood in the way.
enum CallProblem {
    /// No ticket could be signed.
    Keys(String),
    /// Signaling did not let a peer in.
    Refused {
        code: String,
        message: String,
    },
    /// Signaling let nobody in, and said nothing.
    Silent,
    NotConnected,
    /// The two connected, over the relay alone.
    OnlyRelayed,
    Lost,
}

impl From<SessionError> for CallProblem {
    fn from(_: SessionError) -> Self {
        Self::Lost
    }
}

impl CallProblem {
    fn complaint(self, settings: &Settings, ice: IcePolicy) -> Complaint {
        let signaling = &settings.signaling.public_url;
        let (wrong, remedy) = match self {
            CallProblem::Keys(why) => (
                format!("no ticket can be signed: {why}"),
                "The first start of `rendezvous up` makes the key; run this with the same --data-dir.",
            ),
            CallProblem::Silent => (
                format!("signaling at {signaling} does not answer"),
                "Start signaling, or set signaling.public_url to where it is reached from here.",
            ),
            CallProblem::Refused { code, message } => (
                format!("signaling refuses it ({code}): {message}"),
                "Run this with the settings and the --data-dir of the running services.",
            ),
            CallProblem::NotConnected => (
                format!("the two did not connect within {} s", LIMIT.as_secs()),
                match ice {
                    IcePolicy::All => "Let UDP through between processes of this machine.",
                    IcePolicy::Relay => {
                        "Two relays must reach each other: let UDP through to the ports from turn.min_port to turn.max_port; coturn needs its own address in turn.allow_peers."
                    }
                },
            ),
            CallProblem::OnlyRelayed => (
                "the two connected over the relay alone".to_owned(),
                "Let UDP through between processes of this machine.",
            ),
            CallProblem::Lost => (
                "the two connected, and nothing came through".to_owned(),
                "Look into the logs of signaling and of the relay.",
            ),
        };
        Complaint {
            wrong,
            remedy: remedy.to_owned(),
        }
    }
}

/// How it connected, and how long that took.
async fn call(settings: &Settings, ice: IcePolicy) -> Result<String, CallProblem> {
    let issuer = &settings.scheduler.public_url;
    let keys = scheduler::keys::list(&settings.data_dir);
    if !keys
        .map_err(|error| CallProblem::Keys(error.to_string()))?
        .iter()
        .any(|key| key.signs)
    {
        let folder = settings.data_dir.display();
        return Err(CallProblem::Keys(format!(
            "there is no signing key in {folder}"
        )));
    }
    let tickets = trial_tickets::sign(
        &settings.data_dir,
        issuer,
        &settings.signaling.public_url,
        &trial_session(ice),
    );
    let tickets = tickets.map_err(|error| CallProblem::Keys(error.to_string()))?;
    let began = Instant::now();
    let [mut caller, mut callee] = tickets.map(join);
    let both = async { tokio::try_join!(connected(&mut caller), connected(&mut callee)) };
    let Ok(both) = timeout(LIMIT, both).await else {
        let got_in = [&caller, &callee]
            .iter()
            .all(|peer| peer.snapshot().me.is_some());
        return Err(if got_in {
            CallProblem::NotConnected
        } else {
            CallProblem::Silent
        });
    };
    let took = began.elapsed();
    let (mut from_caller, mut from_callee) = both?;
    let echo = async {
        from_caller.send(HELLO).await?;
        let heard = from_callee.recv().await.ok_or(CallProblem::Lost)?;
        from_callee.send(&heard.data).await?;
        from_caller.recv().await.ok_or(CallProblem::Lost)
    };
    let back = timeout(ECHO_LIMIT, echo)
        .await
        .unwrap_or(Err(CallProblem::Lost))?;
    let path = caller.path().await.ok_or(CallProblem::Lost)?;
    // Their seats would be free by themselves; whether they leave now changes nothing.
    drop(tokio::join!(caller.leave(), callee.leave()));
    match (ice, path.is_relayed()) {
        _ if back.data != HELLO => Err(CallProblem::Lost),
        (IcePolicy::All, true) => Err(CallProblem::OnlyRelayed),
        (IcePolicy::Relay, false) => Err(CallProblem::Lost),
        (IcePolicy::All, false) | (IcePolicy::Relay, true) => Ok(told(&path, took)),
    }
}

fn told(path: &MediaPath, took: Duration) -> String {
    let from = path
        .local_address
        .as_deref()
        .unwrap_or("an unknown address");
    let round_trip = path.round_trip.map_or_else(String::new, |span| {
        format!(", round trip {:.1} ms", span.as_secs_f64() * 1_000.0)
    });
    format!(
        "connected in {} ms, {} to {} from {from}{round_trip}",
        took.as_millis(),
        path.local.name(),
        path.remote.name(),
    )
}

fn join(ticket: Ticket) -> Session {
    let tickets = move || std::future::ready(Ok(ticket.clone()));
    // Loopback too: a machine without a network can be checked as well.
    let every = [Ipv4Addr::UNSPECIFIED, Ipv4Addr::LOCALHOST].map(|ip| SocketAddr::from((ip, 0)));
    Session::join(SessionOptions::new(tickets).channel("doctor").bind(every))
}

/// The channel, once it is open.
async fn connected(peer: &mut Session) -> Result<DataChannel, CallProblem> {
    while let Some(event) = peer.next_event().await {
        match event {
            SessionEvent::Channel(mut channel) => {
                channel.opened().await?;
                return Ok(channel);
            }
            SessionEvent::Error(refusal) if refusal.code == "unreachable" => {
                return Err(CallProblem::Silent);
            }
            SessionEvent::Error(refusal) if refusal.is_final => {
                let (code, message) = (refusal.code, refusal.message);
                return Err(CallProblem::Refused { code, message });
            }
            _ => {}
        }
    }
    Err(CallProblem::NotConnected)
}

fn trial_session(ice: IcePolicy) -> SessionSpec {
    let opened = now();
    let participant = |name: &str| Participant {
        user_id: UserId::from(format!("doctor-{name}").as_str()),
        name: name.to_owned(),
    };
    SessionSpec {
        id: SessionId(Uuid::now_v7().to_string()),
        revision: 1,
        participants: [participant("caller"), participant("callee")],
        lobby_opens_at: opened,
        starts_at: opened + LOBBY_MS,
        closes_at: opened + LOBBY_MS + 1_000,
        countdown_ms: 1_000,
        duration_ms: 1_000,
        extension_ms: 0,
        max_extensions: 0,
        hard_end_at: None,
        connect_ms: 1_000,
        on_loss: OnLoss::Run,
        max_pause_ms: 0,
        duplicate: DuplicatePolicy::Takeover,
        media: MediaBackend::P2p,
        ice,
    }
}
