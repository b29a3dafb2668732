//! How a connection of the `webrtc` crate is made.

use std::sync::Arc;
use std::time::Duration;

use webrtc::peer_connection::{
    MediaEngine, PeerConnection, PeerConnectionBuilder, RTCConfiguration, RTCConfigurationBuilder,
    RTCIceServer, RTCIceTransportPolicy, Registry, SettingEngineBuilder,
    register_default_interceptors,
};
use webrtc::runtime::default_runtime;
use wire::IceServer;

use super::EpochParams;
use crate::SessionError;
use crate::media::events::EventForwarder;

/// Bytes of one data channel that may be on their way; who sends more waits.
const CHANNEL_BUFFER_BYTES: usize = 1024 * 1024;

pub(super) async fn connection(
    params: &EpochParams<'_>,
) -> Result<Arc<dyn PeerConnection>, SessionError> {
    let mut media_engine = MediaEngine::default();
    media_engine.register_default_codecs()?;
    let interceptors = register_default_interceptors(Registry::new(), &mut media_engine)?;
    let policy = match params.relay_only {
        true => RTCIceTransportPolicy::Relay,
        false => RTCIceTransportPolicy::All,
    };
    let configuration = RTCConfigurationBuilder::new()
        .with_ice_servers(ice_servers(params.ice_servers))
        .with_ice_transport_policy(policy)
        .build();
    // Nothing better than a relay will come where nothing else may be used.
    let relay_wait = params.relay_only.then_some(Duration::ZERO);
    let settings = SettingEngineBuilder::new()
        .with_relay_acceptance_min_wait(relay_wait)
        .build();
    let forwarder = EventForwarder {
        epoch: params.epoch,
        events: params.events.clone(),
    };
    let runtime = default_runtime().ok_or(SessionError::NotConnected)?;
    let connection = PeerConnectionBuilder::new()
        .with_configuration(configuration)
        .with_setting_engine(settings)
        .with_media_engine(media_engine)
        .with_interceptor_registry(interceptors)
        .with_handler(Arc::new(forwarder))
        .with_runtime(runtime)
        .with_udp_addrs(params.addresses.clone())
        .with_data_channel_send_buffer_limit(CHANNEL_BUFFER_BYTES)
        .build()
        .await?;
    Ok(Arc::new(connection))
}

pub(super) fn with_ice_servers(
    configuration: RTCConfiguration,
    servers: &[IceServer],
) -> RTCConfiguration {
    RTCConfigurationBuilder::new()
        .with_ice_servers(ice_servers(servers))
        .with_ice_transport_policy(configuration.ice_transport_policy())
        .build()
}

/// The crate speaks STUN and TURN over UDP: what needs TCP or TLS is left out.
fn ice_servers(servers: &[IceServer]) -> Vec<RTCIceServer> {
    let spoken = |url: &&String| {
        let is_plain = url.starts_with("stun:") || url.starts_with("turn:");
        is_plain && !url.ends_with("transport=tcp")
    };
    let servers = servers.iter().map(|server| RTCIceServer {
        urls: server.urls.iter().filter(spoken).cloned().collect(),
        username: server.username.clone().unwrap_or_default(),
        credential: server.credential.clone().unwrap_or_default(),
    });
    servers.filter(|server| !server.urls.is_empty()).collect()
}
