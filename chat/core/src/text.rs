//! What the keys that clients choose may be. What a message's text is, [`wire::visible_text`] decides.

/// Longest `client_id` and `device_id`, in bytes of UTF-8: three UUIDs' worth.
pub const MAX_ID_BYTES: usize = 128;

/// Checks a `client_id` or `device_id`.
///
/// # Errors
/// A stable word where it is empty, too long or has control characters.
pub fn check_id(id: &str) -> Result<(), &'static str> {
    if id.is_empty() {
        return Err("blank");
    }
    if id.len() > MAX_ID_BYTES {
        return Err("too_long");
    }
    if id.chars().any(char::is_control) {
        return Err("control_character");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cht_2_keys_are_bounded() {
        assert_eq!(check_id("c-1"), Ok(()));
        assert_eq!(check_id(&"x".repeat(MAX_ID_BYTES)), Ok(()));
        assert_eq!(check_id(""), Err("blank"));
        assert_eq!(check_id(&"x".repeat(MAX_ID_BYTES + 1)), Err("too_long"));
        assert_eq!(check_id("a\nb"), Err("control_character"));
    }
}
