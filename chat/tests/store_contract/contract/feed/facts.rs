//! What becomes of follows and feeds by what the scheduler tells of people.

use chat::store::{FeedStore, FollowOutcome, Posted, RoomChanges, RoomStore};
use testkit::SeededRandom;
use wire::UnixMs;

use super::super::{blocked, erased};
use super::{LIMIT, TENANT, feed, follow, following, known, matched, new, post, run_jobs, told};

/// Orders of facts that are tried.
const ORDERS: u64 = 20;

/// Both ways, though neither is discoverable; what comes late or twice changes nothing.
pub(crate) async fn cht_203_the_matched_follow_each_other_until_it_is_over(
    store: impl RoomStore + FeedStore,
) {
    told(&store, [matched("bo", "ann", true, 5)]).await;
    assert_eq!(following(&store, "ann").await, ["bo"]);
    assert_eq!(following(&store, "bo").await, ["ann"]);
    let named = store.following(&"ann".into(), None, 9).await.unwrap();
    assert_eq!(named[0].name, "bo of a match");
    post(&store, "ann", "c-1").await;
    run_jobs(&store, LIMIT).await;
    assert_eq!(feed(&store, "bo", 5).await, ["c-1"]);
    // One of them wants to read no more: a fact that comes again does not change that.
    store.unfollow(&"bo".into(), &"ann".into()).await.unwrap();
    told(&store, [matched("bo", "ann", true, 5)]).await;
    assert!(following(&store, "bo").await.is_empty());
    let again = follow(&store, "bo", "ann", 6).await;
    assert_eq!(again, FollowOutcome::Followed);
    told(
        &store,
        [
            matched("ann", "bo", false, 7),
            matched("ann", "bo", true, 5),
        ],
    )
    .await;
    for one in ["ann", "bo"] {
        assert!(following(&store, one).await.is_empty());
        assert!(feed(&store, one, 5).await.is_empty());
    }
    assert_eq!(follow(&store, "bo", "ann", 8).await, FollowOutcome::Refused);
    // Who began to follow after it was over goes on, although that is told late.
    told(
        &store,
        [known("ann", true, 1), matched("ann", "bo", true, 9)],
    )
    .await;
    store.unfollow(&"bo".into(), &"ann".into()).await.unwrap();
    follow(&store, "bo", "ann", 20).await;
    told(&store, [matched("ann", "bo", false, 15)]).await;
    assert_eq!(following(&store, "bo").await, ["ann"]);
    assert!(following(&store, "ann").await.is_empty());
}

pub(crate) async fn cht_204_a_block_hides_both_ways_while_it_holds(
    store: impl RoomStore + FeedStore,
) {
    told(&store, [known("ann", true, 1), known("bo", true, 1)]).await;
    for (one, other) in [("ann", "bo"), ("bo", "ann"), ("kim", "ann")] {
        follow(&store, one, other, 1).await;
        post(&store, other, &format!("{other} for {one}")).await;
    }
    run_jobs(&store, LIMIT).await;
    post(&store, "bo", "c-2").await;
    let now = service::clock::now().0;
    for (by, user) in [("ann", "bo"), ("bo", "ann")] {
        told(&store, [blocked(by, user, true, now, &format!("{by} e-1"))]).await;
        for one in ["ann", "bo"] {
            assert!(feed(&store, one, 5).await.is_empty(), "{one}");
            assert!(following(&store, one).await.is_empty(), "{one}");
        }
        assert_eq!(feed(&store, "kim", 5).await, ["ann for kim"]);
        assert_eq!(follow(&store, "ann", "bo", 2).await, FollowOutcome::Refused);
        let relation = store.relation(&"ann".into(), &"bo".into()).await.unwrap();
        assert!(!relation.is_open_to(Some(TENANT)));
        told(
            &store,
            [blocked(by, user, false, now + 1, &format!("{by} e-2"))],
        )
        .await;
        assert_eq!(feed(&store, "ann", 5).await, ["c-2", "bo for ann"]);
        assert_eq!(feed(&store, "bo", 5).await, ["ann for kim", "ann for bo"]);
    }
}

