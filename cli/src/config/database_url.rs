//! URLs of databases as settings give them, and the password in one.

use storage::DatabaseUrl;
use url::Url;

/// True where the URL holds a password.
pub(crate) fn has_password(text: &str) -> bool {
    without_passwords(text, "").is_some()
}

/// The URL with `hidden` in place of each password, and as a whole in place of one that can't be read; `None` where there
/// is no password in it.
pub(super) fn without_passwords(text: &str, hidden: &str) -> Option<String> {
    if text.is_empty() || text.starts_with("sqlite:") {
        return None;
    }
    let Ok(mut url) = Url::parse(text) else {
        return Some(hidden.to_owned());
    };
    let mut is_changed = url.password().is_some_and(|password| !password.is_empty());
    if is_changed && url.set_password(Some(hidden)).is_err() {
        return Some(hidden.to_owned());
    }
    let Some(query) = url.query() else {
        return is_changed.then(|| url.to_string());
    };
    let parts: Vec<String> = query
        .split('&')
        .map(
            |part| match url::form_urlencoded::parse(part.as_bytes()).next() {
                Some((key, value))
                    if key.to_ascii_lowercase().contains("password") && !value.is_empty() =>
                {
                    is_changed = true;
                    format!("{key}={hidden}")
                }
                _ => part.to_owned(),
            },
        )
        .collect();
    url.set_query(Some(&parts.join("&")));
    is_changed.then(|| url.to_string())
}

/// Reads it, and refuses what can only be a password that is not encoded: it would be shown as something else.
///
/// # Errors
/// What is wrong with it, without repeating any of it.
pub(crate) fn parsed(text: &str) -> Result<DatabaseUrl, String> {
    let url = DatabaseUrl::parse(text).map_err(|error| error.to_string())?;
    let is_cut = |url: &Url| url.fragment().is_some() || url.path().contains('@');
    if url.file().is_none() && Url::parse(text).is_ok_and(|url| is_cut(&url)) {
        return Err("it has a '#', or an '@' after its host: special characters of a password are percent-encoded".to_owned());
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ops_52_the_password_of_a_url_is_hidden_and_the_rest_is_shown() {
        for (text, shown) in [
            (
                "postgres://u:canary@h:5/d?sslmode=require",
                "postgres://u:***@h:5/d?sslmode=require",
            ),
            ("mysql://u:c%40nary@h/d", "mysql://u:***@h/d"),
            (
                "postgres://h/d?user=u&password=canary&sslmode=disable",
                "postgres://h/d?user=u&password=***&sslmode=disable",
            ),
            (
                "postgres://h/d?pass%77ord=canary",
                "postgres://h/d?password=***",
            ),
            ("mongodb://u:canary@h:1,i:2/d", "***"),
            (
                "mongodb+srv://u:canary@h/d?tlsCertificateKeyFilePassword=canary",
                "mongodb+srv://u:***@h/d?tlsCertificateKeyFilePassword=***",
            ),
            ("postgres://u:canary@h:port/d", "***"),
            ("canary", "***"),
        ] {
            assert_eq!(
                without_passwords(text, "***").as_deref(),
                Some(shown),
                "{text}"
            );
            assert!(has_password(text));
        }
        for text in [
            "",
            "sqlite:data/a:b@c.db",
            "postgres://u@h/d",
            "mysql://u:@h/d?socket=/s",
        ] {
            assert!(!has_password(text), "{text}");
        }
    }

    #[test]
    fn ops_52_a_password_that_is_not_encoded_is_not_taken_for_something_else() {
        for wrong in ["postgres://u:12/canary@h/d", "mysql://u@h/d#canary"] {
            let why = parsed(wrong).unwrap_err();
            assert!(
                why.contains("percent-encoded") && !why.contains("canary"),
                "{why}"
            );
        }
        assert!(parsed("postgres://u:12%2Fcanary@h/d").is_ok());
        assert!(parsed("sqlite:data/a@b#c.db").is_ok());
    }
}
