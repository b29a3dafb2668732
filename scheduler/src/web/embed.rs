//! The page for embedding, `/embed/{application}`: the same page, told whose it is, which only pages that the application
//! names may have in a frame. It gives nothing by itself: a session comes with the token behind the `#`.

use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use service::http::HttpError;
use sha2::{Digest as _, Sha256};

use super::{PAGE, PageHeaders, ServedFile, WebApp, attribute, not_built_in, policy};

/// What a frame may use that its embedder lets it (`allow="camera; microphone; display-capture; autoplay"`).
const PERMISSIONS: HeaderValue = HeaderValue::from_static(
    "camera=(self), microphone=(self), display-capture=(self), autoplay=(self), geolocation=()",
);
/// The tag before which the page is told whose it is.
const HEAD: &[u8] = b"<meta name=\"signup\"";

impl WebApp {
    /// Of an application that names embedders; of any other there is none, whether it exists or not.
    pub(super) async fn embedded_page(&self, application: &str, request: &HeaderMap) -> Response {
        let found = self.store.applications().find(application.to_owned()).await;
        let embedders = match found {
            Ok(found) => found.map(|profile| profile.said.allowed_embedders),
            Err(error) => return HttpError::from(error).into_response(),
        };
        match embedders.filter(|embedders| !embedders.is_empty()) {
            Some(embedders) => self.page_in_frames_of(&embedders, application, request),
            None => self.missing(request),
        }
    }

    fn page_in_frames_of(
        &self,
        embedders: &[String],
        application: &str,
        request: &HeaderMap,
    ) -> Response {
        let Some(page) = &self.page else {
            return not_built_in();
        };
        let strict = self.headers.policy.to_str().unwrap_or_default();
        let Ok(policy) = HeaderValue::from_str(&policy::framed_by(strict, embedders)) else {
            return self.missing(request);
        };
        let html = told_whose(&page.bytes, application);
        // A browser that keeps the page must not keep a policy that holds no more.
        let digest = Sha256::new()
            .chain_update(&html)
            .chain_update(policy.as_bytes());
        let content = ServedFile::new(html, &digest.finalize());
        let headers = PageHeaders {
            policy,
            permissions: PERMISSIONS,
        };
        headers.respond(PAGE, &content, StatusCode::OK, request)
    }
}

/// The page with the application's id in `<meta name="application">`.
fn told_whose(html: &[u8], application: &str) -> Vec<u8> {
    let tag = format!(
        "<meta name=\"application\" content=\"{}\">",
        attribute(application)
    );
    let at = html.windows(HEAD.len()).position(|bytes| bytes == HEAD);
    let (before, after) = html.split_at(at.unwrap_or(html.len()));
    [before, tag.as_bytes(), after].concat()
}
