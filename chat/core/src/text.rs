//! What may stand in a message, and in the keys that clients choose. It never looks for meaning.

/// Longest message, in bytes of UTF-8.
pub const MAX_BODY_BYTES: usize = 16 * 1024;
/// Longest `client_id` and `device_id`, in bytes of UTF-8: three UUIDs' worth.
pub const MAX_ID_BYTES: usize = 128;

/// Characters that show nothing and are not white space to Unicode.
const INVISIBLE: [char; 5] = ['\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}'];

/// Why a text is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadText {
    /// Empty, or nothing but space.
    #[error("blank")]
    Blank,
    /// Longer than the limit.
    #[error("too_long")]
    TooLong,
    /// With a control character other than tab and line break.
    #[error("control_character")]
    ControlCharacter,
}

impl BadText {
    /// The stable word for it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            BadText::Blank => "blank",
            BadText::TooLong => "too_long",
            BadText::ControlCharacter => "control_character",
        }
    }
}

/// Checks a message's text.
///
/// # Errors
/// When it is blank, too long or has control characters.
pub fn check_body(body: &str) -> Result<(), BadText> {
    if body.len() > MAX_BODY_BYTES {
        return Err(BadText::TooLong);
    }
    if body
        .chars()
        .all(|c| c.is_whitespace() || INVISIBLE.contains(&c))
    {
        return Err(BadText::Blank);
    }
    // A carriage return stands only before a line feed: alone it overwrites a line on a terminal.
    let mut rest = body.chars().peekable();
    while let Some(c) = rest.next() {
        let fine = match c {
            '\n' | '\t' => true,
            '\r' => rest.peek() == Some(&'\n'),
            other => !other.is_control(),
        };
        if !fine {
            return Err(BadText::ControlCharacter);
        }
    }
    Ok(())
}

/// Checks a `client_id` or `device_id`.
///
/// # Errors
/// When it is empty, too long or has control characters.
pub fn check_id(id: &str) -> Result<(), BadText> {
    if id.is_empty() {
        return Err(BadText::Blank);
    }
    if id.len() > MAX_ID_BYTES {
        return Err(BadText::TooLong);
    }
    if id.chars().any(char::is_control) {
        return Err(BadText::ControlCharacter);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cht_1_text_of_any_language_is_taken() {
        for body in [
            "hi",
            "안녕하세요 👋🏽",
            "two\nlines\r\n\tthree",
            "مرحبا",
            " a ",
        ] {
            assert_eq!(check_body(body), Ok(()), "{body:?}");
        }
        assert_eq!(check_body(&"x".repeat(MAX_BODY_BYTES)), Ok(()));
    }

    #[test]
    fn cht_1_blank_long_and_controlling_text_is_refused() {
        for body in ["", " ", "\n\t ", "\u{200b}\u{feff}", "\u{3000}"] {
            assert_eq!(check_body(body), Err(BadText::Blank), "{body:?}");
        }
        let long = "x".repeat(MAX_BODY_BYTES + 1);
        assert_eq!(check_body(&long), Err(BadText::TooLong));
        for body in ["a\0", "a\u{1b}[2J", "a\u{7f}", "a\u{85}b", "a\rb", "a\r"] {
            assert_eq!(check_body(body), Err(BadText::ControlCharacter), "{body:?}");
        }
    }

    #[test]
    fn cht_2_keys_are_bounded() {
        assert_eq!(check_id("c-1"), Ok(()));
        assert_eq!(check_id(&"x".repeat(MAX_ID_BYTES)), Ok(()));
        assert_eq!(check_id(""), Err(BadText::Blank));
        assert_eq!(
            check_id(&"x".repeat(MAX_ID_BYTES + 1)),
            Err(BadText::TooLong)
        );
        assert_eq!(check_id("a\nb"), Err(BadText::ControlCharacter));
    }
}
