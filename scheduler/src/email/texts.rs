//! What mails of accounts say: those that prove an address, and those that tell it of a gift. Nothing in them was typed by
//! somebody else than us.

use scheduler_core::{MailKind, ReaderLanguage};

use super::look::{MailAction, MailBody, MailColours, MailContent, MailRefusal, MailWords};

/// Where the links of a mail lead.
pub(super) struct Links {
    /// What it is about.
    pub(super) open: String,
    /// Where a POST refuses all further ones, of those that nobody asked for.
    pub(super) refuse: Option<String>,
}

/// Subject, sentence, button, and what else there is to know.
struct Said {
    subject: &'static str,
    before: &'static str,
    label: &'static str,
    after: &'static str,
}

/// In Korean for who reads Korean, in English for everybody else; in the name of `sender`.
pub(super) fn of(kind: MailKind, locale: &str, links: Links, sender: &str) -> MailContent {
    let language = ReaderLanguage::of(Some(locale));
    let said = said(kind, language);
    let label = match language {
        ReaderLanguage::English => "No mails about gifts, now or ever",
        ReaderLanguage::Korean => "앞으로 선물 메일 받지 않기",
    };
    MailContent {
        language,
        subject: said.subject.to_owned(),
        sender: sender.to_owned(),
        body: MailBody::Ours(MailWords {
            heading: said.subject.to_owned(),
            sentences: vec![said.before.to_owned()],
            facts: Vec::new(),
            action: Some(MailAction {
                label: said.label.to_owned(),
                url: links.open,
            }),
            after: vec![said.after.to_owned()],
        }),
        small_print: Vec::new(),
        refusal: links.refuse.map(|url| MailRefusal {
            label: label.to_owned(),
            url,
        }),
        colours: MailColours::ours(),
    }
}

fn said(kind: MailKind, language: ReaderLanguage) -> Said {
    use ReaderLanguage::{English, Korean};
    match (kind, language) {
        (MailKind::Verify, English) => Said {
            subject: "Confirm your e-mail address",
            before: "Open this link within an hour, in the browser in which you are logged in.",
            label: "Confirm the address",
            after: "If you did not ask for it, you need not do anything.",
        },
        (MailKind::Verify, Korean) => Said {
            subject: "이메일 주소를 확인해 주세요",
            before: "로그인한 브라우저에서 1시간 안에 아래 링크를 열어 주세요.",
            label: "주소 확인하기",
            after: "요청하신 적이 없다면 아무것도 하지 않으셔도 돼요.",
        },
        (MailKind::Reset, English) => Said {
            subject: "Choose another password",
            before: "Open this link within an hour to choose another password.",
            label: "Choose a password",
            after: "If you did not ask for it, you need not do anything: your password stays as it is.",
        },
        (MailKind::Reset, Korean) => Said {
            subject: "비밀번호를 다시 정해 주세요",
            before: "새 비밀번호를 정하려면 1시간 안에 아래 링크를 열어 주세요.",
            label: "비밀번호 정하기",
            after: "요청하신 적이 없다면 아무것도 하지 않으셔도 돼요. 비밀번호는 그대로예요.",
        },
        (MailKind::Gift, English) => Said {
            subject: "Somebody has sent you a gift",
            before: "It is sealed. To have it, sign up or log in with this address, and confirm it.",
            label: "See the gift",
            after: "Who sent it, and what it says, you see once it is open.",
        },
        (MailKind::Gift, Korean) => Said {
            subject: "선물이 도착했어요",
            before: "아직 봉해져 있어요. 이 주소로 가입하거나 로그인하고 주소를 확인하면 받을 수 있어요.",
            label: "선물 보기",
            after: "누가 보냈는지, 무슨 말이 담겼는지는 열린 다음에 볼 수 있어요.",
        },
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
            let mail = of(MailKind::Verify, locale, links, "Meet");
            assert_eq!(mail.subject, subject, "{locale}");
            assert!(mail.text().lines().any(|line| line == link));
        }
    }
}
