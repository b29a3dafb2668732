use proptest::prelude::*;
use wire::Quiet;

use super::*;
use crate::booking::tests::NOW;
use crate::notification::notify;
use crate::session::BookedSession;
use crate::settlement::tests::{counted, session};

/// Every kind of notification.
const KINDS: [NotificationKind; 11] = [
    NotificationKind::SessionReminder,
    NotificationKind::SessionOpened,
    NotificationKind::SessionScheduled,
    NotificationKind::SessionRescheduled,
    NotificationKind::SessionCancelled,
    NotificationKind::SessionMissed,
    NotificationKind::MatchCreated,
    NotificationKind::GiftReceived,
    NotificationKind::ProposalReceived,
    NotificationKind::ProposalAnswered,
    NotificationKind::MessageUnread,
];
const CHANNELS: [NotificationChannel; 4] = [
    NotificationChannel::InApp,
    NotificationChannel::Webhook,
    NotificationChannel::Push,
    NotificationChannel::Email,
];

fn recipient() -> Recipient {
    Recipient {
        application: "shop".to_owned(),
        time_zone: None,
        channels: CHANNELS.to_vec(),
        notify: Notify::default(),
        has_email: true,
        subscriptions: vec![browser("phone", None), browser("laptop", None)],
    }
}

fn browser(subscription: &str, session: Option<&SessionId>) -> PushedBrowser {
    PushedBrowser {
        subscription: subscription.to_owned(),
        session: session.cloned(),
    }
}

fn news(session: &BookedSession, kind: NotificationKind) -> NewNotification {
    let [user, _] = session.users();
    notify(session, user, kind, "job:j", NOW, &mut counted())
}

/// Of three messages that wait.
fn digest() -> NewNotification {
    let mut digest = news(&session(), NotificationKind::MessageUnread);
    digest.notification.count = Some(3);
    digest
}

/// A reminder by e-mail, as it is planned.
pub(crate) fn reminder(session: &BookedSession) -> Delivery {
    let new = news(session, NotificationKind::SessionReminder);
    let planned = plan_deliveries(NOW, &new, &recipient(), &mut counted());
    planned.last().unwrap().delivery.clone()
}

/// By which channels, to what, and where each stands.
fn ways(kind: NotificationKind, recipient: &Recipient) -> Vec<String> {
    ways_of(NOW, &news(&session(), kind), recipient)
}

fn ways_of(now: UnixMs, new: &NewNotification, recipient: &Recipient) -> Vec<String> {
    let planned = plan_deliveries(now, new, recipient, &mut counted());
    let way = |NewDelivery { delivery, state }: NewDelivery| {
        let to = delivery.target.map(|target| format!(" {target}"));
        let why = state.reason().map(|why| format!(" {why}"));
        let [to, why] = [to, why].map(Option::unwrap_or_default);
        format!("{}{to} {}{why}", delivery.channel.name(), state.name())
    };
    planned.into_iter().map(way).collect()
}

fn quiet(from: &str, to: &str) -> Option<Quiet> {
    Some(Quiet {
        from: from.to_owned(),
        to: to.to_owned(),
    })
}

#[test]
fn sch_365_a_notification_goes_by_each_channel_that_would_reach_its_person() {
    let all = recipient();
    let reminder = NotificationKind::SessionReminder;
    let (phone, laptop) = ("push phone pending", "push laptop pending");
    let everywhere = ["in_app sent", phone, laptop, "email pending"];
    assert_eq!(ways(reminder, &all), everywhere);
    let mut addressless = all.clone();
    addressless.has_email = false;
    addressless.subscriptions.clear();
    assert_eq!(ways(reminder, &addressless), ["in_app sent"]);
    for (channel, expected) in [
        (NotificationChannel::InApp, &everywhere[..1]),
        (NotificationChannel::Push, &everywhere[1..3]),
        (NotificationChannel::Email, &everywhere[3..]),
        (NotificationChannel::Webhook, &[]),
    ] {
        let alone = Recipient {
            channels: vec![channel],
            ..all.clone()
        };
        assert_eq!(ways(reminder, &alone), expected, "{channel:?}");
    }
}

