//! An e-mail address, and what makes two of them one.

use crate::contact::is_email;

/// An address as somebody wrote it, but for blanks around it and the case of its domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailAddress {
    text: String,
    key: String,
}

impl EmailAddress {
    /// Reads an address; none where the text is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if !is_email(text) {
            return None;
        }
        let (local, domain) = text.rsplit_once('@')?;
        let text = format!("{local}@{}", domain.to_lowercase());
        Some(Self {
            key: text.to_lowercase(),
            text,
        })
    }

    /// The address as mails are sent to it: some servers tell letters of the part before the `@` by their case.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The same for every way to write it: in small letters.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sch_131_an_address_is_one_in_whatever_case_it_is_written() {
        let plain = EmailAddress::parse("ana@example.org").unwrap();
        for same in [" Ana@Example.ORG ", "ANA@EXAMPLE.ORG", "ana@example.org\n"] {
            assert_eq!(EmailAddress::parse(same).unwrap().key(), plain.key());
        }
        let shown = EmailAddress::parse(" Ana.Ruiz@Example.ORG").unwrap();
        assert_eq!(shown.text(), "Ana.Ruiz@example.org");
    }

    #[test]
    fn sch_131_what_is_no_address_is_refused() {
        let long = format!("{}@example.org", "a".repeat(65));
        for wrong in [
            "",
            "ana",
            "@example.org",
            "ana@",
            "a b@example.org",
            "a\r\nb@example.org",
            &long,
        ] {
            assert_eq!(EmailAddress::parse(wrong), None, "{wrong:?}");
        }
    }
}
