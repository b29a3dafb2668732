//! By which texts a person is found.

use super::Account;

/// Words of a name that it is found by; more have no more meaning.
const MAX_WORDS: usize = 8;
/// Characters of a key: as many as a name has, where each becomes three in small letters.
const MAX_KEY_CHARS: usize = 300;

/// A name, or the beginning of one, as it is looked for: in small letters, with single blanks.
#[must_use]
pub fn search_key(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    let key = words.join(" ").to_lowercase();
    key.chars().take(MAX_KEY_CHARS).collect()
}

impl Account {
    /// What they are found by: their name from each of its words on; nothing unless they want to be found.
    #[must_use]
    pub fn search_keys(&self) -> Vec<String> {
        if !self.discoverable {
            return Vec::new();
        }
        let key = search_key(&self.name);
        let words = key.match_indices(' ').map(|(at, _)| at + 1);
        let begins = std::iter::once(0).chain(words).take(MAX_WORDS);
        let mut keys: Vec<_> = begins.map(|at| key[at..].to_owned()).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

#[cfg(test)]
mod tests {
    use wire::{Notify, UnixMs};

    use super::super::EmailAddress;
    use super::*;

    #[test]
    fn sch_137_a_name_is_found_from_each_of_its_words_on_by_who_wants_to_be_found() {
        let mut account = Account {
            user: "u1".into(),
            email: EmailAddress::parse("ana@example.org").unwrap(),
            email_verified: true,
            name: "Ana  María de la Cruz".into(),
            locale: "en".into(),
            time_zone: "UTC".into(),
            discoverable: false,
            notify: Notify::default(),
            created_at: UnixMs(0),
        };
        assert!(account.search_keys().is_empty());
        account.discoverable = true;
        let keys = account.search_keys();
        let due = [
            "ana maría de la cruz",
            "cruz",
            "de la cruz",
            "la cruz",
            "maría de la cruz",
        ];
        assert_eq!(keys, due);
        account.name = "ha ".repeat(30);
        assert!(account.search_keys().len() <= MAX_WORDS);
        assert_eq!(search_key(" MARÍA  de "), "maría de");
    }
}
