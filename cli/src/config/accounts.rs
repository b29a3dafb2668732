//! Settings of accounts and of the mails to their people.

use scheduler::{EmailPace, EmailSettings, SignupPolicy, check_email};
use serde::{Deserialize, Serialize};
use url::Url;

use super::detected::is_loopback;
use crate::failure::Failure;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct AccountsSection {
    /// Who may sign up: `open` (everybody), `invite` (whoever has an invitation of `rendezvous accounts invite`) or
    /// `off` (there are no accounts); empty: `open` where `scheduler.public_url` is of this machine alone, else `off`.
    pub(crate) signup: String,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct EmailSection {
    /// The mail server, as `smtps://user:password@host` or `smtp://host:port`; empty: no mail is sent.
    pub(crate) url: String,
    /// Who mails are from, as `meet@example.org` or `Meet <meet@example.org>`.
    pub(crate) from: String,
    /// When a mail that tells of something is tried again, and how many one address gets in a day.
    #[serde(flatten)]
    pub(crate) pace: EmailPace,
}

impl AccountsSection {
    /// Who may sign up where the scheduler has this address.
    ///
    /// # Errors
    /// For a word that is none of the three.
    pub(crate) fn policy(&self, public_url: &str) -> Result<SignupPolicy, Failure> {
        if self.signup.is_empty() {
            return Ok(match is_of_this_machine(public_url) {
                true => SignupPolicy::Open,
                false => SignupPolicy::Off,
            });
        }
        SignupPolicy::from_name(&self.signup).ok_or_else(|| {
            let said = &self.signup;
            Failure::config(format!(
                "accounts.signup: {said:?} is none of \"open\", \"invite\" and \"off\""
            ))
        })
    }
}

impl EmailSection {
    /// What mails are sent with; none where no server is named.
    ///
    /// # Errors
    /// Names the key and what is wrong with it, and nothing of a password.
    pub(crate) fn settings(&self) -> Result<Option<EmailSettings>, Failure> {
        if self.url.is_empty() {
            return Ok(None);
        }
        self.pace.check().map_err(Failure::config)?;
        let settings = EmailSettings {
            pace: self.pace,
            ..EmailSettings::new(self.url.as_str(), self.from.as_str())
        };
        check_email(&settings).map_err(Failure::config)?;
        Ok(Some(settings))
    }
}

fn is_of_this_machine(address: &str) -> bool {
    let url = Url::parse(address);
    url.is_ok_and(|url| {
        let host = url.host_str();
        host.is_some_and(|host| is_loopback(&format!("{host}:0")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sch_141_accounts_are_open_on_this_machine_alone_unless_somebody_says_otherwise() {
        let policy = |signup: &str, address: &str| {
            let section = AccountsSection {
                signup: signup.to_owned(),
            };
            section.policy(address).ok()
        };
        for here in [
            "http://127.0.0.1:8080",
            "http://localhost:8080",
            "http://[::1]:8080",
        ] {
            assert_eq!(policy("", here), Some(SignupPolicy::Open), "{here}");
            assert_eq!(policy("off", here), Some(SignupPolicy::Off));
        }
        for there in ["https://meet.example", "http://192.0.2.1:8080"] {
            assert_eq!(policy("", there), Some(SignupPolicy::Off), "{there}");
            assert_eq!(policy("open", there), Some(SignupPolicy::Open));
            assert_eq!(policy("invite", there), Some(SignupPolicy::Invite));
        }
        assert_eq!(policy("yes", "http://127.0.0.1"), None);
    }

    #[tokio::test]
    async fn sch_140_a_wrong_mail_server_is_refused_without_its_password() {
        let section = |url: &str, from: &str| EmailSection {
            url: url.to_owned(),
            from: from.to_owned(),
            pace: EmailPace::default(),
        };
        assert!(section("", "").settings().unwrap().is_none());
        let good = section("smtps://u:p@mail.example", "meet@example.org");
        assert!(good.settings().unwrap().is_some());
        let Err(Failure::Config(line)) = section("https://u:canary@mail.example", "").settings()
        else {
            panic!("a web server was taken");
        };
        assert!(
            line.starts_with("email.") && !line.contains("canary"),
            "{line}"
        );
    }
}
