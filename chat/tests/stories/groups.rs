//! Groups, as the scheduler tells of them: who is in, who is out at once, and who reads from where on.

use serde_json::{Value, json};
use testkit::{ChatPeer, Http, SOON, now};
use wire::ErrorCode;
use wire::chat::{
    Accepted, Cursor, History, MarkRead, Member, Message, Messages, Read, Removed, RemovedReason,
    RoomView, RoomsPage, Send, Welcome,
};
use wire::{ErrorBody, Page, RoomId, RoomKind, RoomRole};

use crate::events::tell;
use crate::server::{Server, settle};

const ANN: &str = "ann";
const BO: &str = "bo";
const KIM: &str = "kim";

/// A group that the scheduler has: whoever is named first owns it.
pub(crate) fn group_event(kind: &str, room: &str, members: &[&str], revision: u64) -> Value {
    let member = |(n, user): (usize, &&str)| {
        let role = if n == 0 { "owner" } else { "member" };
        json!({"user_id": user, "name": user.to_uppercase(), "role": role})
    };
    let members: Vec<Value> = members.iter().enumerate().map(member).collect();
    json!({
        "id": uuid::Uuid::now_v7().to_string(), "type": kind, "occurred_at": now(), "source": "scheduler",
        "subject": room, "revision": revision,
        "data": {"room_id": room, "kind": "group", "name": "Hikers", "members": members, "tenant": "people"},
    })
}

async fn change(server: &Server, room: &str, members: &[&str], revision: u64) {
    let event = group_event("room.changed", room, members, revision);
    assert_eq!(tell(server, &[event]).await, 200);
}

/// The same, where `left` is who left by themselves.
async fn leave(server: &Server, room: &str, members: &[&str], (left, revision): (&str, u64)) {
    let mut event = group_event("room.changed", room, members, revision);
    event["data"]["left"] = left.into();
    assert_eq!(tell(server, &[event]).await, 200);
}

/// Somebody whose ticket names no room: groups come by events.
async fn peer(server: &Server, user: &str) -> ChatPeer {
    let ticket = server.signer.chat(user, &[]);
    ChatPeer::hello(&server.socket_url(), &ticket, &format!("device of {user}")).await
}

fn http(server: &Server, user: &str) -> Http {
    Http::bearer(&server.signer.chat(user, &[]))
}

fn history(room: &RoomId) -> History {
    History {
        room: room.clone(),
        before: None,
        after: None,
        limit: None,
    }
}

fn seqs(messages: &[Message]) -> Vec<u64> {
    messages.iter().map(|message| message.seq).collect()
}

#[tokio::test]
async fn cht_262_who_leaves_is_told_so_on_their_other_devices_and_who_is_taken_out_is_told_that() {
    let server = Server::start().await;
    let (mut bo, mut kim) = (peer(&server, BO).await, peer(&server, KIM).await);
    let opened = group_event("room.opened", "g", &[ANN, BO, KIM], 1);
    assert_eq!(tell(&server, &[opened]).await, 200);
    for device in [&mut bo, &mut kim] {
        device.expect::<RoomView>(SOON).await;
    }
    let poll = http(&server, KIM);
    let first = poll.get(&server.url("/v1/sync")).await;
    let cursor = first.body["cursor"].as_str().unwrap().to_owned();
    leave(&server, "g", &[ANN, BO], (KIM, 2)).await;
    let removed = kim.expect::<Removed>(SOON).await;
    assert_eq!(removed.reason, RemovedReason::Left);
    let news = server.url(&format!("/v1/sync?cursor={cursor}&timeout_ms=0"));
    let news = poll.get(&news).await.body;
    assert_eq!(
        news["frames"],
        json!([{"type": "removed", "room": "g", "reason": "left"}])
    );
    settle(&mut bo).await;
    bo.assert_none::<Removed>();
    change(&server, "g", &[ANN, BO, KIM], 3).await;
    kim.expect::<RoomView>(SOON).await;
    // Late: of a revision that has been overtaken.
    leave(&server, "g", &[ANN, BO], (KIM, 2)).await;
    change(&server, "g", &[ANN], 4).await;
    for device in [&mut bo, &mut kim] {
        let removed = device.expect::<Removed>(SOON).await;
        assert_eq!(removed.reason, RemovedReason::Removed);
    }
}

