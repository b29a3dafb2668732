//! Ports for the private listeners and the embedded relay: their own when they are free, others when they
//! were left open and are not. They may stand anywhere, because whoever asks is told where; what is configured is
//! kept to.

use std::fs::{File, OpenOptions};
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;

use rustix::fs::{FlockOperation, OFlags, flock};
use tokio::net::TcpListener;
use turn::RelayListeners;

use super::listen_failure;
use super::preflight::patiently;
use crate::config::{Settings, ip_and_port};
use crate::failure::Failure;
use crate::output;
use crate::supervised::SupervisedService;

/// Where another port is looked for: below those that the kernel gives to connections, which could take one
/// between here and the child's start.
const ELSEWHERE: std::ops::Range<u32> = 10_000..20_000;
/// Ports that are tried there.
const ATTEMPTS: u32 = 64;

/// Where all that may move will be.
pub(super) struct ChosenPorts {
    pub(super) settings: Settings,
    /// For as long as `up` lives, no other `up` of this machine moves there.
    claims: Vec<File>,
}

/// Finds the ports, and claims those that were not configured.
pub(super) async fn choose(settings: &Settings) -> Result<ChosenPorts, Failure> {
    let mut ports = ChosenPorts {
        settings: settings.clone(),
        claims: Vec::new(),
    };
    if settings.turn.is_embedded() {
        ports.choose_for_relay().await?;
    }
    for service in SupervisedService::ALL {
        ports.choose_for_metrics(service).await?;
    }
    if settings.turn.is_embedded() {
        ports.choose_for_metrics(SupervisedService::Turn).await?;
    }
    Ok(ports)
}

impl ChosenPorts {
    async fn choose_for_relay(&mut self) -> Result<(), Failure> {
        let turn = &self.settings.turn;
        let wanted = turn.address()?;
        let relay = free_address(
            &self.settings,
            wanted,
            turn.may_listen_elsewhere,
            async |address| RelayListeners::bind(address).await.map(drop),
        );
        let (relay, claim) = relay
            .await
            .map_err(|error| listen_failure(SupervisedService::Turn, &turn.listen, &error))?;
        self.claims.extend(claim);
        if relay != wanted {
            let line = format!("turn: {wanted} is in use, so it listens at {relay}");
            output::line(&line).await;
        }
        self.settings.turn.listen = relay.to_string();
        Ok(())
    }

    async fn choose_for_metrics(&mut self, service: SupervisedService) -> Result<(), Failure> {
        let key = format!("{}.metrics_listen", service.name());
        let listen = service.metrics_listen(&self.settings);
        let wanted = ip_and_port(&key, listen)?;
        let may_move = service.may_serve_metrics_elsewhere(&self.settings) || wanted.port() == 0;
        let found = free_address(&self.settings, wanted, may_move, async |address| {
            TcpListener::bind(address).await.map(drop)
        });
        let (address, claim) = found
            .await
            .map_err(|error| metrics_failure(service, listen, &error))?;
        self.claims.extend(claim);
        *service.metrics_listen_mut(&mut self.settings) = address.to_string();
        Ok(())
    }
}

/// The line for a private listener that can't be had.
pub(crate) fn metrics_failure(
    service: SupervisedService,
    listen: &str,
    error: &io::Error,
) -> Failure {
    let name = service.name();
    let variable = format!("RENDEZVOUS_{}_METRICS_LISTEN", name.to_uppercase());
    Failure::config(format!(
        "{name}: {listen} can't be listened on ({error}): set {variable} to another ip:port"
    ))
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
        if port == 0 {
            continue;
        }
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
