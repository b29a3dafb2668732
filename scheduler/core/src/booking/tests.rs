use wire::{BookParticipant, BookSession, LocalDateTime, MediaBackend, UnixMs};

use super::*;

pub(crate) const NOW: UnixMs = UnixMs(1_900_000_000_000);
const P2P: &[MediaBackend] = &[MediaBackend::P2p];

pub(crate) fn offer() -> BookSession {
    let person = |id: &str| BookParticipant {
        external_id: Some(id.into()),
        name: Some(id.to_uppercase()),
        ..BookParticipant::default()
    };
    BookSession {
        participants: vec![person("ana"), person("bo")],
        starts_at: Some(NOW + 600_000),
        starts_at_local: None,
        duration_ms: None,
        countdown_ms: None,
        lobby_ms: None,
        closes_after_ms: None,
        extension_ms: None,
        max_extensions: None,
        hard_end_at: None,
        connect_ms: None,
        on_loss: None,
        max_pause_ms: None,
        duplicate: None,
        media: None,
        ice: None,
        allow_overlap: None,
        remind_before_ms: None,
        metadata: None,
    }
}

fn refused(change: impl FnOnce(&mut BookSession)) -> Vec<(String, String)> {
    let mut offer = offer();
    change(&mut offer);
    let errors = check_booking(NOW, offer, P2P).unwrap_err();
    errors.into_iter().map(|e| (e.field, e.code)).collect()
}

#[test]
fn sch_1_what_is_absent_has_its_default() {
    let terms = check_booking(NOW, offer(), P2P).unwrap().terms;
    assert_eq!(
        (
            terms.countdown_ms,
            terms.duration_ms,
            terms.lobby_ms,
            terms.closes_after_ms
        ),
        (5_000, 60_000, 300_000, 120_000)
    );
    assert_eq!(
        (
            terms.extension_ms,
            terms.max_extensions,
            terms.connect_ms,
            terms.max_pause_ms
        ),
        (60_000, 1, 20_000, 30_000)
    );
    assert_eq!(terms.remind_before_ms, [300_000]);
    assert_eq!(terms.lobby_opens_at(), NOW + 300_000);
    assert_eq!(terms.closes_at(), NOW + 720_000);
}

#[test]
fn med_41_a_media_server_may_be_booked_once_it_is_configured() {
    let livekit = BookSession {
        media: Some(MediaBackend::Livekit),
        ..offer()
    };
    let configured = [MediaBackend::P2p, MediaBackend::Livekit];
    let booked = check_booking(NOW, livekit, &configured).unwrap();
    assert_eq!(booked.terms.media, MediaBackend::Livekit);
    let refused = refused(|offer| offer.media = Some(MediaBackend::Livekit));
    assert_eq!(refused, [("media".into(), "not_configured".into())]);
}

#[test]
fn sch_1_a_start_up_to_a_minute_ago_is_now_and_earlier_is_refused() {
    for (ago, starts) in [(0, NOW), (1, NOW), (60_000, NOW), (-1, NOW + 1)] {
        let mut offer = offer();
        offer.starts_at = Some(NOW - ago);
        let booked = check_booking(NOW, offer, P2P).unwrap();
        assert_eq!(booked.terms.starts_at, starts, "{ago} ms ago");
    }
    assert_eq!(
        refused(|o| o.starts_at = Some(NOW - 60_001)),
        [("starts_at".into(), "in_the_past".into())]
    );
}

#[test]
fn sch_1_every_number_has_bounds_and_both_ends_are_inside() {
    type SetNumber = fn(&mut BookSession, i64);
    let table: [(&str, i64, i64, SetNumber); 8] = [
        ("duration_ms", 1_000, 86_400_000, |o, v| {
            o.duration_ms = Some(v)
        }),
        ("countdown_ms", 0, 600_000, |o, v| o.countdown_ms = Some(v)),
        ("lobby_ms", 0, 604_800_000, |o, v| o.lobby_ms = Some(v)),
        ("closes_after_ms", 0, 86_400_000, |o, v| {
            o.closes_after_ms = Some(v)
        }),
        ("extension_ms", 0, 86_400_000, |o, v| {
            o.extension_ms = Some(v)
        }),
        ("connect_ms", 100, 300_000, |o, v| o.connect_ms = Some(v)),
        ("max_pause_ms", 0, 3_600_000, |o, v| {
            o.max_pause_ms = Some(v)
        }),
        ("remind_before_ms[0]", 1, 2_592_000_000, |o, v| {
            o.remind_before_ms = Some(vec![v]);
        }),
    ];
    for (field, low, high, set) in table {
        for inside in [low, high] {
            let mut offer = offer();
            set(&mut offer, inside);
            assert!(check_booking(NOW, offer, P2P).is_ok(), "{field} {inside}");
        }
        for outside in [low - 1, high + 1, i64::MIN, i64::MAX] {
            assert_eq!(
                refused(|o| set(o, outside)),
                [(field.to_owned(), "out_of_range".to_owned())],
                "{field} {outside}"
            );
        }
    }
}