#[tokio::test]
async fn cht_165_who_is_taken_out_is_out_of_every_socket_and_reads_nothing_more() {
    let server = Server::start().await;
    let room = RoomId::from("g");
    let mut ann = peer(&server, ANN).await;
    let (mut kim, mut tablet) = (peer(&server, KIM).await, peer(&server, KIM).await);
    let opened = group_event("room.opened", "g", &[ANN, BO, KIM], 1);
    assert_eq!(tell(&server, std::slice::from_ref(&opened)).await, 200);
    let view = kim.expect::<RoomView>(SOON).await;
    assert_eq!((view.kind, view.role), (RoomKind::Group, RoomRole::Member));
    assert_eq!(
        (view.name.as_deref(), view.members.len()),
        (Some("Hikers"), 3)
    );
    ann.expect::<RoomView>(SOON).await;
    ann.say(&room, "c-1", "to all").await;
    assert_eq!(kim.expect::<Message>(SOON).await.seq, 1);
    let sync = http(&server, KIM);
    let first = sync.get(&server.url("/v1/sync")).await;
    let cursor = first.body["cursor"].as_str().unwrap().to_owned();

    change(&server, "g", &[ANN, BO], 2).await;
    for device in [&mut kim, &mut tablet] {
        let removed = device.expect::<Removed>(SOON).await;
        assert_eq!(
            (&removed.room, removed.reason),
            (&room, RemovedReason::Removed)
        );
    }
    ann.say(&room, "c-2", "without kim").await;
    // What comes late and again changes nothing.
    assert_eq!(tell(&server, &[opened]).await, 200);
    settle(&mut kim).await;
    kim.assert_none::<Message>();
    kim.assert_none::<RoomView>();
    let send = Send {
        room: room.clone(),
        client_id: "k-1".to_owned(),
        body: "hello?".to_owned(),
        ttl_ms: None,
    };
    kim.send_numbered(send).await;
    assert_eq!(
        kim.expect::<ErrorBody>(SOON).await.code,
        ErrorCode::NotAMember
    );
    kim.send_numbered(history(&room)).await;
    assert_eq!(
        kim.expect::<ErrorBody>(SOON).await.code,
        ErrorCode::NotAMember
    );
    for path in ["/v1/rooms/g/messages", "/v1/rooms/g/members"] {
        let refused = sync.get(&server.url(path)).await;
        assert_eq!(refused.problem(404), "not_a_member", "{path}");
    }
    let news = server.url(&format!("/v1/sync?cursor={cursor}&timeout_ms=0"));
    let news = sync.get(&news).await.body;
    assert_eq!(
        news["frames"],
        json!([{"type": "removed", "room": "g", "reason": "removed"}])
    );
    for path in ["/v1/rooms", "/v1/export"] {
        let items = sync.get(&server.url(path)).await.body["items"].clone();
        assert_eq!(items, json!([]), "{path}");
    }
    // Nor does a device that still has its cursor.
    let mut resumed = ChatPeer::connect(&server.socket_url()).await;
    let cursor = Cursor {
        epoch: view.epoch,
        seq: 1,
    };
    let cursors = Some([(room.clone(), cursor)].into());
    let ticket = server.signer.chat(KIM, &[]);
    resumed.send_hello(&ticket, "phone", cursors).await;
    assert!(resumed.expect::<Welcome>(SOON).await.rooms.is_empty());
    settle(&mut resumed).await;
    resumed.assert_none::<Message>();
}

#[tokio::test]
async fn cht_160_who_joins_a_group_reads_from_there_on() {
    let mut server = Server::start().await;
    let room = RoomId::from("g");
    change(&server, "g", &[ANN, BO], 1).await;
    let (mut ann, mut kim) = (peer(&server, ANN).await, peer(&server, KIM).await);
    for n in 1..=3 {
        ann.say(&room, &format!("c-{n}"), "before kim").await;
    }
    change(&server, "g", &[ANN, BO, KIM], 2).await;
    let view = kim.expect::<RoomView>(SOON).await;
    assert_eq!((view.min_seq, view.read_seq, view.unread), (4, 3, 0));
    assert_eq!(view.last_message, None);
    ann.say(&room, "c-4", "hello kim").await;
    assert_eq!(kim.expect::<Message>(SOON).await.seq, 4);
    for round in 0..2 {
        kim.send_numbered(history(&room)).await;
        let page = kim.expect::<Messages>(SOON).await;
        assert_eq!(
            (seqs(&page.messages), page.min_seq),
            (vec![4], 4),
            "{round}"
        );
        let asked = http(&server, KIM);
        for query in ["", "?after=0", "?before=9"] {
            let url = server.url(&format!("/v1/rooms/g/messages{query}"));
            let page: Messages = asked.get(&url).await.json(200);
            assert_eq!(seqs(&page.messages), [4], "{query}");
        }
        let url = server.url("/v1/rooms/g/messages?before=4");
        let page: Messages = asked.get(&url).await.json(200);
        assert!(page.messages.is_empty());
        let rooms: RoomsPage = asked.get(&server.url("/v1/rooms")).await.json(200);
        assert_eq!((rooms.items[0].unread, rooms.unread_total), (1, 1));
        // A cursor from before is none.
        for (seq, recovered) in [(2, false), (3, true)] {
            let mut phone = ChatPeer::connect(&server.socket_url()).await;
            let epoch = view.epoch.clone();
            let cursors = [(room.clone(), Cursor { epoch, seq })].into();
            let ticket = server.signer.chat(KIM, &[]);
            phone.send_hello(&ticket, "phone", Some(cursors)).await;
            let welcome = phone.expect::<Welcome>(SOON).await;
            assert_eq!(welcome.rooms[0].recovered, recovered, "{seq}");
        }
        server.restart().await;
        kim = kim.reconnect().await;
    }
}

