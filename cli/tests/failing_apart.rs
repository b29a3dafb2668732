//! One of the three is killed while a call is live: what the other two and the two people notice.

use std::time::Duration;

use serde_json::json;
use testkit::{ChatPeer, Http, SOON, Service, Stack, TestPeer, now, sleep_until, until};
use wire::chat::Message;
use wire::signaling::{Connected, Data, Ended, Live, Negotiate, PeerLeft, PeerLost, RelayedData};
use wire::{EndReason, OnLoss, Phase, RawJson, SessionState, SessionView};

/// From a service being ready again to the record being complete.
const CATCH_UP: Duration = Duration::from_secs(5);
/// How late `ended` may be here, in milliseconds. The promise of 250 is measured where nothing else
/// runs; this story is about which deadline it is.
const ENDED_LATE_MS: i64 = 1_000;

/// Ann and Bo, live, in a session of the real stack.
struct Call {
    stack: Stack,
    application: Http,
    session: SessionView,
    ann: TestPeer,
    bo: TestPeer,
    live: Live,
}

impl Call {
    async fn live_for(duration_ms: i64) -> Self {
        let stack = Stack::start().await;
        let application = stack.application();
        let session = stack
            .book(&application, json!({ "duration_ms": duration_ms }))
            .await;
        let [ann, bo] = [0, 1].map(|one| stack.ticket(&application, &session, one));
        let (ann, bo) = (ann.await, bo.await);
        let mut ann = TestPeer::join(&ann.url, &ann.ticket).await;
        let mut bo = TestPeer::join(&bo.url, &bo.ticket).await;
        let live = go_live(&mut ann, &mut bo).await;
        Self {
            stack,
            application,
            session,
            ann,
            bo,
            live,
        }
    }

    /// Something small goes from Ann to Bo and back, and nobody was lost meanwhile.
    async fn talk(&mut self, word: &str) {
        let payload = RawJson::parse(json!(word).to_string()).unwrap();
        let (ann, bo) = (&mut self.ann, &mut self.bo);
        ann.send(Data {
            payload: payload.clone(),
        })
        .await;
        assert_eq!(bo.expect::<RelayedData>(SOON).await.payload, payload);
        bo.send(Data { payload }).await;
        ann.expect::<RelayedData>(SOON).await;
        for peer in [&mut self.ann, &mut self.bo] {
            // What was sent before the word has come before it.
            peer.assert_none::<PeerLost>();
        }
    }

    async fn chat(&self, participant: usize) -> ChatPeer {
        let ticket = self
            .stack
            .chat_ticket(&self.application, &self.session, participant)
            .await;
        ChatPeer::hello(
            &ticket.url,
            &ticket.ticket,
            &format!("device-{participant}"),
        )
        .await
    }

    /// Both are told that it is over, at the deadline that `live` named.
    async fn ends_on_time(&mut self) {
        let left = self.live.deadline_at.since(now()).max(0).unsigned_abs();
        for peer in [&mut self.ann, &mut self.bo] {
            let ended = peer
                .expect::<Ended>(Duration::from_millis(left) + SOON)
                .await;
            assert_eq!(ended.reason, EndReason::Completed);
            let late_ms = peer.last_at.since(self.live.deadline_at);
            assert!((-5..ENDED_LATE_MS).contains(&late_ms), "{late_ms} ms late");
            assert_eq!(peer.expect_close(SOON).await, Some(4504));
        }
    }

    /// The scheduler's record, once it says that the session ended.
    async fn record(&self) -> SessionView {
        until("a record of the end", CATCH_UP, async || {
            let view = self.stack.session(&self.application, &self.session).await;
            (view.state == SessionState::Ended && view.outcome.is_some()).then_some(view)
        })
        .await
    }

    fn assert_complete(&self, record: &SessionView) {
        let outcome = record.outcome.as_ref().unwrap();
        assert_eq!(outcome.reason, EndReason::Completed);
        assert_eq!(record.started_at, Some(self.live.started_at));
        assert_eq!(record.deadline_at, Some(self.live.deadline_at));
        for person in &record.participants {
            assert_eq!(person.joined_at.len(), 1, "{person:?}");
            assert_eq!(person.left_at.len(), 1, "{person:?}");
        }
    }
}

async fn go_live(ann: &mut TestPeer, bo: &mut TestPeer) -> Live {
    for peer in [&mut *ann, &mut *bo] {
        let epoch = peer.expect::<Negotiate>(SOON).await.epoch;
        peer.send(Connected { epoch }).await;
    }
    let live = ann.expect::<Live>(SOON).await;
    assert_eq!(bo.expect::<Live>(SOON).await.deadline_at, live.deadline_at);
    live
}

#[tokio::test]
async fn ops_20_chat_killed_the_call_goes_on_and_messages_arrive_later() {
    let mut call = Call::live_for(20_000).await;
    let room = call.session.room_id.clone();
    let (mut ann, mut bo) = (call.chat(0).await, call.chat(1).await);
    ann.say(&room, "before", "Can you hear me?").await;
    bo.expect::<Message>(SOON).await;

    call.stack.kill(Service::Chat);
    assert_eq!(ann.expect_close(SOON).await, None);
    call.talk("while chat is down").await;
    call.stack.ready(Service::Chat, SOON * 2).await;

    // What was written meanwhile waits in the page, and is sent as soon as it is back.
    let mut ann = ann.reconnect().await;
    let sent = ann.say(&room, "meanwhile", "I write instead.").await;
    assert_eq!(sent.seq, 2);
    let mut bo = bo.reconnect().await;
    let message = bo.expect::<Message>(SOON).await;
    assert_eq!(
        (message.seq, message.body.as_str()),
        (2, "I write instead.")
    );
    // Sending again, as a page does that never saw the answer, has no second effect.
    assert_eq!(ann.say(&room, "meanwhile", "I write instead.").await.seq, 2);
    let next = ann.say(&room, "after", "And once more.").await;
    let message = bo.expect::<Message>(SOON).await;
    assert_eq!((message.seq, next.seq), (3, 3), "nothing in between");
    call.talk("chat is back").await;
}

