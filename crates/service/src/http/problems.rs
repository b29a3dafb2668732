//! Every refusal is a problem document, whoever made it: what a framework's extractor or layer says in plain
//! text is said again as one.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use wire::ErrorCode;

use super::timed_body::BodyTimeout;
use super::{HttpError, Linger};

/// What a 404 says where there is no route, or none for this listener.
pub(crate) const NOTHING_HERE: &str = "There is nothing at this address.";

/// Middleware: gives each refusal its document. A page for people stays one. Part of `standard`.
pub(super) async fn as_problems(request: Request, next: Next) -> Response {
    let timeout = request.extensions().get::<BodyTimeout>().cloned();
    let linger = request.extensions().get::<Linger>().cloned();
    let response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    if timeout.is_some_and(|timeout| timeout.has_passed()) {
        // What still comes of the body is not waited for, and the answer must be readable.
        if let Some(linger) = linger {
            linger.ask();
        }
        let mut response = HttpError::body_timeout().into_response();
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
        return response;
    }
    match is_document(response.headers()) {
        true => response,
        false => documented(response, status),
    }
}

fn is_document(headers: &HeaderMap) -> bool {
    let media = headers.get(header::CONTENT_TYPE);
    let media = media.and_then(|media| media.to_str().ok());
    let media = media.and_then(|media| media.split(';').next());
    matches!(media, Some("application/problem+json" | "text/html"))
}

/// The same refusal, with all that its headers say beside the body.
fn documented(response: Response, status: StatusCode) -> Response {
    let (mut parts, _) = response.into_parts();
    let problem = of_status(status).into_response();
    for name in [
        header::CONTENT_TYPE,
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
    ] {
        parts.headers.remove(name);
    }
    for (name, value) in problem.headers() {
        parts.headers.entry(name).or_insert_with(|| value.clone());
    }
    let (_, body): (_, Body) = problem.into_parts();
    Response::from_parts(parts, body)
}

fn of_status(status: StatusCode) -> HttpError {
    let (code, detail) = match status {
        StatusCode::UNAUTHORIZED => (ErrorCode::Unauthenticated, "A valid credential is needed."),
        StatusCode::FORBIDDEN => (ErrorCode::Forbidden, "That is not allowed."),
        StatusCode::NOT_FOUND => (ErrorCode::NotFound, NOTHING_HERE),
        StatusCode::METHOD_NOT_ALLOWED => (
            ErrorCode::MethodNotAllowed,
            "This address does not take that method.",
        ),
        StatusCode::REQUEST_TIMEOUT => return HttpError::body_timeout(),
        StatusCode::CONFLICT => (ErrorCode::Conflict, "Something else stands in the way."),
        StatusCode::PRECONDITION_FAILED => {
            (ErrorCode::PreconditionFailed, "It is another revision.")
        }
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::URI_TOO_LONG => {
            (ErrorCode::TooLarge, "The request is too large.")
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE => (
            ErrorCode::UnsupportedMediaType,
            "The body is of another media type.",
        ),
        StatusCode::UNPROCESSABLE_ENTITY => (ErrorCode::InvalidField, "A field is wrong."),
        StatusCode::TOO_MANY_REQUESTS => return HttpError::rate_limited(1_000),
        StatusCode::SERVICE_UNAVAILABLE => return HttpError::unavailable("Not now."),
        status if status.is_server_error() => (ErrorCode::Internal, "Something went wrong here."),
        _ => (ErrorCode::Malformed, "The request can't be read."),
    };
    HttpError::new(status, code, detail)
}