/// As an author, as a reader, and whatever comes afterwards.
pub(crate) async fn cht_206_of_who_is_erased_nothing_is_left(store: impl RoomStore + FeedStore) {
    told(
        &store,
        [
            known("ann", true, 1),
            known("bo", true, 1),
            matched("ann", "kim", true, 2),
        ],
    )
    .await;
    follow(&store, "bo", "ann", 3).await;
    follow(&store, "ann", "bo", 3).await;
    post(&store, "ann", "c-1").await;
    post(&store, "bo", "c-2").await;
    run_jobs(&store, LIMIT).await;
    post(&store, "ann", "c-3").await;
    for _ in 0..2 {
        told(&store, [erased("ann")]).await;
        for one in ["ann", "bo", "kim"] {
            assert!(feed(&store, one, 5).await.is_empty(), "{one}");
            assert!(following(&store, one).await.is_empty(), "{one}");
        }
        let own = store.posts_of(&"ann".into(), None, 5).await.unwrap();
        assert!(own.posts.is_empty());
        told(
            &store,
            [known("ann", true, 9), matched("kim", "ann", true, 9)],
        )
        .await;
        assert_eq!(follow(&store, "bo", "ann", 9).await, FollowOutcome::Refused);
        let posted = store.post(&new("ann", "c-4", "hi")).await.unwrap();
        assert_eq!(posted, Posted::Erased);
        run_jobs(&store, LIMIT).await;
    }
    let own = store.posts_of(&"bo".into(), None, 5).await.unwrap();
    assert_eq!(own.posts.len(), 1, "what others wrote stays");
}

/// A name counts by when it was given, by whomever.
pub(crate) async fn cht_207_of_a_persons_facts_the_highest_counts(
    store: impl RoomStore + FeedStore,
) {
    let open = async || {
        let relation = store.relation(&"bo".into(), &"ann".into()).await.unwrap();
        relation.is_open_to(Some(TENANT))
    };
    for (revision, discoverable, expected) in [
        (2, true, true),
        (1, false, true),
        (4, false, false),
        (3, true, false),
        (4, true, false),
        (5, true, true),
    ] {
        told(&store, [known("ann", discoverable, revision)]).await;
        assert_eq!(open().await, expected, "{revision}");
    }
    let mut both = known("ann", false, 7);
    both.profiles.extend(known("ann", true, 6).profiles);
    told(&store, [both]).await;
    assert!(!open().await);
    let name = async |key: &str, named_at| {
        let mut new = new("ann", key, "hi");
        (new.name, new.named_at) = (key.to_owned(), UnixMs(named_at));
        match store.post(&new).await.unwrap() {
            Posted::Stored(post) => post.author.name,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(name("old ticket", 3).await, "ann 7");
    assert_eq!(name("new ticket", 8).await, "new ticket");
    told(&store, [known("ann", true, 6)]).await;
    assert_eq!(name("another", 7).await, "new ticket");
}

/// Late, doubled, several in a commit, and in any order.
pub(crate) async fn cht_208_facts_in_any_order_end_the_same(store: impl RoomStore + FeedStore) {
    for seed in 0..ORDERS {
        let mut random = SeededRandom::new(seed);
        let [ann, bo] = ["ann", "bo"].map(|one| format!("{one}{seed}"));
        let facts: Vec<RoomChanges> = (1..=6u64)
            .map(|n| match n {
                3 | 6 => known(&ann, random.below(2) == 0, n),
                _ => matched(&ann, &bo, random.below(2) == 0, i64::try_from(n).unwrap()),
            })
            .collect();
        let mut told = [facts.clone(), facts.clone()].concat();
        random.shuffle(&mut told);
        for together in told.chunks(random.one_of(&[1, 2, 3])) {
            let mut changes = RoomChanges::default();
            for fact in together {
                changes.matches.extend(fact.matches.clone());
                changes.profiles.extend(fact.profiles.clone());
            }
            store.apply(&changes).await.unwrap();
        }
        let are_matched = facts[4].matches[0].matched;
        let (reader, author) = (bo.as_str().into(), ann.as_str().into());
        let relation = store.relation(&reader, &author);
        let relation = relation.await.unwrap();
        let discoverable = facts[5].profiles[0].discoverable;
        assert_eq!(
            (relation.matched, relation.discoverable),
            (are_matched, discoverable),
            "seed {seed}"
        );
        for (one, other) in [(&ann, &bo), (&bo, &ann)] {
            let expected: Vec<String> = are_matched.then(|| other.clone()).into_iter().collect();
            assert_eq!(following(&store, one).await, expected, "seed {seed}");
        }
    }
}
