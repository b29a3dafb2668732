//! Credentials in addresses are refused: addresses end in logs, histories and referrers.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::HttpError;

/// Names under which clients are known to put credentials into a query.
const CREDENTIAL_NAMES: [&str; 14] = [
    "access",
    "access_token",
    "api_key",
    "apikey",
    "auth",
    "authorization",
    "bearer",
    "jwt",
    "key",
    "password",
    "resume_token",
    "secret",
    "ticket",
    "token",
];

/// Middleware: 400 `token_in_url` for a query that names a credential. Part of `standard`.
pub async fn refuse_credentials_in_url(request: Request, next: Next) -> Response {
    if has_credential(request.uri().query().unwrap_or_default()) {
        metrics::counter!("http_token_in_url_total").increment(1);
        return HttpError::token_in_url().into_response();
    }
    next.run(request).await
}

fn has_credential(query: &str) -> bool {
    query
        .split('&')
        .filter_map(|pair| pair.split('=').next())
        .any(|name| {
            CREDENTIAL_NAMES
                .iter()
                .any(|c| name.eq_ignore_ascii_case(c))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edg_9_credentials_in_a_query_are_seen() {
        assert!(has_credential("ticket=ey"));
        assert!(has_credential("a=b&Access_Token=ey"));
        assert!(!has_credential(""));
        assert!(!has_credential("cursor=ticket&limit=5"));
    }
}
