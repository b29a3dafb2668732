//! Which attributes may pass under `ice: relay`, and what may stand in each. What is not here does not pass:
//! an address that nobody thought of needs an attribute that somebody did.

use super::fingerprints::is_strong;
use crate::candidate::is_ice_text;

/// What the value of an attribute must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ValueGrammar {
    /// There is none.
    Flag,
    /// One whole number.
    Number,
    /// A user name fragment, a password or a section's name.
    IceText,
    /// Plain words: see [`is_plain_text`].
    Plain,
    /// A number, the name of a known header extension, plain words.
    HeaderExtension,
    /// A number, then `name` or `name:value`.
    Source,
    /// A strong hash and bytes in hexadecimal.
    Fingerprint,
}

use ValueGrammar::{
    Fingerprint, Flag, HeaderExtension, IceText, Number, Plain, Source as SourceValue,
};

/// By the attribute's name. Candidates and `rtcp` are not here: they are written anew.
const ATTRIBUTES: [(&str, ValueGrammar); 45] = [
    ("bundle-only", Flag),
    ("connection", IceText),
    ("content", Plain),
    ("end-of-candidates", Flag),
    ("extmap", HeaderExtension),
    ("extmap-allow-mixed", Flag),
    ("fingerprint", Fingerprint),
    ("fmtp", Plain),
    ("framerate", Number),
    ("group", Plain),
    ("ice-lite", Flag),
    ("ice-options", Plain),
    ("ice-pacing", Number),
    ("ice-pwd", IceText),
    ("ice-ufrag", IceText),
    ("inactive", Flag),
    ("label", IceText),
    ("max-message-size", Number),
    ("maxptime", Number),
    ("mid", IceText),
    ("msid", Plain),
    ("msid-semantic", Plain),
    ("packetization", Plain),
    ("ptime", Number),
    ("recvonly", Flag),
    ("rid", Plain),
    ("rtcp-fb", Plain),
    ("rtcp-mux", Flag),
    ("rtcp-mux-only", Flag),
    ("rtcp-rsize", Flag),
    ("rtcp-xr", Plain),
    ("rtpmap", Plain),
    ("sctp-port", Number),
    ("sctpmap", Plain),
    ("sendonly", Flag),
    ("sendrecv", Flag),
    ("setup", IceText),
    ("simulcast", Plain),
    ("ssrc", SourceValue),
    ("ssrc-group", Plain),
    ("tls-id", IceText),
    ("x-google-flag", Plain),
    ("x-google-max-bitrate", Number),
    ("x-google-min-bitrate", Number),
    ("x-google-start-bitrate", Number),
];

/// Where the names of header extensions begin (RFC 8285); what follows has no dot and no colon.
const EXTENSIONS: [&str; 8] = [
    "urn:ietf:params:rtp-hdrext:sdes:",
    "urn:ietf:params:rtp-hdrext:",
    "urn:3gpp:",
    "http://www.webrtc.org/experiments/rtp-hdrext/",
    "https://www.webrtc.org/experiments/rtp-hdrext/",
    "http://www.ietf.org/id/",
    "https://tools.ietf.org/html/",
    "https://aomediacodec.github.io/av1-rtp-spec/",
];

/// True for `name` or `name:value` of an attribute that holds no address.
pub(super) fn may_pass(attribute: &str) -> bool {
    let (name, value) = match attribute.split_once(':') {
        Some((name, value)) => (name, Some(value)),
        None => (attribute, None),
    };
    let known = ATTRIBUTES.iter().find(|(known, _)| *known == name);
    let Some((_, grammar)) = known else {
        return false;
    };
    match (grammar, value) {
        (Flag, value) => value.is_none(),
        (_, None) => false,
        (Number, Some(value)) => is_number(value.trim()),
        (IceText, Some(value)) => is_ice_text(value.trim()),
        (Plain, Some(value)) => is_plain_text(value),
        (HeaderExtension, Some(value)) => is_extension(value),
        (SourceValue, Some(value)) => is_source(value),
        (Fingerprint, Some(value)) => is_fingerprint(value),
    }
}

/// True for a whole number of at most 20 digits.
pub(super) fn is_number(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// True for words of letters, digits and signs without dot, colon, bracket, percent and at sign: no address
/// of either family and no name in a domain can be written so.
pub(super) fn is_plain_text(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b" +-/_=*{};,~!#".contains(&byte);
    text.bytes().all(fits)
}

/// `id[/direction] URI [attributes]`.
fn is_extension(value: &str) -> bool {
    let mut parts = value.splitn(3, ' ');
    let (id, uri) = (parts.next().unwrap_or_default(), parts.next());
    let (number, direction) = id.split_once('/').unwrap_or((id, ""));
    let known = |uri: &str| {
        let mut rests = EXTENSIONS
            .iter()
            .filter_map(|start| uri.strip_prefix(start));
        rests.any(|rest| !rest.is_empty() && is_plain_text(rest))
    };
    is_number(number)
        && is_plain_text(direction)
        && uri.is_some_and(known)
        && parts.next().is_none_or(is_plain_text)
}

/// `ssrc-id name[:value]` (RFC 5576).
fn is_source(value: &str) -> bool {
    let Some((id, attribute)) = value.split_once(' ') else {
        return false;
    };
    let (name, value) = attribute.split_once(':').unwrap_or((attribute, ""));
    let is_known = ["cname", "msid", "mslabel", "label"].contains(&name);
    is_number(id) && is_known && is_plain_text(value)
}

fn is_fingerprint(value: &str) -> bool {
    let Some((_, bytes)) = value.trim().split_once(' ') else {
        return false;
    };
    let is_byte = |byte: &str| byte.len() == 2 && byte.bytes().all(|b| b.is_ascii_hexdigit());
    is_strong(value) && bytes.split(':').all(is_byte)
}
