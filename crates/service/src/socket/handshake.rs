//! The opening handshake (RFC 6455, 4.2): which requests ask for a WebSocket, and the answer to them.

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::upgrade::OnUpgrade;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use wire::ErrorCode;

use crate::http::HttpError;

/// A request that may be upgraded.
#[derive(Debug)]
pub(super) struct Handshake {
    accept: HeaderValue,
    /// Resolves when the answer has been written.
    on_upgrade: OnUpgrade,
}

impl Handshake {
    /// Takes the upgrade out of a request.
    ///
    /// # Errors
    /// 405, 400 and 426 for what asks for no WebSocket of version 13.
    pub(super) fn from_parts(parts: &mut Parts) -> Result<Self, HttpError> {
        if parts.method != Method::GET {
            return Err(refusal(StatusCode::METHOD_NOT_ALLOWED));
        }
        let headers = &parts.headers;
        let key = headers.get(header::SEC_WEBSOCKET_KEY);
        let is_asked = lists(headers, &header::CONNECTION, "upgrade")
            && lists(headers, &header::UPGRADE, "websocket")
            && lists(headers, &header::SEC_WEBSOCKET_VERSION, "13");
        let Some(key) = key.filter(|_| is_asked) else {
            return Err(refusal(StatusCode::BAD_REQUEST));
        };
        let accept = HeaderValue::try_from(derive_accept_key(key.as_bytes()))
            .map_err(|_| refusal(StatusCode::BAD_REQUEST))?;
        let on_upgrade = (parts.extensions.remove::<OnUpgrade>())
            .ok_or_else(|| refusal(StatusCode::UPGRADE_REQUIRED))?;
        Ok(Self { accept, on_upgrade })
    }

    /// The answer that switches protocols. `subprotocol` is named where the client has offered any.
    pub(super) fn response(accept: HeaderValue, subprotocol: Option<&'static str>) -> Response {
        let mut response = StatusCode::SWITCHING_PROTOCOLS.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
        if let Some(subprotocol) = subprotocol {
            let subprotocol = HeaderValue::from_static(subprotocol);
            headers.insert(header::SEC_WEBSOCKET_PROTOCOL, subprotocol);
        }
        response
    }

    /// Splits what is waited for from what is answered.
    pub(super) fn into_parts(self) -> (HeaderValue, OnUpgrade) {
        (self.accept, self.on_upgrade)
    }
}

/// True where a header lists `word`, in any case.
pub(super) fn lists(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    words(headers, name).any(|listed| listed.eq_ignore_ascii_case(word.as_bytes()))
}

/// The words of all lines of a header.
pub(super) fn words<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> impl Iterator<Item = &'a [u8]> {
    let lines = headers.get_all(name).into_iter();
    lines.flat_map(|line| {
        line.as_bytes()
            .split(|byte| *byte == b',')
            .map(<[u8]>::trim_ascii)
    })
}

fn refusal(status: StatusCode) -> HttpError {
    let code = match status {
        StatusCode::METHOD_NOT_ALLOWED => ErrorCode::MethodNotAllowed,
        _ => ErrorCode::Malformed,
    };
    HttpError::new(status, code, "A WebSocket (RFC 6455) is spoken here.")
}
