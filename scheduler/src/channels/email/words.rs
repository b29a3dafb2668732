//! What a mail says of a notification, in English and in Korean, in our words.

mod english;
mod korean;

use scheduler_core::{ReaderLanguage, SpokenTime};
use wire::{LEFT_NAME, NotificationKind};

use crate::email::{MailAction, MailFact, MailWords};

/// What is known of a notification, as its reader is told of it.
#[derive(Debug, Clone)]
pub(super) struct ToldNews {
    pub(super) kind: NotificationKind,
    /// The other one's name; what a group is called.
    pub(super) with: Option<String>,
    /// True where it is of a group.
    pub(super) is_of_group: bool,
    /// When the session starts.
    pub(super) starts: Option<SpokenTime>,
    /// Messages that wait.
    pub(super) count: Option<u32>,
    /// Where the reader goes from here.
    pub(super) link: Option<String>,
}

/// What stands in the subject, and what stands on the card.
pub(super) struct SaidNews {
    pub(super) subject: String,
    pub(super) words: MailWords,
}

impl ToldNews {
    /// The other one's name, or the group's, as it stands in a sentence.
    pub(super) fn name(&self, language: ReaderLanguage) -> String {
        match (self.with.as_deref(), language) {
            (Some(name), _) if self.is_of_group => name.to_owned(),
            (None, ReaderLanguage::English) if self.is_of_group => "a group".to_owned(),
            (None, ReaderLanguage::Korean) if self.is_of_group => "그룹".to_owned(),
            (Some(LEFT_NAME), ReaderLanguage::Korean) => "떠난 사람".to_owned(),
            (Some(name), _) => name.to_owned(),
            (None, ReaderLanguage::English) => "somebody".to_owned(),
            (None, ReaderLanguage::Korean) => "누군가".to_owned(),
        }
    }

    /// In the reader's language.
    pub(super) fn said(&self, language: ReaderLanguage) -> SaidNews {
        let spoken = match language {
            ReaderLanguage::English => self.english(),
            ReaderLanguage::Korean => self.korean(),
        };
        let facts = self.facts(language);
        let action = self.link.as_ref().zip(spoken.label);
        SaidNews {
            subject: spoken.subject,
            words: MailWords {
                heading: spoken.heading,
                sentences: spoken.sentence.into_iter().collect(),
                facts,
                action: action.map(|(url, label)| MailAction {
                    label: label.to_owned(),
                    url: url.clone(),
                }),
                after: Vec::new(),
            },
        }
    }

    fn facts(&self, language: ReaderLanguage) -> Vec<MailFact> {
        let (when, with) = match language {
            ReaderLanguage::English => ("When", "With"),
            ReaderLanguage::Korean => ("시간", "상대"),
        };
        let mut facts = Vec::new();
        if let Some(starts) = &self.starts {
            let first = match language {
                ReaderLanguage::English => format!("{}, {}", starts.date, starts.time),
                ReaderLanguage::Korean => format!("{} {}", starts.date, starts.time),
            };
            facts.push(MailFact {
                name: when,
                lines: vec![first, starts.zone.clone()],
            });
            facts.push(MailFact {
                name: with,
                lines: vec![self.name(language)],
            });
        }
        facts
    }

    /// The date, or the time, of the start; nothing where there is none.
    fn start(&self) -> (&str, &str) {
        let starts = self.starts.as_ref();
        starts.map_or(("", ""), |starts| (&starts.date, &starts.time))
    }

    /// True where its time of day alone would not say when the session starts.
    fn is_another_day(&self) -> bool {
        self.starts.as_ref().is_some_and(|starts| !starts.is_today)
    }
}

struct Spoken {
    subject: String,
    heading: String,
    sentence: Option<String>,
    label: Option<&'static str>,
}

/// Why the reader gets it, and where that is changed.
pub(super) fn small_print(
    language: ReaderLanguage,
    sender: &str,
    settings: Option<&str>,
) -> Vec<String> {
    match (language, settings) {
        (ReaderLanguage::English, Some(url)) => vec![
            format!("{sender} tells you by e-mail, as you chose."),
            format!("Your settings: {url}"),
        ],
        (ReaderLanguage::English, None) => {
            vec![format!(
                "You get this mail because {sender} arranges sessions with you."
            )]
        }
        (ReaderLanguage::Korean, Some(url)) => vec![
            format!("{sender}에서 고르신 대로 이메일로 알려 드려요."),
            format!("알림 설정: {url}"),
        ],
        (ReaderLanguage::Korean, None) => {
            vec![format!("{sender}에서 잡은 세션이 있어서 보내 드려요.")]
        }
    }
}

