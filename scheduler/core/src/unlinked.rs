//! What somebody typed, where a program may make links of a text by itself: mail programs, lock screens and calendars do.
//! Names and the like are the text of strangers; ours stands around them, and whoever trusts it must not be led by theirs.
//!
//! A space is put where an address hangs together. Nothing that cannot be seen would do: a link that begins with its scheme
//! takes in zero-width characters and dots of other scripts, and browsers read those as nothing and as dots (UTS 46).

/// What stands for the dot of a host name (UTS 46, section 2.3), beside those that are mapped to it.
const DOTS: [char; 5] = ['.', '\u{3002}', '\u{ff0e}', '\u{ff61}', '\u{2024}'];

/// The same text, of which no part is an address: not `evil.example`, not `http://localhost`, not `a@b.example`.
#[must_use]
pub fn unlinked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut before = ' ';
    while let Some(now) = chars.next() {
        let after = chars.peek().copied().unwrap_or(' ');
        if now == '@' && !before.is_whitespace() && !after.is_whitespace() {
            out.push(' ');
        }
        out.push(now);
        if holds_an_address_together(before, now, after) {
            out.push(' ');
        }
        before = now;
    }
    out
}

/// True where a space behind `now` parts an address: behind the dots of a host, the colon of a scheme, and within the `\\` of
/// a shared folder.
fn holds_an_address_together(before: char, now: char, after: char) -> bool {
    if after.is_whitespace() {
        return false;
    }
    match now {
        // `https://` and `mailto:ana`, and not `10:30`.
        ':' => after == '/' || before.is_alphabetic() && after.is_alphanumeric(),
        '\\' => after == '\\',
        dot if DOTS.contains(&dot) => {
            let begins_label = !after.is_ascii_punctuation() && !DOTS.contains(&after);
            !before.is_whitespace() && begins_label
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sch_399_nothing_that_somebody_typed_hangs_together_as_an_address() {
        for (typed, shown) in [
            ("Bo http://evil.example", "Bo http: //evil. example"),
            ("https://[::1]/x", "https: //[::1]/x"),
            ("http://localhost", "http: //localhost"),
            ("http://2130706433", "http: //2130706433"),
            ("www.evil.example/pay", "www. evil. example/pay"),
            ("paypal.com", "paypal. com"),
            ("10.0.0.1", "10. 0. 0. 1"),
            ("ana@evil.example", "ana @evil. example"),
            ("mailto:ana", "mailto: ana"),
            ("evil\u{3002}example", "evil\u{3002} example"),
            ("evil\u{2024}com", "evil\u{2024} com"),
            ("evil.\u{200d}com", "evil. \u{200d}com"),
            ("\u{b9d0}.\u{d55c}\u{ad6d}", "\u{b9d0}. \u{d55c}\u{ad6d}"),
            (r"\\evil\share", r"\ \evil\share"),
        ] {
            assert_eq!(unlinked(typed), shown, "{typed}");
        }
    }

    #[test]
    fn sch_399_what_is_no_address_stays_as_it_was_typed() {
        for name in [
            "Ana",
            "\u{ae40}\u{bbfc}\u{c9c0}",
            "Dr. No",
            "Anne-Marie O'Neill, Jr.",
            "10:30 club",
            "@bo",
            "wait...",
            "a/b",
            "Bo <3",
            r"c:\ d",
        ] {
            assert_eq!(unlinked(name), name);
        }
        assert_eq!(unlinked("J.R.R. Tolkien"), "J. R. R. Tolkien");
    }

    proptest! {
        #[test]
        fn sch_399_only_spaces_are_added_and_once(text in r"[a-z0-9:/@. \\\u{3002}\u{200d}-]{0,40}") {
            let shown = unlinked(&text);
            let without = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
            prop_assert_eq!(without(&shown), without(&text));
            prop_assert_eq!(unlinked(&shown), shown.clone());
            prop_assert!(!shown.contains("://"), "{}", shown);
            let chars: Vec<_> = shown.chars().collect();
            for around in chars.windows(3) {
                let [before, now, after] = around else { unreachable!() };
                let parts = !before.is_whitespace() && after.is_alphanumeric();
                prop_assert!(!(parts && (*now == '@' || DOTS.contains(now))), "{}", shown);
            }
        }
    }
}
