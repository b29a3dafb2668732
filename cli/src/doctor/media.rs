//! Whether the media servers answer, take our credentials, and have their events arrive.

use std::path::Path;
use std::time::Duration;

use service::clock::now;
use signaling::media::{
    LiveKitClient, LiveKitConfig, MediaError, MediaServer, OpenViduClient, OpenViduConfig,
    has_event_about,
};
use tokio::time::{Instant, sleep};

use super::{Complaint, Finding};
use crate::config::Settings;

/// How long an event may take: a media server sends it at once, and again within 15 s where that fails.
const EVENT_LIMIT: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Checks each media server that is configured; nothing where none is.
pub(crate) async fn check(settings: &Settings) -> Vec<Finding> {
    let media = settings.media();
    let mut findings = Vec::new();
    if let Some(config) = &media.livekit {
        livekit(settings, config, &mut findings).await;
    }
    if let Some(config) = &media.openvidu {
        openvidu(settings, config, &mut findings).await;
    }
    findings
}

async fn livekit(settings: &Settings, config: &LiveKitConfig, findings: &mut Vec<Finding>) {
    let server = LiveKitClient::new(config);
    let url = &config.url;
    let keys = "livekit.api_key and livekit.api_secret are to be one of the `keys` in LiveKit's own configuration";
    let answered = answers(&server, "LiveKit", url, keys).await;
    let reachable = answered.outcome.is_ok();
    findings.push(answered);
    if !reachable {
        return;
    }
    // No session is called so: its event is parked, and dropped after ten minutes.
    let room = format!("rendezvous-doctor-{}.0", now().0);
    findings.push(Finding {
        what: "LiveKit's rooms".to_owned(),
        outcome: match server.open(&room).await {
            Ok(()) => Ok("one can be made".to_owned()),
            Err(error) => Err(complaint(&error, "look into LiveKit's log")),
        },
    });
    findings.push(Finding {
        what: "LiveKit's webhook".to_owned(),
        outcome: arrives(settings, &settings.data_dir, &room).await,
    });
    findings.push(Finding {
        what: "LiveKit's rooms".to_owned(),
        outcome: match server.delete(&room).await {
            Ok(()) => Ok("and removed".to_owned()),
            Err(error) => Err(complaint(&error, "look into LiveKit's log")),
        },
    });
}

async fn arrives(settings: &Settings, data_dir: &Path, room: &str) -> Result<String, Complaint> {
    let asked = Instant::now();
    while asked.elapsed() < EVENT_LIMIT {
        match has_event_about(data_dir, room).await {
            Ok(true) => {
                return Ok(format!(
                    "an event came within {} ms",
                    asked.elapsed().as_millis()
                ));
            }
            Ok(false) => sleep(LOOK_EVERY).await,
            Err(error) => {
                return Err(Complaint {
                    wrong: format!("the inbox can't be read: {error}"),
                    remedy: "run this with the same --data-dir as the signaling service".to_owned(),
                });
            }
        }
    }
    let url = &settings.signaling.internal_url;
    Err(Complaint {
        wrong: format!("no event came within {} s", EVENT_LIMIT.as_secs()),
        remedy: format!(
            "signaling must run, and LiveKit's configuration needs `webhook: {{api_key: {}, urls: [{url}/v1/media/livekit/webhook]}}`, with an address that LiveKit reaches",
            settings.livekit.api_key
        ),
    })
}

async fn openvidu(settings: &Settings, config: &OpenViduConfig, findings: &mut Vec<Finding>) {
    let server = OpenViduClient::new(config);
    let keys = "openvidu.secret is to be OpenVidu's own OPENVIDU_SECRET";
    findings.push(answers(&server, "OpenVidu", &config.url, keys).await);
    // It tells an event only when somebody joins: what can be tried is our side of it.
    findings.push(Finding {
        what: "OpenVidu's webhook".to_owned(),
        outcome: taken(settings, config).await,
    });
}

async fn taken(settings: &Settings, config: &OpenViduConfig) -> Result<String, Complaint> {
    let url = format!(
        "{}/v1/media/openvidu/webhook",
        settings.signaling.internal_url
    );
    let body = format!(r#"{{"event":"rendezvousDoctor","timestamp":{}}}"#, now().0);
    let posted = service::http::client()
        .post(&url)
        .header("authorization", &config.webhook_authorization)
        .header("content-type", "application/json")
        .body(body)
        .send()
        .await;
    match posted.map(|answer| answer.status().as_u16()) {
        Ok(200) => Ok(format!(
            "{url} takes its header; OpenVidu needs OPENVIDU_WEBHOOK=true, OPENVIDU_WEBHOOK_ENDPOINT and OPENVIDU_WEBHOOK_HEADERS for it"
        )),
        Ok(status) => Err(Complaint {
            wrong: format!("{url} answers {status}"),
            remedy: "start signaling again: it runs with other settings than these".to_owned(),
        }),
        Err(error) => Err(Complaint {
            wrong: format!("{url} does not answer: {}", error.without_url()),
            remedy: "start signaling, or set signaling.internal_url to where it is".to_owned(),
        }),
    }
}

async fn answers<S: MediaServer>(server: &S, name: &str, url: &str, keys: &str) -> Finding {
    let outcome = match server.rooms(Some(&["rendezvous".to_owned()])).await {
        Ok(_) => Ok("it answers, and takes our credentials".to_owned()),
        Err(error @ MediaError::Refused(_)) => Err(complaint(&error, keys)),
        Err(error @ MediaError::Unreachable(_)) => Err(complaint(
            &error,
            "start it, or put its address as seen from here into the settings",
        )),
        Err(error @ MediaError::Strange(_)) => Err(complaint(
            &error,
            "is that the address of the right server?",
        )),
    };
    Finding {
        what: format!("{name} at {url}"),
        outcome,
    }
}

fn complaint(error: &MediaError, remedy: &str) -> Complaint {
    Complaint {
        wrong: error.to_string(),
        remedy: remedy.to_owned(),
    }
}