#[tokio::test]
async fn ops_21_scheduler_killed_call_and_chat_go_on_and_the_record_is_complete() {
    let mut call = Call::live_for(4_000).await;
    let room = call.session.room_id.clone();
    let (mut ann, mut bo) = (call.chat(0).await, call.chat(1).await);

    // Killed again as soon as it is back, so that it is away when the session ends.
    let mut rounds = 0;
    while now() < call.live.deadline_at {
        if call.stack.child(Service::Scheduler).is_some() {
            call.stack.kill(Service::Scheduler);
            rounds += 1;
        }
        if rounds == 1 {
            call.talk("the scheduler is down").await;
            ann.say(&room, "down", "Is anybody in charge?").await;
            bo.expect::<Message>(SOON).await;
            rounds += 1;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(rounds > 2, "it was killed again");
    call.ends_on_time().await;

    call.stack.ready(Service::Scheduler, SOON * 3).await;
    let record = call.record().await;
    call.assert_complete(&record);
}

#[tokio::test]
async fn ops_22_signaling_killed_both_resume_and_the_deadline_stays() {
    let mut call = Call::live_for(8_000).await;
    let deadline_at = call.live.deadline_at;
    call.talk("before").await;

    let old = call.stack.kill(Service::Signaling);
    for peer in [&mut call.ann, &mut call.bo] {
        assert_eq!(
            peer.expect_close(SOON).await,
            None,
            "no close frame from the dead"
        );
    }
    call.stack.restarted(Service::Signaling, old, SOON).await;
    call.stack.ready(Service::Signaling, SOON).await;

    call.ann = call.ann.resume().await;
    call.bo = call.bo.resume().await;
    for peer in [&mut call.ann, &mut call.bo] {
        let session = &peer.welcome.as_ref().unwrap().session;
        assert_eq!(
            session.deadline_at,
            Some(deadline_at),
            "the original deadline"
        );
        assert_eq!(session.phase, Phase::Live);
        assert_eq!(session.spec.on_loss, OnLoss::Run);
    }
    call.talk("after").await;
    for peer in [&call.ann, &call.bo] {
        // Both had reported `connected`: the media between them lives, and nothing is negotiated.
        peer.assert_none::<Negotiate>();
        peer.assert_none::<PeerLeft>();
    }
    call.ends_on_time().await;
    let record = call.record().await;
    assert_eq!(record.deadline_at, Some(deadline_at));
}

#[tokio::test]
async fn ops_22_the_session_ends_at_its_deadline_though_signaling_was_away_at_that_time() {
    let mut call = Call::live_for(2_000).await;
    // Away from shortly before the deadline until shortly after it.
    sleep_until(call.live.deadline_at - 300).await;
    while now() < call.live.deadline_at + 300 {
        if call.stack.child(Service::Signaling).is_some() {
            call.stack.kill(Service::Signaling);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    call.stack.ready(Service::Signaling, SOON * 3).await;
    let record = call.record().await;
    assert_eq!(record.outcome.unwrap().reason, EndReason::Completed);
    assert_eq!(record.deadline_at, Some(call.live.deadline_at));
    let cut = call.ann.cut().await;
    let mut back = cut.reopen().await;
    let refused = back.expect::<wire::ErrorBody>(SOON).await;
    assert_eq!(refused.code, wire::ErrorCode::SessionOver);
    assert_eq!(back.expect_close(SOON).await, Some(4504));
}

#[tokio::test]
async fn ops_23_facts_that_were_committed_and_not_delivered_arrive_later() {
    let mut stack = Stack::start().await;
    let application = stack.application();
    let session = stack
        .book(&application, json!({ "duration_ms": 60_000 }))
        .await;
    let (ann, bo) = (
        stack.ticket(&application, &session, 0).await,
        stack.ticket(&application, &session, 1).await,
    );

    // Nobody takes facts while these are made, and whoever made them dies before it is back.
    stack.kill(Service::Scheduler);
    let mut ann = TestPeer::join(&ann.url, &ann.ticket).await;
    let mut bo = TestPeer::join(&bo.url, &bo.ticket).await;
    let live = go_live(&mut ann, &mut bo).await;
    if stack.child(Service::Scheduler).is_some() {
        stack.kill(Service::Scheduler);
    }
    stack.kill(Service::Signaling);
    stack.ready(Service::Signaling, SOON * 2).await;
    stack.ready(Service::Scheduler, SOON * 2).await;

    let record = until("the facts of before", CATCH_UP, async || {
        let view = stack.session(&application, &session).await;
        (view.state == SessionState::Live).then_some(view)
    })
    .await;
    assert_eq!(record.started_at, Some(live.started_at));
    assert_eq!(record.deadline_at, Some(live.deadline_at));
    for person in &record.participants {
        assert_eq!(person.joined_at.len(), 1, "{person:?}");
    }
}
