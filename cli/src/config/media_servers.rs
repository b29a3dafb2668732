//! What all media servers of the settings come to: whom signaling knows, what may be booked, where pages connect.

use signaling::media::MediaConfig;
use wire::MediaBackend;

use super::Settings;

impl Settings {
    /// The media servers in the form that signaling takes.
    pub(crate) fn media(&self) -> MediaConfig {
        MediaConfig {
            livekit: self.livekit.config(),
            openvidu: self.openvidu.config(),
        }
    }

    /// What may be booked: the scheduler reads the same settings.
    pub(crate) fn bookable_media(&self) -> Vec<MediaBackend> {
        let mut all = vec![MediaBackend::P2p];
        all.extend(self.livekit.is_set().then_some(MediaBackend::Livekit));
        all.extend(self.openvidu.is_set().then_some(MediaBackend::Openvidu));
        all
    }

    /// Where pages must be able to connect for media.
    pub(crate) fn media_urls(&self) -> Vec<String> {
        let openvidu = self.openvidu.url.replacen("http", "ws", 1);
        [self.livekit.public_url.clone(), openvidu]
            .into_iter()
            .filter(|url| !url.is_empty())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::media::LiveKitSection;
    use super::*;

    #[test]
    fn med_40_what_is_configured_may_be_booked_and_secrets_are_not_shown() {
        let mut settings = Settings::default();
        assert_eq!(settings.bookable_media(), [MediaBackend::P2p]);
        settings.livekit = LiveKitSection {
            url: "http://127.0.0.1:7880".to_owned(),
            api_key: "APIkey".to_owned(),
            api_secret: "x".repeat(32),
            ..LiveKitSection::default()
        };
        assert_eq!(
            settings.bookable_media(),
            [MediaBackend::P2p, MediaBackend::Livekit]
        );
        let shown = super::super::shown(&settings).unwrap();
        assert!(!shown.contains(&settings.livekit.api_secret), "{shown}");
    }
}
