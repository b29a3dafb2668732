use super::*;

/// Spellings of addresses that lead inside, or nowhere, each with the word for it.
const REFUSED: &[(&str, &str)] = &[
    ("http://example.org/", "scheme"),
    ("HTTP://example.org/", "scheme"),
    ("file:///etc/passwd", "scheme"),
    ("gopher://example.org:70/_", "scheme"),
    ("ftp://example.org/", "scheme"),
    ("ws://example.org/", "scheme"),
    ("wss://example.org/", "scheme"),
    ("dict://127.0.0.1:11211/stat", "scheme"),
    ("ldap://example.org/", "scheme"),
    ("data:text/plain,x", "scheme"),
    ("javascript:alert(1)", "scheme"),
    ("unix:/run/docker.sock", "scheme"),
    ("blob:https://example.org/1", "scheme"),
    (" https://example.org/", "scheme"),
    ("", "unreadable"),
    ("example.org", "unreadable"),
    ("//example.org/", "unreadable"),
    ("https://", "unreadable"),
    ("https://:443/", "unreadable"),
    ("https://example.org:65536/", "unreadable"),
    ("https://example.org:port/", "unreadable"),
    ("https://256.256.256.256/", "unreadable"),
    ("https://127.0.0.1.1/", "unreadable"),
    ("https://[::1/", "unreadable"),
    ("https://[fe80::1%25eth0]/", "unreadable"),
    ("https://[127.0.0.1]/", "unreadable"),
    ("https://xn--\u{2d}/", "unreadable"),
    ("https://exa mple.org/", "spelling"),
    ("https://example.org/\u{a}Host:x", "spelling"),
    ("https://example.org\\@127.0.0.1/", "spelling"),
    ("https:\\\\127.0.0.1\\", "spelling"),
    ("https:/127.0.0.1/", "spelling"),
    ("https:127.0.0.1", "spelling"),
    ("https:///127.0.0.1/", "spelling"),
    ("https://user:pass@example.org/", "credentials"),
    ("https://user@example.org/", "credentials"),
    ("https://@example.org/", "credentials"),
    ("https://example.org@127.0.0.1/", "credentials"),
    ("https://127.0.0.1#@example.org/", "fragment"),
    ("https://example.org/#top", "fragment"),
    ("https://example.org:22/", "port"),
    ("https://example.org:80/", "port"),
    ("https://example.org:8443/", "port"),
    ("https://example.org:0/", "port"),
    ("https://1.1.1.1:25/", "port"),
    ("https://example.org./", "trailing_dot"),
    ("https://localhost./", "trailing_dot"),
    ("https://127.0.0.1./", "trailing_dot"),
    ("https://0x7f000001/", "spelling"),
    ("https://0x7f.0.0.1/", "spelling"),
    ("https://0x7F.0x0.0x0.0x1/", "spelling"),
    ("https://2130706433/", "spelling"),
    ("https://0177.1/", "spelling"),
    ("https://0177.0.0.01/", "spelling"),
    ("https://017700000001/", "spelling"),
    ("https://127.1/", "spelling"),
    ("https://127.0.1/", "spelling"),
    ("https://127.000.000.001/", "spelling"),
    ("https://0/", "spelling"),
    ("https://%31%32%37.0.0.1/", "spelling"),
    ("https://127%2e0%2e0%2e1/", "spelling"),
    ("https://127。0。0。1/", "spelling"),
    ("https://１２７.0.0.1/", "spelling"),
    ("https://①②⑦.⓪.⓪.①/", "spelling"),
    ("https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/", "spelling"),
    ("https://ｌocalhost/", "spelling"),
    ("https://loc\u{ad}alhost/", "spelling"),
    ("https://exаmple.org/", "spelling"),
    ("https://127.0.0.1/", "address"),
    ("https://127.255.255.254/", "address"),
    ("https://0.0.0.0/", "address"),
    ("https://10.0.0.1/", "address"),
    ("https://172.16.0.1/", "address"),
    ("https://192.168.0.1/", "address"),
    ("https://169.254.169.254/latest/meta-data/", "address"),
    ("https://100.64.0.1/", "address"),
    ("https://224.0.0.1/", "address"),
    ("https://255.255.255.255/", "address"),
    ("https://[::]/", "address"),
    ("https://[::1]/", "address"),
    ("https://[::ffff:127.0.0.1]/", "address"),
    ("https://[::ffff:7f00:1]/", "address"),
    ("https://[0:0:0:0:0:ffff:127.0.0.1]/", "address"),
    ("https://[::127.0.0.1]/", "address"),
    ("https://[64:ff9b::7f00:1]/", "address"),
    ("https://[64:ff9b:1::a9fe:a9fe]/", "address"),
    ("https://[2002:7f00:1::]/", "address"),
    ("https://[2001:0:7f00:1::]/", "address"),
    ("https://[fe80::1]/", "address"),
    ("https://[fec0::1]/", "address"),
    ("https://[fc00::1]/", "address"),
    ("https://[fd00:ec2::254]/", "address"),
    ("https://[ff02::1]/", "address"),
    ("https://localhost/", "local_name"),
    ("https://LOCALHOST/", "local_name"),
    ("https://metadata.google.internal/", "local_name"),
    ("https://printer.local/", "local_name"),
    ("https://app.localhost/", "local_name"),
    ("https://intranet/", "local_name"),
];

