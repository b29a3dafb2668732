//! The web front end, embedded: its page, and the files that the page asks for.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rust_embed::{EmbeddedFile, RustEmbed};
use service::http::HttpError;
use service::origin::origin_of;

use crate::config::Config;
use crate::tickets::websocket;

/// Files whose names hold their hash never change.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// Everything else is asked for again each time.
const ASK_AGAIN: &str = "no-cache";
/// Camera and microphone are for this page and for no frame in it.
const PERMISSIONS: &str = "camera=(self), microphone=(self), geolocation=(), display-capture=()";

#[derive(RustEmbed)]
#[folder = "../web/app/dist"]
struct EmbeddedFiles;

/// What the pages are served with.
#[derive(Clone)]
pub(crate) struct WebApp {
    policy: Arc<HeaderValue>,
}

impl WebApp {
    pub(crate) fn new(config: &Config) -> Self {
        let policy = content_security_policy(config);
        Self {
            policy: Arc::new(HeaderValue::from_str(&policy).unwrap_or_else(|_| {
                // An address that can't stand in a header can't be connected to either.
                HeaderValue::from_static("default-src 'self'")
            })),
        }
    }
}

/// `GET /` and `GET /join`: the page.
pub(crate) async fn page(
    State(web): State<WebApp>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    match EmbeddedFiles::get("index.html") {
        Some(file) => serve(&web, "index.html", file, &method, &headers),
        None => HttpError::unavailable(
            "The web front end is not built in: run `make build` and start again.",
        )
        .into_response(),
    }
}

/// `GET` of a file of the page.
pub(crate) async fn file(
    State(web): State<WebApp>,
    Path(path): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    match EmbeddedFiles::get(&path) {
        Some(file) => serve(&web, &path, file, &method, &headers),
        None => HttpError::not_found("There is nothing at this address.").into_response(),
    }
}

fn serve(
    web: &WebApp,
    path: &str,
    file: EmbeddedFile,
    method: &Method,
    asked: &HeaderMap,
) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return HttpError::new(
            StatusCode::METHOD_NOT_ALLOWED,
            wire::ErrorCode::MethodNotAllowed,
            "This address does not take that method.",
        )
        .into_response();
    }
    let tag = format!(
        "\"{}\"",
        URL_SAFE_NO_PAD.encode(file.metadata.sha256_hash())
    );
    let mut response = if matches_etag(asked, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        file.data.into_response()
    };
    let cache = if path.starts_with("assets/") {
        FOREVER
    } else {
        ASK_AGAIN
    };
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(media_type(path)),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::CONTENT_SECURITY_POLICY, (*web.policy).clone());
    headers.insert(
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(PERMISSIONS),
    );
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

fn matches_etag(asked: &HeaderMap, tag: &str) -> bool {
    asked
        .get(header::IF_NONE_MATCH)
        .and_then(|tags| tags.to_str().ok())
        .is_some_and(|tags| {
            tags.split(',')
                .any(|known| known.trim().trim_start_matches("W/") == tag)
        })
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// Nothing from elsewhere, and connections to the three services and the media servers only.
fn content_security_policy(config: &Config) -> String {
    let mut connect = vec!["'self'".to_owned()];
    let services = [&config.public_url, &config.signaling_url, &config.chat_url];
    for address in services.into_iter().chain(&config.media_urls) {
        // Media servers are often named by the address of their socket.
        let address = match address.strip_prefix("ws") {
            Some(rest) => format!("http{rest}"),
            None => address.clone(),
        };
        if let Ok(origin) = origin_of(&address) {
            connect.push(websocket(&origin, ""));
            connect.push(origin);
        }
    }
    let connect = connect.join(" ");
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; \
         img-src 'self' data: blob:; font-src 'self'; media-src 'self' blob:; \
         manifest-src 'self'; worker-src 'self' blob:; connect-src {connect}; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sch_40_the_page_may_connect_to_the_three_services_and_nowhere_else() {
        let config = Config::new(
            "https://meet.example",
            "https://signal.example:8443/x",
            "http://localhost:8082",
            "/nowhere",
        );
        let policy = content_security_policy(&config);
        let connect = policy
            .split("; ")
            .find(|d| d.starts_with("connect-src "))
            .unwrap();
        assert_eq!(
            connect,
            "connect-src 'self' wss://meet.example https://meet.example \
             wss://signal.example:8443 https://signal.example:8443 \
             ws://localhost:8082 http://localhost:8082"
        );
        assert!(!policy.contains('*'));
    }

    #[test]
    fn web_44_the_page_may_connect_to_the_media_servers_that_are_configured() {
        let mut config = Config::new(
            "https://meet.example",
            "https://meet.example",
            "https://meet.example",
            "/nowhere",
        );
        config.media_urls = vec!["wss://livekit.example:7443/".to_owned()];
        let policy = content_security_policy(&config);
        assert!(
            policy.contains(" wss://livekit.example:7443 https://livekit.example:7443;"),
            "{policy}"
        );
    }
}
