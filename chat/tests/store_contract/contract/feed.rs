//! What is promised of posts, of who follows whom, and of feeds.

mod facts;
mod naive;

use chat::store::{
    FeedStore, FollowOutcome, MatchChange, NewFollow, NewPost, Posted, ProfileChange, RoomChanges,
    RoomStore,
};
use wire::chat::Post;
use wire::{Participant, UnixMs};

pub(crate) use facts::*;
pub(crate) use naive::{cht_210_a_feed_is_what_a_naive_one_is, follow_a_naive_feed};

/// Whose people they are here.
const TENANT: &str = "people";
/// Above what follows anybody here.
const LIMIT: u32 = 100;

pub(crate) fn known(user: &str, discoverable: bool, revision: u64) -> RoomChanges {
    let profile = ProfileChange {
        user: user.into(),
        name: format!("{user} {revision}"),
        tenant: TENANT.to_owned(),
        discoverable,
        revision,
        at: UnixMs(i64::try_from(revision).unwrap()),
    };
    RoomChanges {
        profiles: vec![profile],
        ..RoomChanges::default()
    }
}

pub(crate) fn matched(one: &str, other: &str, matched: bool, at: i64) -> RoomChanges {
    let person = |user: &str| Participant {
        user_id: user.into(),
        name: format!("{user} of a match"),
    };
    let change = MatchChange {
        pair: [person(one), person(other)],
        matched,
        order: (UnixMs(at), format!("e-{at}")),
    };
    RoomChanges {
        matches: vec![change],
        ..RoomChanges::default()
    }
}

async fn told<const N: usize>(store: &impl RoomStore, changes: [RoomChanges; N]) {
    for change in changes {
        store.apply(&change).await.unwrap();
    }
}

fn new(author: &str, key: &str, body: &str) -> NewPost {
    NewPost {
        author: author.into(),
        name: format!("{author} of a ticket"),
        named_at: UnixMs(1_000),
        client_id: key.to_owned(),
        body: body.to_owned(),
        sent_at: UnixMs(1_700_000_000_000),
    }
}

