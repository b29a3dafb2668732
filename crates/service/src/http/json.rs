//! JSON bodies: taken strictly, refused with the field that is wrong.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wire::FieldError;
use wire::json::{self, JsonError};

use super::HttpError;
use crate::limits::Limit;

/// Largest body of a command, in bytes, unless the listener has another limit.
pub const BODY_LIMIT: usize = 64 * 1024;

/// The listener's limit of a body, in bytes; an extension of its requests.
#[derive(Debug, Clone, Copy)]
pub(super) struct BodyLimit(pub(super) usize);

impl BodyLimit {
    pub(super) fn of(request: &Request) -> usize {
        let own = request.extensions().get::<Self>();
        own.map_or(BODY_LIMIT, |limit| limit.0)
    }
}

/// A JSON body, in or out. Going in: 415 for another media type, 413 above the limit, 400 for what is
/// no JSON, 422 naming the field for what is no `T`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Json<T>(pub T);

/// As [`Json`], and a request without a body is `T::default()`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonOrEmpty<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = HttpError;

    async fn from_request(request: Request, state: &S) -> Result<Self, HttpError> {
        if !is_json(request.headers()) {
            return Err(HttpError::unsupported_media_type());
        }
        let body = read(request, state).await?;
        parse(&body).map(Json)
    }
}

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for JsonOrEmpty<T> {
    type Rejection = HttpError;

    async fn from_request(request: Request, state: &S) -> Result<Self, HttpError> {
        let json = is_json(request.headers());
        let body = read(request, state).await?;
        if body.is_empty() {
            return Ok(Self(T::default()));
        }
        if !json {
            return Err(HttpError::unsupported_media_type());
        }
        parse(&body).map(Self)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|media| media.trim().eq_ignore_ascii_case("application/json"))
}

async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, HttpError> {
    let limit = BodyLimit::of(&request);
    Bytes::from_request(request, state)
        .await
        .map_err(|rejection: BytesRejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => {
                Limit::BodyBytes.hit();
                HttpError::too_large(limit)
            }
            _ => HttpError::malformed("The body could not be read."),
        })
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, HttpError> {
    let not_json = || HttpError::malformed("The body is not JSON.");
    let text = std::str::from_utf8(body).map_err(|_| not_json())?;
    // Serde would also take an array for a struct; a command is an object.
    if !json::without_mark(text).trim_start().starts_with('{') {
        return Err(HttpError::malformed("The body is not a JSON object."));
    }
    json::read(text).map_err(|error| match error {
        JsonError::NotJson => not_json(),
        JsonError::Field { path, message } => {
            HttpError::invalid(vec![field_error(&path, &message)])
        }
    })
}

/// Serde tells its cases apart by text alone; the words here are those of `serde::de::Error`.
fn field_error(path: &str, text: &str) -> FieldError {
    let (code, message) = if text.starts_with("unknown field") {
        ("unknown_field", "There is no such field.")
    } else if text.starts_with("missing field") {
        ("required", "This field is needed.")
    } else if text.starts_with("duplicate field") {
        ("duplicate", "This field stands twice.")
    } else if text.starts_with("unknown variant") {
        ("unknown_value", "This is none of the values there are.")
    } else if text.starts_with("invalid type: null") {
        (
            "wrong_type",
            "This can't be null: give a value, or leave the field out.",
        )
    } else if text.starts_with("invalid type") && text.contains(", expected struct ") {
        ("wrong_type", "This is a JSON object.")
    } else if text.starts_with("invalid type") {
        ("wrong_type", "This is of another type than it should be.")
    } else {
        ("invalid", "This value can't be taken.")
    };
    FieldError {
        field: json::field_of(path, text),
        code: code.to_owned(),
        message: message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use wire::ErrorCode;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its errors are looked at")]
    struct SampleBooking {
        people: Vec<SamplePerson>,
        at: i64,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its errors are looked at")]
    struct SamplePerson {
        name: String,
    }

    fn refusal(body: &str) -> (u16, ErrorCode, String, String) {
        let refusal = parse::<SampleBooking>(body.as_bytes()).unwrap_err();
        let problem = refusal.problem();
        let (field, code) = problem.errors.first().map_or_else(
            || (String::new(), String::new()),
            |e| (e.field.clone(), e.code.clone()),
        );
        (problem.status, problem.code, field, code)
    }

    fn invalid(field: &str, code: &str) -> (u16, ErrorCode, String, String) {
        (422, ErrorCode::InvalidField, field.into(), code.into())
    }

    fn unknown(field: &str) -> (u16, ErrorCode, String, String) {
        (
            422,
            ErrorCode::UnknownField,
            field.into(),
            "unknown_field".into(),
        )
    }

    #[test]
    fn edg_7_a_bad_field_is_named() {
        assert_eq!(refusal(r#"{"people":[]}"#), invalid("at", "required"));
        assert_eq!(
            refusal(r#"{"people":[],"at":"x"}"#),
            invalid("at", "wrong_type")
        );
        assert_eq!(refusal(r#"{"people":[],"at":1,"role":1}"#), unknown("role"));
        assert_eq!(
            refusal(r#"{"people":[{"name":"a"},{"name":"b","admin":true}],"at":1}"#),
            unknown("people[1].admin")
        );
        assert_eq!(
            refusal(r#"{"people":[{}],"at":1}"#),
            invalid("people[0].name", "required")
        );
        assert_eq!(
            refusal(r#"{"people":[],"at":1,"at":2}"#),
            invalid("at", "duplicate")
        );
    }

    #[test]
    fn edg_8_what_is_no_json_is_malformed() {
        for body in ["", "{", "[1,", "{\"people\":[],\"at\":1} {}"] {
            let (status, code, ..) = refusal(body);
            assert_eq!((status, code), (400, ErrorCode::Malformed), "{body}");
        }
    }
}
