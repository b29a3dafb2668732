//! The credential of a request: `Authorization: Bearer …` (RFC 6750).

use axum::http::{HeaderMap, header};

/// The Bearer credential of a request, if it has exactly one.
#[must_use]
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    let (scheme, credential) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| credential.trim())
        .filter(|credential| !credential.is_empty())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn shown(values: &[&'static str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, HeaderValue::from_static(value));
        }
        bearer(&headers).map(str::to_owned)
    }

    #[test]
    fn edg_69_a_bearer_credential_is_the_only_one_and_its_scheme_has_no_case() {
        for value in ["Bearer t.1", "bearer t.1", "BEARER  t.1 "] {
            assert_eq!(shown(&[value]).as_deref(), Some("t.1"), "{value:?}");
        }
        for value in ["", "Bearer", "Bearer ", "Basic t.1", "Bearert.1", "t.1"] {
            assert_eq!(shown(&[value]), None, "{value:?}");
        }
        assert_eq!(shown(&["Bearer t.1", "Bearer t.2"]), None);
        assert_eq!(shown(&[]), None);
    }
}