pub(crate) async fn post(store: &impl FeedStore, author: &str, key: &str) -> Post {
    match store.post(&new(author, key, key)).await.unwrap() {
        Posted::Stored(post) => post,
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn follow(
    store: &impl FeedStore,
    follower: &str,
    author: &str,
    at: i64,
) -> FollowOutcome {
    let new = NewFollow {
        follower: follower.into(),
        tenant: Some(TENANT.to_owned()),
        author: author.into(),
        at: UnixMs(at),
    };
    store.follow(&new).await.unwrap()
}

/// What all of a feed says, page by page.
pub(crate) async fn feed(store: &impl FeedStore, reader: &str, limit: u32) -> Vec<String> {
    let reader = reader.into();
    let (mut bodies, mut before) = (Vec::new(), None::<String>);
    loop {
        let page = store.feed_of(&reader, before.as_deref(), limit);
        let page = page.await.unwrap();
        assert!(page.posts.len() <= limit as usize);
        bodies.extend(page.posts.into_iter().map(|post| post.body));
        match page.next_before {
            Some(next) => before = Some(next),
            None => return bodies,
        }
    }
}

pub(crate) async fn following(store: &impl FeedStore, follower: &str) -> Vec<String> {
    let found = store.following(&follower.into(), None, 100).await.unwrap();
    found.into_iter().map(|one| one.user_id.0).collect()
}

/// All that is to be done.
pub(crate) async fn run_jobs(store: &impl FeedStore, limit: u32) {
    while store.run_job(limit).await.unwrap().is_some() {}
}

/// The same again is a repeat, another text a conflict, and both are found without storing anything.
pub(crate) async fn cht_200_a_key_stands_for_one_post(store: impl RoomStore + FeedStore) {
    let first = new("ann", "c-1", "hi");
    assert_eq!(store.repeat_of_post(&first).await.unwrap(), None);
    let stored = post(&store, "ann", "c-0").await;
    assert_eq!(stored.author.name, "ann of a ticket");
    let Posted::Stored(stored) = store.post(&first).await.unwrap() else {
        panic!("it is new");
    };
    for _ in 0..2 {
        let again = store.post(&first).await.unwrap();
        assert_eq!(again, Posted::Repeat(stored.clone()));
        let found = store.repeat_of_post(&first).await.unwrap();
        assert_eq!(found, Some(Posted::Repeat(stored.clone())));
    }
    let other = new("ann", "c-1", "hello");
    assert_eq!(store.post(&other).await.unwrap(), Posted::Conflict);
    let found = store.repeat_of_post(&other).await.unwrap();
    assert_eq!(found, Some(Posted::Conflict));
    let of_bo = store.post(&new("bo", "c-1", "hello")).await.unwrap();
    assert!(matches!(of_bo, Posted::Stored(_)));
    let own = store.posts_of(&"ann".into(), None, 10).await.unwrap();
    assert_eq!(own.posts.len(), 2);
    assert_eq!(own.posts[0], stored, "the newest first");
}

/// Strangers follow the discoverable of their tenant alone.
pub(crate) async fn cht_201_who_may_be_followed_is_followed_once(
    store: impl RoomStore + FeedStore,
) {
    told(&store, [known("ann", true, 1), known("kim", false, 1)]).await;
    for (author, expected) in [
        ("ann", FollowOutcome::Followed),
        ("ann", FollowOutcome::Followed),
        ("kim", FollowOutcome::Refused),
        ("nobody", FollowOutcome::Refused),
    ] {
        assert_eq!(follow(&store, "bo", author, 1).await, expected, "{author}");
    }
    for tenant in [None, Some("shop".to_owned())] {
        let new = NewFollow {
            follower: "max".into(),
            tenant,
            author: "ann".into(),
            at: UnixMs(1),
        };
        let outcome = store.follow(&new).await.unwrap();
        assert_eq!(outcome, FollowOutcome::Refused);
    }
    assert_eq!(following(&store, "bo").await, ["ann"]);
    assert!(following(&store, "max").await.is_empty());
    // Who hides is followed by nobody meanwhile, and by the same people afterwards.
    told(&store, [known("ann", false, 2)]).await;
    assert!(following(&store, "bo").await.is_empty());
    told(&store, [known("ann", true, 3)]).await;
    assert_eq!(following(&store, "bo").await, ["ann"]);
    let named = store.following(&"bo".into(), None, 9).await.unwrap();
    assert_eq!(named[0].name, "ann 3");
    let later = store.following(&"bo".into(), Some(&"ann".into()), 9).await;
    assert!(later.unwrap().is_empty());
}

/// Whether a post is in feeds already or not is not seen, on either side of the limit.
pub(crate) async fn cht_202_a_feed_holds_what_was_posted_since(store: impl RoomStore + FeedStore) {
    told(&store, [known("ann", true, 1), known("kim", true, 1)]).await;
    for limit in [LIMIT, 0] {
        let key = |n: u32| format!("{limit}-{n}");
        post(&store, "ann", &key(1)).await;
        follow(&store, "bo", "ann", 1).await;
        assert!(feed(&store, "bo", 2).await.is_empty());
        post(&store, "ann", &key(2)).await;
        post(&store, "kim", &key(3)).await;
        post(&store, "ann", &key(4)).await;
        for _ in 0..2 {
            assert_eq!(feed(&store, "bo", 2).await, [key(4), key(2)]);
            assert!(
                feed(&store, "ann", 2).await.is_empty(),
                "one's own are not in it"
            );
            run_jobs(&store, limit).await;
        }
        let bo = "bo".into();
        store.unfollow(&bo, &"ann".into()).await.unwrap();
        store.unfollow(&bo, &"ann".into()).await.unwrap();
        assert!(feed(&store, "bo", 2).await.is_empty());
        follow(&store, "bo", "ann", 2).await;
        for _ in 0..2 {
            assert!(
                feed(&store, "bo", 2).await.is_empty(),
                "what was before is gone"
            );
            run_jobs(&store, limit).await;
        }
        post(&store, "ann", &key(5)).await;
        assert_eq!(feed(&store, "bo", 2).await, [key(5)]);
        run_jobs(&store, limit).await;
        store.unfollow(&bo, &"ann".into()).await.unwrap();
    }
}

/// In feeds already, and before.
pub(crate) async fn cht_205_a_deleted_post_is_gone_and_its_key_is_not(
    store: impl RoomStore + FeedStore,
) {
    told(&store, [known("ann", true, 1)]).await;
    follow(&store, "bo", "ann", 1).await;
    let first = post(&store, "ann", "c-1").await;
    run_jobs(&store, LIMIT).await;
    let second = post(&store, "ann", "c-2").await;
    post(&store, "ann", "c-3").await;
    for (author, id, expected) in [
        ("bo", &first.post_id, false),
        ("ann", &first.post_id, true),
        ("ann", &first.post_id, false),
        ("ann", &second.post_id, true),
        ("ann", &"nothing".to_owned(), false),
    ] {
        let deleted = store.delete_post(&author.into(), id).await.unwrap();
        assert_eq!(deleted, expected, "{id} of {author}");
    }
    for _ in 0..2 {
        assert_eq!(feed(&store, "bo", 5).await, ["c-3"]);
        let own = store.posts_of(&"ann".into(), None, 5).await.unwrap();
        assert_eq!(own.posts.len(), 1);
        for key in ["c-1", "c-2"] {
            let again = store.post(&new("ann", key, key)).await.unwrap();
            assert_eq!(again, Posted::Conflict);
        }
        run_jobs(&store, LIMIT).await;
    }
}

/// Whichever way they came, and on their way still.
pub(crate) async fn cht_220_old_posts_go_with_their_keys(store: impl RoomStore + FeedStore) {
    told(&store, [known("ann", true, 1)]).await;
    follow(&store, "bo", "ann", 1).await;
    for (key, sent_at) in [("c-1", 10), ("c-2", 20), ("c-3", 20), ("c-4", 30)] {
        let new = NewPost {
            sent_at: UnixMs(sent_at),
            ..new("ann", key, key)
        };
        let posted = store.post(&new).await.unwrap();
        assert!(matches!(posted, Posted::Stored(_)));
        match key {
            "c-1" => run_jobs(&store, LIMIT).await,
            "c-2" => run_jobs(&store, 0).await,
            _ => {}
        }
    }
    for (before, limit, swept, left) in [
        (10, 9, 0, &["c-4", "c-3", "c-2", "c-1"][..]),
        (21, 1, 1, &["c-4", "c-3", "c-2"]),
        (21, 9, 2, &["c-4"]),
        (21, 9, 0, &["c-4"]),
    ] {
        let done = store.sweep_posts(UnixMs(before), limit).await.unwrap();
        assert_eq!(done, swept);
        assert_eq!(feed(&store, "bo", 5).await, left);
        let own = store.posts_of(&"ann".into(), None, 5).await.unwrap();
        assert_eq!(own.posts.len(), left.len());
    }
    run_jobs(&store, LIMIT).await;
    let again = post(&store, "ann", "c-1").await;
    assert_eq!(feed(&store, "bo", 5).await, ["c-1", "c-4"]);
    assert!(
        store
            .delete_post(&"ann".into(), &again.post_id)
            .await
            .unwrap()
    );
}

/// Of both ways together, while posts come in between.
pub(crate) async fn cht_209_pages_hold_each_post_once_in_order(store: impl RoomStore + FeedStore) {
    told(&store, [known("ann", true, 1), known("bo", true, 1)]).await;
    for author in ["ann", "bo"] {
        follow(&store, "kim", author, 1).await;
    }
    follow(&store, "max", "bo", 1).await;
    let mut keys = Vec::new();
    for n in 0..20 {
        let author = ["ann", "bo"][n % 2];
        let key = format!("c-{n:02}");
        post(&store, author, &key).await;
        keys.push(key);
        if n == 15 {
            // One follows ann, and two follow bo.
            run_jobs(&store, 1).await;
        }
    }
    keys.reverse();
    for limit in [1, 3, 7, 50] {
        assert_eq!(feed(&store, "kim", limit).await, keys, "{limit}");
    }
    let first = store.feed_of(&"kim".into(), None, 5).await.unwrap();
    post(&store, "ann", "later").await;
    run_jobs(&store, 1).await;
    let next = first.next_before.as_deref();
    let second = store.feed_of(&"kim".into(), next, 5).await.unwrap();
    let both = first.posts.iter().chain(&second.posts);
    let both: Vec<_> = both.map(|post| post.body.clone()).collect();
    assert_eq!(both, keys[..10]);
}
