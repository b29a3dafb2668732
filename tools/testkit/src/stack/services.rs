//! The three services, and the settings that place them.

use std::ffi::OsString;
use std::path::Path;

/// One of the three services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// The control plane.
    Scheduler,
    /// The live plane.
    Signaling,
    /// Rooms, messages and presence.
    Chat,
}

impl Service {
    /// Each service once.
    pub const ALL: [Service; 3] = [Service::Scheduler, Service::Signaling, Service::Chat];

    /// Its subcommand of `rendezvous`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Service::Scheduler => "scheduler",
            Service::Signaling => "signaling",
            Service::Chat => "chat",
        }
    }
}

/// The variables that place a program of its own: its stores in `data_dir`, and scheduler, signaling and chat
/// at these ports of loopback. Their metrics are wherever a port is free.
pub fn environment(
    data_dir: &Path,
    ports: [u16; 3],
) -> impl Iterator<Item = (String, OsString)> + use<> {
    let stores = ("RENDEZVOUS_DATA_DIR".to_owned(), data_dir.into());
    let listens = Service::ALL.into_iter().map(move |service| {
        let name = format!("RENDEZVOUS_{}_LISTEN", service.name().to_uppercase());
        let listen = format!("127.0.0.1:{}", ports[service as usize]);
        (name, listen.into())
    });
    let metrics = metrics_environment([0; 3]);
    std::iter::once(stores).chain(listens).chain(metrics)
}

/// The variables that place the private listeners of the three.
pub(super) fn metrics_environment(ports: [u16; 3]) -> impl Iterator<Item = (String, OsString)> {
    Service::ALL.into_iter().map(move |service| {
        let name = format!(
            "RENDEZVOUS_{}_METRICS_LISTEN",
            service.name().to_uppercase()
        );
        (
            name,
            format!("127.0.0.1:{}", ports[service as usize]).into(),
        )
    })
}
