//! Who may follow, and pages of what came in one way or another.

use wire::Participant;

use super::*;

fn post(id: &str, body: &str) -> Post {
    Post {
        post_id: id.to_owned(),
        author: Participant {
            user_id: "ann".into(),
            name: "Ann".to_owned(),
        },
        body: body.to_owned(),
        sent_at: UnixMs(1),
    }
}

fn page(ways: &[&[&str]], limit: u32) -> (Vec<String>, Option<String>) {
    let ways = ways
        .iter()
        .map(|ids| ids.iter().map(|id| post(id, "hi")).collect());
    let page = FeedPage::merged(ways, limit);
    let ids = page.posts.into_iter().map(|post| post.post_id);
    (ids.collect(), page.next_before)
}

#[test]
fn cht_190_the_matched_and_the_discoverable_of_ones_tenant_may_be_followed() {
    let of = |matched, discoverable, blocked| Relation {
        blocked,
        matched,
        tenant: "people".to_owned(),
        discoverable,
    };
    for (relation, tenant, expected) in [
        (of(false, true, false), Some("people"), true),
        (of(false, true, false), Some("shop"), false),
        (of(false, true, false), None, false),
        (of(false, false, false), Some("people"), false),
        (of(true, false, false), Some("shop"), true),
        (of(true, false, false), None, true),
        (of(true, true, true), Some("people"), false),
    ] {
        assert_eq!(relation.is_open_to(tenant), expected, "{relation:?}");
    }
    assert!(!Relation::default().is_open_to(Some("")));
}

#[test]
fn cht_191_a_feed_shows_what_was_posted_since_one_followed() {
    let follow = |matched| Follow {
        since_id: "b".to_owned(),
        followed_at: UnixMs(1),
        matched,
    };
    assert!(follow(false).shows("c", true, false));
    assert!(!follow(false).shows("b", true, false) && !follow(false).shows("a", true, false));
    assert!(!follow(false).shows("c", false, false) && follow(true).shows("c", false, false));
    assert!(!follow(true).shows("c", true, true));
}

#[test]
fn cht_192_the_limit_itself_is_fanned_out_on_write() {
    assert_eq!(FanoutMode::of(0, 1_000), FanoutMode::OnWrite);
    assert_eq!(FanoutMode::of(1_000, 1_000), FanoutMode::OnWrite);
    assert_eq!(FanoutMode::of(1_001, 1_000), FanoutMode::OnRead);
    assert_eq!(FanoutMode::of(1, 0), FanoutMode::OnRead);
}

#[test]
fn cht_193_a_page_is_both_ways_merged_by_time_without_doubles() {
    let next = |id: &str| Some(id.to_owned());
    let found = page(&[&["e", "c"], &["d", "c", "b"]], 3);
    assert_eq!(found, (vec!["e".into(), "d".into(), "c".into()], next("c")));
    let found = page(&[&["e", "c"], &["d", "c"]], 3);
    assert_eq!(found, (vec!["e".into(), "d".into(), "c".into()], None));
    assert_eq!(page(&[&[], &[]], 3), (vec![], None));
}

#[test]
fn cht_193_what_was_not_looked_at_is_for_the_next_page() {
    let found = || {
        let way = |ids: &[&str]| ids.iter().map(|id| post(id, "hi")).collect();
        [way(&["f", "a"]), way(&["e", "d"])]
    };
    for (looked_to, limit, expected, next) in [
        ("c", 9, &["f", "e", "d"][..], "c"),
        ("d", 9, &["f", "e", "d"], "d"),
        ("c", 2, &["f", "e"], "e"),
        ("g", 2, &[], "g"),
    ] {
        let page = FeedPage::merged_down_to(Some(looked_to.to_owned()), found(), limit);
        let ids: Vec<_> = page
            .posts
            .iter()
            .map(|post| post.post_id.as_str())
            .collect();
        assert_eq!(ids, expected, "{looked_to}");
        assert_eq!(page.next_before.as_deref(), Some(next), "{looked_to}");
    }
}

#[test]
fn cht_194_a_page_of_long_posts_is_shorter_and_says_that_there_is_more() {
    let long = "x".repeat(16 * 1024);
    let posts = (100..300).rev().map(|n| post(&n.to_string(), &long));
    let page = FeedPage::merged([posts.collect()], 200);
    assert_eq!(page.posts.len(), 64);
    assert_eq!(page.next_before.as_deref(), Some("236"));
}
