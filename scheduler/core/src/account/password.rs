//! Which passwords are taken. What is stored of one, and how that is compared, is decided elsewhere.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization as _;
use wire::SecretText;

use crate::field_checks::FieldErrors;

/// Characters of a password (NIST SP 800-63B: 8 at least, and no rule of composition).
const CHARS: RangeInclusive<usize> = 8..=256;
/// The code of a password that is too easy to guess.
const WEAK: &str = "weak_password";

/// The most common passwords of 8 characters or more, in small letters.
static COMMON: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
    let lines = include_str!("common_passwords.txt").lines();
    lines.filter(|line| !line.starts_with('#')).collect()
});

/// The password in one form (NFKC), however a keyboard has put it together. It is what is hashed.
#[must_use]
pub fn normalized_password(password: &SecretText) -> SecretText {
    password.expose().nfkc().collect::<String>().into()
}

/// Checks a password that somebody wants to have. `own` is what others know of them: it is no secret.
pub(crate) fn check_password(
    errors: &mut FieldErrors,
    field: &str,
    password: &SecretText,
    own: &[&str],
) {
    let password = normalized_password(password);
    let small = password.expose().to_lowercase();
    let length = password.expose().chars().count();
    let (least, most) = (CHARS.start(), CHARS.end());
    if length > *most {
        let message = format!("A password has {most} characters at most.");
        errors.add(field, "too_long", message);
    } else if length < *least {
        let message = format!("A password has {least} characters or more.");
        errors.add(field, WEAK, message);
    } else if COMMON.contains(small.as_str()) {
        let message = "Many people have that password: choose another, as four words.";
        errors.add(field, WEAK, message);
    } else if own.iter().any(|text| text.to_lowercase() == small) {
        let message = "One's name or address is no password: choose another, as four words.";
        errors.add(field, WEAK, message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(password: &str) -> Option<String> {
        let mut errors = FieldErrors::default();
        let own = ["ana.ruiz@example.org", "Ana Ruiz-Castro"];
        check_password(&mut errors, "password", &password.into(), &own);
        errors.0.pop().map(|error| error.code)
    }

    #[test]
    fn sch_132_a_password_is_neither_short_nor_common_nor_ones_own_name() {
        for weak in [
            "",
            "seven77",
            "password",
            "Password1",
            "12345678",
            "qwertyuiop",
            "ana.ruiz@example.org",
            "ANA RUIZ-CASTRO",
        ] {
            assert_eq!(refused(weak).as_deref(), Some("weak_password"), "{weak}");
        }
        for good in ["correct horse battery", "비밀번호여덟글자", "zk3 q9!v"] {
            assert_eq!(refused(good), None, "{good}");
        }
        assert_eq!(refused(&"ü9".repeat(128)), None);
        assert_eq!(refused(&"ü9".repeat(129)).as_deref(), Some("too_long"));
        assert!(COMMON.len() > 8_000 && COMMON.iter().all(|word| word.chars().count() >= 8));
    }

    #[test]
    fn sch_132_a_password_is_the_same_however_a_keyboard_puts_it_together() {
        let composed = normalized_password(&"Zürich im März".into());
        let decomposed = normalized_password(&"Zu\u{308}rich im Ma\u{308}rz".into());
        assert_eq!(composed, decomposed);
    }
}
