use super::*;

fn check(origins: &[&'static str]) -> bool {
    let allowed = AllowedOrigins::from_web_origin("http://127.0.0.1:8080/join").unwrap();
    let mut headers = HeaderMap::new();
    for origin in origins {
        headers.append(header::ORIGIN, HeaderValue::from_static(origin));
    }
    allowed.check(&headers).is_ok()
}

#[test]
fn edg_10_only_listed_origins_pass() {
    assert!(check(&[]));
    for origin in [
        "http://localhost:8080",
        "http://127.0.0.1:8080",
        "http://[::1]:8080",
    ] {
        assert!(check(&[origin]), "{origin}");
    }
    for origin in [
        "null",
        "",
        "http://localhost",
        "http://localhost:8081",
        "https://localhost:8080",
        "http://LOCALHOST:8080",
        "http://localhost:8080.evil.example",
        "http://evil-localhost:8080",
        "http://localhost:8080/",
        "file://",
    ] {
        assert!(!check(&[origin]), "{origin}");
    }
    assert!(!check(&["http://localhost:8080", "http://localhost:8080"]));
}

#[test]
fn origins_are_taken_from_addresses() {
    assert_eq!(
        origin_of("https://A.example:443/x").unwrap(),
        "https://a.example"
    );
    assert!(origin_of("ftp://a").is_err());
    assert!(origin_of("http://user@a").is_err());
    assert!(AllowedOrigins::new(["https://a.example/"]).is_err());
    let one = AllowedOrigins::from_web_origin("https://a.example").unwrap();
    assert_eq!(one.iter().collect::<Vec<_>>(), ["https://a.example"]);
}

#[test]
fn edg_82_origins_of_apps_and_of_international_names_are_listed_as_browsers_send_them() {
    for origin in [
        "capacitor://localhost",
        "ionic://localhost",
        "app://my-app.example",
        "tauri://localhost",
        "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
        "com.example.app://host:8080",
        "https://a.example:8443",
        "http://[::1]:8080",
    ] {
        assert_eq!(listed(origin).as_deref(), Ok(origin));
        let allowed = AllowedOrigins::new([origin]).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        assert!(allowed.check(&headers).is_ok(), "{origin}");
    }
    for (written, sent) in [
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        (
            "https://BÜCHER.example:8443",
            "https://xn--bcher-kva.example:8443",
        ),
        ("https://例え.jp", "https://xn--r8jz45g.jp"),
    ] {
        assert_eq!(listed(written).as_deref(), Ok(sent));
    }
    assert_eq!(
        origin_of("https://bücher.example/meet").as_deref(),
        Ok("https://xn--bcher-kva.example")
    );
}

#[test]
fn edg_83_what_no_browser_sends_is_refused_by_name() {
    for origin in [
        "*",
        "https://*",
        "https://*.example.org",
        "http://localhost:*",
        "capacitor://*",
        "null",
        "",
        "localhost",
        "a.example",
        "//a.example",
        "https://",
        "https:a.example",
        "https:///a.example",
        "https://a.example/",
        "https://a.example/x",
        "https://a.example?x",
        "https://a.example#x",
        "https://user@a.example",
        "https://user:pass@a.example",
        "https://A.example",
        "HTTPS://a.example",
        "https://a.example:443",
        "http://a.example:80",
        "https://a.example:0x50",
        "https://a.example:99999",
        "https://a.example ",
        " https://a.example",
        "https://a example",
        "https://a.example\\x",
        "https://bücher.example/",
        "https://bücher.example/x",
        "https://127.1",
        "capacitor://",
        "capacitor://localhost/",
        "capacitor://localhost/x",
        "capacitor://user@localhost",
        "Capacitor://localhost",
        "capacitor://LOCALHOST",
        "capacitor://localhost:x",
        "capacitor:localhost",
        "file://",
        "file:///index.html",
        "data:text/html,x",
        "javascript://a",
        "wss://a.example",
        "1x://localhost",
    ] {
        let why = listed(origin).expect_err(origin);
        assert!(why.contains(&format!("{origin:?}")), "{why}");
        assert_eq!(why.lines().count(), 1, "{why}");
    }
}

#[test]
fn edg_152_a_ticket_counts_on_the_pages_that_it_names_or_on_those_of_the_list() {
    let web = "http://localhost:8080";
    let allowed = AllowedOrigins::from_web_origin(web).unwrap();
    let shop = "https://shop.example".to_owned();
    allowed.admit("shop", 1, &[&shop]);
    assert_eq!(allowed.of_application("shop"), [shop.as_str()]);
    assert!(allowed.of_application("other").is_empty());
    let check = |origin: Option<&'static str>, named: Option<&[String]>| {
        let origin = origin.map(HeaderValue::from_static);
        allowed.check_ticket(origin.as_ref(), named).is_ok()
    };
    let named = [shop];
    assert!(check(None, None) && check(None, Some(&named)), "no page");
    assert!(check(Some(web), None));
    assert!(
        !check(Some("https://shop.example"), None),
        "another one's ticket"
    );
    assert!(check(Some("https://shop.example"), Some(&named)));
    assert!(!check(Some(web), Some(&named)));
}
