//! What a mail says of a notification, in Korean.

use scheduler_core::ReaderLanguage;
use wire::NotificationKind;

use super::{Spoken, ToldNews};

impl ToldNews {
    pub(super) fn korean(&self) -> Spoken {
        use NotificationKind as Kind;
        let name = self.name(ReaderLanguage::Korean);
        let (date, time) = self.start();
        match self.kind {
            Kind::SessionReminder | Kind::SessionOpened => self.korean_start(&name),
            Kind::SessionScheduled => Spoken {
                subject: format!("{name} 님과 만나요: {date} {time}"),
                heading: format!("{name} 님과 만나요."),
                sentence: Some("캘린더에 넣을 수 있는 초대장을 첨부했어요.".into()),
                label: Some("세션 보기"),
            },
            Kind::SessionRescheduled => Spoken {
                subject: format!("시간이 바뀌었어요: {name} 님과의 세션, {date} {time}"),
                heading: format!("{name} 님과의 세션 시간이 바뀌었어요."),
                sentence: Some(
                    "이제 이 시간에 만나요. 첨부 파일을 열면 캘린더의 일정도 옮겨져요.".into(),
                ),
                label: Some("세션 보기"),
            },
            Kind::SessionCancelled => Spoken {
                subject: format!("취소됐어요: {name} 님과의 세션, {date} {time}"),
                heading: format!("{name} 님과의 세션이 취소됐어요."),
                sentence: Some("첨부 파일을 열면 캘린더에서도 지워져요.".into()),
                label: None,
            },
            Kind::SessionMissed => Spoken {
                subject: format!("만나지 못했어요: {name} 님과의 세션"),
                heading: format!("{name} 님과의 세션이 열리지 않았어요."),
                sentence: None,
                label: Some("세션 보기"),
            },
            Kind::MatchCreated => Spoken {
                subject: format!("{name} 님과 짝이 되었어요"),
                heading: format!("{name} 님과 짝이 되었어요."),
                sentence: Some("서로 글을 주고받고, 만날 시간을 제안할 수 있어요.".into()),
                label: Some("인사하기"),
            },
            Kind::GiftReceived => Spoken {
                subject: "선물이 왔어요".to_owned(),
                heading: "선물이 왔어요.".to_owned(),
                sentence: None,
                label: Some("선물 보기"),
            },
            Kind::ProposalReceived => Spoken {
                subject: format!("{name} 님이 만날 시간을 제안했어요"),
                heading: format!("{name} 님이 만날 시간을 제안했어요."),
                sentence: Some("하나를 고르거나, 다른 시간을 제안해 주세요.".into()),
                label: Some("시간 보기"),
            },
            Kind::ProposalAnswered => Spoken {
                subject: format!("{name} 님이 제안에 답했어요"),
                heading: format!("{name} 님이 제안에 답했어요."),
                sentence: None,
                label: Some("답 보기"),
            },
            Kind::MessageUnread => self.korean_messages(&name),
        }
    }

    fn korean_start(&self, name: &str) -> Spoken {
        let (date, time) = self.start();
        if self.is_another_day() {
            Spoken {
                subject: format!("{date} {time}, {name} 님과 만나요"),
                heading: format!("{date} {time}에 {name} 님과의 세션이 시작돼요."),
                sentence: None,
                label: Some("세션 보기"),
            }
        } else {
            Spoken {
                subject: format!("{time}, {name} 님과 만나요"),
                heading: format!("{time}에 {name} 님과의 세션이 시작돼요."),
                sentence: Some("몇 분 일찍 들어와서 카메라와 마이크를 확인해 주세요.".into()),
                label: Some("세션으로 가기"),
            }
        }
    }

    fn korean_messages(&self, name: &str) -> Spoken {
        let whence = match self.is_of_group {
            true => format!("{name}에"),
            false => format!("{name} 님이 보낸"),
        };
        let said = match self.count {
            Some(count) => format!("{whence} 읽지 않은 글이 {count}개 있어요"),
            None => format!("{whence} 읽지 않은 글이 있어요"),
        };
        Spoken {
            heading: format!("{said}."),
            subject: said,
            sentence: None,
            label: Some("읽기"),
        }
    }
}
