//! Links as text, and pages of which something is missing.

use wire::UnixMs;

use super::*;

fn message(seq: u64) -> Message {
    Message {
        room: "r".into(),
        seq,
        message_id: format!("m-{seq}"),
        from: "ann".into(),
        client_id: format!("c-{seq}"),
        body: format!("body {seq}"),
        sent_at: UnixMs(seq.cast_signed()),
        expires_at: None,
        deleted: false,
        corrupt: false,
    }
}

fn chained(count: u64) -> Vec<StoredMessage> {
    let mut previous = ChainHash::GENESIS;
    (1..=count)
        .map(|seq| {
            let stored = StoredMessage::new(message(seq), ChainSalt([3; 16]), previous);
            previous = stored.link.unwrap().chain;
            stored
        })
        .collect()
}

#[test]
fn cht_111_a_link_is_read_as_it_was_written_and_nothing_else_is() {
    let link = chained(2).remove(1).link.unwrap();
    let gone = ChainLink {
        text: link.text.forgetting("body 2"),
        ..link
    };
    for link in [link, gone] {
        assert_eq!(LinkTexts::of(Some(&link)).read(), Ok(Some(link)));
    }
    assert_eq!(LinkTexts::of(None).read(), Ok(None));
    let texts = LinkTexts::of(Some(&link));
    let changes: [fn(&mut LinkTexts); 6] = [
        |texts| texts.salt = None,
        |texts| texts.previous = None,
        |texts| texts.chain = None,
        |texts| texts.digest.clone_from(&texts.chain),
        |texts| texts.chain.as_mut().unwrap().push('A'),
        |texts| texts.salt = Some("not base64!".to_owned()),
    ];
    for change in changes {
        let mut changed = texts.clone();
        change(&mut changed);
        assert_eq!(changed.read(), Err(UnreadableLink), "{changed:?}");
        assert!(stored(message(2), &changed).message.corrupt);
    }
}

#[test]
fn cht_116_a_page_has_something_in_the_place_of_what_is_missing() {
    let check = ReadCheck::default();
    let all = chained(30);
    let page = |from, limit, seqs: &[usize]| -> Vec<(u64, bool)> {
        let found = seqs.iter().map(|seq| all[seq - 1].clone()).collect();
        let anchors = BTreeMap::from([(RoomId::from("r"), ChainAnchor::default())]);
        let page = HistoryPage { from, limit };
        let shown = check.page(found, &anchors, page);
        let state = |m: Message| {
            assert_eq!(m.body.is_empty(), m.corrupt);
            (m.seq, m.corrupt)
        };
        shown.into_iter().map(state).collect()
    };
    let after = page(PageFrom::After(1), 5, &[3, 5, 6]);
    assert_eq!(
        after,
        [(2, true), (3, false), (4, true), (5, false), (6, false)]
    );
    let after = page(PageFrom::After(0), 3, &[1, 20, 21]);
    assert_eq!(after, [(1, false), (2, true), (3, true)]);
    let before = page(PageFrom::Before(22), 3, &[1, 2, 21]);
    assert_eq!(before, [(19, true), (20, true), (21, false)]);
    let newest = page(PageFrom::Newest, 4, &[28, 30]);
    assert_eq!(newest, [(28, false), (29, true), (30, false)]);
}

#[test]
fn cht_117_each_damaged_message_is_told_of_once() {
    let check = ReadCheck::default();
    let mut damaged = chained(1).remove(0);
    damaged.message.body.push('x');
    for _ in 0..3 {
        let shown = check.one(damaged.clone(), &ChainAnchors::new());
        assert!(shown.corrupt && shown.body.is_empty());
    }
    assert_eq!(check.reported.lock().unwrap().len(), 1);
}
