//! Signing up: from what somebody typed to an account.

use wire::{FieldError, Notify, SecretText, Signup, UnixMs};

use super::password::check_password;
use super::{Account, EmailAddress};
use crate::contact::{locale, time_zone};
use crate::field_checks::FieldErrors;
use crate::ids::NewId;
use crate::participant::check_name;

/// The language of who says none.
pub(super) const DEFAULT_LOCALE: &str = "en";
/// The zone of who says none.
const DEFAULT_ZONE: &str = "UTC";
/// What an address must be like.
const ADDRESS: &str = "Write an e-mail address, as ana@example.org.";
/// What a zone must be like.
const ZONE: &str = "That is not an IANA time zone, as Europe/Berlin.";

/// What somebody signs up with, within every bound.
#[derive(Debug, Clone)]
pub struct CheckedSignup {
    /// The account as it will be.
    pub account: Account,
    /// Not hashed yet.
    pub password: SecretText,
    /// Their invitation, if they showed one.
    pub invite: Option<SecretText>,
}

/// Checks every field.
///
/// # Errors
/// Each field that is wrong; `weak_password` where a password is too easy to guess.
pub fn check_signup(
    now: UnixMs,
    signup: Signup,
    new_id: NewId<'_>,
) -> Result<CheckedSignup, Vec<FieldError>> {
    let mut errors = FieldErrors::default();
    let email = check_address(&mut errors, "email", &signup.email);
    let name = check_name(&mut errors, "name", &signup.name);
    let zone = signup.time_zone.as_deref();
    let zone = zone.map_or(DEFAULT_ZONE, |zone| check_zone(&mut errors, zone));
    let own = [email.as_ref().map_or("", EmailAddress::text), &name];
    check_password(&mut errors, "password", &signup.password, &own);
    let email = errors.into_result(email)?;
    let said = signup.locale.as_deref();
    Ok(CheckedSignup {
        account: Account {
            user: new_id().into(),
            email: email.ok_or_else(Vec::new)?,
            email_verified: false,
            name,
            locale: said
                .and_then(locale)
                .unwrap_or_else(|| DEFAULT_LOCALE.to_owned()),
            time_zone: zone.to_owned(),
            discoverable: false,
            notify: Notify::default(),
            created_at: now,
        },
        password: signup.password,
        invite: signup.invite,
    })
}

pub(super) fn check_address(
    errors: &mut FieldErrors,
    field: &str,
    text: &str,
) -> Option<EmailAddress> {
    let address = EmailAddress::parse(text);
    if address.is_none() {
        errors.add(field, "bad_email", ADDRESS);
    }
    address
}

pub(super) fn check_zone(errors: &mut FieldErrors, name: &str) -> &'static str {
    time_zone(name).unwrap_or_else(|| {
        errors.add("time_zone", "bad_time_zone", ZONE);
        DEFAULT_ZONE
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signup() -> Signup {
        Signup {
            email: " Ana@Example.org".into(),
            password: "correct horse battery".into(),
            name: " Ana\tRuiz ".into(),
            locale: None,
            time_zone: None,
            invite: None,
        }
    }

    fn checked(signup: Signup) -> Result<CheckedSignup, Vec<FieldError>> {
        check_signup(UnixMs(7), signup, &mut || "u1".into())
    }

    #[test]
    fn sch_130_an_account_begins_unverified_and_hidden() {
        let account = checked(signup()).unwrap().account;
        assert_eq!(account.email.text(), "Ana@example.org");
        assert_eq!(account.name, "Ana Ruiz");
        assert!(!account.email_verified && !account.discoverable);
        assert_eq!(
            (account.locale.as_str(), account.time_zone.as_str()),
            ("en", "UTC")
        );
        let person = account.person();
        assert_eq!(person.application, super::super::PEOPLE);
        assert_eq!(person.external_id, person.id.0);
        assert_eq!(person.email, None);
    }

    #[test]
    fn sch_130_each_wrong_field_is_named() {
        let wrong = Signup {
            email: "ana".into(),
            password: "password".into(),
            name: " ".into(),
            time_zone: Some("Mars/Base".into()),
            ..signup()
        };
        let errors = checked(wrong).unwrap_err();
        let named: Vec<_> = errors
            .iter()
            .map(|error| (error.field.as_str(), error.code.as_str()))
            .collect();
        let due = [
            ("email", "bad_email"),
            ("name", "required"),
            ("time_zone", "bad_time_zone"),
            ("password", "weak_password"),
        ];
        assert_eq!(named, due);
    }
}
