//! The cookie of a login.

use axum::http::{HeaderMap, HeaderValue, header};

/// How long a login lasts after its last use, in milliseconds: 30 days.
pub(crate) const LOGIN_LIFE_MS: i64 = 30 * 86_400_000;

/// How the cookie is called, and whether it goes over HTTPS alone. With the prefix `__Host-` no other host, and no
/// page without HTTPS, can set it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LoginCookie {
    is_secure: bool,
}

impl LoginCookie {
    /// That of a web front end at this address.
    pub(crate) fn of(web_origin: &str) -> Self {
        Self {
            is_secure: web_origin.starts_with("https://"),
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self.is_secure {
            true => "__Host-rendezvous",
            false => "rendezvous",
        }
    }

    /// What the browser sends back, if it sends one.
    pub(crate) fn read(self, headers: &HeaderMap) -> Option<&str> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == self.name())
            .map(|(_, value)| value)
    }

    /// Gives the browser a token, for as long as a login lasts from now on.
    pub(crate) fn set(self, token: &str) -> HeaderValue {
        self.line(token, LOGIN_LIFE_MS / 1000)
    }

    /// Takes it away again.
    pub(crate) fn clear(self) -> HeaderValue {
        self.line("", 0)
    }

    fn line(self, value: &str, seconds: i64) -> HeaderValue {
        let secure = if self.is_secure { "; Secure" } else { "" };
        let line = format!(
            "{}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}",
            self.name()
        );
        let mut line = HeaderValue::try_from(line).expect("a token is letters and digits");
        line.set_sensitive(true);
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sch_133_the_cookie_is_bound_to_the_host_over_https_and_hidden_from_scripts() {
        let secure = LoginCookie::of("https://meet.example").set("t0k3n");
        assert_eq!(
            secure.to_str().unwrap(),
            "__Host-rendezvous=t0k3n; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000; Secure"
        );
        let plain = LoginCookie::of("http://localhost:8080").clear();
        assert_eq!(
            plain.to_str().unwrap(),
            "rendezvous=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"
        );
    }

    #[test]
    fn sch_133_the_cookie_is_found_among_others() {
        let cookie = LoginCookie::of("http://localhost:8080");
        let mut headers = HeaderMap::new();
        assert_eq!(cookie.read(&headers), None);
        headers.append(
            header::COOKIE,
            HeaderValue::from_static("a=1; rendezvousx=2"),
        );
        headers.append(
            header::COOKIE,
            HeaderValue::from_static("b=3;rendezvous=t=4"),
        );
        assert_eq!(cookie.read(&headers), Some("t=4"));
    }
}
