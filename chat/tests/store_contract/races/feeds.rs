//! Posting and jobs beside following and unfollowing, while the author crosses the limit again and again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chat::store::sql::SqlRooms;
use chat::store::{FeedStore, RoomStore};
use storage::query;
use storage::testing::TestEngine;
use testkit::SeededRandom;

use super::Two;
use crate::contract::{feed, follow, known, post, run_jobs};

const POSTS: usize = 40;
const READERS: [&str; 5] = ["r0", "r1", "r2", "r3", "r4"];
/// Who follows from before the first post on, and goes on.
const STAYS: &str = "r5";
/// So that it is crossed often.
const FANOUT_LIMIT: u32 = 2;

async fn write_posts(store: Arc<SqlRooms>, stored: Arc<AtomicUsize>) {
    for n in 0..POSTS {
        post(store.as_ref(), "ann", &format!("c-{n:03}")).await;
        stored.fetch_add(1, Ordering::SeqCst);
        if n % 2 == 0 {
            store.run_job(FANOUT_LIMIT).await.unwrap();
        }
    }
}

/// Reads page by page, again and again, until all is posted: each time every post that was stored before, once and in order.
async fn read_meanwhile(store: Arc<SqlRooms>, stored: Arc<AtomicUsize>) {
    loop {
        let least = stored.load(Ordering::SeqCst);
        let mut found = feed(store.as_ref(), STAYS, 7).await;
        found.reverse();
        let expected: Vec<_> = (0..found.len()).map(|n| format!("c-{n:03}")).collect();
        assert_eq!(found, expected);
        assert!(found.len() >= least, "{} of {least}", found.len());
        if least == POSTS {
            return;
        }
    }
}

async fn come_and_go(store: Arc<SqlRooms>, seed: u64) {
    let mut random = SeededRandom::new(seed);
    for at in 0..POSTS {
        let reader = random.one_of(&READERS);
        match random.below(3) {
            0 => store.unfollow(&reader.into(), &"ann".into()).await.unwrap(),
            _ => {
                follow(store.as_ref(), reader, "ann", i64::try_from(at).unwrap()).await;
            }
        }
        if random.below(2) == 0 {
            store.run_job(FANOUT_LIMIT).await.unwrap();
        }
    }
}

/// Nobody misses a post that came after they followed, or has one from before, and nothing is left of who follows no more.
pub(super) async fn hold_what_was_posted_since(engine: TestEngine) {
    let Some(two) = Two::on(engine).await else {
        return;
    };
    two.stores[0].apply(&known("ann", true, 1)).await.unwrap();
    let writing = tokio::spawn(write_posts(Arc::clone(&two.stores[0]), Arc::default()));
    let coming = tokio::spawn(come_and_go(Arc::clone(&two.stores[1]), 11));
    writing.await.unwrap();
    coming.await.unwrap();
    let store = two.stores[0].as_ref();
    let own = store.posts_of(&"ann".into(), None, 200).await.unwrap();
    assert_eq!(own.posts.len(), POSTS);
    let database = two.factory.room_database().await.unwrap();
    for round in ["before", "after"] {
        for reader in READERS {
            let since = query("SELECT since_id FROM follows WHERE follower_id = ?1").bind(reader);
            let since: Option<(String,)> = since
                .fetch_optional(&mut database.read().await.unwrap())
                .await
                .unwrap();
            let later = own.posts.iter().filter(|post| {
                let since = since.as_ref();
                since.is_some_and(|(since,)| &post.post_id > since)
            });
            let expected: Vec<_> = later.map(|post| post.body.clone()).collect();
            let found = feed(store, reader, 7).await;
            assert_eq!(found, expected, "{reader}, {round} the jobs are done");
        }
        run_jobs(store, FANOUT_LIMIT).await;
    }
    let orphans = "SELECT count(*) FROM feed_entries WHERE NOT EXISTS (SELECT 1 FROM follows
         WHERE follows.follower_id = feed_entries.reader_id AND follows.since_id < feed_entries.post_id)";
    let (orphans,): (u64,) = query(orphans)
        .fetch_one(&mut database.read().await.unwrap())
        .await
        .unwrap();
    assert_eq!(orphans, 0);
}

/// Whoever reads meanwhile, in another process, sees each post once and in order from when it is stored, whichever way it goes.
pub(super) async fn miss_nothing_meanwhile(engine: TestEngine) {
    let Some(two) = Two::on(engine).await else {
        return;
    };
    two.stores[0].apply(&known("ann", true, 1)).await.unwrap();
    follow(two.stores[0].as_ref(), STAYS, "ann", 1).await;
    let stored = Arc::default();
    let tasks = [
        tokio::spawn(write_posts(Arc::clone(&two.stores[0]), Arc::clone(&stored))),
        tokio::spawn(come_and_go(Arc::clone(&two.stores[1]), 12)),
        tokio::spawn(read_meanwhile(Arc::clone(&two.stores[1]), stored)),
    ];
    for task in tasks {
        task.await.unwrap();
    }
}
