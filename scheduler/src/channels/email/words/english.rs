//! What a mail says of a notification, in English.

use scheduler_core::ReaderLanguage;
use wire::NotificationKind;

use super::{Spoken, ToldNews};

impl ToldNews {
    pub(super) fn english(&self) -> Spoken {
        use NotificationKind as Kind;
        let name = self.name(ReaderLanguage::English);
        let (date, time) = self.start();
        match self.kind {
            Kind::SessionReminder | Kind::SessionOpened => self.english_start(&name),
            Kind::SessionScheduled => Spoken {
                subject: format!("You meet {name}: {date}, {time}"),
                heading: format!("You meet {name}."),
                sentence: Some("The invitation for your calendar is attached.".into()),
                label: Some("See the session"),
            },
            Kind::SessionRescheduled => Spoken {
                subject: format!("Moved: your session with {name}, {date}, {time}"),
                heading: format!("Your session with {name} has another time."),
                sentence: Some(
                    "This is when it is from now on. What is attached moves it in your calendar."
                        .into(),
                ),
                label: Some("See the session"),
            },
            Kind::SessionCancelled => Spoken {
                subject: format!("Cancelled: your session with {name}, {date}, {time}"),
                heading: format!("Your session with {name} was cancelled."),
                sentence: Some("What is attached takes it out of your calendar.".into()),
                label: None,
            },
            Kind::SessionMissed => Spoken {
                subject: format!("Missed: your session with {name}"),
                heading: format!("Your session with {name} did not take place."),
                sentence: None,
                label: Some("See the session"),
            },
            Kind::MatchCreated => Spoken {
                subject: format!("You and {name} are matched"),
                heading: format!("You and {name} are matched."),
                sentence: Some("You can write to each other, and propose times to meet.".into()),
                label: Some("Say hello"),
            },
            Kind::GiftReceived => Spoken {
                subject: "A gift has come for you".to_owned(),
                heading: "A gift has come for you.".to_owned(),
                sentence: None,
                label: Some("See the gift"),
            },
            Kind::ProposalReceived => Spoken {
                subject: format!("{name} proposes times to meet"),
                heading: format!("{name} proposes times to meet."),
                sentence: Some("Choose one, or answer with times of your own.".into()),
                label: Some("See the times"),
            },
            Kind::ProposalAnswered => Spoken {
                subject: format!("{name} has answered your proposal"),
                heading: format!("{name} has answered your proposal."),
                sentence: None,
                label: Some("See the answer"),
            },
            Kind::MessageUnread => self.english_messages(&name),
        }
    }

    fn english_start(&self, name: &str) -> Spoken {
        let (date, time) = self.start();
        if self.is_another_day() {
            Spoken {
                subject: format!("{date}, {time}: your session with {name}"),
                heading: format!("Your session with {name} starts on {date} at {time}."),
                sentence: None,
                label: Some("See the session"),
            }
        } else {
            Spoken {
                subject: format!("{time}: your session with {name}"),
                heading: format!("Your session with {name} starts at {time}."),
                sentence: Some("Come a few minutes early and check camera and microphone.".into()),
                label: Some("Go to the session"),
            }
        }
    }

    fn english_messages(&self, name: &str) -> Spoken {
        let whence = if self.is_of_group { "in" } else { "from" };
        let said = match self.count {
            Some(1) => format!("1 unread message {whence} {name}"),
            Some(count) => format!("{count} unread messages {whence} {name}"),
            None => format!("Unread messages {whence} {name}"),
        };
        Spoken {
            heading: format!("{said}."),
            subject: said,
            sentence: None,
            label: Some("Read"),
        }
    }
}
