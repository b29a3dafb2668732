//! What two browsers write to each other, and what media servers post.

use signaling_core::fuzzing;
use wire::{IcePolicy, RawJson};

const POLICIES: [IcePolicy; 2] = [IcePolicy::All, IcePolicy::Relay];

/// What passes once passes again as it is; nothing grows.
pub(crate) fn sdp(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    for policy in POLICIES {
        if let Ok(relayed) = fuzzing::description(&text, policy) {
            assert_eq!(
                fuzzing::description(&relayed, policy).as_ref(),
                Ok(&relayed)
            );
        }
    }
}

/// As [`sdp`]; what `ice: relay` lets through is a relayed candidate.
pub(crate) fn candidate(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let Ok(json) = serde_json::from_str::<RawJson>(text) else {
        return;
    };
    for policy in POLICIES {
        let Ok(Some(relayed)) = fuzzing::candidate(&json, policy) else {
            continue;
        };
        let again = fuzzing::candidate(&relayed, policy).expect("what passed passes");
        assert_eq!(
            again.map(|json| json.text().to_owned()),
            Some(relayed.text().to_owned())
        );
        let is_end = !relayed.text().contains("candidate:");
        assert!(policy == IcePolicy::All || is_end || relayed.text().contains(" typ relay"));
    }
}

/// Any body is read, or is no event.
pub(crate) fn livekit_webhook(input: &[u8]) {
    signaling::fuzzing::livekit_webhook(input);
}

/// As [`livekit_webhook`], of OpenVidu.
pub(crate) fn openvidu_webhook(input: &[u8]) {
    signaling::fuzzing::openvidu_webhook(input);
}
