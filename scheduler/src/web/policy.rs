//! The Content-Security-Policy of the page.

use service::origin::origin_of;

use crate::config::Config;
use crate::tickets::websocket;

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
         frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html rendezvous-worker"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

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
