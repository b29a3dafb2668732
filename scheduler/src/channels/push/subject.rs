//! Whom a push service may ask what we are doing: the `sub` of our tokens (RFC 8292). Some services refuse those of an
//! address that nobody can reach.

use lettre::message::Mailbox;
use service::egress::EgressPolicy;

/// The contact of this installation: what `push.subject` names, else the address that mails are from, else its public
/// address. None where there is none that can be reached from everywhere: then no pushes are sent.
///
/// # Errors
/// In one line that names `push.subject`, where it is no such contact.
pub fn push_subject(
    named: &str,
    email_from: &str,
    public_url: &str,
) -> Result<Option<String>, String> {
    if !named.is_empty() {
        return match is_reachable(named) {
            true => Ok(Some(named.to_owned())),
            false => Err(format!(
                "push.subject: {named:?} is no address at which a push service reaches you: write mailto:you@example.org or https://example.org"
            )),
        };
    }
    let of_mails = email_from.parse::<Mailbox>().ok();
    let of_mails = of_mails.map(|mailbox| format!("mailto:{}", mailbox.email));
    let derived = of_mails.into_iter().chain([public_url.to_owned()]);
    Ok(derived.into_iter().find(|subject| is_reachable(subject)))
}

/// True for `mailto:` with an address, and for `https:`, of a host that is out on the public network by its name.
fn is_reachable(subject: &str) -> bool {
    let check = |url: &str| EgressPolicy::default().check_url(url).is_ok();
    match subject.strip_prefix("mailto:") {
        Some(address) => {
            let domain = address.rsplit_once('@').map(|(_, domain)| domain);
            address.parse::<lettre::Address>().is_ok()
                && domain.is_some_and(|domain| check(&format!("https://{domain}/")))
        }
        None => check(subject),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sch_281_the_contact_is_named_or_derived_and_never_of_this_machine() {
        let subject = |named, from, url| push_subject(named, from, url);
        for good in [
            "mailto:ops@example.org",
            "https://example.org/contact",
            "https://meet.example.org",
        ] {
            assert_eq!(
                subject(good, "", "").unwrap().as_deref(),
                Some(good),
                "{good}"
            );
        }
        for wrong in [
            "mailto:ops@localhost",
            "mailto:ops",
            "mailto:",
            "https://localhost:8080",
            "https://127.0.0.1/",
            "http://example.org",
            "ops@example.org",
            "mailto:ops@10.0.0.1",
            "mailto:ops@printer.local",
        ] {
            let line = subject(wrong, "meet@example.org", "").unwrap_err();
            assert!(line.starts_with("push.subject: "), "{line}");
        }
        let derived = |from, url| subject("", from, url).unwrap();
        let of_mails = Some("mailto:meet@example.org".to_owned());
        assert_eq!(derived("Meet <meet@example.org>", ""), of_mails);
        let of_web = Some("https://meet.example.org".to_owned());
        assert_eq!(
            derived("meet@localhost", "https://meet.example.org"),
            of_web
        );
        assert_eq!(derived("", "http://localhost:8080"), None);
        assert_eq!(derived("", "https://192.168.1.7:8443"), None);
    }
}
