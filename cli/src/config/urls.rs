//! Addresses of services as settings give them, in the one form that everything else compares and appends to.

use url::{Host, Url};

/// The address as clients are given it: scheme and host in lower case, an international name as punycode (RFC 3492), no default
/// port, no slash at the end. A path is kept: a proxy in front may serve us below one.
///
/// # Errors
/// What is wrong with it, in words that go on from the key.
pub(super) fn normalized(address: &str) -> Result<String, String> {
    let wrong = |why: &str| Err(format!("{address:?} {why}"));
    if address
        .chars()
        .any(|char| char.is_whitespace() || char.is_control() || matches!(char, '\\' | '%'))
    {
        return wrong("has a blank, a control character, a backslash or a percent sign in it");
    }
    let Ok(url) = Url::parse(address) else {
        return wrong("is no http or https address");
    };
    if !matches!(url.scheme(), "http" | "https") || !after_scheme(address).starts_with("//") {
        return wrong("is no http or https address");
    }
    if !url.username().is_empty() || url.password().is_some() || address.contains('@') {
        return wrong("has a name or password in it");
    }
    if url.query().is_some() {
        return wrong("has a query (`?`)");
    }
    if url.fragment().is_some() {
        return wrong("has a fragment (`#`)");
    }
    match url.host() {
        Some(Host::Domain(name)) if name.contains('*') => {
            return wrong("has a pattern: name one host");
        }
        Some(Host::Ipv4(ip)) if ip.is_unspecified() => {
            return wrong("is every address: name the one that clients reach");
        }
        Some(Host::Ipv6(ip)) if ip.is_unspecified() => {
            return wrong("is every address: name the one that clients reach");
        }
        Some(_) => {}
        None => return wrong("has no host"),
    }
    let path = url.path().trim_end_matches('/');
    let is_plain =
        |segment: &str| !segment.is_empty() && !segment.contains(['%', ';', ',', '\'', '"']);
    // What `..` meant is gone after parsing; that it was there is a mistake.
    let has_dots = after_scheme(address)
        .split('/')
        .any(|segment| matches!(segment, "." | ".."));
    if has_dots || !(path.is_empty() || path[1..].split('/').all(is_plain)) {
        return wrong("has a path that is not plain, as /meet");
    }
    Ok(format!("{}{path}", url.origin().ascii_serialization()))
}

fn after_scheme(address: &str) -> &str {
    address.split_once(':').map_or("", |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ops_39_an_address_is_brought_into_one_form() {
        for (written, form) in [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("https://x.example", "https://x.example"),
            ("https://x.example/", "https://x.example"),
            ("https://x.example///", "https://x.example"),
            ("HTTPS://X.Example:443/Meet/", "https://x.example/Meet"),
            ("http://x.example:80", "http://x.example"),
            ("https://x.example/meet", "https://x.example/meet"),
            ("https://x.example/a/b/", "https://x.example/a/b"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            (
                "https://BÜCHER.example:8443/meet",
                "https://xn--bcher-kva.example:8443/meet",
            ),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("http://[0:0:0:0:0:0:0:1]:8080", "http://[::1]:8080"),
            (
                "http://localhost:8080/~ann/meet_2.0",
                "http://localhost:8080/~ann/meet_2.0",
            ),
        ] {
            assert_eq!(normalized(written).as_deref(), Ok(form), "{written}");
            assert_eq!(
                normalized(form).as_deref(),
                Ok(form),
                "what is in the form stays"
            );
        }
    }

    #[test]
    fn ops_39_what_can_not_be_served_below_is_refused() {
        for wrong in [
            "",
            "x.example",
            "//x.example",
            "ftp://x.example",
            "ws://x.example",
            "https:x.example",
            "https:/x.example",
            "https://",
            "https://?",
            "https://x.example?a=b",
            "https://x.example/?",
            "https://x.example/meet?x",
            "https://x.example#",
            "https://x.example/#a",
            "https://user@x.example",
            "https://user:pass@x.example",
            "https://@x.example",
            "https://x.example/a b",
            " https://x.example",
            "https://x.example ",
            "https://x.example\n",
            "https://x.example\\meet",
            "https://*.example",
            "https://x.example:99999",
            "https://x.example:port",
            "https://x.example/a/../b",
            "https://x.example/./a",
            "https://x.example//a",
            "https://x.example/%2e",
            "https://x.example/a%20b",
            "http://0.0.0.0:8080",
            "http://[::]:8080",
            "https://x.example/a;b",
            "https://x.example/'",
            "https://xn--a.example",
        ] {
            assert!(normalized(wrong).is_err(), "{wrong:?}");
        }
    }
}
