//! Escaped surrogates: in pairs they are a character, alone they are none.

/// What stands for half a pair: as long as the escape that it replaces.
const REPLACEMENT: &str = r"\ufffd";
const ESCAPE_BYTES: usize = REPLACEMENT.len();

/// The JSON text with U+FFFD for each escaped half of a surrogate pair; `None` where there is none. A
/// backslash stands only in strings, so that nothing else of the text needs to be known.
pub(crate) fn without_half_pairs(json: &str) -> Option<String> {
    let mut fixed: Option<String> = None;
    let mut at = 0;
    while let Some(found) = json.as_bytes().get(at..).and_then(position_of_backslash) {
        at += found;
        let Some(unit) = escaped_unit(json, at) else {
            // `\\`, `\n` and the like.
            at += 2;
            continue;
        };
        let next = escaped_unit(json, at + ESCAPE_BYTES);
        let is_pair = is_high(unit) && next.is_some_and(is_low);
        if is_pair {
            at += 2 * ESCAPE_BYTES;
            continue;
        }
        if is_high(unit) || is_low(unit) {
            let fixed = fixed.get_or_insert_with(|| json.to_owned());
            fixed.replace_range(at..at + ESCAPE_BYTES, REPLACEMENT);
        }
        at += ESCAPE_BYTES;
    }
    fixed
}

fn position_of_backslash(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| *byte == b'\\')
}

/// The UTF-16 unit that is escaped at `at`, if one is.
fn escaped_unit(json: &str, at: usize) -> Option<u16> {
    let escape = json.get(at..at.checked_add(ESCAPE_BYTES)?)?;
    let digits = escape.strip_prefix(r"\u")?;
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| u16::from_str_radix(digits, 16).ok())?
}

fn is_high(unit: u16) -> bool {
    (0xd800..0xdc00).contains(&unit)
}

fn is_low(unit: u16) -> bool {
    (0xdc00..0xe000).contains(&unit)
}