/// What the link says that stops all mails of notifications.
pub(super) fn refusal_label(language: ReaderLanguage) -> &'static str {
    match language {
        ReaderLanguage::English => "No more mails like this",
        ReaderLanguage::Korean => "이런 메일 그만 받기",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn news(kind: NotificationKind) -> ToldNews {
        ToldNews {
            kind,
            with: Some("Bo".to_owned()),
            is_of_group: false,
            starts: Some(SpokenTime {
                date: "Friday, 15 January 2027".to_owned(),
                time: "17:00".to_owned(),
                zone: "Europe/Berlin (UTC+01:00)".to_owned(),
                is_today: true,
            }),
            count: Some(3),
            link: Some("https://meet.example/join#t".to_owned()),
        }
    }

    #[test]
    fn sch_321_every_kind_is_said_in_both_languages_with_its_time_and_zone() {
        for kind in [
            NotificationKind::SessionReminder,
            NotificationKind::SessionScheduled,
            NotificationKind::SessionRescheduled,
            NotificationKind::SessionCancelled,
            NotificationKind::SessionMissed,
            NotificationKind::MatchCreated,
            NotificationKind::GiftReceived,
            NotificationKind::ProposalReceived,
            NotificationKind::ProposalAnswered,
            NotificationKind::MessageUnread,
        ] {
            let english = news(kind).said(ReaderLanguage::English);
            let korean = news(kind).said(ReaderLanguage::Korean);
            assert_ne!(english.subject, korean.subject, "{kind:?}");
            let is_korean = |text: &str| text.contains(['요', '다']);
            assert!(is_korean(&korean.words.heading), "{kind:?}");
            assert!(!is_korean(&english.words.heading), "{kind:?}");
            let facts = &english.words.facts;
            assert_eq!(
                facts[0].lines,
                [
                    "Friday, 15 January 2027, 17:00",
                    "Europe/Berlin (UTC+01:00)"
                ]
            );
            let is_over = kind == NotificationKind::SessionCancelled;
            assert_eq!(english.words.action.is_none(), is_over, "{kind:?}");
            assert!(!english.subject.contains(['\r', '\n', '!']), "{kind:?}");
        }
    }

    #[test]
    fn sch_397_the_day_stands_in_subject_and_heading_where_it_is_not_today() {
        let said = |kind, is_today: bool, language| {
            let mut told = news(kind);
            told.starts.as_mut().unwrap().is_today = is_today;
            let SaidNews { subject, words } = told.said(language);
            [subject, words.heading]
        };
        use NotificationKind::{
            SessionCancelled, SessionReminder, SessionRescheduled, SessionScheduled,
        };
        for language in [ReaderLanguage::English, ReaderLanguage::Korean] {
            let names_day = |text: &String| text.contains("Friday, 15 January 2027");
            let tomorrow = said(SessionReminder, false, language);
            assert!(tomorrow.iter().all(names_day), "{tomorrow:?}");
            let today = said(SessionReminder, true, language);
            assert!(!today.iter().any(names_day), "{today:?}");
            assert!(today.iter().all(|text| text.contains("17:00")), "{today:?}");
            // Of which session the mail is, its subject says in every case.
            for kind in [SessionScheduled, SessionRescheduled, SessionCancelled] {
                let [subject, _] = said(kind, true, language);
                assert!(
                    names_day(&subject) && subject.contains("17:00"),
                    "{subject}"
                );
            }
        }
    }

    #[test]
    fn sch_321_messages_are_counted_and_never_quoted() {
        let mut unread = news(NotificationKind::MessageUnread);
        unread.starts = None;
        let said = |unread: &ToldNews| unread.said(ReaderLanguage::English).subject;
        assert_eq!(said(&unread), "3 unread messages from Bo");
        unread.count = Some(1);
        assert_eq!(said(&unread), "1 unread message from Bo");
        unread.with = Some(LEFT_NAME.to_owned());
        let korean = unread.said(ReaderLanguage::Korean).subject;
        assert_eq!(korean, "떠난 사람 님이 보낸 읽지 않은 글이 1개 있어요");
    }

    #[test]
    fn sch_444_messages_of_a_group_are_told_by_its_name_and_by_nobodys() {
        let mut unread = news(NotificationKind::MessageUnread);
        (unread.starts, unread.is_of_group) = (None, true);
        let said = |unread: &ToldNews| {
            [ReaderLanguage::English, ReaderLanguage::Korean]
                .map(|language| unread.said(language).subject)
        };
        unread.with = Some("Hiking".to_owned());
        let [english, korean] = said(&unread);
        assert_eq!(english, "3 unread messages in Hiking");
        assert_eq!(korean, "Hiking에 읽지 않은 글이 3개 있어요");
        // A group may have any name, also that of those who have left.
        unread.with = Some(LEFT_NAME.to_owned());
        assert!(said(&unread)[1].starts_with(LEFT_NAME));
        (unread.with, unread.count) = (None, Some(1));
        let [english, korean] = said(&unread);
        assert_eq!(english, "1 unread message in a group");
        assert_eq!(korean, "그룹에 읽지 않은 글이 1개 있어요");
    }
}
