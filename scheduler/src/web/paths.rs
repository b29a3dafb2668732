//! Which page a path means to a person. The page reads its own address by the same rule
//! (`web/app/src/page-path.ts`); one table of examples holds both.

/// What a person sees at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PageKind {
    /// The start page.
    Home,
    /// A join link, however a mail program has written it.
    Join,
    /// One of the pages of people with an account.
    Account,
    /// The page that pages of this application may have in a frame.
    Embed(String),
    /// The page that says that nothing is here.
    Missing,
}

/// The pages of people with an account, where there are accounts.
const ACCOUNT_PAGES: [&str; 8] = [
    "signup", "login", "reset", "verify", "account", "gift", "gifts", "session",
];

/// Of a path as it stands in the request, percent-encoded.
pub(super) fn page_at(path: &str, has_accounts: bool) -> PageKind {
    let path = decode(path);
    let name = path.trim_start_matches('/');
    if name.is_empty() || name == "index.html" {
        PageKind::Home
    } else if is_named(name, "join") {
        PageKind::Join
    } else if let Some(application) = embedding_application(name) {
        PageKind::Embed(application.to_owned())
    } else if has_accounts && ACCOUNT_PAGES.iter().any(|page| is_named(name, page)) {
        PageKind::Account
    } else {
        PageKind::Missing
    }
}

/// Of `embed/{application}`: nobody mails that, so it is written in one way.
fn embedding_application(name: &str) -> Option<&str> {
    let application = name.strip_prefix("embed/")?;
    (!application.is_empty() && !application.contains('/')).then_some(application)
}

/// A mail program appends a stop, a bracket, a slash or the encoded fragment, but no letter.
fn is_named(name: &str, page: &str) -> bool {
    let goes_on = |next: char| next.is_alphanumeric() || matches!(next, '-' | '_');
    name.get(..page.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(page))
        && !name[page.len()..].starts_with(goes_on)
}

/// The path without its percent-encoding; what is no UTF-8 becomes U+FFFD, and a `%` without two digits stays.
pub(super) fn decode(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        let value = digits
            .filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(value.unwrap_or(bytes[at]));
        at += if value.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// The path of a public address, as `/` or `/meet/`: what the page's addresses are relative to, and where
/// `Location` begins.
pub(crate) fn base_of(public_url: &str) -> String {
    let path = public_url
        .split_once("://")
        .and_then(|(_, rest)| rest.split_once('/'))
        .map_or("", |(_, path)| path);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    match path.trim_matches('/') {
        "" => "/".to_owned(),
        path => format!("/{path}/"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn web_72_every_way_of_writing_a_path_means_one_page() {
        let table = include_str!("../../../web/app/test/page-paths.json");
        let table: Value = serde_json::from_str(table).unwrap();
        for row in table["paths"].as_array().unwrap() {
            let path = row["path"].as_str().unwrap();
            let meant = match row["page"].as_str().unwrap() {
                "home" => PageKind::Home,
                "join" => PageKind::Join,
                "embed" => PageKind::Embed("shop".to_owned()),
                "none" => PageKind::Missing,
                _ => PageKind::Account,
            };
            assert_eq!(page_at(path, true), meant, "{path}");
            let without = match meant {
                PageKind::Account => PageKind::Missing,
                other => other,
            };
            assert_eq!(page_at(path, false), without, "{path}");
        }
    }

    #[test]
    fn sch_480_the_page_for_embedding_is_at_one_address_for_each_application() {
        let shop = PageKind::Embed("my shop".to_owned());
        assert_eq!(page_at("/embed/my%20shop", false), shop);
        for path in [
            "/embed",
            "/embed/",
            "/Embed/shop",
            "/embed/shop/",
            "/embed/a%2fb",
        ] {
            assert_eq!(page_at(path, true), PageKind::Missing, "{path}");
        }
    }

    #[test]
    fn web_73_the_base_is_the_path_of_the_public_address() {
        for (public_url, base) in [
            ("https://x.example", "/"),
            ("https://x.example/", "/"),
            ("https://x.example/meet", "/meet/"),
            ("https://x.example/a/b/", "/a/b/"),
            ("http://[::1]:8080/meet/", "/meet/"),
        ] {
            assert_eq!(base_of(public_url), base, "{public_url}");
        }
    }
}
