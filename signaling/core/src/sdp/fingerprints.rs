//! With what a peer's certificate is known again (RFC 8122): a description may name it by several hashes,
//! and the strongest counts.

/// How a line of a fingerprint begins.
pub(super) const FINGERPRINT: &str = "a=fingerprint:";
/// Hashes of which nobody makes a second certificate.
const STRONG: [&str; 3] = ["sha-256", "sha-384", "sha-512"];

/// True for the value of a fingerprint whose hash is strong.
pub(super) fn is_strong(value: &str) -> bool {
    let hash = value.trim_start().split(' ').next().unwrap_or_default();
    STRONG.iter().any(|name| hash.eq_ignore_ascii_case(name))
}

/// The fingerprints of a description, section by section. The weak ones are taken out, so that the
/// session's strong one counts where a section has none of its own.
#[derive(Debug, Default)]
pub(super) struct Fingerprints {
    session: Strength,
    /// The section that is being read; none before the first `m=`.
    section: Option<Strength>,
    /// Of the media sections that are read.
    any_strong: bool,
    any_weak: bool,
}

/// The best fingerprint of a section.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    #[default]
    Without,
    Weak,
    Strong,
}

impl Fingerprints {
    /// An `m=` line begins another section.
    pub(super) fn next_section(&mut self) {
        self.end_section();
        self.section = Some(Strength::Without);
    }

    /// A fingerprint of the section that is being read.
    pub(super) fn add(&mut self, value: &str) {
        let strength = match is_strong(value) {
            true => Strength::Strong,
            false => Strength::Weak,
        };
        let section = self.section.as_mut().unwrap_or(&mut self.session);
        *section = strength.max(*section);
    }

    /// Whether each certificate is named by a strong hash. A section without any fingerprint shares the
    /// transport of one that has one (RFC 9143).
    ///
    /// # Errors
    /// With the reason, as one word.
    pub(super) fn judge(mut self) -> Result<(), &'static str> {
        self.end_section();
        match (self.any_weak, self.any_strong) {
            (true, _) => Err("weak_fingerprint"),
            (false, true) => Ok(()),
            (false, false) => Err("no_fingerprint"),
        }
    }

    fn end_section(&mut self) {
        let Some(section) = self.section else { return };
        let counts = section.max(self.session);
        self.any_strong |= counts == Strength::Strong;
        self.any_weak |= counts == Strength::Weak;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sections of a description, the session's own first, each with its hashes.
    fn judged(sections: &[&[&str]]) -> Result<(), &'static str> {
        let mut fingerprints = Fingerprints::default();
        for (at, hashes) in sections.iter().enumerate() {
            if at > 0 {
                fingerprints.next_section();
            }
            for hash in *hashes {
                fingerprints.add(&format!("{hash} AA:BB"));
            }
        }
        fingerprints.judge()
    }

    #[test]
    fn sig_256_the_strongest_fingerprint_of_each_section_counts() {
        let weak = Err("weak_fingerprint");
        let good: [&[&[&str]]; 9] = [
            &[&["sha-256"], &["sha-1"]],
            &[&["sha-256"], &[]],
            &[&["sha-1", "sha-256"], &[], &[]],
            &[&["sha-256", "sha-1"], &[]],
            &[&[], &["md5", "SHA-512", "sha-1"]],
            &[&["sha-1"], &["sha-384"]],
            &[&[], &["sha-256"], &[]],
            &[&[], &["sha-256", "sha-1"], &["sha-1", "sha-256"]],
            &[&["sha-256"], &["sha-512"], &[]],
        ];
        for sections in good {
            assert_eq!(judged(sections), Ok(()), "{sections:?}");
        }
        let bad: [(&[&[&str]], _); 7] = [
            (&[&[], &[]], Err("no_fingerprint")),
            (&[&["sha-1"], &[]], weak),
            (&[&["md5", "sha-224"], &[]], weak),
            (&[&["sha-1"], &["sha-256"], &[]], weak),
            (&[&[], &["sha-256"], &["sha-1"]], weak),
            (&[&[], &["sha-1"], &["sha-256"]], weak),
            (&[&[""], &[]], weak),
        ];
        for (sections, reason) in bad {
            assert_eq!(judged(sections), reason, "{sections:?}");
        }
    }
}
