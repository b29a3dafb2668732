//! The web front end, embedded: its page, and the files that the page asks for.

mod embed;
mod paths;
mod policy;

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rust_embed::RustEmbed;
use service::http::HttpError;
use sha2::{Digest as _, Sha256};

use self::paths::PageKind;
pub(crate) use self::paths::base_of;
use crate::config::{Config, SignupPolicy};
use crate::store::SchedulerStore;

/// Files whose names hold their hash never change.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// Everything else is asked for again each time.
const ASK_AGAIN: &str = "no-cache";
/// Camera and microphone are for this page and for no frame in it.
const PERMISSIONS: HeaderValue = HeaderValue::from_static(
    "camera=(self), microphone=(self), geolocation=(), display-capture=()",
);
const PAGE: &str = "index.html";
/// What `web/app/index.html` says before the server puts the path of the public address in.
const BASE_AT_ROOT: &str = "<base href=\"/\"";
/// What it says before the server puts in who gets an account.
const SIGNUP_OPEN: &str = "<meta name=\"signup\" content=\"open\"";

#[derive(RustEmbed)]
#[folder = "../web/app/dist"]
struct EmbeddedFiles;

/// What the pages are served with.
#[derive(Clone)]
pub(crate) struct WebApp {
    headers: PageHeaders,
    /// Where applications say who may embed their page.
    store: Arc<dyn SchedulerStore>,
    has_accounts: bool,
    /// Absent where the web front end is not built in.
    page: Option<Arc<ServedFile>>,
}

/// What a page may do, and who may have it in a frame.
#[derive(Clone)]
struct PageHeaders {
    policy: HeaderValue,
    permissions: HeaderValue,
}

/// The bytes of an answer, and the `ETag` that names them.
struct ServedFile {
    bytes: Bytes,
    etag: HeaderValue,
}

impl WebApp {
    pub(crate) fn new(config: &Config, store: Arc<dyn SchedulerStore>) -> Self {
        // An address that can't stand in a header can't be connected to either.
        let policy = HeaderValue::from_str(&policy::content_security_policy(config))
            .unwrap_or_else(|_| HeaderValue::from_static("default-src 'self'"));
        let page = EmbeddedFiles::get(PAGE)
            .map(|file| filled_in(&file.data, &base_of(&config.web_origin), config.signup))
            .map(|html| {
                let digest = Sha256::digest(&html);
                Arc::new(ServedFile::new(html, &digest))
            });
        let headers = PageHeaders {
            policy,
            permissions: PERMISSIONS,
        };
        Self {
            headers,
            store,
            has_accounts: config.signup != SignupPolicy::Off,
            page,
        }
    }

    /// The page: its address decides what it shows.
    fn page(&self, status: StatusCode, request: &HeaderMap) -> Response {
        let Some(page) = &self.page else {
            return not_built_in();
        };
        self.headers.respond(PAGE, page, status, request)
    }

    /// What stands at a path that leads nowhere.
    fn missing(&self, request: &HeaderMap) -> Response {
        match is_person(request) {
            true => self.page(StatusCode::NOT_FOUND, request),
            false => nothing_here(),
        }
    }
}

impl PageHeaders {
    fn respond(
        &self,
        path: &str,
        content: &ServedFile,
        status: StatusCode,
        request: &HeaderMap,
    ) -> Response {
        let known = status.is_success() && matches_etag(request, &content.etag);
        let mut response = if known {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            (status, Body::from(content.bytes.clone())).into_response()
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
        headers.insert(header::CONTENT_SECURITY_POLICY, self.policy.clone());
        headers.insert(
            HeaderName::from_static("permissions-policy"),
            self.permissions.clone(),
        );
        if status.is_success() {
            headers.insert(header::ETAG, content.etag.clone());
        }
        response
    }
}

impl ServedFile {
    fn new(bytes: impl Into<Bytes>, digest: &[u8]) -> Self {
        let digest = URL_SAFE_NO_PAD.encode(digest);
        let etag = HeaderValue::from_str(&format!("\"{digest}\""))
            .unwrap_or_else(|_| HeaderValue::from_static("\"\""));
        Self {
            bytes: bytes.into(),
            etag,
        }
    }
}

/// Every path that is no route of the API: a file of the page, the page, or nothing.
///
/// A person, who comes with a browser, always gets a page; a program gets a problem. The path is not
/// logged: a mail program may have moved the token of a join link into it.
pub(crate) async fn any_path(
    State(web): State<WebApp>,
    uri: Uri,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let path = paths::decode(uri.path());
    let name = path.trim_start_matches('/');
    let file = Some(name)
        .filter(|name| *name != PAGE)
        .and_then(EmbeddedFiles::get);
    let kind = paths::page_at(uri.path(), web.has_accounts);
    let is_there = file.is_some() || kind != PageKind::Missing;
    if !matches!(method, Method::GET | Method::HEAD) {
        return if is_there {
            wrong_method()
        } else {
            nothing_here()
        };
    }
    match (file, kind) {
        (Some(file), _) => {
            let content = ServedFile::new(owned(file.data), &file.metadata.sha256_hash());
            web.headers
                .respond(name, &content, StatusCode::OK, &headers)
        }
        (None, PageKind::Home | PageKind::Join | PageKind::Account) => {
            web.page(StatusCode::OK, &headers)
        }
        (None, PageKind::Embed(application)) => web.embedded_page(&application, &headers).await,
        (None, PageKind::Missing) => web.missing(&headers),
    }
}

fn not_built_in() -> Response {
    let detail = "The web front end is not built in: run `make build` and start again.";
    HttpError::unavailable(detail).into_response()
}

fn wrong_method() -> Response {
    HttpError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        wire::ErrorCode::MethodNotAllowed,
        "This address does not take that method.",
    )
    .into_response()
}

fn nothing_here() -> Response {
    HttpError::not_found("There is nothing at this address.").into_response()
}

/// Browsers name `text/html` when a person opens an address; programs and the page's own requests do not.
fn is_person(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter();
    accepted
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|range| {
            let mut parts = range.split(';').map(str::trim);
            let html = (parts.next()).is_some_and(|kind| kind.eq_ignore_ascii_case("text/html"));
            html && !parts
                .any(|parameter| matches!(parameter, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
        })
}

/// The page with the path of the public address as its base, to which all its addresses are relative, and with who
/// gets an account.
fn filled_in(html: &[u8], base: &str, signup: SignupPolicy) -> String {
    let html = String::from_utf8_lossy(html);
    let base = attribute(base);
    let signup = match signup {
        SignupPolicy::Open => "open",
        SignupPolicy::Invite => "invite",
        SignupPolicy::Off => "off",
    };
    html.replacen(BASE_AT_ROOT, &format!("<base href=\"{base}\""), 1)
        .replacen(
            SIGNUP_OPEN,
            &format!("<meta name=\"signup\" content=\"{signup}\""),
            1,
        )
}

/// A text as the value of an attribute in double quotes.
fn attribute(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('"', "&quot;");
    text.replace('<', "&lt;")
}

fn owned(data: Cow<'static, [u8]>) -> Bytes {
    match data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    }
}

/// True where the client has what that strong `ETag` names, or the weak one of the same word.
pub(crate) fn matches_etag(request: &HeaderMap, etag: &HeaderValue) -> bool {
    let Ok(etag) = etag.to_str() else {
        return false;
    };
    request
        .get(header::IF_NONE_MATCH)
        .and_then(|known| known.to_str().ok())
        .is_some_and(|known| {
            known
                .split(',')
                .any(|one| one.trim().trim_start_matches("W/") == etag)
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
