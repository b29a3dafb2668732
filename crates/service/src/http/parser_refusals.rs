//! What hyper answers by itself, before any route is asked, as problem documents: a request that is none, or a
//! head that is too large.

use axum::http::StatusCode;
use wire::ErrorCode;

use super::HttpError;

/// Set by the layers on every answer of a route; hyper's own lack it.
const OF_A_ROUTE: &[u8] = b"\r\nx-request-id: ";

/// The answer that goes out in place of a head without a body that no route made.
pub(super) fn problem_for(head: &[u8]) -> Option<Vec<u8>> {
    let status = head.strip_prefix(b"HTTP/1.1 ")?.get(..3)?;
    let status = StatusCode::from_bytes(status).ok()?;
    let is_hypers = status.is_client_error()
        && head.ends_with(b"\r\n\r\n")
        && contains(head, b"content-length: 0\r\n")
        && !contains(head, OF_A_ROUTE);
    if !is_hypers {
        return None;
    }
    let refusal = refusal(status)?;
    let body = serde_json::to_string(refusal.problem()).ok()?;
    let reason = status.canonical_reason().unwrap_or("Refused");
    let answer = format!(
        "HTTP/1.1 {} {reason}\r\nconnection: close\r\ncontent-type: application/problem+json\r\n\
         cache-control: no-store\r\nx-content-type-options: nosniff\r\ncontent-length: {}\r\n\r\n{body}",
        status.as_u16(),
        body.len(),
    );
    Some(answer.into_bytes())
}

fn refusal(status: StatusCode) -> Option<HttpError> {
    Some(match status {
        StatusCode::BAD_REQUEST => HttpError::malformed("That is no HTTP request."),
        StatusCode::URI_TOO_LONG => {
            HttpError::new(status, ErrorCode::TooLarge, "The address is too long.")
        }
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => HttpError::new(
            status,
            ErrorCode::TooLarge,
            "The head of the request is too large.",
        ),
        _ => return None,
    })
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edg_85_only_what_no_route_answered_is_replaced() {
        let of_hyper = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n\
                         content-length: 0\r\ndate: now\r\n\r\n";
        let answer = String::from_utf8(problem_for(of_hyper).unwrap()).unwrap();
        assert!(answer.contains("application/problem+json"), "{answer}");
        assert!(answer.contains("\"code\":\"too_large\""), "{answer}");
        for other in [
            b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".as_slice(),
            b"HTTP/1.1 404 Not Found\r\nx-request-id: 1\r\ncontent-length: 0\r\n\r\n",
            b"HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\nno",
            b"\x81\x02hi",
        ] {
            assert!(problem_for(other).is_none());
        }
    }
}
