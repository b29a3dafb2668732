//! What of a text can be seen, and how names and messages are cleaned: one rule for every service. The
//! web client has the same rule, and both sides are held to `fixtures/visible_text.json`.
//!
//! The characters are Unicode's: what `Default_Ignorable_Code_Point`, `White_Space` and the format and
//! control characters say, and beside them the few letters and symbols that are drawn as nothing at all.

mod bidi;

use icu_properties::props::{
    BinaryProperty, DefaultIgnorableCodePoint, EnumeratedProperty, GeneralCategory, WhiteSpace,
};

/// Longest message, in bytes of UTF-8, after cleaning.
pub const MAX_BODY_BYTES: usize = 16 * 1024;

/// Letters and symbols that are drawn as nothing, and that no property of Unicode tells from others:
/// the object replacement character, the empty Braille cell, the null note head, two Egyptian blanks.
const EMPTY_GLYPHS: [char; 5] = [
    '\u{fffc}',
    '\u{2800}',
    '\u{1d159}',
    '\u{13441}',
    '\u{13442}',
];

/// Why a message's text is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadText {
    /// Nothing of it can be seen.
    #[error("blank")]
    Blank,
    /// Longer than [`MAX_BODY_BYTES`].
    #[error("too_long")]
    TooLong,
}

impl BadText {
    /// The stable word for it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            BadText::Blank => "blank",
            BadText::TooLong => "too_long",
        }
    }
}

/// True where nothing of a text can be seen: it is empty, or space, controls, joiners, fillers and marks
/// without a letter to stand on.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    !text.chars().any(is_visible)
}

/// A name on one line and in its own direction: line breaks and tabs become spaces, other controls, bidi
/// controls and fillers are dropped, and the ends are trimmed. None where nothing of it can be seen.
///
/// What joins or varies visible characters stays: emoji sequences, Persian and Indic joiners.
#[must_use]
pub fn clean_name(name: &str) -> Option<String> {
    if is_blank(name) {
        return None;
    }
    let one_line = Lines::of(name).map(|c| if matches!(c, '\n' | '\t') { ' ' } else { c });
    let mut clean = String::with_capacity(name.len());
    let mut is_flag = false;
    for c in one_line {
        is_flag = c == BLACK_FLAG || (is_flag && is_tag(c));
        if stays_in_name(c) || (is_flag && is_tag(c)) {
            clean.push(c);
        }
    }
    let is_edge = |c: char| !is_visible(c) && !varies(c);
    let trimmed = clean.trim_start_matches(|c| !is_visible(c) && !is_mark(c));
    Some(trimmed.trim_end_matches(is_edge).to_owned())
}

/// A message's text as it is stored: CR, CRLF, U+000B, U+000C, U+0085, U+2028 and U+2029 become line breaks,
/// other controls than tab are dropped, and no bidi control reaches beyond its line: overrides are dropped,
/// embeddings and isolates are closed. Cleaning twice is as once.
///
/// # Errors
/// When nothing of it can be seen, or what is left is longer than [`MAX_BODY_BYTES`].
pub fn clean_body(body: &str) -> Result<String, BadText> {
    let clean = bidi::balanced(Lines::of(body), body.len());
    if clean.len() > MAX_BODY_BYTES {
        return Err(BadText::TooLong);
    }
    match is_blank(&clean) {
        true => Err(BadText::Blank),
        false => Ok(clean),
    }
}

/// The flag that tag characters make a region's of.
const BLACK_FLAG: char = '\u{1f3f4}';

/// A text's characters, with one kind of line break and no control but that and tab.
struct Lines<'a> {
    chars: std::iter::Peekable<std::str::Chars<'a>>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        Self {
            chars: text.chars().peekable(),
        }
    }
}

impl Iterator for Lines<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        loop {
            match self.chars.next()? {
                '\r' => {
                    self.chars.next_if_eq(&'\n');
                    return Some('\n');
                }
                '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                    return Some('\n');
                }
                '\t' => return Some('\t'),
                c if c.is_control() => {}
                c => return Some(c),
            }
        }
    }
}

/// True for what leaves ink of its own.
fn is_visible(c: char) -> bool {
    // Most text by far, without a look at the tables.
    if c.is_ascii() {
        return c.is_ascii_graphic();
    }
    !WhiteSpace::for_char(c)
        && !DefaultIgnorableCodePoint::for_char(c)
        && !EMPTY_GLYPHS.contains(&c)
        && match GeneralCategory::for_char(c) {
            GeneralCategory::Control => false,
            // Without a letter they stand on nothing.
            GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark => false,
            GeneralCategory::Format => is_number_sign(c),
            _ => true,
        }
}

/// `Prepended_Concatenation_Mark`: format characters that are drawn, around the digits after them.
fn is_number_sign(c: char) -> bool {
    matches!(
        c,
        '\u{600}'..='\u{605}'
            | '\u{6dd}'
            | '\u{70f}'
            | '\u{890}'..='\u{891}'
            | '\u{8e2}'
            | '\u{110bd}'
            | '\u{110cd}'
    )
}

/// True for a mark that is drawn upon the character before it.
fn is_mark(c: char) -> bool {
    let category = GeneralCategory::for_char(c);
    let marks = [
        GeneralCategory::NonspacingMark,
        GeneralCategory::EnclosingMark,
    ];
    marks.contains(&category) && !DefaultIgnorableCodePoint::for_char(c)
}

/// True for what changes the look of the character before it, and so may stand at the end.
fn varies(c: char) -> bool {
    is_mark(c) || is_variation_selector(c) || is_tag(c)
}

fn is_variation_selector(c: char) -> bool {
    matches!(
        c,
        '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}'
    )
}

fn is_tag(c: char) -> bool {
    matches!(c, '\u{e0020}'..='\u{e007f}')
}

/// Joins what stands beside it: ZWNJ, ZWJ, the grapheme joiner, the fillers of old Hangul syllables.
fn is_joiner(c: char) -> bool {
    matches!(
        c,
        '\u{200c}' | '\u{200d}' | '\u{34f}' | '\u{115f}' | '\u{1160}'
    )
}

fn stays_in_name(c: char) -> bool {
    is_visible(c)
        || is_mark(c)
        || is_variation_selector(c)
        || is_joiner(c)
        || WhiteSpace::for_char(c)
}

#[cfg(test)]
mod tests;