#[test]
fn sch_350_what_a_person_turned_off_is_suppressed_and_stands_in_their_list_all_the_same() {
    let reminder = NotificationKind::SessionReminder;
    let mut off = recipient();
    off.notify.push = false;
    let ways_without_push = ["in_app sent", "push suppressed turned_off", "email pending"];
    assert_eq!(ways(reminder, &off), ways_without_push);
    off.notify.email = false;
    off.notify.kinds = Some(vec![NotificationKind::MessageUnread]);
    assert_eq!(ways(reminder, &off)[2], "email suppressed turned_off");
    let mut few = recipient();
    few.notify.kinds = Some(vec![NotificationKind::MessageUnread]);
    let suppressed = [
        "in_app sent",
        "push suppressed kind_off",
        "email suppressed kind_off",
    ];
    assert_eq!(ways(reminder, &few), suppressed);
    assert_eq!(ways_of(NOW, &digest(), &few)[0], "push phone pending");
}

#[test]
fn sch_395_what_was_planned_is_turned_away_by_what_is_wanted_now() {
    let delivery = reminder(&session());
    let why = |change: &dyn Fn(&mut Recipient)| {
        let mut now_wants = recipient();
        change(&mut now_wants);
        let state = now_wants.turns_away(NOW, &delivery);
        state.map(|state| format!("{} {}", state.name(), state.reason().unwrap_or_default()))
    };
    assert_eq!(why(&|_| ()), None);
    assert_eq!(why(&|one| one.notify.push = false), None, "another channel");
    for (change, state) in [
        (
            (|one| one.channels = vec![NotificationChannel::InApp]) as fn(&mut Recipient),
            "suppressed channel_off",
        ),
        (|one| one.notify.email = false, "suppressed turned_off"),
        (
            |one| one.notify.kinds = Some(Vec::new()),
            "suppressed kind_off",
        ),
    ] {
        assert_eq!(why(&change).as_deref(), Some(state));
    }
}

#[test]
fn sch_352_what_is_too_slow_or_too_much_for_a_kind_does_not_carry_it() {
    let all = recipient();
    let pushes = ["in_app sent", "push phone pending", "push laptop pending"];
    assert_eq!(ways(NotificationKind::SessionOpened, &all), pushes);
    assert_eq!(ways(NotificationKind::SessionMissed, &all), ["in_app sent"]);
    // A message that waits is listed; the others tell of it by its digest.
    assert_eq!(ways(NotificationKind::MessageUnread, &all), ["in_app sent"]);
    let unread = |recipient: &Recipient| ways_of(NOW, &digest(), recipient);
    assert_eq!(unread(&all), pushes[1..], "one of the two is enough");
    let mut without_push = all.clone();
    without_push.subscriptions.clear();
    assert_eq!(unread(&without_push), ["email pending"]);
    let mut push_off = all;
    push_off.notify.push = false;
    assert_eq!(unread(&push_off)[1], "email pending");
}

#[test]
fn sch_350_a_browser_that_came_by_a_join_link_is_told_of_its_session_alone() {
    let own = session();
    let other = SessionId::from("another");
    let mut both = recipient();
    both.channels = vec![NotificationChannel::Push];
    both.subscriptions = vec![
        browser("page", Some(&own.id)),
        browser("elsewhere", Some(&other)),
    ];
    assert_eq!(
        ways(NotificationKind::SessionReminder, &both),
        ["push page pending"]
    );
    let mut of_none = news(&own, NotificationKind::GiftReceived);
    of_none.notification.session_id = None;
    assert!(ways_of(NOW, &of_none, &both).is_empty());
}

