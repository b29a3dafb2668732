//! The listeners that are not for everybody: those of metrics, and the operators' one.

use std::net::SocketAddr;

use super::Settings;
use crate::failure::Failure;

/// Where the metrics of the scheduler, signaling and chat are served unless configured; the relay's come after.
const METRICS: [&str; 3] = ["127.0.0.1:9080", "127.0.0.1:9081", "127.0.0.1:9082"];

impl Settings {
    /// Puts an address in place of each empty one, and checks all.
    pub(super) fn resolve_private_listeners(&mut self) -> Result<(), Failure> {
        let (scheduler, signaling, chat) =
            (&mut self.scheduler, &mut self.signaling, &mut self.chat);
        let services = [
            (
                "scheduler",
                &mut scheduler.metrics_listen,
                &mut scheduler.may_serve_metrics_elsewhere,
            ),
            (
                "signaling",
                &mut signaling.metrics_listen,
                &mut signaling.may_serve_metrics_elsewhere,
            ),
            (
                "chat",
                &mut chat.metrics_listen,
                &mut chat.may_serve_metrics_elsewhere,
            ),
        ];
        for ((name, listen, may_move), default) in services.into_iter().zip(METRICS) {
            *may_move = listen.is_empty();
            if listen.is_empty() {
                default.clone_into(listen);
            }
            ip_and_port(&format!("{name}.metrics_listen"), listen)?;
        }
        self.operator_address().map(drop)
    }

    /// Where operators' routes are served; `None`: on the public listeners.
    ///
    /// # Errors
    /// When it is no address.
    pub(crate) fn operator_address(&self) -> Result<Option<SocketAddr>, Failure> {
        let listen = &self.operator.listen;
        match listen.is_empty() {
            true => Ok(None),
            false => ip_and_port("operator.listen", listen).map(Some),
        }
    }
}

/// The address that a key gives.
///
/// # Errors
/// Names the key.
pub(crate) fn ip_and_port(key: &str, listen: &str) -> Result<SocketAddr, Failure> {
    listen.parse().map_err(|_| {
        Failure::config(format!(
            "{key}: {listen:?} is not ip:port, as 127.0.0.1:9080"
        ))
    })
}
