//! Ports for the embedded relay: its own when they are free, others when they were left open and are not.
//! A relay may stand anywhere, because clients are told where; what is configured is kept to.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpListener;
use turn::Listeners;

use super::preflight::patiently;
use super::{Service, listen_failure};
use crate::config::Settings;
use crate::outcome::Failure;
use crate::say;

/// Settings that say where the relay will be, and the same for the children.
pub(super) async fn place(settings: &Settings) -> Result<(Settings, Vec<String>), Failure> {
    let mut placed = settings.clone();
    if !placed.turn.is_embedded() {
        return Ok((placed, Vec::new()));
    }
    let turn = &mut placed.turn;
    let wanted = turn.address()?;
    let relay = choose(
        settings,
        wanted,
        turn.may_listen_elsewhere,
        async |address| Listeners::bind(address).await.map(|bound| bound.address()),
    );
    let relay = relay
        .await
        .map_err(|error| listen_failure(Service::Turn, &turn.listen, &error))?;
    let tells: SocketAddr = turn.http_address()?;
    let tells = choose(settings, tells, turn.may_tell_elsewhere, async |address| {
        TcpListener::bind(address).await?.local_addr()
    });
    let tells = tells.await.map_err(|error| {
        let listen = &turn.http_listen;
        Failure::config(format!(
            "turn: {listen} can't be listened on ({error}): set RENDEZVOUS_TURN_HTTP_LISTEN to another host:port"
        ))
    })?;
    if relay != wanted {
        say::line(&format!(
            "turn: {wanted} is in use, so it listens at {relay}"
        ))
        .await;
    }
    (turn.listen, turn.http_listen) = (relay.to_string(), tells.to_string());
    let assignments = vec![
        format!("turn.listen={relay}"),
        format!("turn.http_listen={tells}"),
    ];
    Ok((placed, assignments))
}

/// The address itself if it is free. If it is not, it is waited for where it was configured, and another
/// port will do where it was not.
async fn choose(
    settings: &Settings,
    wanted: SocketAddr,
    may_move: bool,
    bind: impl AsyncFn(SocketAddr) -> io::Result<SocketAddr>,
) -> io::Result<SocketAddr> {
    if !may_move {
        return patiently(async || bind(wanted).await).await;
    }
    // Free now, and not for long: a service is about to listen there.
    let is_spoken_for = Service::ALL
        .iter()
        .any(|service| service.listen(settings).parse() == Ok(wanted));
    match bind(wanted).await {
        Ok(address) if !is_spoken_for => Ok(address),
        Err(error) if error.kind() != io::ErrorKind::AddrInUse => Err(error),
        _ => bind(SocketAddr::new(wanted.ip(), 0)).await,
    }
}
