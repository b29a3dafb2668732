//! A media server that refuses our credentials is a mistake to be put right, one that is away is not.

use service::realtime::RealtimeConfig;
use service::{Shutdown, StartError};
use signaling::Config;
use signaling::media::OpenViduConfig;
use tempfile::TempDir;
use testkit::Http;
use tokio::net::TcpListener;

use crate::livekit_server::{LiveKitServer, config as livekit_at};
use crate::openvidu_server::OpenViduServer;

/// Starts signaling with these settings, and stops it as soon as it serves.
async fn start(change: impl FnOnce(&mut Config)) -> Result<(), StartError> {
    // Whoever asks over HTTP first installs the crypto provider.
    let _http = Http::new();
    let dir = TempDir::new().unwrap();
    let realtime = RealtimeConfig {
        data_dir: dir.path().to_owned(),
        scheduler_url: "http://127.0.0.1:9".to_owned(),
        ..RealtimeConfig::on_port(8081)
    };
    let mut config = Config {
        realtime,
        ..Config::default()
    };
    change(&mut config);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let shutdown = Shutdown::new();
    shutdown.start();
    signaling::run(listener, config, shutdown).await
}

fn line(ended: Result<(), StartError>) -> String {
    match ended {
        Err(StartError::Config(line)) => line,
        other => panic!("it started: {other:?}"),
    }
}

#[tokio::test]
async fn med_42_refused_credentials_stop_the_start_and_a_server_that_is_away_does_not() {
    let openvidu = OpenViduServer::start().await;
    let wrong = OpenViduConfig {
        secret: "another".to_owned(),
        ..openvidu.config()
    };
    let refused = start(|config| config.media.openvidu = Some(wrong)).await;
    assert!(line(refused).starts_with("openvidu.secret"));
    let right = openvidu.config();
    start(|config| config.media.openvidu = Some(right))
        .await
        .unwrap();
    let away = livekit_at(testkit::free_ports()[0]);
    start(|config| config.media.livekit = Some(away))
        .await
        .unwrap();
    let Some(mut livekit) = LiveKitServer::prepare() else {
        return;
    };
    livekit.start(None).await;
    let mut wrong = livekit.config();
    wrong.keys.first.api_secret = "another secret of thirty-two bytes".to_owned();
    let refused = start(|config| config.media.livekit = Some(wrong)).await;
    let line = line(refused);
    assert!(
        line.starts_with("livekit.api_key and livekit.api_secret"),
        "{line}"
    );
    assert!(!line.contains("thirty-two"), "no secret is told");
}