#[test]
fn sch_351_in_quiet_hours_a_notification_stands_in_the_list_alone_but_for_a_session_that_lies_in_them()
 {
    let session = session();
    let start = session.terms.starts_at;
    let clock = |at: UnixMs| {
        let minutes = at.0.div_euclid(60_000).rem_euclid(1_440);
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    };
    let mut person = recipient();
    person.notify.quiet = quiet(&clock(NOW - 3_600_000), &clock(start));
    let suppressed = [
        "in_app sent",
        "push suppressed quiet_hours",
        "email suppressed quiet_hours",
    ];
    let reminder = news(&session, NotificationKind::SessionReminder);
    assert_eq!(
        ways_of(NOW, &reminder, &person),
        suppressed,
        "they end before it"
    );
    person.notify.quiet = quiet(&clock(NOW - 3_600_000), &clock(start + 60_000));
    assert_eq!(ways_of(NOW, &reminder, &person)[1], "push phone pending");
    let moved = news(&session, NotificationKind::SessionRescheduled);
    assert_eq!(
        ways_of(NOW, &moved, &person),
        suppressed,
        "a reminder alone"
    );
    person.time_zone = Some("Asia/Seoul".to_owned());
    assert_eq!(ways_of(NOW, &moved, &person)[1], "push phone pending");
}

#[test]
fn sch_353_a_reminder_is_of_no_use_from_the_start_on_and_news_a_day_later() {
    let session = session();
    let end = |kind| {
        let planned = plan_deliveries(NOW, &news(&session, kind), &recipient(), &mut counted());
        planned[0].delivery.expires_at
    };
    let start = session.terms.starts_at;
    assert_eq!(end(NotificationKind::SessionReminder), Some(start));
    assert_eq!(
        end(NotificationKind::SessionOpened),
        Some(start + OPENED_LIFE_MS)
    );
    assert_eq!(
        end(NotificationKind::SessionCancelled),
        Some(NOW + NEWS_LIFE_MS)
    );
}

prop_compose! {
    fn any_recipient()(
        channels in prop::sample::subsequence(&CHANNELS[..], 0..=4),
        (email, push, has_email) in any::<(bool, bool, bool)>(),
        kinds in prop::option::of(prop::sample::subsequence(&KINDS[..], 0..=11)),
        quiet in prop::option::of((0_u32..24, 0_u32..24)),
        zone in prop::option::of(prop::sample::select(&chrono_tz::TZ_VARIANTS[..])),
        subscriptions in 0_usize..80,
    ) -> Recipient {
        Recipient {
            channels,
            notify: Notify {
                email,
                push,
                kinds,
                quiet: quiet.map(|(from, to)| Quiet { from: format!("{from:02}:00"), to: format!("{to:02}:00") }),
                ..Notify::default()
            },
            time_zone: zone.map(|zone| zone.name().to_owned()),
            has_email,
            subscriptions: (0..subscriptions).map(|at| browser(&format!("s{at}"), None)).collect(),
            ..recipient()
        }
    }
}

proptest! {
    #[test]
    fn sch_350_no_more_than_fifty_go_out_each_once_and_none_against_what_was_chosen(
        person in any_recipient(),
        kind in prop::sample::select(&KINDS[..]),
        now in (0_i64..1_000_000).prop_map(|minutes| NOW + minutes * 60_000),
    ) {
        let new = news(&session(), kind);
        let planned = plan_deliveries(now, &new, &person, &mut counted());
        prop_assert!(planned.len() <= MAX_DELIVERIES);
        let mut keys: Vec<_> = planned.iter().map(|new| new.delivery.key.as_str()).collect();
        keys.sort_unstable();
        keys.dedup();
        prop_assert_eq!(keys.len(), planned.len());
        let again = plan_deliveries(now, &new, &person, &mut counted());
        prop_assert_eq!(&again, &planned);
        let may_disturb = !person.is_quiet(now) || person.is_called_to(&new.notification);
        let is_chosen = person.notify.kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind));
        for NewDelivery { delivery, state } in &planned {
            prop_assert!(person.channels.contains(&delivery.channel));
            let is_on = match delivery.channel {
                NotificationChannel::Push => person.notify.push,
                NotificationChannel::Email => person.notify.email && person.has_email,
                NotificationChannel::InApp | NotificationChannel::Webhook => {
                    prop_assert_eq!(state, &DeliveryState::Sent);
                    continue;
                }
            };
            prop_assert_eq!(state == &DeliveryState::Pending, is_on && is_chosen && may_disturb);
        }
        let in_app = planned.iter().filter(|new| new.delivery.channel == NotificationChannel::InApp);
        prop_assert_eq!(in_app.count() == 1, person.channels.contains(&NotificationChannel::InApp));
    }
}
