//! Ports for the embedded relay: its own when they are free, others when they were left open and are not.
//! A relay may stand anywhere, because clients are told where; what is configured is kept to.

use std::fs::{File, OpenOptions};
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;

use rustix::fs::{FlockOperation, OFlags, flock};
use tokio::net::TcpListener;
use turn::RelayListeners;

use super::listen_failure;
use super::preflight::patiently;
use crate::config::Settings;
use crate::failure::Failure;
use crate::output;
use crate::supervised::SupervisedService;

/// Where another port is looked for: below those that the kernel gives to connections, which could take one
/// between here and the child's start.
const ELSEWHERE: std::ops::Range<u32> = 10_000..20_000;
/// Ports that are tried there.
const ATTEMPTS: u32 = 64;

/// Where the relay will be.
pub(super) struct RelayPorts {
    pub(super) settings: Settings,
    /// For as long as `up` lives, no other `up` of this machine moves there.
    claims: Vec<File>,
}

/// Finds the ports, and claims those that were not configured.
pub(super) async fn choose(settings: &Settings) -> Result<RelayPorts, Failure> {
    let mut ports = RelayPorts {
        settings: settings.clone(),
        claims: Vec::new(),
    };
    let turn = &mut ports.settings.turn;
    if !turn.is_embedded() {
        return Ok(ports);
    }
    let wanted = turn.address()?;
    let relay = free_address(
        settings,
        wanted,
        turn.may_listen_elsewhere,
        async |address| RelayListeners::bind(address).await.map(drop),
    );
    let (relay, claim) = relay
        .await
        .map_err(|error| listen_failure(SupervisedService::Turn, &turn.listen, &error))?;
    ports.claims.extend(claim);
    let http = turn.http_address()?;
    let http = free_address(
        settings,
        http,
        turn.may_serve_http_elsewhere,
        async |address| TcpListener::bind(address).await.map(drop),
    );
    let (http, claim) = http.await.map_err(|error| {
        let listen = &turn.http_listen;
        Failure::config(format!(
            "turn: {listen} can't be listened on ({error}): set RENDEZVOUS_TURN_HTTP_LISTEN to another host:port"
        ))
    })?;
    ports.claims.extend(claim);
    if relay != wanted {
        let line = format!("turn: {wanted} is in use, so it listens at {relay}");
        output::line(&line).await;
    }
    (turn.listen, turn.http_listen) = (relay.to_string(), http.to_string());
    Ok(ports)
}

/// The address itself if it is free. If it is not, it is waited for where it was configured, and another
/// port will do where it was not.
async fn free_address(
    settings: &Settings,
    wanted: SocketAddr,
    may_move: bool,
    bind: impl AsyncFn(SocketAddr) -> io::Result<()>,
) -> io::Result<(SocketAddr, Option<File>)> {
    if !may_move {
        patiently(async || bind(wanted).await).await?;
        return Ok((wanted, None));
    }
    let service_addresses =
        SupervisedService::ALL.map(|service| service.listen(settings).parse().ok());
    for port in std::iter::once(wanted.port()).chain(others()) {
        let address = SocketAddr::new(wanted.ip(), port);
        // Free now, and not for long: a service is about to listen there, or another relay.
        let claim = match service_addresses.contains(&Some(address)) {
            true => continue,
            false => claim(port),
        };
        let Some(claim) = claim else { continue };
        match bind(address).await {
            Ok(()) => return Ok((address, Some(claim))),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AddrInUse.into())
}

/// Ports to move to; those who look at the same time begin apart.
fn others() -> impl Iterator<Item = u16> {
    let begin = std::process::id().wrapping_mul(97);
    (0..ATTEMPTS).filter_map(move |step| {
        let offset = begin.wrapping_add(step) % (ELSEWHERE.end - ELSEWHERE.start);
        u16::try_from(ELSEWHERE.start + offset).ok()
    })
}

/// Between finding a port free and the child's listening another `up` may find it free too: so it is claimed by
/// a lock that all of this machine see. `None` when it is another's.
fn claim(port: u16) -> Option<File> {
    let path = std::env::temp_dir().join(format!("rendezvous-{port}.lock"));
    let no_follow = i32::try_from(OFlags::NOFOLLOW.bits()).ok()?;
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .custom_flags(no_follow)
        .open(path)
        .ok()?;
    flock(&file, FlockOperation::NonBlockingLockExclusive).ok()?;
    Some(file)
}