#[tokio::test]
async fn cht_166_a_closed_group_is_told_and_those_who_are_not_in_it_lose_it() {
    let server = Server::start().await;
    change(&server, "g", &[ANN, BO], 1).await;
    let (mut ann, mut bo) = (peer(&server, ANN).await, peer(&server, BO).await);
    let closed = group_event("room.closed", "g", &[ANN], 2);
    assert_eq!(tell(&server, &[closed]).await, 200);
    assert!(ann.expect::<RoomView>(SOON).await.closed);
    let removed = bo.expect::<Removed>(SOON).await;
    assert_eq!(removed.reason, RemovedReason::Closed);
    // A change that comes late, or later, does not open it.
    for revision in [1, 3] {
        change(&server, "g", &[ANN, BO], revision).await;
    }
    assert!(bo.expect::<RoomView>(SOON).await.closed);
    let send = Send {
        room: "g".into(),
        client_id: "b-1".to_owned(),
        body: "hello?".to_owned(),
        ttl_ms: None,
    };
    bo.send_numbered(send).await;
    assert_eq!(
        bo.expect::<ErrorBody>(SOON).await.code,
        ErrorCode::RoomClosed
    );
}

#[tokio::test]
async fn cht_167_in_a_large_group_positions_are_read_on_entry_and_not_told() {
    let server = Server::start().await;
    let room = RoomId::from("g");
    let people: Vec<String> = (0..101).map(|n| format!("u{n:03}")).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    change(&server, "g", &people, 1).await;
    let mut first = peer(&server, "u000").await;
    let (mut second, mut tablet) = (peer(&server, "u001").await, peer(&server, "u001").await);
    let view = first.welcome.clone().unwrap().rooms.remove(0);
    assert_eq!((view.members.len(), view.member_count), (0, Some(101)));
    assert_eq!(view.role, RoomRole::Owner);
    first.say(&room, "c-1", "hi").await;
    let read = MarkRead {
        room: room.clone(),
        seq: 1,
    };
    second.send_numbered(read).await;
    second.expect::<Accepted>(SOON).await;
    assert_eq!(tablet.expect::<Read>(SOON).await.seq, 1);
    settle(&mut first).await;
    first.assert_none::<Read>();
    let asked = http(&server, "u000");
    let rooms: RoomsPage = asked.get(&server.url("/v1/rooms")).await.json(200);
    assert_eq!((rooms.items[0].read_by, rooms.items[0].unread), (1, 0));
    let mut found: Vec<Member> = Vec::new();
    let mut query = "?limit=40".to_owned();
    loop {
        let url = server.url(&format!("/v1/rooms/g/members{query}"));
        let page: Page<Member> = asked.get(&url).await.json(200);
        assert!(page.items.len() <= 40);
        found.extend(page.items);
        let Some(cursor) = page.next_cursor else {
            break;
        };
        query = format!("?limit=40&cursor={cursor}");
    }
    let ids: Vec<&str> = found.iter().map(|member| member.user_id.as_str()).collect();
    assert_eq!(ids, people);
    assert_eq!(
        (found[0].read_seq, found[1].read_seq, found[2].read_seq),
        (1, 1, 0)
    );
    let bad = asked.get(&server.url("/v1/rooms/g/members?cursor=!")).await;
    assert_eq!(bad.problem(400), "bad_cursor");
}

#[tokio::test]
async fn cht_168_a_group_of_more_than_500_is_refused_and_counted() {
    let server = Server::start().await;
    change(&server, "g", &[ANN, BO], 1).await;
    let people: Vec<String> = (0..501).map(|n| format!("u{n:03}")).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    change(&server, "g", &people, 2).await;
    let ann = peer(&server, ANN).await;
    let view = ann.welcome.clone().unwrap().rooms.remove(0);
    assert_eq!(view.members.len(), 2, "as it was");
    let outside = peer(&server, "u000").await;
    assert!(outside.welcome.clone().unwrap().rooms.is_empty());
    change(&server, "g", &people[..500], 3).await;
    let last = peer(&server, "u499").await;
    let last = last.welcome.clone().unwrap().rooms.remove(0);
    assert_eq!(last.member_count, Some(500));
}
