//! Whether each STUN server answers, and each relay relays: a payload goes in at one allocation and comes out
//! at another.

use std::net::SocketAddr;
use std::time::Duration;

use service::clock::now;
use turn::client::{ClientError, Transport, TurnClient};
use wire::{IceServer, UnixMs};

use super::{Complaint, Finding};
use crate::config::Settings;
use crate::failure::Failure;

/// Longest wait for one server, in all.
const LIMIT: Duration = Duration::from_secs(10);
/// Longest wait for the payload.
const ARRIVES: Duration = Duration::from_secs(3);
/// How long the credential of the check is good, in milliseconds.
const GOOD_MS: i64 = 60_000;

/// Tries each address that clients would be told.
pub(super) async fn check(settings: &Settings) -> Result<Vec<Finding>, Failure> {
    let mut servers = settings.signaling.ice_servers.clone();
    if let Some(issuer) = settings.turn.credentials(&settings.data_dir)? {
        servers.extend(issuer.ice_servers(now(), "doctor", "doctor", GOOD_MS, UnixMs(i64::MAX)));
    }
    let mut findings = Vec::new();
    for server in &servers {
        for url in &server.urls {
            findings.push(Finding {
                what: url.clone(),
                outcome: tokio::time::timeout(LIMIT, try_out(url, server))
                    .await
                    .unwrap_or(Err(TurnProblem::Client(ClientError::Silent)))
                    .map_err(|problem| problem.complaint(settings)),
            });
        }
    }
    Ok(findings)
}

/// What stood in the way.
enum TurnProblem {
    Address(String),
    Client(ClientError),
    /// The relay does not let its own address be reached.
    NotAmongItself(ClientError),
    Lost,
}

impl From<ClientError> for TurnProblem {
    fn from(error: ClientError) -> Self {
        Self::Client(error)
    }
}

impl TurnProblem {
    fn complaint(self, settings: &Settings) -> Complaint {
        let (wrong, remedy) = match self {
            TurnProblem::Address(why) => (why, "Correct it in turn.urls or signaling.ice_servers."),
            TurnProblem::Client(ClientError::Refused(401)) => (
                "it does not take our credentials (401)".to_owned(),
                "Give it the first of turn.secrets and the realm: `rendezvous turn-config` prints both. Compare the clocks.",
            ),
            TurnProblem::Client(ClientError::Refused(486)) => (
                "its quota is reached (486)".to_owned(),
                "Raise turn.user_quota or turn.total_quota, or see who uses it up.",
            ),
            TurnProblem::Client(ClientError::Silent | ClientError::Io(_)) => (
                "it does not answer".to_owned(),
                match settings.turn.is_embedded() {
                    true => {
                        "Start `rendezvous up`, and see whether it moved to another port; let UDP and TCP through to it."
                    }
                    false => "Start it, and let UDP and TCP through to its port.",
                },
            ),
            TurnProblem::Client(other) => (other.to_string(), "Its own log says more."),
            TurnProblem::NotAmongItself(error) => (
                format!("two of its relays may not reach each other ({error})"),
                "On one machine coturn needs turn.allow_peers with its own address.",
            ),
            TurnProblem::Lost => (
                "it allocates, and relays nothing".to_owned(),
                "Let UDP through to its relay ports, from turn.min_port to turn.max_port, and check turn.external_ip.",
            ),
        };
        Complaint {
            wrong,
            remedy: remedy.to_owned(),
        }
    }
}

async fn try_out(url: &str, server: &IceServer) -> Result<String, TurnProblem> {
    let (scheme, rest) = url.split_once(':').unwrap_or((url, ""));
    let (host, query) = rest.split_once('?').unwrap_or((rest, ""));
    let transport = match query {
        "transport=tcp" => Transport::Tcp,
        _ => Transport::Udp,
    };
    if matches!(scheme, "turns" | "stuns") {
        return Ok("not tried: this check speaks no TLS".to_owned());
    }
    let address = resolve(host).await?;
    let (username, password) = (server.username.as_deref(), server.credential.as_deref());
    let (username, password) = (username.unwrap_or_default(), password.unwrap_or_default());
    if scheme == "stun" {
        let mut client = TurnClient::connect(transport, address, "", "").await?;
        return Ok(format!("sees us at {}", client.binding().await?));
    }
    let mut one = TurnClient::connect(transport, address, username, password).await?;
    let mut other = TurnClient::connect(transport, address, username, password).await?;
    let (here, there) = (one.allocate().await?, other.allocate().await?);
    one.permit(there.relayed)
        .await
        .map_err(TurnProblem::NotAmongItself)?;
    other
        .permit(here.relayed)
        .await
        .map_err(TurnProblem::NotAmongItself)?;
    let payload: [u8; 16] = *b"is anybody there";
    one.send(there.relayed, &payload).await?;
    let arrived = other.receive(ARRIVES).await;
    for client in [&mut one, &mut other] {
        // They would end by themselves; whether they do so now changes nothing.
        client.refresh(0).await.ok();
    }
    match arrived {
        Ok((from, bytes)) if bytes == payload => Ok(format!("relays from {}", from.ip())),
        _ => Err(TurnProblem::Lost),
    }
}

async fn resolve(host: &str) -> Result<SocketAddr, TurnProblem> {
    let has_port = host
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let target = match has_port {
        true => host.to_owned(),
        false => format!("{host}:3478"),
    };
    let mut found = tokio::net::lookup_host(&target)
        .await
        .map_err(|error| TurnProblem::Address(format!("{target} is not found: {error}")))?;
    found
        .next()
        .ok_or_else(|| TurnProblem::Address(format!("{target} has no address")))
}
