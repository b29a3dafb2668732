use proptest::prelude::*;
use serde::Deserialize;

use super::*;

/// What the web client is held to as well.
#[derive(Deserialize)]
struct VisibleTextFixtures {
    blank: Vec<String>,
    visible: Vec<String>,
    names: Vec<CleanedText>,
    bodies: Vec<CleanedText>,
}

#[derive(Deserialize)]
struct CleanedText {
    r#in: String,
    out: Option<String>,
}

fn fixtures() -> VisibleTextFixtures {
    serde_json::from_str(include_str!("../../fixtures/visible_text.json")).unwrap()
}

#[test]
fn wir_10_what_shows_nothing_is_blank() {
    let fixtures = fixtures();
    for text in &fixtures.blank {
        assert!(is_blank(text), "{}", text.escape_unicode());
        assert_eq!(clean_name(text), None, "{}", text.escape_unicode());
        let body = clean_body(text);
        assert_eq!(body, Err(BadText::Blank), "{}", text.escape_unicode());
    }
    for text in &fixtures.visible {
        assert!(!is_blank(text), "{}", text.escape_unicode());
        let body = clean_body(text);
        assert_eq!(body.as_ref(), Ok(text), "{}", text.escape_unicode());
    }
}

#[test]
fn wir_10_every_ignorable_and_every_space_is_blank() {
    for c in '\0'..=char::MAX {
        if DefaultIgnorableCodePoint::for_char(c) || WhiteSpace::for_char(c) || c.is_control() {
            assert!(is_blank(&c.to_string()), "{}", c.escape_unicode());
        }
    }
}

#[test]
fn wir_11_names_are_one_line_in_their_own_direction() {
    for CleanedText { r#in, out } in fixtures().names {
        assert_eq!(clean_name(&r#in), out, "{}", r#in.escape_unicode());
    }
}

#[test]
fn wir_12_messages_have_one_line_break_and_no_control() {
    for CleanedText { r#in, out } in fixtures().bodies {
        assert_eq!(clean_body(&r#in).ok(), out, "{}", r#in.escape_unicode());
    }
    let longest = "x".repeat(MAX_BODY_BYTES);
    assert!(clean_body(&longest).is_ok());
    assert!(clean_body(&format!("{longest}\0")).is_ok(), "as stored");
    assert_eq!(clean_body(&format!("{longest}x")), Err(BadText::TooLong));
}

/// Characters that matter here, and any others.
fn texts() -> impl Strategy<Value = String> {
    let special = "[a \n\r\t\u{0}\u{85}\u{2028}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2066}-\u{2069}\u{301}\u{fe0f}\u{2800}\u{e0041}\u{1f3f4}]";
    let piece = prop_oneof![special, any::<char>().prop_map(String::from)];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn wir_13_cleaning_twice_is_as_once(text in texts()) {
        if let Some(name) = clean_name(&text) {
            prop_assert!(!name.contains(|c: char| c.is_control() || bidi_control(c)));
            prop_assert!(!is_blank(&name));
            let again = clean_name(&name);
            prop_assert_eq!(again.as_deref(), Some(name.as_str()));
        }
        if let Ok(body) = clean_body(&text) {
            let again = clean_body(&body);
            prop_assert_eq!(again.as_ref(), Ok(&body));
        }
    }
}

fn bidi_control(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
