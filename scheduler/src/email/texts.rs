//! What mails say. Nothing in them was typed by somebody else than us.

use scheduler_core::MailKind;

/// What one mail says.
pub(super) struct MailText {
    pub(super) subject: &'static str,
    pub(super) body: String,
    /// Where a POST refuses all further ones, of those that nobody asked for.
    pub(super) refuse: Option<String>,
}

/// Where the links of a mail lead.
pub(super) struct Links {
    /// What it is about.
    pub(super) open: String,
    /// Where a POST refuses all further ones, of those that nobody asked for.
    pub(super) refuse: Option<String>,
}

/// In Korean for who reads Korean, in English for everybody else.
pub(super) fn of(kind: MailKind, locale: &str, links: Links) -> MailText {
    let is_korean = locale == "ko" || locale.starts_with("ko-");
    let (subject, before, after) = match (kind, is_korean) {
        (MailKind::Verify, false) => (
            "Confirm your e-mail address",
            "Open this link within an hour, in the browser in which you are logged in:",
            "If you did not ask for it, you need not do anything.",
        ),
        (MailKind::Verify, true) => (
            "이메일 주소를 확인해 주세요",
            "로그인한 브라우저에서 1시간 안에 아래 링크를 열어 주세요.",
            "요청하신 적이 없다면 아무것도 하지 않으셔도 됩니다.",
        ),
        (MailKind::Reset, false) => (
            "Choose another password",
            "Open this link within an hour to choose another password:",
            "If you did not ask for it, you need not do anything: your password stays as it is.",
        ),
        (MailKind::Reset, true) => (
            "비밀번호를 다시 정해 주세요",
            "새 비밀번호를 정하려면 1시간 안에 아래 링크를 열어 주세요.",
            "요청하신 적이 없다면 아무것도 하지 않으셔도 됩니다. 비밀번호는 그대로입니다.",
        ),
        (MailKind::Gift, false) => (
            "Somebody has sent you a gift",
            "It is sealed. To have it, sign up or log in with this address, and confirm it:",
            "If you want no such mails, now or ever, open this and press the button:",
        ),
        (MailKind::Gift, true) => (
            "선물이 도착했습니다",
            "아직 봉해져 있습니다. 이 주소로 가입하거나 로그인하고 주소를 확인하면 받으실 수 있습니다.",
            "앞으로 이런 메일을 받고 싶지 않으시면 아래 링크를 열어 버튼을 눌러 주세요.",
        ),
    };
    let mut body = format!("{before}\r\n\r\n{}\r\n\r\n{after}\r\n", links.open);
    if let Some(refuse) = &links.refuse {
        body.push_str(&format!("\r\n{refuse}\r\n"));
    }
    MailText {
        subject,
        body,
        refuse: links.refuse,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sch_139_a_mail_is_in_one_language_and_has_the_link_alone_on_its_line() {
        let link = "https://meet.example/verify#t0k3n";
        for (locale, subject) in [
            ("ko", "이메일 주소를 확인해 주세요"),
            ("ko-KR", "이메일 주소를 확인해 주세요"),
            ("kok", "Confirm your e-mail address"),
            ("de", "Confirm your e-mail address"),
        ] {
            let links = Links {
                open: link.to_owned(),
                refuse: None,
            };
            let text = of(MailKind::Verify, locale, links);
            assert_eq!(text.subject, subject, "{locale}");
            assert!(text.body.lines().any(|line| line == link));
        }
    }
}
