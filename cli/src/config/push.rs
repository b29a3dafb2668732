//! Settings of web push.

use scheduler::push_subject;
use serde::{Deserialize, Serialize};

use super::accounts::EmailSection;
use crate::failure::Failure;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct PushSection {
    /// Whom push services may ask about this server, as `mailto:you@example.org` or `https://example.org`; empty: who
    /// mails are from, or the public address; no pushes are sent where neither is out on the public network.
    pub(crate) subject: String,
}

impl PushSection {
    /// The contact that push services are given; none where no pushes are sent.
    ///
    /// # Errors
    /// Where the contact that is named can't be reached from everywhere, as one at localhost.
    pub(crate) fn contact(
        &self,
        email: &EmailSection,
        public_url: &str,
    ) -> Result<Option<String>, Failure> {
        push_subject(&self.subject, &email.from, public_url).map_err(Failure::config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sch_281_a_contact_at_localhost_is_refused_at_start_by_its_name() {
        let contact = |subject: &str| {
            let section = PushSection {
                subject: subject.to_owned(),
            };
            section.contact(&EmailSection::default(), "http://localhost:8080")
        };
        assert!(contact("").unwrap().is_none(), "for trying: no pushes");
        let named = contact("mailto:ops@example.org").unwrap();
        assert_eq!(named.as_deref(), Some("mailto:ops@example.org"));
        let Err(Failure::Config(line)) = contact("mailto:ops@localhost") else {
            panic!("localhost was taken");
        };
        assert!(line.starts_with("push.subject: "), "{line}");
    }
}