#[test]
fn edg_154_no_spelling_of_an_address_inside_is_taken() {
    let policy = EgressPolicy::default();
    assert!(REFUSED.len() >= 80);
    for &(text, why) in REFUSED {
        let refused = policy.check_url(text);
        let refused = refused.map(|url| url.as_str().to_owned());
        assert_eq!(refused.map_err(EgressRefusal::why), Err(why), "{text:?}");
    }
    let overlong = format!("https://example.org/{}", "a".repeat(MAX_URL_BYTES));
    assert_eq!(policy.check_url(&overlong), Err(EgressRefusal::TooLong));
    let refusal = EgressRefusal::TrailingDot;
    assert_eq!(refusal.code(), "url_not_allowed:trailing_dot");
}

#[test]
fn edg_153_https_on_its_own_port_is_taken_as_it_is() {
    let policy = EgressPolicy::default();
    for (text, origin) in [
        ("https://example.org", "https://example.org"),
        ("https://example.org/", "https://example.org"),
        (
            "https://hooks.example/a?b=c%20d&e=@:/",
            "https://hooks.example",
        ),
        ("https://EXAMPLE.org:443/x", "https://example.org"),
        (
            "https://xn--bcher-kva.example/",
            "https://xn--bcher-kva.example",
        ),
        ("https://1.1.1.1/", "https://1.1.1.1"),
        ("https://[2606:4700::1111]/", "https://[2606:4700::1111]"),
        (
            "https://[2606:4700:0:0::1111]/",
            "https://[2606:4700::1111]",
        ),
        (
            "https://fcm.googleapis.com/fcm/send/abc:def-_",
            "https://fcm.googleapis.com",
        ),
    ] {
        let url = policy.check_url(text).unwrap();
        assert_eq!(url.origin(), origin, "{text}");
        assert!(!url.needs_exception(), "{text}");
    }
}

#[test]
fn edg_159_http_and_other_ports_are_for_exceptions_alone() {
    let policy = EgressPolicy::new(["127.0.0.1", "fd00::/8"]).unwrap();
    for text in [
        "http://127.0.0.1:9000/hook",
        "https://127.0.0.1:8443/",
        "http://[fd00::1]/",
        "http://localhost:9000/",
    ] {
        assert!(policy.check_url(text).unwrap().needs_exception(), "{text}");
    }
    for (text, why) in [
        ("http://127.0.0.2/", EgressRefusal::Scheme),
        ("https://127.0.0.2/", EgressRefusal::Address),
        ("https://1.1.1.1:8443/", EgressRefusal::Port),
        ("http://2130706433/", EgressRefusal::Spelling),
        ("http://a@127.0.0.1/", EgressRefusal::Credentials),
        ("ftp://127.0.0.1/", EgressRefusal::Scheme),
    ] {
        assert_eq!(policy.check_url(text), Err(why), "{text}");
    }
}
