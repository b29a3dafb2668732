//! One figure for all rows of a table.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::pages::Values;
use crate::Value;

/// SHA-256 over rows in their order: each value with its kind and its length, so that no two tables look alike.
#[derive(Debug, Default)]
pub(super) struct Digest {
    sha256: Sha256,
    rows: u64,
}

impl Digest {
    pub(super) fn add(&mut self, row: &Values) {
        self.rows += 1;
        for value in row {
            match value {
                Value::Integer(Some(value)) => {
                    self.sha256.update(b"i");
                    self.sha256.update(value.to_be_bytes());
                }
                Value::Text(Some(text)) => {
                    self.sha256.update(b"t");
                    self.sha256.update((text.len() as u64).to_be_bytes());
                    self.sha256.update(text.as_bytes());
                }
                Value::Integer(None) | Value::Text(None) => self.sha256.update(b"-"),
            }
        }
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn sha256(self) -> String {
        let mut text = String::new();
        for byte in self.sha256.finalize() {
            write!(text, "{byte:02x}").expect("memory takes it");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(rows: &[Values]) -> String {
        let mut digest = Digest::default();
        rows.iter().for_each(|row| digest.add(row));
        digest.sha256()
    }

    #[test]
    fn edg_120_rows_that_differ_have_another_digest() {
        let rows: [&[Values]; 6] = [
            &[vec!["ab".into(), "c".into()]],
            &[vec!["a".into(), "bc".into()]],
            &[vec!["a".into(), 1.into()]],
            &[vec!["a".into(), "1".into()]],
            &[vec!["a".into(), None::<i64>.into()]],
            &[vec!["a".into(), "".into()]],
        ];
        let digests: std::collections::BTreeSet<_> = rows.map(digest).into();
        assert_eq!(digests.len(), rows.len());
        assert_eq!(digest(rows[0]), digest(rows[0]));
    }
}
