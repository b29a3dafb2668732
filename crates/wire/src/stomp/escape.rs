//! Escapes within headers: `\r`, `\n`, `\c` and `\\`.

use std::borrow::Cow;

/// Appends a name or a value with what would end it escaped.
pub(super) fn escape_into(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '\r' => out.push_str("\\r"),
            '\n' => out.push_str("\\n"),
            ':' => out.push_str("\\c"),
            '\\' => out.push_str("\\\\"),
            other => out.push(other),
        }
    }
}

/// The text that was escaped; `None` where an escape is none of the four.
pub(super) fn unescape(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('\\') {
        return Some(Cow::Borrowed(text));
    }
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let meant = match c {
            '\\' => match chars.next()? {
                'r' => '\r',
                'n' => '\n',
                'c' => ':',
                '\\' => '\\',
                _ => return None,
            },
            other => other,
        };
        plain.push(meant);
    }
    Some(Cow::Owned(plain))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cht_130_another_escape_than_the_four_is_none() {
        assert_eq!(unescape("a\\c\\n\\r\\\\").as_deref(), Some("a:\n\r\\"));
        for bad in ["\\t", "\\", "a\\", "\\C", "\\x"] {
            assert_eq!(unescape(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn cht_130_what_is_escaped_stays_on_its_line_and_comes_back(text in ".*") {
            let mut escaped = String::new();
            escape_into(&text, &mut escaped);
            prop_assert!(!escaped.contains(['\n', '\r', ':']));
            let plain = unescape(&escaped);
            prop_assert_eq!(plain.as_deref(), Some(text.as_str()));
        }
    }
}