#[test]
fn sch_1_the_year_10000_and_an_end_before_the_start_are_refused() {
    assert_eq!(
        refused(|o| o.starts_at = Some(UnixMs(253_402_300_800_000))),
        [("starts_at".into(), "out_of_range".into())]
    );
    let start = offer().starts_at.unwrap();
    assert_eq!(
        refused(|o| o.hard_end_at = Some(start)),
        [("hard_end_at".into(), "before_start".into())]
    );
}

#[test]
fn sch_2_there_are_exactly_two_and_they_differ() {
    for count in [0, 1, 3] {
        let codes = refused(|o| {
            let one = o.participants[0].clone();
            o.participants = vec![one; count];
        });
        assert_eq!(codes, [("participants".into(), "not_two".into())]);
    }
    assert_eq!(
        refused(|o| o.participants[1].external_id = Some("ana".into())),
        [("participants[1]".into(), "same_person".into())]
    );
}

#[test]
fn sch_2_a_person_is_named_one_way_and_without_control_characters() {
    type EditParticipant = fn(&mut BookParticipant);
    let table: [(EditParticipant, &str, &str); 6] = [
        (|p| p.external_id = None, "participants[0]", "required"),
        (
            |p| p.user_id = Some("u".into()),
            "participants[0]",
            "conflicting",
        ),
        (
            |p| p.name = Some(" ".into()),
            "participants[0].name",
            "required",
        ),
        (
            |p| p.external_id = Some("a\r\nb".into()),
            "participants[0].external_id",
            "bad_text",
        ),
        (
            |p| p.name = Some("n".repeat(101)),
            "participants[0].name",
            "too_long",
        ),
        (
            |p| p.email = Some(format!("{}@example.org", "l".repeat(65))),
            "participants[0].email",
            "bad_email",
        ),
    ];
    for (change, field, code) in table {
        let refused = refused(|o| change(&mut o.participants[0]));
        assert_eq!(refused, [(field.to_owned(), code.to_owned())]);
    }
}

#[test]
fn sch_109_a_name_that_nobody_can_see_is_none_and_another_is_shown_in_its_own_direction() {
    for blank in [
        "\u{3164}",
        "\u{200b}",
        "\u{202e}\u{2066}",
        "\u{2800} \u{ad}",
        "\u{85}",
    ] {
        let refused = refused(|o| o.participants[1].name = Some(blank.into()));
        let required = ("participants[1].name".to_owned(), "required".to_owned());
        assert_eq!(refused, [required], "{blank:?}");
    }
    for (said, shown) in [("a\r\nb", "a b"), (" \u{202e}nnA", "nnA"), ("민지", "민지")] {
        let mut offer = offer();
        offer.participants[0].name = Some(said.into());
        let [first, _] = check_booking(NOW, offer, P2P).unwrap().people;
        let ParticipantRef::External(person) = first else {
            panic!("{first:?}");
        };
        assert_eq!(person.name.as_deref(), Some(shown));
    }
}

#[test]
fn sch_3_a_media_server_is_refused_until_one_is_configured() {
    for media in [MediaBackend::Livekit, MediaBackend::Openvidu] {
        assert_eq!(
            refused(|o| o.media = Some(media)),
            [("media".into(), "not_configured".into())]
        );
    }
}

#[test]
fn sch_1_all_that_is_wrong_is_answered_at_once() {
    let codes = refused(|o| {
        o.participants.clear();
        o.duration_ms = Some(0);
        o.starts_at = Some(UnixMs(0));
    });
    let fields: Vec<_> = codes.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["participants", "starts_at", "duration_ms"]);
}

#[test]
fn sch_124_a_start_is_said_once_by_an_instant_or_by_the_clock_of_a_zone() {
    let local = |date_time: &str| {
        Some(LocalDateTime {
            date_time: date_time.into(),
            time_zone: "America/New_York".into(),
        })
    };
    // NOW is 2030-03-17T17:46:40Z, 13:46:40 there.
    let mut by_clock = offer();
    by_clock.starts_at = None;
    by_clock.starts_at_local = local("2030-03-17T14:00");
    let terms = check_booking(NOW, by_clock, P2P).unwrap().terms;
    assert_eq!(terms.starts_at, NOW + 800_000);
    assert_eq!(terms.starts_at_local, local("2030-03-17T14:00"));
    let code = |field: &str, code: &str| vec![(field.to_owned(), code.to_owned())];
    assert_eq!(
        refused(|o| o.starts_at = None),
        code("starts_at", "required")
    );
    assert_eq!(
        refused(|o| o.starts_at_local = local("2030-03-17T14:00")),
        code("starts_at_local", "conflicting")
    );
    for (date_time, field, wrong) in [
        ("2030-03-17T13:45", "starts_at_local", "in_the_past"),
        ("9999-12-31T23:59", "starts_at_local", "out_of_range"),
        ("tomorrow", "starts_at_local.date_time", "bad_date_time"),
    ] {
        let refused = refused(|o| {
            o.starts_at = None;
            o.starts_at_local = local(date_time);
        });
        assert_eq!(refused, code(field, wrong), "{date_time}");
    }
}
