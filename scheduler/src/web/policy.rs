//! The Content-Security-Policy of the page.

use service::origin::origin_of;

use crate::config::Config;
use crate::tickets::websocket;

/// No page may have this one in a frame.
const NO_FRAME: &str = "frame-ancestors 'none'";

/// Nothing from elsewhere, and connections to the three services and the media servers only.
///
/// Trusted Types: no text becomes markup or script, but through the policy with which Svelte makes elements of
/// the app's own compiled templates, and the one that names the service worker's file.
pub(super) fn content_security_policy(config: &Config) -> String {
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
    // `base-uri`: the page's own base is of its origin (`base_of`).
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; \
         img-src 'self' data: blob:; font-src 'self'; media-src 'self' blob:; \
         manifest-src 'self'; worker-src 'self' blob:; connect-src {connect}; base-uri 'self'; form-action 'none'; \
         {NO_FRAME}; require-trusted-types-for 'script'; trusted-types svelte-trusted-html rendezvous-worker"
    )
}

/// The same policy for a page that pages of these origins may have in a frame; where there is none of them, for no page.
pub(super) fn framed_by(policy: &str, embedders: &[String]) -> String {
    let named: Vec<&str> = embedders
        .iter()
        .map(String::as_str)
        .filter(|origin| is_source(origin))
        .collect();
    if named.is_empty() {
        return policy.to_owned();
    }
    policy.replacen(NO_FRAME, &format!("frame-ancestors {}", named.join(" ")), 1)
}

/// What no browser takes for the end of the directive, or for a keyword.
fn is_source(origin: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '/');
    origin.contains("://") && origin.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sch_480_only_what_is_an_origin_stands_in_the_policy() {
        let policy = "default-src 'none'; frame-ancestors 'none'; base-uri 'self'";
        let named = |all: &[&str]| {
            let all: Vec<String> = all.iter().map(|&one| one.to_owned()).collect();
            framed_by(policy, &all)
        };
        assert_eq!(
            named(&["https://shop.example:8443", "http://localhost:3000"]),
            "default-src 'none'; frame-ancestors https://shop.example:8443 http://localhost:3000; base-uri 'self'"
        );
        for wrong in [
            "https://a;sandbox",
            "https://a,default-src",
            "https://*",
            "'self'",
            "https://[::1]",
        ] {
            assert_eq!(named(&[wrong]), policy, "{wrong}");
        }
    }

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
